"""Records that are rows: tables of documents, CSV, and lists of YAML or JSON."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from qmslint import lineyaml
from qmslint.facts.base import Scan, fact
from qmslint.facts.dates import parse_date
from qmslint.facts.lexicon import is_menu, is_unfilled
from qmslint.facts.markup import Document, Table, normal
from qmslint.facts.parts import flat, parts, spaced
from qmslint.facts.records import actions as steps
from qmslint.facts.records.model import Form, Record, Value
from qmslint.facts.records.words import Common, Kind
from qmslint.quick import regex

_ROWS = 5000
"""Rows of one file that are looked at."""
_DEPTH = 8
_INSIDE = frozenset(("metadata", "meta", "annotations"))
"""Keys below which data holds what it says about an entry."""


def fits(names: frozenset[str], groups: Sequence[Sequence[str]]) -> bool:
    """Say whether of each group at least one name is there."""
    return bool(groups) and all(any(name in names for name in group) for group in groups)


def make(
    kind: Kind,
    fields: dict[str, Value],
    empty: dict[str, int],
    place: tuple[str, int, int],
    form: str,
    group: str = "",
    title: str = "",
) -> Record:
    """Return a record from its fields; ``place`` is path, first and last line."""
    telling = ("title", "description", "summary", *(kind.row[0] if kind.row else ()))
    subject = title or next((fields[n].text for n in telling if n in fields), "")
    stated = fields.get("date")
    return Record(
        kind=kind.name,
        id=fields["id"].text.split("\n")[0][:40] if "id" in fields else "",
        title=" ".join(subject.split())[:120],
        date=parse_date(stated.text) if stated else None,
        fields=fields,
        empty=empty,
        path=place[0],
        line=place[1],
        end=place[2],
        form=form,
        group=group,
    )


_NUMBERED = regex(r" (?:id|ids|nr|no|num|number|ref|nummer|numero|key)\Z")
_LEAD = regex(r"(\w{3,20}(?: \w{2,20})?) [–—-] (\S.*)\Z", re.S)
_SUBJECT = regex(r"([^:–—]{2,60}?)\s*(?::|–|—)\s+(\S.{5,})\Z", re.S)
_ALONE = regex(r"[*_]{0,2}([^:]{2,60}):[*_]{0,2}\Z")
_SEVERAL = 2
_HUMPED = regex(r"\A[A-Za-z]+[a-z][A-Z]|\A[A-Z]{2,}ID\Z")
CHOSEN = frozenset(("status", "severity", "likelihood", "impact", "rating", "level", "type"))
"""Fields whose value is one of a few."""
_SCALES = frozenset(("likelihood", "impact", "rating", "level"))
_NARROW = 3


def _numbers(name: str) -> bool:
    """Say whether a column or key holds numbers, as "Risk ID" does, whatever the word before means elsewhere."""
    return name.strip() in ("#", "№", "Nr.", "No.") or _NUMBERED.search(normal(name.replace("_", " "))) is not None


def _is_scale(names: Mapping[int, str], table: Table) -> bool:
    """Say whether a table explains the steps of a scale: its first column holds each of them once."""
    first = [normal(row.cells[0]) for row in table.rows if row.cells]
    return names.get(0) in _SCALES and len(table.header) <= _NARROW and len(set(first)) == len(first)


def columns_of(header: Sequence[str], kind: Kind) -> dict[int, str]:
    """Return which column means which field; the field's own name wins, then an exact one, then the first column."""
    names: dict[int, str] = {}
    # Exports write "DueDate" where people write "Due date".
    header = [spaced(cell) if _HUMPED.search(cell) else cell for cell in header]
    own = {normal(name.replace("_", " ")): name for name in kind.lexicon.names}
    # "Now (2026-06-30)" and "Target [h]" mean what stands before the brackets.
    bare = [cell.split("(", 1)[0].split("[", 1)[0].strip() or cell for cell in header]
    for test in (lambda cell: own.get(normal(cell), ""), kind.lexicon.exact, kind.lexicon.find):
        for index, cell in enumerate(header if test == kind.lexicon.find else bare):
            numbers = _numbers(cell) and not kind.lexicon.exact(cell.replace("_", " "))
            name = "id" if numbers else test(cell.replace("_", " "))
            if index not in names and name and name not in names.values():
                names[index] = name
    # A register may say the same in two columns, such as a measure and the control that it is.
    for index, cell in enumerate(header):
        again = kind.lexicon.exact(cell.replace("_", " ")) if index not in names else ""
        if again in kind.joined:
            names[index] = again
    # Beside an owner, "by" is a day.
    by = next((i for i, cell in enumerate(header) if i not in names and normal(cell) == "by"), None)
    if by is not None and "due" in kind.lexicon.names and "due" not in names.values():
        names[by] = "due"
    return names


