"""Some of the actions that recent records agreed on were closed."""

from __future__ import annotations

from qmslint.derive import option
from qmslint.facts.base import Scan
from qmslint.facts.dates import day_of
from qmslint.facts.records import records
from qmslint.kinds.recorded import none_found
from qmslint.model.evidence import in_record
from qmslint.model.outcome import Outcome, conforming, nonconforming
from qmslint.quick import dataclass

NEEDS = frozenset({"tree", "text"})


@dataclass(frozen=True, slots=True)
class Params:
    """At least so many actions of records from the window are closed."""

    kinds: tuple[str, ...] = option("Kinds of record whose actions are looked at.")
    months: float = option("Window of the records' dates in months; records without a date count.", 12, minimum=1)
    minimum: int = option("Closed actions that are needed.", 1, minimum=1)


def check(params: Params, scan: Scan) -> Outcome:
    """Count the closed ones."""
    since = day_of(scan.since(params.months))
    items = [record for kind in params.kinds for record in records(scan, kind).items]
    found = [(r, action) for r in items if r.date is None or r.date >= since for action in r.actions]
    if not found:
        return none_found(scan, params.kinds, "actions of recent records", optional=False)
    closed = [(record, action) for record, action in found if action.done]
    measured: dict[str, float | int | str] = {"actions": len(found), "closed": len(closed), "needed": params.minimum}
    evidence = [
        in_record(r.path, a.line, f"{'closed' if a.done else 'open'}: {a.text[:90]}") for r, a in (closed or found)[:15]
    ]
    message = f"{len(closed)} of {len(found)} actions of records since {since} are closed"
    if len(closed) < params.minimum:
        return nonconforming(message, evidence, "weak", measured=measured)
    return conforming(message, evidence, measured=measured)
