"""Files that may hold data about people: tables with columns about them, copies of databases, recordings."""

from __future__ import annotations

import csv
import io
import itertools
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from qmslint.facts.base import Scan, fact
from qmslint.facts.sources import evidence_paths, excluded, tests_among
from qmslint.patterns import any_of
from qmslint.quick import dataclass, regex

TABLES = 1000
"""Tables that are looked into at most."""
_SIZE = 8 * 1024 * 1024
_ROWS = 200_000
_TABLES = 500
"""Tables of one dump that are told apart."""
_MAIL = regex(r"[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64}){1,4}")
_INSERT = regex(r"\bINSERT\s+INTO\s+[`\"\[]?([\w.]{1,80})[`\"\]]?\s*(?:\(([^)]{1,2000})\))?", re.I)
_COPY = regex(r"^COPY\s+([\w.\"]{1,80})\s*\(([^)]{1,2000})\)\s+FROM\s+stdin", re.I | re.M)
_CREATE = regex(r"\bCREATE\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?[`\"\[]?([\w.]{1,80})[`\"\]]?\s*\(", re.I)


@dataclass(frozen=True, slots=True)
class DataFile:
    """One file.

    Parameters
    ----------
    what : str
        What it is, such as ``table with columns about people``.
    rows : int
        Rows with data about people, 0 where the file was not looked into.
    columns : tuple of str
        What the columns hold, never values.
    sealed : bool
        Whether it is an archive whose content was not looked at.
    """

    path: str
    what: str
    rows: int = 0
    columns: tuple[str, ...] = ()
    sealed: bool = False


@dataclass(frozen=True, slots=True)
class DataFiles:
    """All of them, with how many tables were looked into and whether that was all there are."""

    items: tuple[DataFile, ...]
    looked_into: int
    made: tuple[str, ...]
    whole: bool


@fact
def data_files(scan: Scan, rows: int) -> DataFiles:
    """Return the files that may hold data about people; made-up data is told by names and by reserved addresses.

    Parameters
    ----------
    rows : int
        Rows a table needs beyond which it counts.
    """
    words = scan.words("datasets")
    never = frozenset(scan.glob(*words["never"])) | frozenset(scan.glob(*scan.settings.exclude))
    tests = excluded(scan) | tests_among(scan, scan.paths)
    found: list[DataFile] = []
    for what, globs in words["copies"].items():
        found += [DataFile(p, what) for p in evidence_paths(scan, tuple(globs)) if p not in tests and p not in never]
    found += [
        DataFile(p, "archive", sealed=True)
        for p in evidence_paths(scan, tuple(words["archives"]))
        if p not in tests and p not in never
    ]
    tables = [p for p in scan.glob(*words["tables"]) if p not in never]
    columns = {name: any_of(patterns) for name, patterns in words["columns"].items()}
    invented, reserved = any_of(words["made"]), any_of(words["reserved"])
    made: list[str] = []
    for path in tables[:TABLES]:
        text = scan.text(path)
        if text is None or len(text) > _SIZE:
            if text is not None or scan.snapshot.unread.get(path):
                found.append(DataFile(path, "table too large to look into", sealed=True))
            continue
        number, names = _people(path, text, columns)
        if number <= rows:
            continue
        if invented.search(path) or _mostly(reserved, text):
            made.append(path)
        else:
            found.append(DataFile(path, "table with columns about people", number, names))
    unique = {item.path: item for item in found}
    ordered = tuple(unique[path] for path in sorted(unique))
    return DataFiles(ordered, min(len(tables), TABLES), tuple(made), len(tables) <= TABLES)


def _mostly(reserved: Any, text: str) -> bool:
    addresses = [match[0] for _, match in zip(range(500), _MAIL.finditer(text), strict=False)]
    return bool(addresses) and sum(1 for a in addresses if reserved.search(a)) * 10 >= len(addresses) * 8


def _people(path: str, text: str, columns: Mapping[str, Any]) -> tuple[int, tuple[str, ...]]:
    """Return how many rows hold data about people, and what about them."""
    lower = path.lower()
    if lower.endswith(".sql"):
        return _sql(text, columns)
    if lower.endswith((".json", ".jsonl", ".ndjson")):
        return _json(text, columns)
    head = text[:2000]
    mark = "\t" if lower.endswith(".tsv") else ";" if head.count(";") > head.count(",") else ","
    reader = csv.reader(io.StringIO(text), delimiter=mark)
    try:
        names = _about(next(reader, []), columns)
        return (sum(1 for _, row in zip(range(_ROWS), reader, strict=False) if row), names) if names else (0, ())
    except csv.Error:
        return 0, ()


def _about(header: Iterable[str], columns: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what the columns say about people: an address of theirs together with something else."""
    cells = [str(cell).strip().strip("`\"'[]").strip().lower()[:80] for cell in header]
    names = tuple(name for name, test in columns.items() if any(test.search(cell) for cell in cells))
    reachable = {"mail", "phone", "number"} & set(names) or {"birth", "address"} <= set(names)
    return names if len(names) >= 2 and reachable else ()


def _json(text: str, columns: Mapping[str, Any]) -> tuple[int, tuple[str, ...]]:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        lines = text.split("\n")
        try:
            first = json.loads(lines[0])
        except (ValueError, RecursionError):
            return 0, ()
        names = _about(first, columns) if isinstance(first, dict) else ()
        return (sum(1 for line in lines if line.startswith("{")), names) if names else (0, ())
    for rows in (data, *(data.values() if isinstance(data, dict) else ())):
        if isinstance(rows, list) and rows and isinstance(rows[0], dict):
            names = _about(rows[0], columns)
            if names:
                return len(rows), names
    return 0, ()


def _sql(text: str, columns: Mapping[str, Any]) -> tuple[int, tuple[str, ...]]:
    """Count the rows a dump fills into tables about people."""
    creates = list(itertools.islice(_CREATE.finditer(text), _TABLES))
    known = {match[1].lower(): _about(_fields(text, match.end()), columns) for match in creates}
    listed: dict[str, tuple[str, ...]] = {"": ()}
    rows, seen = 0, ()  # type: tuple[int, tuple[str, ...]]
    matches = list(_INSERT.finditer(text))
    for number, match in enumerate(matches[:_ROWS]):
        head = match[2] or ""
        if head not in listed:
            listed[head] = _about(head.split(","), columns) if len(listed) < _TABLES else ()
        names = listed[head] or known.get(match[1].lower(), ())
        if names:
            end = matches[number + 1].start() if number + 1 < len(matches) else len(text)
            rows += 1 + len(re.findall(r"\)\s*,\s*\(", text[match.end() : end]))
            seen = seen or names
    for match in _COPY.finditer(text):
        names = _about(match[2].split(","), columns)
        if names:
            end = text.find("\n\\.", match.end())
            rows += text.count("\n", match.end(), end if end > 0 else len(text))
            seen = seen or names
    return rows, seen


def _fields(text: str, start: int) -> Sequence[str]:
    body = text[start : start + 4000].split(";", 1)[0]
    return [line.split()[0] for part in body.split(",") if (line := part.strip())]
