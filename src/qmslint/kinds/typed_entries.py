"""A register holds entries of one type beside the others, decided upon not long ago."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from qmslint.derive import Pattern, option
from qmslint.facts.base import Scan
from qmslint.facts.dates import day_of, parse_date
from qmslint.facts.markup import document, markup_of
from qmslint.facts.parts import title_of
from qmslint.facts.records import Record, records
from qmslint.kinds.recorded import none_found
from qmslint.model.evidence import in_record
from qmslint.model.outcome import Confidence, Outcome, conforming, nonconforming
from qmslint.patterns import compile_pattern
from qmslint.quick import dataclass

NEEDS = frozenset({"tree", "text"})


@dataclass(frozen=True, slots=True)
class Params:
    """At least one entry of the type says what was decided, within the window where entries have dates."""

    own: str = option("Kind of record that holds only such entries.")
    type_: Pattern = option("What such a field, or the heading above, has to match.")
    decided: tuple[str, ...] = option("Fields of which one has to be filled in.")
    among: tuple[str, ...] = option("Kinds of record whose entries may be of the type.", ())
    fields: tuple[str, ...] = option("Fields of which one says the type.", ("level",))
    promise: Pattern | None = option("Title by which a register says that it holds such entries.", None)
    dates: tuple[str, ...] = option("Fields that may hold a date.", ("date", "reviewed"))
    months: float = option("Window in months.", 12, minimum=1)
    what: str = option("What the entries are called, in the plural.", "entries")


def check(params: Params, scan: Scan) -> Outcome:
    """Count the entries of the type and those that were decided."""
    shared = {path for kind in params.among for path in records(scan, kind).files}
    test = compile_pattern(params.type_)
    # In a register of something else the heading above, or the name of the file, has to say that these are of the type.
    entries = [
        r
        for r in records(scan, params.own).items
        if r.path not in shared or test.search(r.path) or _is(params, scan, r)
    ]
    others = [record for kind in params.among for record in records(scan, kind).items]
    entries += [record for record in others if _is(params, scan, record)]
    if not entries:
        promising = [record for record in others if _promises(params, scan, record.path)]
        if promising:
            first = promising[0]
            message = f"{first.path} says that it holds {params.what}, but none of its {len(others)} entries is one"
            return nonconforming(message, [in_record(r.path, r.line, r.name) for r in promising[:5]], "incomplete")
        return none_found(scan, (params.own, *params.among), params.what, optional=False)
    decided = [record for record in entries if any(record.text(name) for name in params.decided)]
    days = [day for record in decided for day in _days(params, record) if day <= day_of(scan.as_of)]
    newest = max(days, default=None)
    measured: dict[str, float | int | str] = {
        "entries": len(entries),
        "decided": len(decided),
        "newest": str(newest or ""),
    }
    evidence = [in_record(r.path, r.line, r.name) for r in (decided or entries)[:15]]
    if not decided:
        wanted = " or ".join(params.decided)
        return nonconforming(
            f"none of {len(entries)} {params.what} says what was decided ({wanted})",
            evidence,
            "incomplete",
            measured=measured,
        )
    if newest is not None and newest < day_of(scan.since(params.months)):
        message = f"the newest decision on {params.what} is of {newest}, more than {params.months:g} months ago"
        return nonconforming(message, evidence, "stale", measured=measured)
    sure = Confidence.HIGH if newest else Confidence.MEDIUM
    return conforming(
        f"{len(decided)} of {len(entries)} {params.what} are decided", evidence, confidence=sure, measured=measured
    )


def _is(params: Params, scan: Scan, record: Record) -> bool:
    test = compile_pattern(params.type_)
    if any(test.search(record.text(name)) for name in params.fields):
        return True
    # The title of a whole register speaks of all its entries.
    return test.search(record.group) is not None and record.group != _title(scan, record.path)


def _days(params: Params, record: Record) -> Iterable[date]:
    stated = (parse_date(record.text(name)) for name in params.dates)
    return [day for day in (*stated, record.date) if day]


def _promises(params: Params, scan: Scan, path: str) -> bool:
    if params.promise is None:
        return False
    return compile_pattern(params.promise).search(f"{path} {_title(scan, path)}") is not None


def _title(scan: Scan, path: str) -> str:
    parsed = document(scan, path) if markup_of(path) else None
    return title_of(parsed) if parsed else ""
