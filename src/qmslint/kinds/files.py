"""Files of certain names exist and are not empty."""

from __future__ import annotations

from qmslint.derive import Glob, Pattern, option
from qmslint.facts.base import Scan
from qmslint.facts.sources import chart_paths, evidence_paths, fixture_paths
from qmslint.model.evidence import absent_at, in_file
from qmslint.model.outcome import Outcome, conforming, nonconforming, none_found
from qmslint.patterns import compile_pattern, example_of
from qmslint.quick import dataclass

NEEDS = frozenset({"tree", "text"})


@dataclass(frozen=True, slots=True)
class Params:
    """Files whose mere presence, or a pattern in them, is what the claim is about."""

    any: tuple[Glob, ...] = option("Path patterns; one existing file is enough.")
    containing: Pattern | None = option("The file must match this pattern somewhere.", None)
    but: tuple[Glob, ...] = option("Path patterns of files that do not count.", ())
    charts: bool = option("What a chart deploys counts too, although it lies in a folder called templates.", False)
    fixtures: bool = option("What lies below folders of test data counts too.", False)
    share: float = option(
        "Share of the files that must match `containing`, 0 to 1; 0 where one is enough.", 0.0, minimum=0, maximum=1
    )
    expected_at: str = option("Where to expect it when there is none.", "")
    what: str = option("What such a file is, for messages.", "file")
    binary: bool = option("Files that are not text count as well, by their name.", False)


def check(params: Params, scan: Scan) -> Outcome:
    """Return the files found, with the line that matched."""
    found, others = [], []
    paths = evidence_paths(scan, params.any)
    if params.charts:
        paths = tuple(sorted({*paths, *chart_paths(scan, params.any)}))
    if params.fixtures:
        paths = tuple(sorted({*paths, *fixture_paths(scan, params.any)}))
    out = frozenset(scan.glob(*params.but)) if params.but else frozenset()
    for path in (p for p in paths if p not in out):
        text = scan.text(path)
        if text is None and params.binary and params.containing is None:
            found.append(in_file(path, note=params.what))
        if text is None or not text.strip():
            continue
        if params.containing is None:
            found.append(in_file(path, note=params.what))
            continue
        match = compile_pattern(params.containing).search(text)
        if match:
            found.append(in_file(path, text.count("\n", 0, match.start()) + 1, params.what))
        else:
            others.append(in_file(path, note=f"no {params.what}"))
    if found and len(found) < params.share * (len(found) + len(others)):
        total = len(found) + len(others)
        measured = {"matching": len(found), "files": total, "share_needed": params.share}
        message = f"only {len(found)} of {total} files are {params.what}"
        return nonconforming(message, others[:20], "incomplete", measured=measured)
    if found:
        return conforming(f"{params.what}: {found[0].path}", found[:20])
    expected = params.expected_at or example_of(params.any[0])
    return nonconforming(
        none_found(params.what),
        [absent_at(expected, params.what)],
        "absent",
        searched=params.any,
    )
