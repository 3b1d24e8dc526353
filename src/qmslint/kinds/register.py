"""A register of records of a kind exists and its entries are filled in."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date

from qmslint.derive import Pattern, option
from qmslint.facts.base import Scan
from qmslint.facts.dates import day_of, parse_date
from qmslint.facts.documents import best
from qmslint.facts.markup import normal
from qmslint.facts.pointers import Pointers, pointers
from qmslint.facts.records import Record, records
from qmslint.facts.records.actions import is_closed
from qmslint.facts.records.find import classify
from qmslint.facts.records.words import common, kind_of
from qmslint.facts.releases import releases
from qmslint.facts.services import services
from qmslint.kinds.recorded import none_found
from qmslint.model.evidence import Evidence, in_file, in_record
from qmslint.model.outcome import Confidence, Outcome, conforming, nonconforming, not_applicable, not_assessable
from qmslint.patterns import compile_pattern
from qmslint.quick import dataclass, regex

NEEDS = frozenset({"tree", "text"})
_LISTED = 40
_ACCEPTED = regex(r"\b(?:accept\w*|akzeptiert|toleriert|accepté\w*|aceptad\w*)\b", re.I)
_ACCEPTED_BY = regex(
    r"\b(?:accepted|acceptance|akzeptiert|toleriert|acceptée?s?|aceptad[oa]s?)\b[^.;|]{0,20}?\b(?:by|von|durch|par|por)\s+@?[^\W\d_]{2,}",
    re.I,
)
_FIGURE = regex(r"\d")
_PERSON = regex(r"@?[^\W\d_]{2,}")


@dataclass(frozen=True, slots=True)
class Params:
    """Entries of one or more kinds of record, from tables, headings, files, CSV, YAML or JSON."""

    kinds: tuple[str, ...] = option("Kinds of record in the vocabulary `records`.")
    minimum: int = option("How many entries are needed.", 1, minimum=1)
    fields: tuple[str, ...] = option("Fields every entry needs; `a|b` means either, `a+b` both.", ())
    share: float = option(
        "Share of these fields over all entries that have to be filled in, 0 to 1.", 0.9, minimum=0, maximum=1
    )
    entries: bool = option(
        "The share is one of entries that have all of their fields, instead of one of fields.", False
    )
    holding: Mapping[str, Pattern] = option("Field to a pattern that it has to match to count as filled in.", {})
    where: Mapping[str, Pattern] = option("Only entries count whose fields match these patterns.", {})
    pointing: tuple[str, ...] = option(
        "Fields that count as filled in where they point to a file that is there, and do not where all they point to is gone.",
        (),
    )
    closed: bool = option("Only entries count whose status says that they are closed.", False)
    optional: bool = option("Not applicable, instead of a gap, where there is no entry at all.", False)
    dates: tuple[str, ...] = option("Fields whose newest date `months` is compared to.", ("date",))
    ahead: bool = option("Dates that lie ahead count as well, as those of a plan do.", False)
    accepted: bool = option("An entry whose status says that it was accepted has to name who accepted it.", False)
    overdue: float = option(
        "Share of open entries past their date that is tolerable; above 1 it is not looked at.", 2.0, minimum=0
    )
    months: float = option("At least one entry has to be from this many months; 0 for any age.", 0, minimum=0)
    undated: bool = option("Entries that carry no date at all are not taken for old ones.", False)
    fresh: float = option(
        "Share of the dated entries that have to be from these months, or whose next date lies ahead; 0 where one is enough.",
        0,
        minimum=0,
        maximum=1,
    )
    forgotten: float = option(
        "Where no entry is from this many months, and something was released since, the gap is `overdue`; 0 for never.",
        0,
        minimum=0,
    )
    covering: Mapping[str, tuple[str, ...]] = option(
        "Field to beginnings, each of which an entry must name, where the entries name most of them.", {}
    )
    order: tuple[str, ...] = option("Fields whose dates must follow each other, the earlier first.", ())
    demanded_by: tuple[str, ...] = option(
        "Kinds of record that ask for entries: where there are such and no entry, the gap is `unanswered`.", ()
    )
    services: bool = option(
        "Services of others that are visibly used ask for entries: where none is listed, the gap is `unanswered`.",
        False,
    )
    document: str = option(
        "Key of the document that holds the entries: where it is there and holds none, the gap is `weak`.", ""
    )
    what: str = option("What the entries are called, in the plural.", "entries")


def check(params: Params, scan: Scan) -> Outcome:
    """Count entries and filled fields, and list what is missing where."""
    found = [records(scan, kind) for kind in params.kinds]
    items = [record for one in found for record in one.items]
    if not items:
        return _none(params, scan)
    blind = [name for name in params.where if not any(name in record.fields for record in items)]
    if blind:
        text = f"no entry says its {blind[0].replace('_', ' ')}, so the {params.what} cannot be told from the others"
        return not_assessable("TOO_FEW", text, [in_record(r.path, r.line, r.name, name=r.name) for r in items[:10]])
    items = _chosen(params, scan, items)
    if not items:
        place = next(record for one in found for record in one.items)
        return not_applicable(
            f"there are no {params.what}",
            [in_record(place.path, place.line, f"not one of the {params.what}", name=place.name)],
        )
    return _judge(params, scan, items, [path for one in found for path in one.broken])


def _judge(params: Params, scan: Scan, items: Sequence[Record], broken: Sequence[str]) -> Outcome:
    """Weigh the entries that count; ``broken`` are files of which more could not be read."""
    gaps = [(record, _missing(params, scan, record)) for record in items]
    filled, newest = _filled(params, gaps), _newest(params, scan, items)
    complaints, notes = _fields_complaints(params, scan, items, gaps, filled)
    aged, of_age, stale = _age(params, scan, items, newest)
    complaints += aged
    notes += of_age
    good = [in_record(r.path, r.line, r.name, name=r.name) for r, missing in gaps if not missing][:_LISTED]
    measured = _measured(params, items, filled, newest)
    if not complaints:
        sure = Confidence.MEDIUM if notes or broken else Confidence.HIGH
        return conforming(_praise(params, items, filled), [*good, *notes][:_LISTED], confidence=sure, measured=measured)
    if broken:
        why = scan.problems[broken[0]][1]
        text = f"{broken[0]} cannot be read as a whole: {why}; repair it"
        return not_assessable("PARSE_ERROR", text, [in_record(broken[0], 1, why)], measured=measured)
    gap = "stale" if stale and len(complaints) == 1 else "weak" if len(items) < params.minimum else "incomplete"
    gap = "overdue" if gap == "stale" and _forgotten(params, scan, newest) else gap
    evidence = [*notes, *good[:5]][:_LISTED] or good
    return nonconforming(f"{params.what}: {'; '.join(complaints)}", evidence, gap, measured=measured)


def _lacks(record: Record, text: str) -> Evidence:
    return in_record(record.path, record.line, f"{record.name}: {text}", name=record.name, lacks=True)


def _filled(params: Params, gaps: Sequence[tuple[Record, tuple[str, ...]]]) -> float:
    """Return the share of the needed fields that are filled in, or of the entries that have them all."""
    if params.entries:
        return sum(1 for _, missing in gaps if not missing) / len(gaps)
    wanted = len(params.fields) * len(gaps)
    return 1 - sum(len(missing) for _, missing in gaps) / wanted if wanted else 1.0


def _newest(params: Params, scan: Scan, items: Sequence[Record]) -> date | None:
    today = day_of(scan.as_of)
    return max((day for r in items for day in _days(params, r) if params.ahead or day <= today), default=None)


def _measured(
    params: Params, items: Sequence[Record], filled: float, newest: date | None
) -> dict[str, float | int | str]:
    measured: dict[str, float | int | str] = {"entries": len(items), "minimum": params.minimum}
    if params.fields:
        measured |= {"filled": round(filled, 3), "needed": params.share}
    if newest:
        measured["newest"] = str(newest)
    return measured


def _fields_complaints(
    params: Params,
    scan: Scan,
    items: Sequence[Record],
    gaps: Sequence[tuple[Record, tuple[str, ...]]],
    filled: float,
) -> tuple[list[str], list[Evidence]]:
    """Return what is wrong with what the entries say, and where."""
    unnamed = [record for record in items if params.accepted and _unnamed(record)]
    late, turned = _late(params, scan, items), [(r, text) for r in items if (text := _turned(params, r))]
    notes = [_lacks(r, f"lacks {', '.join(missing)}") for r, missing in gaps if missing]
    notes += [
        _lacks(r, f"points to {', '.join(gone[:3])}, which is not here")
        for r in items
        if (gone := _dead(params, scan, r))
    ]
    notes += [_lacks(r, "accepted, but not said by whom") for r in unnamed]
    notes += [_lacks(r, f"due {day} and still open") for r, day in late]
    notes += [_lacks(r, text) for r, text in turned]
    complaints = _complaints(params, items, gaps, filled, unnamed, late)
    if turned:
        complaints.append(f"{len(turned)} of {len(items)} have dates in the wrong order: {turned[0][1]}")
    complaints += [f"none of the {field}s is {', '.join(names)}" for field, names in _uncovered(params, items)]
    return complaints, notes


def _unnamed(record: Record) -> bool:
    """Say whether a record was accepted and does not say by whom."""
    status = record.text("status")
    by_name = _PERSON.search(record.text("accepted_by")) or _ACCEPTED_BY.search(status)
    return bool(_ACCEPTED.search(status)) and not by_name


def _age(
    params: Params, scan: Scan, items: Sequence[Record], newest: date | None
) -> tuple[list[str], list[Evidence], bool]:
    """Return what is wrong with the age of the entries, where, and whether anything is."""
    dated = newest is not None or not params.undated
    if params.months and dated and (newest is None or newest < day_of(scan.since(params.months))):
        return [f"none of the last {params.months:g} months"], [], True
    old = _old(params, scan, items)
    complaints = [f"{len(old)} of {len(items)} are older than {params.months:g} months"] if old else []
    return complaints, [_lacks(r, f"of {day}") for r, day in old], bool(old)


def _praise(params: Params, items: Sequence[Record], filled: float) -> str:
    of_what = "of them with all their fields" if params.entries else "of their fields filled in"
    return f"{len(items)} {params.what} are recorded" + (f", {filled:.0%} {of_what}" if params.fields else "")


def _none(params: Params, scan: Scan) -> Outcome:
    """Say that there is no entry: in the document that should hold them, though something asks for them, or at all."""
    outcome = none_found(scan, params.kinds, params.what, optional=params.optional)
    if outcome.gap != "absent":
        return outcome
    there = best(scan, params.document) if params.document else None
    if there is not None and not there.weak:
        # A part of another document that names figures says something; what lacks may be kept where nobody looked.
        begun = not there.whole and any(_FIGURE.search(item.text) for item in there.document.items)
        message = f"none of the {params.what} at {there.path}:{there.line} can be told apart and followed"
        evidence = (in_file(there.path, there.line, "holds no entries"), *outcome.evidence)
        return outcome.but(message=message, evidence=evidence, gap="unanswered" if begun else "weak")
    asking = [
        in_record(r.path, r.line, f"{r.name} asks for them", name=r.name)
        for kind in params.demanded_by
        for r in records(scan, kind).items
    ]
    asking += services(scan) if params.services else ()
    if not asking:
        return outcome
    message = f"{outcome.message}, and there is what asks for them"
    return outcome.but(message=message, evidence=(*asking[:10], *outcome.evidence), gap="unanswered")


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
    """Return what a record lacks, saying so where it is there, but not as asked for."""
    found = []
    for want in params.fields:
        ways = want.split("|")
        if not any(_has(params, scan, record, way) for way in ways):
            told = any(name in params.holding and record.text(name) for way in ways for name in way.split("+"))
            found.append(f"{want} (not as asked for)" if told else want)
    return tuple(found)


def _has(params: Params, scan: Scan, record: Record, way: str) -> bool:
    names = way.split("+")
    held = all(_holds(params, scan, record, n) for n in names)
    return held and all(
        name in record.fields
        or (name == "title" and bool(record.title))
        or (name == "actions" and bool(record.actions))
        or bool(classify(scan, record, name))
        for name in names
    )


def _holds(params: Params, scan: Scan, record: Record, name: str) -> bool:
    """Say whether a field holds what it has to hold: a text of some form, or a file that it points to."""
    fits = name not in params.holding or compile_pattern(params.holding[name]).search(record.text(name)) is not None
    if name not in params.pointing or name not in record.fields:
        return fits
    found = _pointers(scan, record, name)
    return bool(found.there) or (fits and not found.missing)


def _pointers(scan: Scan, record: Record, name: str) -> Pointers:
    value = record.fields[name]
    return pointers(scan, record.path, value.text, value.line, max(value.end, value.line))


def _dead(params: Params, scan: Scan, record: Record) -> list[str]:
    """Return the files that a record points to and that are not there."""
    return [path for name in params.pointing if name in record.fields for path in _pointers(scan, record, name).missing]


def _late(params: Params, scan: Scan, items: Sequence[Record]) -> list[tuple[Record, date]]:
    if params.overdue > 1:
        return []
    today, words = day_of(scan.as_of), common(scan)
    late = []
    for record in items:
        due = parse_date(record.text("due"), end=True)
        settled = is_closed(record.text("status"), words) or "closed_on" in record.fields
        settled = settled or normal(record.text("status")) in kind_of(scan, record.kind).settled
        if due and due < today and not settled:
            late.append((record, due))
    return late


def _old(params: Params, scan: Scan, items: Sequence[Record]) -> list[tuple[Record, date]]:
    """Return the entries that are too old, with their newest date, where they are too many."""
    if not params.fresh or not params.months:
        return []
    since, today = day_of(scan.since(params.months)), day_of(scan.as_of)
    newest = [(r, max(days)) for r in items if (days := _days(params, r))]
    planned = {(r.path, r.line) for r in items if (due := parse_date(r.text("next"), end=True)) and due >= today}
    old = [(r, day) for r, day in newest if day < since and (r.path, r.line) not in planned]
    return old if len(newest) - len(old) < params.fresh * len(newest) else []


def _uncovered(params: Params, items: Sequence[Record]) -> list[tuple[str, list[str]]]:
    """Return the beginnings that no entry names, by field.

    A list that names less than half of them is about a part, or about a part of a longer cycle, and is not judged.
    """
    found = []
    for name, wanted in params.covering.items():
        said = {part for r in items for part in re.split(r"[\s,;/()]+", r.text(name)) if part}
        lacking = [begin for begin in wanted if not any(_begins(part, begin) for part in said)]
        if lacking and len(lacking) * 2 < len(wanted):
            found.append((name, lacking))
    return found


def _begins(part: str, begin: str) -> bool:
    first, dash, last = part.replace("–", "-").partition("-")
    if dash and first.isdigit() and last.isdigit() and begin.isdigit():
        return int(first) <= int(begin) <= int(last)
    return part == begin or part.startswith(f"{begin}.")


def _forgotten(params: Params, scan: Scan, newest: date | None) -> bool:
    """Say whether nobody looked for long while the product went on being released."""
    if not params.forgotten or (newest is not None and newest >= day_of(scan.since(params.forgotten))):
        return False
    return bool(scan.repo.shadow) and any(
        release.tag.tagged >= scan.since(params.forgotten) for release in releases(scan)
    )


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
    gaps: Sequence[tuple[Record, tuple[str, ...]]],
    filled: float,
    unnamed: Sequence[Record],
    late: Sequence[tuple[Record, date]],
) -> list[str]:
    found = []
    if len(items) < params.minimum:
        found.append(f"{len(items)} of at least {params.minimum}")
    if filled < params.share:
        counts = Counter(name for _, missing in gaps for name in missing)
        most = ", ".join(
            f"{name.replace('|', ' or ').replace('_', ' ')} in {n}"
            for name, n in sorted(counts.items(), key=lambda i: (-i[1], i[0]))[:5]
        )
        found.append(
            f"only {filled:.0%} of the {len(items)} entries have all they need: missing are {most}"
            if params.entries
            else f"only {filled:.0%} of the needed fields are filled in of {len(items)} entries: missing are {most}"
        )
    if unnamed:
        found.append(f"{len(unnamed)} accepted without a name")
    if late and len(late) / len(items) > params.overdue:
        found.append(f"{len(late)} of {len(items)} are overdue")
    return found
