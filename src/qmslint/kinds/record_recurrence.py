"""Causes that come back within a year lead to an action on the whole of them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta

from qmslint.derive import Pattern, option
from qmslint.facts.base import Scan
from qmslint.facts.dates import day_of
from qmslint.facts.markup import normal
from qmslint.facts.records import Record, records
from qmslint.kinds.recorded import none_found
from qmslint.model.evidence import in_record
from qmslint.model.outcome import Outcome, conforming, nonconforming, not_applicable, not_assessable
from qmslint.patterns import compile_pattern
from qmslint.quick import dataclass

NEEDS = frozenset({"tree", "text"})
_SHORT = 80


@dataclass(frozen=True, slots=True)
class Params:
    """No class of causes holds too many records, or an action taken after them names the class or all of them."""

    kind: str = option("Kind of record in the vocabulary `records` that is counted.")
    answered_by: str = option("Kind of record that answers a pattern.")
    classes: Pattern = option("What a class of causes looks like; the field holds it and little else.")
    fields: tuple[str, ...] = option("Fields that may hold the class.", ("cause_category", "root_cause"))
    many: int = option("So many of one class within the window are a pattern.", 3, minimum=2)
    days: int = option("Window before the examination in days.", 365, minimum=30)
    classified: float = option("Share of the records that has to carry a class to judge at all, 0 to 1.", 0.8)
    what: str = option("What the records are called, in the plural.", "records")


def check(params: Params, scan: Scan) -> Outcome:
    """Count by class and look for an answer to each pattern."""
    found = records(scan, params.kind)
    if not found.items:
        return none_found(scan, (params.kind,), params.what, optional=True)
    today = day_of(scan.as_of)
    recent = [r for r in found.items if r.date and today - timedelta(days=params.days) <= r.date <= today]
    undated = [r for r in found.items if r.date is None]
    if len(recent) < params.many <= len(recent) + len(undated):
        text = f"{len(undated)} {params.what} carry no date, so patterns of the last {params.days} days cannot be seen"
        return not_assessable("TOO_FEW", text, [in_record(r.path, r.line, r.name) for r in undated[:20]])
    if len(recent) < params.many:
        newest = max(found.items, key=lambda r: (str(r.date), r.path))
        text = f"{len(recent)} {params.what} of the last {params.days} days cannot make a pattern of {params.many}"
        return not_applicable(
            text, [in_record(newest.path, newest.line, f"{newest.name} ({newest.date})", name=newest.name)]
        )
    classes: dict[str, list[Record]] = defaultdict(list)
    for record in sorted(recent, key=lambda r: (str(r.date), r.path)):
        name = _class_of(params, record)
        if name:
            classes[name].append(record)
    known = sum(len(items) for items in classes.values())
    measured: dict[str, float | int | str] = {
        "records": len(recent),
        "classified": known,
        "window in days": params.days,
    }
    if known / len(recent) < params.classified:
        text = f"only {known} of {len(recent)} {params.what} name a class of causes, so patterns cannot be seen"
        return not_assessable(
            "TOO_FEW", text, [in_record(r.path, r.line, r.name, name=r.name) for r in recent[:20]], measured=measured
        )
    return _answer(params, scan, recent, classes, measured)


def _answer(
    params: Params,
    scan: Scan,
    recent: Sequence[Record],
    classes: dict[str, list[Record]],
    measured: dict[str, float | int | str],
) -> Outcome:
    patterns = {name: items for name, items in sorted(classes.items()) if len(items) >= params.many}
    answers = records(scan, params.answered_by).items if patterns else ()
    open_, evidence = [], []
    for name, items in patterns.items():
        measured[name] = len(items)
        answer = next((a for a in answers if _answers(params, a, name, items)), None)
        if answer:
            evidence.append(
                in_record(answer.path, answer.line, f"{answer.name} answers {len(items)} of {name}", name=answer.name)
            )
        else:
            open_.append(f"{len(items)} of {name}")
            evidence += [in_record(r.path, r.line, f"{name}: {r.name} ({r.date})", name=r.name) for r in items[:10]]
    if open_:
        message = f"no action on the whole answers {', '.join(open_)} within {params.days} days"
        return nonconforming(message, evidence, "incomplete", measured=measured)
    if patterns:
        return conforming(
            f"each of {len(patterns)} patterns of causes is answered by an action", evidence, measured=measured
        )
    counts = ", ".join(f"{len(items)} {name}" for name, items in sorted(classes.items()))
    text = f"no class of causes holds {params.many} of {len(recent)} {params.what} ({counts or 'none classified'})"
    return conforming(text, [in_record(r.path, r.line, r.name, name=r.name) for r in recent[:20]], measured=measured)


def _class_of(params: Params, record: Record) -> str:
    """Return the class people gave a record; a class found in a longer text would be our guess."""
    for field in params.fields:
        text = record.text(field).strip()
        if len(text) <= _SHORT and compile_pattern(params.classes).search(text):
            return _plain(re.split(r"[,;\n/]", text, maxsplit=1)[0])
    return ""


def _answers(params: Params, answer: Record, name: str, items: Sequence[Record]) -> bool:
    """Say whether an action was opened after the pattern was there and names it, or each of its records."""
    last = items[params.many - 1].date
    if answer.date is None or last is None or answer.date < last:
        return False
    said = _plain(" ".join([answer.title, *(value.text for value in answer.fields.values())]))
    ids = [_plain(record.id) for record in items]
    return re.search(rf"\b{re.escape(name)}\b", said) is not None or all(i and i in said for i in ids)


def _plain(text: str) -> str:
    return " ".join(normal(text).replace("-", " ").replace("_", " ").split())
