"""Dated records of a kind were made at intervals, with the people who had to be there."""

from __future__ import annotations

from qmslint.derive import Pattern, option
from qmslint.facts.base import Scan
from qmslint.facts.dates import day_of
from qmslint.facts.records import records
from qmslint.kinds.recorded import none_found
from qmslint.model.evidence import in_record
from qmslint.model.outcome import Outcome, conforming, nonconforming, not_assessable
from qmslint.patterns import compile_pattern
from qmslint.quick import dataclass

NEEDS = frozenset({"tree", "text"})


@dataclass(frozen=True, slots=True)
class Params:
    """The newest record is not older than the interval and names who took part."""

    kind: str = option("Kind of record in the vocabulary `records`.")
    months: float = option("Longest interval in months.", 12, minimum=1)
    interval: str = option("Key under `intervals` of the configuration that replaces it.", "")
    field: str = option("Field that has to match `holding`.", "")
    holding: Pattern | None = option("What the field has to hold, such as a role.", None)
    what: str = option("What such a record is called, in the plural.", "records")


def check(params: Params, scan: Scan) -> Outcome:
    """Look at the newest record."""
    found = records(scan, params.kind)
    if not found.items:
        return none_found(scan, (params.kind,), params.what, optional=False)
    today = day_of(scan.as_of)
    known = sorted((r for r in found.items if r.date and r.date <= today), key=lambda r: (str(r.date), r.path))
    if not known:
        text = f"none of the {params.what} has a date that can be read in one way only"
        return not_assessable(
            "TOO_FEW", text, [in_record(r.path, r.line, r.name, name=r.name) for r in found.items[:10]]
        )
    months = scan.settings.intervals.get(params.interval, params.months)
    measured: dict[str, float | int | str] = {
        "records": len(known),
        "newest": str(known[-1].date),
        "interval in months": months,
    }
    evidence = [in_record(r.path, r.line, f"{r.name} ({r.date})", name=r.name) for r in known[-10:]]
    attended = [
        r for r in known if params.holding is None or compile_pattern(params.holding).search(r.text(params.field))
    ]
    if not attended:
        message = f"none of {len(known)} {params.what} names {params.field} of the needed role"
        return nonconforming(message, evidence, "weak", measured=measured)
    newest = attended[-1]
    if newest.date and newest.date < day_of(scan.since(months)):
        message = f"the newest of {len(known)} {params.what} is of {newest.date}, more than {months:g} months ago"
        return nonconforming(message, evidence, "stale", measured=measured)
    return conforming(f"{len(known)} {params.what}, the newest of {newest.date}", evidence, measured=measured)
