"""An improvement can be shown: the value before, what was done, and the value after."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from qmslint.derive import option
from qmslint.facts.base import Scan
from qmslint.facts.dates import day_of, parse_date
from qmslint.facts.families import family_of
from qmslint.facts.markup import Line, document, markup_of
from qmslint.facts.measurements import Measurement, measurements
from qmslint.facts.records import Action, Record, records
from qmslint.facts.sentences import sentences
from qmslint.model.evidence import Evidence, absent_at, in_record
from qmslint.model.outcome import Confidence, Outcome, conforming, nonconforming, not_assessable
from qmslint.quick import dataclass, regex

NEEDS = frozenset({"tree", "text"})
_LISTED = 20
_LONG = 5_000
_DIGIT = regex(r"\d")
_FROM_TO = regex(r"\b(?:from|von|de)\s+([^.]{0,20}?\d[^;]{0,50}?)\s+(?:to|auf|à|a)\s+([^.]{0,20}?\d[^;]{0,60})", re.I)
_BECAUSE = regex(
    r"\b(?:after|since|because|thanks to|due to|nach|seit|weil|dank|après|depuis|grâce|tras|después|desde|gracias)\b",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Params:
    """Rows with a value before and after, or two results of one indicator with a closed action on it in between."""

    kind: str = option("Kind of record with the fields `before` and `after`.", "improvement")
    actions: tuple[str, ...] = option("Kinds of record whose actions may stand between two results.", ())
    minimum: int = option("How many improvements are needed.", 1, minimum=1)
    months: float = option("The later value has to be from this many months.", 12, minimum=1)


def check(params: Params, scan: Scan) -> Outcome:
    """Look for effects; where there are only actions say so."""
    since, today = day_of(scan.since(params.months)), day_of(scan.as_of)
    rows = [r for r in records(scan, params.kind).items if _has_values(r)]
    recent = [r for r in rows if r.date is not None and since <= r.date <= today]
    evidence = [
        in_record(r.path, r.line, f"{r.name}: {r.text('before')[:40]} → {r.text('after')[:40]}") for r in recent
    ]
    recent_told = [(path, line, day) for path, line, day in _told(params, scan) if since <= day <= today]
    evidence += [in_record(path, line.line, line.text[:160]) for path, line, _ in recent_told]
    since_action = day_of(scan.since(2 * params.months))
    told = [
        r for kind in params.actions for r in records(scan, kind).items if r.date and since_action <= r.date <= today
    ]
    acted = [(record, action) for record in told for action in record.actions]
    shown = list(_series(scan, acted, since))
    count = len(recent) + len(recent_told) + len(shown)
    measured: dict[str, float | int | str] = {
        "before and after": len(recent) + len(recent_told), "indicators with an action between": len(shown), "needed": params.minimum,
        "actions": len(acted), "window in months": params.months,
    }  # fmt: skip
    if count >= params.minimum:
        evidence += [item for items in shown for item in items]
        message = f"{count} improvements are shown with a value before and after"
        return conforming(message, evidence[:_LISTED], confidence=Confidence.MEDIUM, measured=measured)
    if rows:
        text = f"the values before and after carry no date of the last {params.months:g} months"
        return nonconforming(
            text, [in_record(r.path, r.line, r.name) for r in rows[:_LISTED]], "stale", measured=measured
        )
    if acted:
        done = [(r, a) for r, a in acted if a.done] or acted
        text = f"{len(acted)} actions are recorded, and of none the effect was measured before and after"
        cited = [in_record(r.path, a.line, a.text[:100]) for r, a in done[:_LISTED]]
        return nonconforming(text, cited, "weak", confidence=Confidence.MEDIUM, measured=measured)
    text = "neither actions nor two values of the same indicator were found, so no effect can be looked for"
    return not_assessable("TOO_FEW", text, [absent_at("docs/improvements.md", text)], measured=measured)


def _told(params: Params, scan: Scan) -> Iterator[tuple[str, Line, date]]:
    """Yield sentences that give an indicator before and after something was done, with the day of the later value."""
    found = records(scan, params.kind)
    for path in (*found.files, *found.others):
        parsed = document(scan, path) if markup_of(path) else None
        for line in sentences(parsed) if parsed and parsed.lines <= _LONG else ():
            match = _FROM_TO.search(line.text[:600])
            if not match or not _BECAUSE.search(line.text[:600]) or not family_of(scan, line.text)[0]:
                continue
            first, last = parse_date(match[1], end=True), parse_date(match[2], end=True)
            if first and last and first < last:
                yield path, line, last


def _has_values(record: Record) -> bool:
    return all(_DIGIT.search(record.text(name)) for name in ("before", "after"))


def _series(scan: Scan, acted: list[tuple[Record, Action]], since: date) -> Iterator[list[Evidence]]:
    """Yield indicators with two dated results and an action about them in between, with what shows it."""
    lines: dict[str, list[Measurement]] = {}
    for item in measurements(scan):
        if item.day:
            lines.setdefault(f"{item.measure}: {item.label.lower()}", []).append(item)
    told = [(record, action, _about(scan, action.text)) for record, action in acted if action.done]
    for _, items in sorted(lines.items()):
        items.sort(key=lambda m: (str(m.day), m.path, m.line))
        first, last = items[0], items[-1]
        if not first.day or not last.day or last.day <= first.day or last.day < since or first.value == last.value:
            continue
        for record, action, about in told:
            when = record.date or action.due_on
            if about == last.measure and when and first.day <= when <= last.day:
                yield [
                    in_record(first.path, first.line, f"before: {first.label} {first.value} ({first.day})"),
                    in_record(record.path, action.line, f"done: {action.text[:90]}"),
                    in_record(last.path, last.line, f"after: {last.label} {last.value} ({last.day})"),
                ]
                break


def _about(scan: Scan, text: str) -> str:
    return family_of(scan, text)[1]