def _row(
    kind: Kind,
    names: Mapping[int, str],
    cells: Sequence[str],
    path: str,
    line: int,
    form: Form,
    group: str,
    once: Mapping[str, Value] = MappingProxyType({}),
) -> Record | None:
    fields: dict[str, Value] = {}
    empty: dict[str, int] = {}
    for index, name in names.items():
        text = cells[index].strip() if index < len(cells) else ""
        if is_unfilled(text) or (name in CHOSEN and is_menu(text)):
            empty[name] = line
        elif name in fields:
            fields[name] = Value(f"{fields[name].text}\n{text}", line, form, line)
        else:
            fields[name] = Value(text, line, form, line)
    if "level" in kind.lexicon.names and "level" not in names.values() and "description" in fields:
        # "Operational – ..." says in front what another register has a column for.
        told = fields["description"]
        if lead := _LEAD.match(told.text):
            fields["level"] = dataclasses.replace(told, text=lead[1])
            fields["description"] = dataclasses.replace(told, text=lead[2])
    empty = {name: at for name, at in empty.items() if name not in fields}
    if not fits(frozenset(fields), kind.row[:1]):
        return None
    return make(kind, {**once, **fields}, empty, (path, line, line), form, group)


def from_tables(document: Document, kind: Kind) -> list[Record]:
    """Return the rows of every table that has the columns of the kind.

    What the document says once, and no column of the table does, holds for each row, as far as the kind allows it.
    """
    found = []
    for table in document.tables:
        names = columns_of(table.header, kind)
        if not fits(frozenset(names.values()), kind.row) or _is_scale(names, table):
            continue
        group = next((h.text for h in reversed(document.headings) if h.line < table.line), "")
        once = {name: value for name, value in _said_once(document, kind).items() if name not in names.values()}
        for row in table.rows[:_ROWS]:
            record = _row(kind, names, row.cells, document.path, row.line, "cell", group, once)
            found += [record] if record else []
    return _joined(found)


def _joined(found: Sequence[Record]) -> list[Record]:
    """Return the rows, those of one number as one: a document may show a register again by another order."""
    whole: dict[str, Record] = {}
    for at, record in enumerate(found):
        key = record.id or f"#{at}"
        first = whole.get(key)
        if first is None or normal(first.title) != normal(record.title):
            whole[key if first is None else f"#{at}"] = record
            continue
        fields = {**record.fields, **first.fields}
        whole[key] = dataclasses.replace(
            first, fields=fields, empty={name: line for name, line in first.empty.items() if name not in fields}
        )
    return list(whole.values())


def with_sections(rows: Sequence[Record], sections: Sequence[Record]) -> list[Record]:
    """Return the rows of a table with what sections of the same numbers say of them, which come first."""
    told = {section.id: section for section in sections if section.id and section.form == "heading"}
    if not any(row.id in told for row in rows):
        return list(rows)
    found = []
    for row in rows:
        section = told.pop(row.id, None)
        if section is None:
            found.append(row)
            continue
        fields = {**row.fields, **section.fields}
        empty = {name: line for name, line in {**row.empty, **section.empty}.items() if name not in fields}
        found.append(dataclasses.replace(section, fields=fields, empty=empty))
    return [*found, *told.values()]


