"""What is kept of other programs says when, by whom and from where it was taken, and is still what was taken."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from qmslint.derive import option
from qmslint.facts.base import DAY, Scan
from qmslint.facts.foreign import FOLDER, STATES, Foreign, foreign
from qmslint.model.evidence import Evidence, absent_at
from qmslint.model.outcome import Outcome, conforming, nonconforming, not_applicable, not_assessable
from qmslint.quick import dataclass

NEEDS = frozenset({"tree", "text"})
_LISTED = 50


@dataclass(frozen=True, slots=True)
class Params:
    """Every file below ``.qms/evidence/`` is recognised, dated, attributed, unchanged, and not outdated."""

    days: int = option("Days after which an export of settings no longer shows how things are.", 90, minimum=1)


def check(params: Params, scan: Scan) -> Outcome:
    """List what each file lacks; without any file the claim does not apply."""
    inside = FOLDER.strip("/") + "/"
    found = [item for item in foreign(scan) if item.path.startswith(inside)]
    broken = [path for path in sorted(scan.problems) if path.startswith(inside)]
    if not found and not broken:
        text = "no result or export of another program is kept here"
        return not_applicable(text, [absent_at(inside, text)])
    faults = [(item, "; ".join(said)) for item in found if (said := list(_faults(params, scan, item)))]
    measured = {"files": len(found), "in_order": len(found) - len(faults), "days": params.days}
    if faults:
        evidence = [_at(item, text) for item, text in faults[:_LISTED]]
        message = f"{len(faults)} of {len(found)} files are not in order: {faults[0][0].path}: {faults[0][1]}"
        gap = "contradiction" if any("differs" in text for _, text in faults) else "weak"
        return nonconforming(message, evidence, gap, measured=measured)
    if broken:
        text = f"{broken[0]} cannot be read: {scan.problems[broken[0]][1]}"
        return not_assessable("PARSE_ERROR", text, [absent_at(broken[0], text)], measured=measured)
    evidence = [_at(item, f"{item.content.form}, taken {_day(item.made)}") for item in found[:_LISTED]]
    return conforming(
        f"{len(found)} results and exports are dated, attributed and unchanged", evidence, measured=measured
    )


def _faults(params: Params, scan: Scan, item: Foreign) -> Iterator[str]:
    envelope, made = item.envelope, item.made
    if item.content.form == "other" and not (envelope and envelope.kind):
        yield "its content is not recognised, and no kind says what it is"
    if made is None:
        yield "it does not say when it was taken"
    elif made > scan.as_of + DAY:
        yield f"it is dated {_day(made)}, which is still to come"
    elif item.content.form in STATES and scan.as_of - made > params.days * DAY:
        yield f"it is of {_day(made)}, older than {params.days} days"
    if envelope is None or not envelope.collected_by:
        yield "it does not say who took it"
    if envelope is None or not envelope.source_url:
        yield "it does not say where it comes from"
    if envelope is None or envelope.digest == "none":
        yield "it has no digest of what was taken"
    elif envelope.digest == "differs":
        yield "its content differs from the digest it states"


def _at(item: Foreign, note: str) -> Evidence:
    return Evidence("export", note, path=item.path)


def _day(moment: int | None) -> str:
    return datetime.fromtimestamp(min(max(moment or 0, 0), 253402300799), UTC).date().isoformat()
