"""A register of records of a kind exists and its entries are filled in."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from qmslint.derive import Pattern, option
from qmslint.errors import Unassessable
from qmslint.facts.base import Scan
from qmslint.facts.dates import day_of, parse_date
from qmslint.facts.documents import find
from qmslint.facts.emergencies import emergencies
from qmslint.facts.records import Record, records
from qmslint.facts.records.actions import is_closed
from qmslint.facts.records.find import classify
from qmslint.facts.records.words import common
from qmslint.kinds.recorded import none_found
from qmslint.model.evidence import Evidence, at_commit, in_file, in_record
from qmslint.model.outcome import Confidence, Outcome, conforming, nonconforming, not_applicable, not_assessable
from qmslint.patterns import compile_pattern

NEEDS = frozenset({"tree", "text"})
_LISTED = 40
_YEAR, _DAYS = 12, 5
"""Months in which emergency changes are looked for, and working days to look at them afterwards."""
_ACCEPTED = re.compile(r"\b(?:accept\w*|akzeptiert|toleriert|accepté\w*|aceptad\w*)\b", re.I)
_PERSON = re.compile(r"@?[^\W\d_]{2,}")


@dataclass(frozen=True, slots=True)
class Params:
    """Entries of one or more kinds of record, from tables, headings, files, CSV, YAML or JSON."""

    kinds: tuple[str, ...] = option("Kinds of record in the vocabulary `records`.")
    minimum: int = option("How many entries are needed.", 1, minimum=1)
    fields: tuple[str, ...] = option("Fields every entry needs; `a|b` means either, `a+b` both.", ())
    share: float = option(
        "Share of these fields over all entries that have to be filled in, 0 to 1.", 0.9, minimum=0, maximum=1
    )
    holding: Mapping[str, Pattern] = option("Field to a pattern that it has to match to count as filled in.", {})
    where: Mapping[str, Pattern] = option("Only entries count whose fields match these patterns.", {})
    closed: bool = option("Only entries count whose status says that they are closed.", False)
    optional: bool = option("Not applicable, instead of a gap, where there is no entry at all.", False)
    dates: tuple[str, ...] = option("Fields whose newest date `months` is compared to.", ("date",))
    ahead: bool = option("Dates that lie ahead count as well, as those of a plan do.", False)
    accepted: bool = option("An entry whose status says that it was accepted has to name who accepted it.", False)
    overdue: float = option(
        "Share of open entries past their date that is tolerable; above 1 it is not looked at.", 2.0, minimum=0
    )
    months: float = option("At least one entry has to be from this many months; 0 for any age.", 0, minimum=0)
    fresh: float = option(
        "Share of the entries whose newest date has to be within `months`, 0 to 1; 0 where one entry is enough.", 0.0
    )
    document: str = option("Key of a document that is taken for a register without entries, where there is one.", "")
    demanded_by: tuple[str, ...] = option(
        "Kinds of record, or `emergency` for changes that went a shorter way, whose presence makes the lack of any entry "
        "the gap `unanswered`.",
        (),
    )
    order: tuple[str, ...] = option("Fields whose dates must follow each other, the earlier first.", ())
    what: str = option("What the entries are called, in the plural.", "entries")


def check(params: Params, scan: Scan) -> Outcome:
    """Count entries and filled fields, and list what is missing where."""
    found = [records(scan, kind) for kind in params.kinds]
    items = [record for one in found for record in one.items]
    if not items:
        return _nothing(params, scan)
    blind = [name for name in params.where if not any(name in record.fields for record in items)]
    if blind:
        text = f"no entry says its {blind[0].replace('_', ' ')}, so the {params.what} cannot be told from the others"
        return not_assessable("TOO_FEW", text, [in_record(r.path, r.line, r.name) for r in items[:10]])
    items = _chosen(params, scan, items)
    if not items:
        place = next(record for one in found for record in one.items)
        return not_applicable(
            f"there are no {params.what}", [in_record(place.path, place.line, f"not one of the {params.what}")]
        )
    gaps = {(record.path, record.line): (record, _missing(params, scan, record)) for record in items}
    wanted = len(params.fields) * len(items)
    filled = 1 - sum(len(missing) for _, missing in gaps.values()) / wanted if wanted else 1.0
    unnamed = [
        r
        for r in items
        if params.accepted and _ACCEPTED.search(r.text("status")) and not _PERSON.search(r.text("accepted_by"))
    ]
    late = _late(params, scan, items)
    newest = max(
        (day for r in items for day in _days(params, r) if params.ahead or day <= day_of(scan.as_of)), default=None
    )
    measured: dict[str, float | int | str] = {"entries": len(items), "minimum": params.minimum}
    if wanted:
        measured |= {"filled": round(filled, 3), "needed": params.share}
    if newest:
        measured["newest"] = str(newest)
    broken = [path for one in found for path in one.broken]
    notes = [in_record(r.path, r.line, f"{r.name}: lacks {', '.join(m)}") for r, m in gaps.values() if m]
    notes += [in_record(r.path, r.line, f"{r.name}: accepted, but not said by whom") for r in unnamed]
    notes += [in_record(r.path, r.line, f"{r.name}: due {day} and still open") for r, day in late]
    turned = [(r, text) for r in items if (text := _turned(params, r))]
    notes += [in_record(r.path, r.line, f"{r.name}: {text}") for r, text in turned]
    complaints = _complaints(params, items, gaps.values(), filled, unnamed, late)
    if turned:
        complaints.append(f"{len(turned)} of {len(items)} have dates in the wrong order: {turned[0][1]}")
    since = day_of(scan.since(params.months)) if params.months else None
    stale = since is not None and (newest is None or newest < since)
    old = [r for r in items if since and max(_days(params, r), default=since) < since]
    if stale:
        complaints.append(f"none of the last {params.months:g} months")
    elif params.fresh and len(items) - len(old) < params.fresh * len(items):
        stale = True
        complaints.append(f"{len(old)} of {len(items)} are older than {params.months:g} months")
        notes += [in_record(r.path, r.line, f"{r.name}: {max(_days(params, r))}") for r in old]
    good = [in_record(r.path, r.line, r.name) for r, missing in gaps.values() if not missing][:_LISTED]
    if complaints:
        if broken:
            text = f"{broken[0]} cannot be read as a whole: {scan.problems[broken[0]][1]}; repair it"
            return not_assessable(
                "PARSE_ERROR", text, [in_record(broken[0], 1, scan.problems[broken[0]][1])], measured=measured
            )
        gap = "stale" if stale and len(complaints) == 1 else "weak" if len(items) < params.minimum else "incomplete"
        return nonconforming(
            f"{params.what}: {'; '.join(complaints)}", [*notes, *good[:5]][:_LISTED] or good, gap, measured=measured
        )
    message = f"{len(items)} {params.what} are recorded" + (
        f", {filled:.0%} of their fields filled in" if wanted else ""
    )
    sure = Confidence.MEDIUM if notes or broken else Confidence.HIGH
    return conforming(message, [*good, *notes][:_LISTED], confidence=sure, measured=measured)


def _nothing(params: Params, scan: Scan) -> Outcome:
    """Return the answer where there is no entry: a document that holds none, a need for some, or nothing at all."""
    outcome = none_found(scan, params.kinds, params.what, optional=params.optional)
    if outcome.gap != "absent":
        return outcome
    places = [item for item in find(scan, params.document) if item.whole] if params.document else []
    if places:
        text = f"{places[0].path} names no {params.what} that can be told apart and followed"
        return nonconforming(text, [in_file(item.path, item.line, "no entry") for item in places[:5]], "weak")
    calls = [e for kind in params.demanded_by for e in _calls(scan, kind)]
    if calls:
        text = f"{outcome.message}, although {calls[0].note} asks for them"
        return outcome.but(message=text, gap="unanswered", evidence=(*outcome.evidence, *calls[:5]))
    return outcome


def _calls(scan: Scan, kind: str) -> list[Evidence]:
    if kind != "emergency":
        return [in_record(r.path, r.line, r.name) for r in records(scan, kind).items]
    try:
        found = emergencies(scan, _YEAR, _DAYS)
    except Unassessable:
        return []
    return [at_commit(e.change.commit.sha, e.change.commit.subject[:80]) for e in found]


def _chosen(params: Params, scan: Scan, items: Sequence[Record]) -> list[Record]:
    words = common(scan)
    return [
        record
        for record in items
        if all(compile_pattern(pattern).search(record.text(name)) for name, pattern in params.where.items())
        and (not params.closed or is_closed(record.text("status"), words) or "closed_on" in record.fields)
    ]


def _days(params: Params, record: Record) -> list[date]:
    stated = [parse_date(record.text(name)) for name in params.dates]
    return [day for day in (*stated, record.date if "date" in params.dates else None) if day]


def _missing(params: Params, scan: Scan, record: Record) -> tuple[str, ...]:
    return tuple(want for want in params.fields if not any(_has(params, scan, record, way) for way in want.split("|")))


def _has(params: Params, scan: Scan, record: Record, way: str) -> bool:
    names = way.split("+")
    held = all(compile_pattern(params.holding[n]).search(record.text(n)) for n in names if n in params.holding)
    return held and all(
        name in record.fields or (name == "title" and bool(record.title)) or bool(classify(scan, record, name))
        for name in names
    )


def _late(params: Params, scan: Scan, items: Sequence[Record]) -> list[tuple[Record, date]]:
    if params.overdue > 1:
        return []
    today, words = day_of(scan.as_of), common(scan)
    late = []
    for record in items:
        due = parse_date(record.text("due"), end=True)
        if due and due < today and not is_closed(record.text("status"), words) and "closed_on" not in record.fields:
            late.append((record, due))
    return late


def _turned(params: Params, record: Record) -> str:
    """Return which dates of a record go backwards, or an empty string."""
    known = [(name, day) for name in params.order if (day := parse_date(record.text(name)))]
    for (first, before), (then, after) in itertools.pairwise(known):
        if after < before:
            return f"{then.replace('_', ' ')} {after} is before {first.replace('_', ' ')} {before}"
    return ""


def _complaints(
    params: Params,
    items: Sequence[Record],
    gaps: object,
    filled: float,
    unnamed: Sequence[Record],
    late: Sequence[tuple[Record, date]],
) -> list[str]:
    found = []
    if len(items) < params.minimum:
        found.append(f"{len(items)} of at least {params.minimum}")
    if filled < params.share:
        counts = Counter(name for _, missing in gaps for name in missing)  # type: ignore[attr-defined]
        most = ", ".join(
            f"{name.replace('|', ' or ').replace('_', ' ')} in {n}"
            for name, n in sorted(counts.items(), key=lambda i: (-i[1], i[0]))[:5]
        )
        found.append(
            f"only {filled:.0%} of the needed fields are filled in of {len(items)} entries: missing are {most}"
        )
    if unnamed:
        found.append(f"{len(unnamed)} accepted without a name")
    if late and len(late) / len(items) > params.overdue:
        found.append(f"{len(late)} of {len(items)} are overdue")
    return found
