"""Records of a kind lead to actions that somebody owns and that can be followed."""

from __future__ import annotations

from qmslint.derive import option
from qmslint.facts.base import Scan
from qmslint.facts.records import Record, records
from qmslint.facts.records.actions import reasoned_none
from qmslint.kinds.recorded import none_found, window
from qmslint.model.evidence import in_record
from qmslint.model.outcome import Confidence, Outcome, conforming, nonconforming
from qmslint.quick import dataclass

NEEDS = frozenset({"tree", "text"})
_LISTED = 40


@dataclass(frozen=True, slots=True)
class Params:
    """A share of the records has at least one action with an owner and a date or link, or says why there is none."""

    kind: str = option("Kind of record in the vocabulary `records`.")
    share: float = option("Share of the records that need it, 0 to 1.", 0.8, minimum=0, maximum=1)
    reason_words: int = option("Words of the reason where no action is needed.", 4, minimum=1)
    months: float = option(
        "Records of this many months count; where there are none the newest one does.", 12, minimum=1
    )
    what: str = option("What such a record is called, in the plural.", "records")


def check(params: Params, scan: Scan) -> Outcome:
    """List the records whose actions cannot be followed."""
    found = records(scan, params.kind)
    if not found.items:
        return none_found(scan, (params.kind,), params.what, optional=True)
    chosen = window(scan, found.items, params.months)
    judged = [(record, _lacks(params, record)) for record in chosen]
    good = [record for record, lacks in judged if not lacks]
    share = len(good) / len(chosen)
    measured: dict[str, float | int | str] = {
        "records": len(chosen),
        "with actions": len(good),
        "share": round(share, 3),
        "needed": params.share,
    }
    kept = [in_record(r.path, _line(r), f"{r.name}: {len(r.actions)} actions", name=r.name) for r in good[:_LISTED]]
    bad = [in_record(r.path, r.line, f"{r.name}: {lacks}", name=r.name, lacks=True) for r, lacks in judged if lacks][
        :_LISTED
    ]
    message = f"{len(good)} of {len(chosen)} {params.what} leave an action with an owner and a date or link"
    if share >= params.share:
        return conforming(message, [*kept, *bad], confidence=Confidence.MEDIUM, measured=measured)
    return nonconforming(message, [*bad, *kept[:5]], "incomplete" if good else "weak", measured=measured)


def _line(record: Record) -> int:
    return next((action.line for action in record.actions if action.tracked), record.line)


def _lacks(params: Params, record: Record) -> str:
    """Return what is wrong with a record's actions, or an empty string."""
    if any(action.tracked for action in record.actions):
        return ""
    if reasoned_none(record.text("actions"), params.reason_words):
        return ""
    if not record.actions:
        return "no action"
    owned = any(action.owner for action in record.actions)
    return f"{len(record.actions)} actions, none with " + ("a date or link" if owned else "an owner")
