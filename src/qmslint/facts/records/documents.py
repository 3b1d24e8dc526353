"""Records that are documents: one file each, or one heading each."""

from __future__ import annotations

import bisect
import dataclasses
import posixpath
from collections.abc import Sequence
from datetime import date

from qmslint.facts.dates import has_date, parse_date
from qmslint.facts.lexicon import is_menu, is_unfilled
from qmslint.facts.markup import Document, Heading, count_words, normal
from qmslint.facts.parts import Part, parts, title_of
from qmslint.facts.records import actions as steps
from qmslint.facts.records.lists import CHOSEN, fits, make
from qmslint.facts.records.model import Record, Value
from qmslint.facts.records.words import Common, Kind
from qmslint.facts.sentences import sentences
from qmslint.quick import regex

_SECTIONS = 300
_HEAD = 40
_LONG = 5_000
"""Lines of a document beyond which its sentences are not read."""
_SAYS = 20
_ID = regex(r"\b([A-Z]{1,8}[-_]?(?:\d{4}[-_])?\d{1,6})\b")
_YEAR = regex(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_STAMP = regex(r"(?<!\d)((?:19|20)\d\d)[-_.]?(0[1-9]|1[0-2])[-_.]?(0[1-9]|[12]\d|3[01])(?!\d)")


def read(document: Document, kind: Kind, words: Common) -> list[Record]:
    """Return the records of a document, several where each of several headings holds one."""
    found = parts(document, kind.lexicon)
    many = _by_heading(document, found, kind, words)
    if many:
        return many
    title = title_of(document)
    record = _record(document, found, kind, words, 1, document.lines, title, "file")
    if record is not None and _is_one(record, kind):
        return [record]
    return [record] if record is not None and _by_title(document, record, kind, title) else []


def numbered(document: Document, kind: Kind, words: Common, ids: frozenset[str]) -> list[Record]:
    """Return what the sections say whose headings carry one of the numbers of a register."""
    found = parts(document, kind.lexicon)
    lines = [part.line for part in found]
    sections = []
    for heading in document.headings[:_SECTIONS]:
        match = _ID.search(heading.text)
        if match and match[1] in ids:
            end = document.end_of(heading)
            inside = found[bisect.bisect_right(lines, heading.line) : bisect.bisect_right(lines, end)]
            record = _record(document, inside, kind, words, heading.line, end, heading.text, "heading")
            sections += [record] if record else []
    return sections


def _by_title(document: Document, record: Record, kind: Kind, title: str) -> bool:
    """Say whether a document calls itself a record of its kind, names its day, and says something."""
    if kind.titled is None or not kind.titled.search(title) or count_words(document.text) < _SAYS:
        return False
    return parse_date(title) is not None or _STAMP.search(posixpath.basename(document.path)) is not None


def _by_heading(document: Document, found: Sequence[Part], kind: Kind, words: Common) -> list[Record]:
    """Return one record a heading, for the outermost level of which two headings hold one."""
    lines = [part.line for part in found]
    for level in range(1, 7):
        borders = [h for h in document.headings if h.level <= level]
        ends = [*(h.line - 1 for h in borders[1:]), document.lines][: len(borders)]
        good = []
        for heading, end in list(zip(borders, ends, strict=True))[:_SECTIONS]:
            if heading.level != level:
                continue
            inside = found[bisect.bisect_right(lines, heading.line) : bisect.bisect_right(lines, end)]
            # Cheap first look: most headings hold no fields at all.
            if sum(1 for part in inside if part.name) < 2 or words.not_headings.search(normal(heading.text)):
                continue
            record = _record(document, inside, kind, words, heading.line, end, heading.text, "heading")
            if record and _is_one(record, kind):
                good.append(dataclasses.replace(record, group=_above(document, heading)))
        if len(good) >= 2 or (good and kind.row and level > 1):
            return good
    return []


def _above(document: Document, heading: Heading) -> str:
    return next((h.text for h in reversed(document.headings) if h.line < heading.line and h.level < heading.level), "")


def _is_one(record: Record, kind: Kind) -> bool:
    names = frozenset(record.fields)
    if fits(names, kind.row):
        return True
    shape = kind.file
    if shape is None or len(shape.of & names) < shape.least or not shape.core & names:
        return False
    named = _YEAR.search(posixpath.basename(record.path)) is not None
    return record.date is not None or not shape.dated or "date" in names or named


def _record(
    document: Document, found: Sequence[Part], kind: Kind, words: Common, first: int, last: int, title: str, form: str
) -> Record | None:
    fields, empty, spans = _fields(document, found, kind, first, title)
    if form == "file":
        fields = {**_told(document, kind), **fields}
    if not fields and (form != "file" or kind.titled is None):
        return None
    match = _ID.search(title) or _ID.search(posixpath.basename(document.path)) if form == "file" else _ID.search(title)
    if match and "id" not in fields:
        fields["id"] = Value(match[1], first, "heading", first)
    if kind.row and title and form == "heading":
        fields.setdefault("title", Value(title, first, "heading", first))
    record = make(kind, fields, empty, (document.path, first, last), form, title=title)
    if record.date is None:
        record = dataclasses.replace(record, date=_date(document, title, first, last, form))
    return dataclasses.replace(record, actions=steps.from_document(document, [(first, last), *spans], words))


def _fields(
    document: Document, found: Sequence[Part], kind: Kind, first: int, title: str
) -> tuple[dict[str, Value], dict[str, int], list[tuple[int, int]]]:
    """Return filled fields, unfilled ones with their lines, and the lines of sections that hold actions."""
    fields: dict[str, Value] = {}
    empty: dict[str, int] = {}
    spans = []
    for part in found:
        is_title = (
            part.form == "heading"
            and (part.line == first or part.title == title)
            and not kind.lexicon.exact(part.title)
        )
        if not part.name or is_title or (part.form == "heading" and part.line == first and first > 1):
            continue
        if part.name in ("actions", "decisions") and part.form in ("heading", "label"):
            # The label itself is no action, what is listed below it is.
            spans.append((part.line + 1 if part.end > part.line else part.line, part.end))
        if is_unfilled(part.text) or (part.name in CHOSEN and is_menu(part.text)):
            empty.setdefault(part.name, part.line)
            continue
        rows = sum(
            1
            for table in document.tables
            if part.line <= table.line <= part.end
            for row in table.rows
            if sum(1 for cell in row.cells if not is_unfilled(cell)) >= 2
        )
        known = fields.get(part.name)
        form = part.form
        value = Value(part.text, part.line, form, part.end, rows)
        if known is None or (form == "heading" and len(part.text) > len(known.text)):
            fields[part.name] = value
    return fields, {name: line for name, line in empty.items() if name not in fields}, spans


def _told(document: Document, kind: Kind) -> dict[str, Value]:
    """Return the fields that sentences fill, each with the first sentence that does."""
    found: dict[str, Value] = {}
    if kind.told and document.lines <= _LONG:
        for line in sentences(document):
            for name, test in kind.told.items():
                if name not in found and test.search(line.text[:600]):
                    found[name] = Value(line.text[:600], line.line, "told", line.line)
    return found


def _date(document: Document, title: str, first: int, last: int, form: str) -> date | None:
    """Return the date in the title, in the file's name, or the first one in the text."""
    found = parse_date(title)
    if found is None and form == "file":
        match = _STAMP.search(document.path)
        found = parse_date("-".join(match.groups())) if match else None
    if found is None:
        head = [line.text for line in document.prose if first <= line.line <= last][:_HEAD]
        found = next((day for text in head if has_date(text[:60]) and (day := parse_date(text[:60]))), None)
    return found