def from_items(document: Document, kind: Kind) -> list[Record]:
    """Return what lists below a heading of the kind hold, one entry for each subject that is named.

    A subject stands in front of an item ("Customers: ...") or on a line of its own before the items that belong to it.
    """
    if not kind.listed:
        return []
    name, said = kind.listed
    known = list((kind.classes.get(name) or {}).values())
    found: list[Record] = []
    for part in parts(document, kind.lexicon):
        if part.form != "heading" or part.name not in kind.listed:
            continue
        end = next((h.line - 1 for h in document.headings if h.line > part.line), part.end)
        subjects = _subjects(document, part.line, end)
        # Most of what is listed has to be of the sort that the kind is about: needs are listed by subject, too.
        if 2 * sum(any(test.search(subject) for test in known) for subject, _, _ in subjects) < len(subjects):
            continue
        for subject, text, line in subjects:
            fields = {name: Value(subject, line, "label", line), said: Value(text, line, "label", line)}
            found.append(make(kind, fields, {}, (document.path, line, line), "label", part.title, subject))
    return found if len(found) >= _SEVERAL else []


def _subjects(document: Document, first: int, last: int) -> list[tuple[str, str, int]]:
    """Return subject, text and line of what the lists between two lines name."""
    items = [item for item in document.items if first < item.line <= last and item.depth == 0]
    lines = {item.line for item in items}
    heads = [(line.line, match[1]) for line in document.prose if first < line.line <= last and line.line not in lines
             and (match := _ALONE.match(line.text.strip()))]  # fmt: skip
    if heads:
        borders = [line for line, _ in heads[1:]] + [last + 1]
        return [
            (subject, "; ".join(item.text for item in items if line < item.line < border), line)
            for (line, subject), border in zip(heads, borders, strict=True)
            if any(line < item.line < border for item in items)
        ]
    found = [(match, item.line) for item in items if (match := _SUBJECT.match(item.text))]
    return [(match[1], match[2], line) for match, line in found if not is_unfilled(match[2])]


def _said_once(document: Document, kind: Kind) -> dict[str, Value]:
    """Return what front matter and labels say of the whole document, of the fields that may be said that way."""
    if not kind.whole:
        return {}
    below = [h.line for h in document.headings if h.level > 1 and h.line > 1]
    head = min(below, default=document.lines + 1)
    found: dict[str, Value] = {}
    for part in parts(document, kind.lexicon):
        if (
            part.name in kind.whole
            and part.form in ("front", "label")
            and part.line < head
            and not is_unfilled(part.text)
        ):
            found.setdefault(part.name, Value(part.text, part.line, part.form, part.line))
    return found


def from_csv(scan: Scan, path: str, text: str, kind: Kind) -> list[Record]:
    """Return the rows of a CSV file; rows of another width are noted and still read."""
    mark = "\t" if path.lower().endswith(".tsv") else ";" if text[:2000].count(";") > text[:2000].count(",") else ","
    reader = csv.reader(io.StringIO(text), delimiter=mark, strict=True)
    found: list[Record] = []
    try:
        header = next(reader, [])
        names = columns_of(header, kind)
        if not fits(frozenset(names.values()), kind.row):
            return []
        for cells in reader:
            line = reader.line_num
            if len(found) >= _ROWS:
                scan.problem(path, "LIMIT", f"only the first {_ROWS} rows were looked at")
                break
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(header):
                scan.problem(path, "PARSE_ERROR", f"{path}:{line} has {len(cells)} cells, the head has {len(header)}")
            record = _row(kind, names, cells, path, line, "data", "")
            found += [record] if record else []
    except csv.Error as trouble:
        scan.problem(path, "PARSE_ERROR", f"{path}:{reader.line_num} {trouble}")
    return found


def load(scan: Scan, path: str, text: str) -> list[Any]:
    """Return the documents of a YAML or JSON file, with lines where they can be had; what does not parse is noted."""
    if path.lower().endswith(".json"):
        try:
            plain = json.loads(text)
        except (ValueError, RecursionError) as trouble:
            line = getattr(trouble, "lineno", 1)
            scan.problem(path, "PARSE_ERROR", f"{path}:{line} {trouble}")
            return []
        try:
            return [lineyaml.load(text, path)]
        except lineyaml.YamlError:
            return [plain]
    try:
        return list(lineyaml.load_all(text, path))
    except lineyaml.YamlError as trouble:
        line = trouble.place.line if trouble.place else 1
        scan.problem(path, "PARSE_ERROR", f"{path}:{line} {trouble.message}")
        return []


def from_data(scan: Scan, path: str, text: str, kind: Kind, words: Common) -> list[Record]:
    """Return the records of a YAML or JSON file: one in the file, or the entries of its lists."""
    found: list[Record] = []
    for data in load(scan, path, text):
        if isinstance(data, Mapping):
            record = _mapping(kind, data, path, words)
            if record:
                found.append(record)
                continue
        found += _entries(kind, data, path, words, "", 0)
    return found[:_ROWS]


