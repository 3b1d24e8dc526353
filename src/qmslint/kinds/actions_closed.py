"""Actions that records agreed on are closed in time, and show what closed them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from qmslint.derive import option
from qmslint.facts.base import Scan
from qmslint.facts.dates import day_of, parse_date
from qmslint.facts.records import Action, Record, records
from qmslint.facts.records.actions import is_closed, link_in
from qmslint.facts.records.carried import with_later_word
from qmslint.facts.records.followed import followed
from qmslint.facts.records.words import Common, common
from qmslint.kinds.recorded import none_found
from qmslint.model.evidence import in_record
from qmslint.model.outcome import Confidence, Outcome, conforming, nonconforming, not_applicable
from qmslint.quick import dataclass

NEEDS = frozenset({"tree", "text"})
_LISTED = 20


@dataclass(frozen=True, slots=True)
class Params:
    """Actions of several kinds of record, and entries of registers that are actions themselves."""

    kinds: tuple[str, ...] = option("Kinds of record whose actions are looked at.")
    entries: tuple[str, ...] = option("Kinds of record that are actions themselves.", ())
    overdue: float = option(
        "Share of actions past their date and still open that is tolerable, 0 to 1.", 0.1, minimum=0, maximum=1
    )
    evidence: float = option(
        "Share of closed actions that has to link to what closed them, 0 to 1.", 0.8, minimum=0, maximum=1
    )
    late_days: int = option("Days past the date from which on an action is very late.", 90, minimum=1)
    late: float = option("More than this share of very late ones makes the gap `stale`, 0 to 1.", 0.3)


def check(params: Params, scan: Scan) -> Outcome:
    """Count overdue and closed actions, and list the oldest."""
    words, today = common(scan), day_of(scan.as_of)
    found = [
        (record, with_later_word(scan, kind, record, _followed(scan, kind, record, action)))
        for kind in params.kinds
        for record in records(scan, kind).items
        for action in record.actions
    ]
    found += [(r, _entry(r, words)) for kind in params.entries for r in records(scan, kind).items]
    if not found:
        broken = [kind for kind in (*params.kinds, *params.entries) if records(scan, kind).broken]
        return none_found(scan, broken or params.kinds, "actions of records", optional=True)
    told = [(r, a) for r, a in found if a.due_on or a.status or a.done]
    measured: dict[str, float | int | str] = {"actions": len(found), "with date or status": len(told)}
    if not told:
        first = found[0]
        text = f"none of {len(found)} actions has a date or a status, so nobody can tell which are done"
        if len(found) < 3:
            return not_applicable(text, [in_record(first[0].path, first[1].line, first[1].text[:100])])
        return nonconforming(
            text,
            [in_record(r.path, a.line, a.text[:100], name=r.name) for r, a in found[:_LISTED]],
            "weak",
            measured=measured,
        )
    return _judge(params, told, today, measured)


def _followed(scan: Scan, kind: str, record: Record, action: Action) -> Action:
    """Return the action as it stands now: a later record of the kind may say that it is done."""
    told = None if action.done else followed(scan, kind).get((record.path, action.line))
    return replace(action, done=True, link=action.link or told.link or told.path) if told and told.done else action


def _entry(record: Record, words: Common) -> Action:
    due = record.text("due")
    done = is_closed(record.text("status"), words) or "closed_on" in record.fields
    link = record.text("link") or link_in(record.text("status")) or record.text("effectiveness")
    return Action(
        record.title,
        record.line,
        record.text("owner"),
        due,
        parse_date(due, end=True),
        record.text("status"),
        link,
        done,
    )


def _judge(
    params: Params, told: list[tuple[Record, Action]], today: date, measured: dict[str, float | int | str]
) -> Outcome:
    overdue = sorted(
        ((a.due_on, r, a) for r, a in told if not a.done and a.due_on and a.due_on < today),
        key=lambda item: (item[0], item[1].path, item[2].line),
    )
    very = [item for item in overdue if item[0] < today - timedelta(days=params.late_days)]
    closed = [(r, a) for r, a in told if a.done]
    bare = [(r, a) for r, a in closed if not a.link]
    shown = 1 - len(bare) / len(closed) if closed else 1.0
    measured |= {
        "overdue": round(len(overdue) / len(told), 3),
        "tolerable": params.overdue,
        "closed": len(closed),
        "closed with evidence": round(shown, 3),
        "needed": params.evidence,
    }
    late = [
        in_record(r.path, a.line, f"due {day}: {a.text[:90]}", name=r.name, lacks=True)
        for day, r, a in overdue[:_LISTED]
    ]
    unproven = [
        in_record(r.path, a.line, f"closed without a link: {a.text[:90]}", name=r.name, lacks=True)
        for r, a in bare[:_LISTED]
    ]
    complaints = []
    if len(overdue) / len(told) > params.overdue:
        complaints.append(f"{len(overdue)} of {len(told)} actions are overdue")
    if shown < params.evidence:
        complaints.append(f"{len(bare)} of {len(closed)} closed actions do not show what closed them")
    if complaints:
        gap = "stale" if len(very) / len(told) > params.late else "incomplete"
        return nonconforming(
            "; ".join(complaints), [*late, *unproven], gap, confidence=Confidence.MEDIUM, measured=measured
        )
    good = [
        in_record(r.path, a.line, f"{'closed' if a.done else 'open'}: {a.text[:90]}", name=r.name)
        for r, a in told[:_LISTED]
    ]
    message = f"{len(closed)} of {len(told)} actions are closed, {len(overdue)} are overdue"
    return conforming(message, [*good, *late], confidence=Confidence.MEDIUM, measured=measured)
