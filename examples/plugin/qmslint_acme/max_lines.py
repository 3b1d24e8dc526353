"""Files of a kind stay short enough to be read in one sitting."""

from __future__ import annotations

from dataclasses import dataclass

from qmslint.derive import Glob, option
from qmslint.facts.base import Scan
from qmslint.facts.sources import evidence_paths
from qmslint.model.evidence import absent_at, in_file
from qmslint.model.outcome import Outcome, conforming, nonconforming, not_applicable

NEEDS = frozenset({"tree", "text"})


@dataclass(frozen=True, slots=True)
class Params:
    """No file that matches has more lines than allowed."""

    files: tuple[Glob, ...] = option("Path patterns of the files.")
    lines: int = option("Most lines a file may have.", 300, minimum=1)


def check(params: Params, scan: Scan) -> Outcome:
    """List the files that are too long; without a matching file the claim does not apply."""
    sizes = {path: len((scan.text(path) or "").splitlines()) for path in evidence_paths(scan, params.files)}
    measured = {"files": len(sizes), "limit": params.lines}
    if not sizes:
        return not_applicable("no such file is here", [absent_at(params.files[0].replace("*", ""), "no such file")])
    long = {path: count for path, count in sizes.items() if count > params.lines}
    if long:
        evidence = [in_file(path, params.lines + 1, f"{count} lines") for path, count in sorted(long.items())]
        message = f"{len(long)} of {len(sizes)} files have more than {params.lines} lines"
        return nonconforming(message, evidence, "weak", measured=measured)
    evidence = [in_file(path, note=f"{count} lines") for path, count in sorted(sizes.items())[:20]]
    return conforming(f"{len(sizes)} files have at most {params.lines} lines", evidence, measured=measured)