@fact
def _loaded(scan: Scan, path: str) -> list[Any]:
    """Return the documents of a file that several kinds are looked for in."""
    return load(scan, path, scan.text(path) or "")


def below_keys(scan: Scan, path: str, kind: Kind, words: Common) -> list[Record]:
    """Return the records of a YAML or JSON file about several things: those below a key that the kind goes by."""
    found: list[Record] = []
    for data in _loaded(scan, path):
        outer = data if isinstance(data, Mapping) else {}
        inner = [pair for value in outer.values() if isinstance(value, Mapping) for pair in value.items()]
        for key, value in (*outer.items(), *inner):
            if isinstance(value, (Mapping, list)) and kind.headings.search(normal(spaced(key))):
                found += _entries(kind, value, path, words, str(key), 0)
    return found[:_ROWS]


def from_front(document: Document, kind: Kind, words: Common) -> list[Record]:
    """Return the records that lists in a document's front matter hold."""
    return list(_entries(kind, list(document.front.values()), document.path, words, "", 0))[:_ROWS]


def _entries(kind: Kind, data: Any, path: str, words: Common, group: str, depth: int) -> Iterator[Record]:
    if depth > _DEPTH:
        return
    if isinstance(data, Mapping):
        for key, value in data.items():
            record = _mapping(kind, value, path, words, group, str(key)) if isinstance(value, Mapping) else None
            if record:
                yield record
            elif isinstance(value, (Mapping, list)):
                yield from _entries(kind, value, path, words, str(key), depth + 1)
    elif isinstance(data, list):
        for item in data[:_ROWS]:
            record = _mapping(kind, item, path, words, group) if isinstance(item, Mapping) else None
            if record:
                yield record
            elif isinstance(item, (Mapping, list)):
                yield from _entries(kind, item, path, words, group, depth + 1)


def _pairs(data: Mapping[Any, Any]) -> Iterator[tuple[Mapping[Any, Any], Any, Any]]:
    """Yield the pairs of an entry, and then those that a mapping of its metadata holds."""
    for name, value in data.items():
        if str(name).lower() not in _INSIDE or not isinstance(value, Mapping):
            yield data, name, value
    for name, value in data.items():
        if str(name).lower() in _INSIDE and isinstance(value, Mapping):
            yield from ((value, inner, held) for inner, held in value.items())


def _mapping(
    kind: Kind, data: Mapping[Any, Any], path: str, words: Common, group: str = "", key: str = ""
) -> Record | None:
    fields: dict[str, Value] = {}
    empty: dict[str, int] = {}
    first = int(getattr(data, "line", 1) or 1)
    listed: Any = ()
    own = frozenset(normal(name.replace("_", " ")) for name in kind.lexicon.names)
    for holder, name_, value in sorted(_pairs(data), key=lambda item: normal(spaced(item[1])) not in own):
        written = spaced(name_)
        name = kind.lexicon.exact(written) or ("id" if _numbers(written) else kind.lexicon.find(written))
        line = holder.line_of(name_) if isinstance(holder, lineyaml.Map) else first
        text = flat(value)
        if name in fields and name in kind.joined and not is_unfilled(text):
            fields[name] = Value(f"{fields[name].text}\n{text}", fields[name].line, "data", line)
        if not name or name in fields:
            continue
        if is_unfilled(text):
            empty[name] = line
            continue
        fields[name] = Value(text, line, "data", line, len(value) if isinstance(value, (list, tuple)) else 0)
        if name == "actions":
            listed = steps.from_data(value, line, words)
    shape = kind.file
    # As in a table, a field that is there and left empty belongs to the shape of an entry.
    shown = fits(frozenset((*fields, *empty)), kind.row) and fits(frozenset(fields), kind.row[:1])
    good = shown or (
        shape is not None and len(shape.of & fields.keys()) >= shape.least and bool(shape.core & fields.keys())
    )
    if not good:
        return None
    if key and "id" not in fields:
        fields["id"] = Value(key, first, "data", first)
    return dataclasses.replace(make(kind, fields, empty, (path, first, first), "data", group), actions=tuple(listed))
