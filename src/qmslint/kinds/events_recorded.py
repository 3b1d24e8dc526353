"""What the history shows to have gone wrong is recorded, or at least explained."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from qmslint.derive import option
from qmslint.facts.base import Scan
from qmslint.facts.dates import day_of
from qmslint.facts.delivery import withdrawn
from qmslint.facts.emergencies import emergencies
from qmslint.facts.profile import switch
from qmslint.facts.records import Record, records
from qmslint.model.evidence import Evidence, absent_at, at_commit, at_tag, in_record
from qmslint.model.outcome import Confidence, Outcome, conforming, nonconforming, not_applicable
from qmslint.quick import dataclass

NEEDS = frozenset({"tree", "text", "history", "tags", "diffs"})
_LISTED = 20
_LOOK_DAYS = 5


@dataclass(frozen=True, slots=True)
class Params:
    """Withdrawn releases and, where a switch is on, hotfixes and reverts of what was delivered have a record."""

    kinds: tuple[str, ...] = option("Kinds of record that count.")
    months: float = option("Window before the examination, in months.", 12, minimum=1)
    days: int = option(
        "Days around a record's date within which an event is taken to be what it is about.", 21, minimum=1
    )
    switch: str = option("Switch of the profile that has to be on for hotfixes and reverts to be events.", "deploys")


@dataclass(frozen=True, slots=True)
class _Event:
    name: str
    day: date
    evidence: Evidence
    explained: bool


def check(params: Params, scan: Scan) -> Outcome:
    """List the events of which no record tells."""
    events = _events(params, scan)
    if not events:
        text = f"no withdrawn release, hotfix or revert was seen within {params.months:g} months"
        return not_applicable(text, [absent_at("", text)])
    held = [record for kind in params.kinds for record in records(scan, kind).items]
    told = {event: _record(scan, params, event, held) for event in events}
    # Where nothing is recorded at all, an explanation in a message is no record.
    lost = [event for event in events if told[event] is None and not (event.explained and held)]
    measured: dict[str, float | int | str] = {
        "events": len(events), "recorded": sum(1 for record in told.values() if record), "window_months": params.months,
    }  # fmt: skip
    if lost:
        message = f"{len(lost)} of {len(events)} events that went wrong have no record, first {lost[0].name}"
        evidence = [event.evidence for event in lost[:_LISTED]]
        # Where there is no record of any kind they may well be kept elsewhere.
        gap = "weak" if held else "absent"
        return nonconforming(message, evidence, gap, confidence=Confidence.MEDIUM, measured=measured)
    message = f"{len(events)} events that went wrong are recorded or explained"
    shown = [item for event in events for item in _shown(event, told[event])]
    return conforming(message, shown[:_LISTED], confidence=Confidence.MEDIUM, measured=measured)


def _shown(event: _Event, record: Record | None) -> list[Evidence]:
    return [event.evidence, *([in_record(record.path, record.line, record.name)] if record else [])]


def _events(params: Params, scan: Scan) -> list[_Event]:
    since, today = day_of(scan.since(params.months)), day_of(scan.as_of)
    found = []
    for release, why in withdrawn(scan).items():
        day = day_of(release.tag.tagged)
        if since <= day <= today:
            found.append(_Event(release.name, day, at_tag(release.name, release.tag.commit, why), False))
    if switch(scan, params.switch).value == "yes":
        for item in emergencies(scan, params.months, _LOOK_DAYS):
            if not item.undelivered:
                commit = item.change.commit
                place = at_commit(commit.sha, f"{commit.subject[:100]}: {item.why}")
                found.append(_Event(commit.subject[:80], day_of(commit.committed), place, bool(item.explained)))
    return sorted(found, key=lambda event: (event.day, event.name))


def _record(scan: Scan, params: Params, event: _Event, held: Sequence[Record]) -> Record | None:
    """Return a record that names the event or was written of a day near it."""
    near = timedelta(days=params.days)
    for record in held:
        text = " ".join(value.text for value in record.fields.values())[:20_000]
        if event.name in f"{record.title} {text}" or (record.date and abs(record.date - event.day) <= near):
            return record
    return None
