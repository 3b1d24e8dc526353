"""Records that are rows: tables of documents, CSV, and lists of YAML or JSON."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from qmslint import lineyaml
from qmslint.facts.base import Scan
from qmslint.facts.dates import parse_date
from qmslint.facts.lexicon import is_unfilled
from qmslint.facts.markup import Document, normal
from qmslint.facts.parts import flat, parts, spaced
from qmslint.facts.records import actions as steps
from qmslint.facts.records.model import Form, Record, Value
from qmslint.facts.records.words import Common, Kind

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
    subject = title or next((fields[n].text for n in ("title", "description", "summary") if n in fields), "")
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


def columns_of(header: Sequence[str], kind: Kind) -> dict[int, str]:
    """Return which column means which field; the field's own name wins, then an exact one, then the first column."""
    names: dict[int, str] = {}
    own = {normal(name.replace("_", " ")): name for name in kind.lexicon.names}
    # "Now (2026-06-30)" and "Target [h]" mean what stands before the brackets.
    bare = [cell.split("(", 1)[0].split("[", 1)[0].strip() or cell for cell in header]
    for test in (lambda cell: own.get(normal(cell), ""), kind.lexicon.exact, kind.lexicon.find):
        for index, cell in enumerate(header if test == kind.lexicon.find else bare):
            name = "id" if cell.strip() in ("#", "№", "Nr.", "No.") else test(cell.replace("_", " "))
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
        if is_unfilled(text):
            empty[name] = line
        elif name in fields:
            fields[name] = Value(f"{fields[name].text}\n{text}", line, form, line)
        else:
            fields[name] = Value(text, line, form, line)
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
        if not fits(frozenset(names.values()), kind.row):
            continue
        group = next((h.text for h in reversed(document.headings) if h.line < table.line), "")
        once = {name: value for name, value in _said_once(document, kind).items() if name not in names.values()}
        for row in table.rows[:_ROWS]:
            record = _row(kind, names, row.cells, document.path, row.line, "cell", group, once)
            found += [record] if record else []
    return found


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
        name = kind.lexicon.exact(written) or kind.lexicon.find(written)
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
