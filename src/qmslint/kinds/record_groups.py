"""The records of a kind spread over all the classes they should cover."""

from __future__ import annotations

from qmslint.derive import option
from qmslint.facts.base import Scan
from qmslint.facts.families import family_of
from qmslint.facts.records import Record, records
from qmslint.facts.records.find import classify
from qmslint.kinds.recorded import none_found
from qmslint.model.evidence import in_record
from qmslint.model.outcome import Confidence, Outcome, conforming, nonconforming
from qmslint.quick import dataclass

NEEDS = frozenset({"tree", "text"})


@dataclass(frozen=True, slots=True)
class Params:
    """Each class has at least one record: by a field, the heading above, the prefix of the id, or what it measures."""

    kind: str = option("Kind of record in the vocabulary `records`.")
    field: str = option("Field whose classes the vocabulary lists.")
    classes: tuple[str, ...] = option("Classes that need at least one record.")
    what: str = option("What the records are called, in the plural.", "records")
    by_name: bool = option(
        "Whether the name of an indicator tells its class where nothing else does: a family of the vocabulary `measurements`.",
        False,
    )


def check(params: Params, scan: Scan) -> Outcome:
    """Count records by class."""
    found = records(scan, params.kind)
    if not found.items:
        return none_found(scan, (params.kind,), params.what, optional=False)
    groups: dict[str, list[Record]] = {name: [] for name in params.classes}
    unknown = []
    for record in found.items:
        hits = classify(scan, record, params.field)
        if not hits and params.by_name:
            family, _ = family_of(scan, record.text("metric") or record.name)
            hits = (family,) if family in groups else ()
        for name in hits:
            if name in groups:
                groups[name].append(record)
        if not hits:
            unknown.append(record)
    measured: dict[str, float | int | str] = {name: len(items) for name, items in groups.items()}
    measured["unclassified"] = len(unknown)
    evidence = [
        in_record(r.path, r.line, f"{name}: {r.name}", name=r.name) for name, items in groups.items() for r in items[:5]
    ]
    empty = [name for name, items in groups.items() if not items]
    counts = ", ".join(f"{len(items)} {name}" for name, items in groups.items())
    if not empty:
        return conforming(f"{params.what}: {counts}", evidence, confidence=Confidence.MEDIUM, measured=measured)
    evidence += [
        in_record(r.path, r.line, f"{r.name}: no {params.field} that is known", name=r.name, lacks=True)
        for r in unknown[:10]
    ]
    first = found.items[0]
    message = f"{params.what}: none is {' or '.join(empty)} ({counts}, {len(unknown)} of no known {params.field})"
    return nonconforming(
        message,
        evidence or [in_record(first.path, first.line, first.name, name=first.name)],
        "incomplete",
        measured=measured,
    )
