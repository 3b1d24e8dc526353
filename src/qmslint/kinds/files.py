"""Files of certain names exist and are not empty."""

from __future__ import annotations

from dataclasses import dataclass

from qmslint.derive import Glob, Pattern, option
from qmslint.facts.base import Scan
from qmslint.facts.sources import evidence_paths
from qmslint.model.evidence import absent_at, in_file
from qmslint.model.outcome import Outcome, conforming, nonconforming
from qmslint.patterns import compile_pattern

NEEDS = frozenset({"tree", "text"})


@dataclass(frozen=True, slots=True)
class Params:
    """Files whose mere presence, or a pattern in them, is what the claim is about."""

    any: tuple[Glob, ...] = option("Path patterns; one existing file is enough.")
    containing: Pattern | None = option("The file must match this pattern somewhere.", None)
    binary: bool = option("A file that is not text counts as well.", False)
    expected_at: str = option("Where to expect it when there is none.", "")
    what: str = option("What such a file is, for messages.", "file")


def check(params: Params, scan: Scan) -> Outcome:
    """Return the files found, with the line that matched."""
    found = []
    for path in evidence_paths(scan, params.any):
        text = scan.text(path)
        if text is None and params.binary:
            found.append(in_file(path, note=params.what))
            continue
        if text is None or not text.strip():
            continue
        if params.containing is None:
            found.append(in_file(path, note=params.what))
            continue
        match = compile_pattern(params.containing).search(text)
        if match:
            found.append(in_file(path, text.count("\n", 0, match.start()) + 1, params.what))
    if found:
        return conforming(f"{params.what}: {found[0].path}", found[:20])
    expected = params.expected_at or params.any[0].replace("*", "")
    return nonconforming(
        f"no {params.what} was found",
        [absent_at(expected, params.what)],
        "absent",
        searched=params.any,
    )
