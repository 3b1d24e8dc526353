"""Every record of a kind speaks of what it has to speak of."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

from qmslint.derive import option
from qmslint.facts.base import Scan
from qmslint.facts.lexicon import own_words, refuses
from qmslint.facts.records import Record, Value, records
from qmslint.facts.records.actions import reasoned_none
from qmslint.facts.records.words import kind_of
from qmslint.kinds.recorded import none_found, window
from qmslint.model.evidence import Evidence, in_record
from qmslint.model.outcome import Confidence, Outcome, conforming, nonconforming
from qmslint.quick import dataclass, regex

NEEDS = frozenset({"tree", "text"})
_DATA = regex(
    r"\d+(?:[.,:]\d+)?\s*(?:%|min\w*|h\b|hours?|std|stunden?|heures?|horas?|days?|tage?|s\b|sec\w*|utc|am\b|pm\b)|\d\d?:\d\d|(?:19|20)\d\d-\d\d",
    re.I,
)
_NONE = regex(r"[:=–—]\s*(?:none|nil|zero|keine?|aucune?|ningun[oa])\b", re.I)
_LISTED = 40


@dataclass(frozen=True, slots=True)
class Params:
    """Named elements of records; headings, labels, columns and front matter name them, in any language of the vocabulary."""

    kind: str = option("Kind of record in the vocabulary `records`.")
    elements: Mapping[str, tuple[str, ...]] = option("Element to the fields any of which covers it.")
    words: int = option("Own words an element needs, unless it holds figures, times or a table.", 15, minimum=1)
    figures: bool = option("A figure is enough under a heading, too, as for results.", False)
    reason_words: int = option("Words of the reason where an element says that it does not apply.", 4, minimum=1)
    at_least: int = option("How many of the elements each record needs; 0 for all.", 0, minimum=0)
    share: float = option("Share of the records that have to have them, 0 to 1.", 1.0, minimum=0, maximum=1)
    crucial: tuple[str, ...] = option("Elements whose lack makes the gap `weak` instead of `incomplete`.", ())
    months: float = option(
        "Records of this many months count; where there are none the newest one does.", 12, minimum=1
    )
    label: str = option("What to put before `#element` in notes.", "")
    what: str = option("What such a record is called, in the plural.", "records")


def check(params: Params, scan: Scan) -> Outcome:
    """List for each record which elements are missing."""
    found = records(scan, params.kind)
    if not found.items:
        return none_found(scan, (params.kind,), params.what, optional=True)
    chosen = window(scan, found.items, params.months)
    needed = params.at_least or len(params.elements)
    lacking: list[tuple[Record, list[str]]] = []
    sure, evidence = True, []
    for record in chosen:
        missing = []
        for name, fields in params.elements.items():
            good, certain = covers(params, scan, record, name, fields)
            sure = sure and certain
            if not good:
                missing.append(name)
        if len(params.elements) - len(missing) < needed:
            lacking.append((record, missing))
        else:
            evidence.append(in_record(record.path, record.line, f"{record.name}: complete", name=record.name))
    return _answer(params, chosen, lacking, evidence, sure)


def _answer(
    params: Params,
    chosen: tuple[Record, ...],
    lacking: list[tuple[Record, list[str]]],
    evidence: list[Evidence],
    sure: bool,
) -> Outcome:
    whole = 1 - len(lacking) / len(chosen)
    measured: dict[str, float | int | str] = {
        "records": len(chosen),
        "complete": round(whole, 3),
        "needed": params.share,
        "elements": params.at_least or len(params.elements),
        "words": params.words,
    }
    if whole >= params.share:
        message = f"{len(chosen) - len(lacking)} of {len(chosen)} {params.what} cover {', '.join(params.elements)}"
        return conforming(
            message, evidence[:_LISTED], confidence=Confidence.HIGH if sure else Confidence.MEDIUM, measured=measured
        )
    notes = [
        in_record(r.path, r.line, f"{r.name} lacks {_names(params, missing)}", name=r.name, lacks=True)
        for r, missing in lacking[:_LISTED]
    ]
    counts = Counter(name for _, missing in lacking for name in missing)
    most = ", ".join(
        f"{name} in {count}" for name, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:6]
    )
    gap = "weak" if any(name in params.crucial for name in counts) else "incomplete"
    message = f"{len(lacking)} of {len(chosen)} {params.what} are incomplete: missing are {most}"
    return nonconforming(message, [*notes, *evidence[:5]], gap, measured=measured)


def _names(params: Params, missing: list[str]) -> str:
    return ", ".join(f"{params.label}#{name}" if params.label else name for name in missing)


def covers(params: Params, scan: Scan, record: Record, name: str, fields: tuple[str, ...]) -> tuple[bool, bool]:
    """Return whether a record covers an element, and whether that is certain."""
    values = [record.fields[field] for field in fields if field in record.fields]
    if "actions" in fields and record.actions:
        return True, True
    saying = [value for value in values if _says(params, value)]
    if saying:
        return True, any(value.form != "told" for value in saying)
    # An entry of the timeline tells as well as a heading does, unless a heading is there and says nothing.
    tests = kind_of(scan, record.kind).timeline
    if name in tests and not values and not any(field in record.empty for field in fields):
        entries = record.text("timeline").split("\n")
        return any(tests[name].search(entry) for entry in entries), False
    return False, True


def _says(params: Params, value: Value) -> bool:
    text = value.text.strip()
    if value.form == "told" and _NONE.search(text):
        return True
    if refuses(text) or re.match(r"\W{0,3}no\b", text, re.I):
        return own_words(text) >= params.reason_words or reasoned_none(text, params.reason_words)
    if params.figures and any(letter.isdigit() for letter in text):
        return True
    if value.rows or (value.form != "heading" and _DATA.search(text)):
        return True
    return own_words(text) >= params.words
