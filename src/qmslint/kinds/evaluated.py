"""Results were not only collected: somebody wrote down what they mean and what follows."""

from __future__ import annotations

from collections.abc import Sequence

from qmslint.derive import option
from qmslint.facts.base import Scan
from qmslint.facts.dates import day_of
from qmslint.facts.lexicon import own_words
from qmslint.facts.measurements import measurements
from qmslint.facts.records import Record, records
from qmslint.facts.records.words import kind_of
from qmslint.kinds.recorded import none_found
from qmslint.model.evidence import Evidence, in_record
from qmslint.model.outcome import Confidence, Outcome, conforming, nonconforming
from qmslint.quick import dataclass, regex

NEEDS = frozenset({"tree", "text"})
_LISTED = 20
_ITEM = regex(r"https?://\S{4,300}|(?<![\w/])#\d{1,7}\b|\b[A-Z][A-Z0-9]{1,9}-\d{1,6}\b|(?<!\w)!\d{1,7}\b")


@dataclass(frozen=True, slots=True)
class Params:
    """The newest evaluation is recent, speaks of several topics, and its conclusion leads to an item."""

    kind: str = option("Kind of record that holds evaluations, with the classes of `topics`.")
    topics: str = option("Name of the classes that are the topics.", "topic")
    at_least: int = option("How many topics an evaluation needs.", 4, minimum=1)
    fields: tuple[str, ...] = option("Fields that hold a conclusion.", ("conclusion", "decisions"))
    words: int = option("Own words a conclusion needs.", 8, minimum=1)
    months: float = option("Longest interval between two evaluations, in months.", 12, minimum=1)
    interval: str = option("Key under `intervals` of the configuration that replaces it.", "")
    what: str = option("What they are called, in the plural.", "evaluations")


def check(params: Params, scan: Scan) -> Outcome:
    """Look for the newest record that concludes something from results."""
    found = records(scan, params.kind).items
    months = scan.settings.intervals.get(params.interval, params.months)
    since, today = day_of(scan.since(months)), day_of(scan.as_of)
    results = [m for m in measurements(scan) if m.day and m.day >= since]
    told = [r for r in found if _concludes(params, r)]
    recent = [r for r in told if r.date and since <= r.date <= today]
    if not recent:
        return _none(
            params, scan, found, told, [in_record(m.path, m.line, f"{m.label}: {m.value}") for m in results], months
        )
    judged = [(r, _topics(params, scan, r), _leads(params, r)) for r in recent]
    best = max(
        judged, key=lambda one: (len(one[1]) >= params.at_least, one[2], len(one[1]), str(one[0].date), one[0].path)
    )
    record, topics, leads = best
    measured: dict[str, float | int | str] = {
        "evaluations": len(recent), "topics": len(topics), "needed": params.at_least, "interval in months": months,
    }  # fmt: skip
    evidence = [_cite(r, t, lead) for r, t, lead in judged[-_LISTED:]]
    lacks = []
    if len(topics) < params.at_least:
        lacks.append(f"speaks of {len(topics)} of {params.at_least} topics ({', '.join(topics) or 'none'})")
    if not leads:
        lacks.append("leads to no item, decision with a link, or action with an owner")
    if lacks:
        message = f"the evaluation at {record.path}:{record.line} {' and '.join(lacks)}"
        return nonconforming(message, evidence, "incomplete", confidence=Confidence.MEDIUM, measured=measured)
    message = f"{len(recent)} {params.what} within {months:g} months; {record.name} speaks of {', '.join(topics)}"
    return conforming(message, evidence, confidence=Confidence.MEDIUM, measured=measured)


def _none(
    params: Params, scan: Scan, found: Sequence[Record], told: Sequence[Record], results: list[Evidence], months: float
) -> Outcome:
    old = [r for r in told if r.date]
    if old:
        newest = max(str(r.date) for r in old)
        message = f"the newest of the {params.what} is of {newest}, more than {months:g} months ago"
        return nonconforming(message, [*(_cite(r, (), False) for r in old[-_LISTED:]), *results[:5]], "stale")
    if results:
        message = f"{len(results)} results are recorded, and none of the {params.what} says what they mean"
        return nonconforming(message, results[:_LISTED], "weak", confidence=Confidence.MEDIUM)
    if found:
        message = f"{len(found)} of the {params.what} hold no conclusion or decision"
        return nonconforming(
            message, [_cite(r, (), False) for r in found[:_LISTED]], "weak", confidence=Confidence.MEDIUM
        )
    return none_found(scan, (params.kind,), params.what, optional=False)


def _concludes(params: Params, record: Record) -> bool:
    return any(own_words(record.text(name)) >= params.words for name in params.fields)


def _leads(params: Params, record: Record) -> bool:
    said = "\n".join(record.text(name) for name in params.fields)
    return bool(_ITEM.search(said)) or any(action.tracked for action in record.actions)


def _topics(params: Params, scan: Scan, record: Record) -> tuple[str, ...]:
    """Return the topics the text of a record speaks of."""
    lines = (scan.text(record.path) or "").split("\n")[max(record.line - 1, 0) : record.end][:3000]
    tests = kind_of(scan, params.kind).classes.get(params.topics, {})
    return tuple(name for name, test in tests.items() if any(test.search(line[:1000]) for line in lines))


def _cite(record: Record, topics: Sequence[str], leads: bool) -> Evidence:
    note = f"{record.name} ({record.date})" + (f": {', '.join(topics)}" if topics else "")
    return in_record(record.path, record.line, note + (", leads to an item" if leads else ""))
