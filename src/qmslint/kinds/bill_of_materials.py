"""A bill of materials in the tree keeps up with the releases."""

from __future__ import annotations

from qmslint.derive import option
from qmslint.errors import Unassessable
from qmslint.facts.base import Scan
from qmslint.facts.boms import GLOBS, Bom, boms
from qmslint.facts.edits import edits
from qmslint.facts.releases import releases
from qmslint.model.evidence import absent_at, in_file
from qmslint.model.outcome import Confidence, Outcome, conforming, nonconforming
from qmslint.quick import dataclass

NEEDS = frozenset({"tree", "text", "history", "tags", "diffs"})


@dataclass(frozen=True, slots=True)
class Params:
    """Components are listed with versions, and not more than a few releases came since the file last changed."""

    behind: int = option("Final releases that may have come since it last changed.", 1, minimum=0)
    versioned: float = option("Share of the components that need a version, 0 to 1.", 0.8, minimum=0, maximum=1)


def check(params: Params, scan: Scan) -> Outcome:
    """Return the bills that are whole and current; otherwise the nearest."""
    found = boms(scan)
    if not found:
        place = absent_at("bom.cdx.json", "bill of materials")
        return nonconforming("no bill of materials was found", [place], "absent", searched=GLOBS)
    whole = [
        bom
        for bom in found
        if bom.components and (bom.versioned < 0 or bom.versioned >= params.versioned * bom.components)
    ]
    if not whole:
        evidence = [in_file(bom.path, note=_note(bom)) for bom in found[:10]]
        return nonconforming(f"{found[0].path} lists {_note(found[0])}", evidence, "weak")
    ages = {bom: _behind(scan, bom) for bom in whole[:20]}
    best = min(ages, key=lambda bom: (ages[bom], bom.path))
    measured = {"components": best.components, "releases since": ages[best], "allowed": params.behind}
    evidence = [
        in_file(bom.path, note=f"{_note(bom)}; {count} releases since it changed") for bom, count in ages.items()
    ]
    if ages[best] > params.behind:
        message = f"{ages[best]} releases came since the bill of materials {best.path} last changed"
        return nonconforming(message, evidence, "stale", measured=measured)
    message = f"{best.path} lists {_note(best)}"
    return conforming(message, evidence, confidence=Confidence.MEDIUM, measured=measured)


def _note(bom: Bom) -> str:
    known = f", {bom.versioned} with a version" if bom.versioned >= 0 else ""
    return f"{bom.components} components{known} ({bom.form})"


def _behind(scan: Scan, bom: Bom) -> int:
    history = scan.history
    newest = next(iter(edits(scan, (bom.path,)).get(bom.path, ())), None)
    if newest is None:
        return 0
    if newest.commit in history.cut:
        raise Unassessable(
            "SHALLOW", "the clone is cut off where the bill of materials last changed; fetch the history"
        )
    return sum(1 for release in releases(scan) if not release.pre and release.tag.tagged > newest.committed)
