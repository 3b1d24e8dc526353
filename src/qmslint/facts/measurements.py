"""Results of indicators: what was measured, when, and with which value, in whatever table a team keeps."""

from __future__ import annotations

import csv
import io
import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Any

from qmslint import lineyaml
from qmslint.facts.base import Scan, fact
from qmslint.facts.dates import MONTHS, day_of, parse_date
from qmslint.facts.families import family_of
from qmslint.facts.lexicon import Lexicon, is_unfilled
from qmslint.facts.markup import Document, document, markup_of
from qmslint.facts.parts import flat, named, spaced, title_of
from qmslint.facts.records.find import records
from qmslint.facts.records.lists import load
from qmslint.facts.records.words import common
from qmslint.facts.releases import releases
from qmslint.facts.sources import evidence_paths
from qmslint.patterns import any_of
from qmslint.quick import dataclass, regex

_FILES = 1_000
_ROWS = 5_000
_SIZE = 1 << 20
_DIGIT = regex(r"\d")
_DAY = regex(r"\b\d{1,2}\.\d{1,2}\.\d{4}\b|\b\d{4}-\d\d-\d\d\b")
_NUMBER = regex(r"[~≈]?\s*[-+]?\d[\d.,]*\s*[^\s\d]{0,12}(?:\s[^\s]{1,12}){0,3}$")
_LINE = regex(r"[^\w(]{0,6}([^:：=|\n]{3,70}?)[ \t]*(?:[:：=]|\bis\b|\bwas\b|—|–)[ \t]*([^\n]{1,200})$")
_STAMP = regex(r"(?<!\d)((?:19|20)\d\d[-_.]?(?:[QT][1-4]|0[1-9]|1[0-2])(?:[-_.]?(?:0[1-9]|[12]\d|3[01]))?)(?!\d)", re.I)

_BARE = regex(r"[QT]([1-4])", re.I)
_DATED_BY = (
    "date", "period", "generated", "window", "as of", "quarter", "month", "week", "datum", "zeitraum", "stand", "erstellt",
    "fecha", "período", "période", "généré", "au ",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Measurement:
    """One recorded result.

    Parameters
    ----------
    family, measure : str
        What it is about, by the vocabulary, such as ``delivery`` and ``change lead time``.
    label, value : str
        As written.
    day : date or None
        Of what it is a result: the day, or the last day of the period, at most that of the examination.
    action : str
        What was done because of it, where the same row says so.
    """

    family: str
    measure: str
    label: str
    value: str
    day: date | None
    path: str
    line: int
    action: str = ""


@dataclass(frozen=True, slots=True)
class _Grid:
    """A table of any origin."""

    header: tuple[str, ...]
    rows: tuple[tuple[tuple[str, ...], int], ...]
    near: str


@fact
def measurements(scan: Scan) -> tuple[Measurement, ...]:
    """Return all recorded results in the order of path and line; those of the future are left out."""
    found: dict[tuple[str, int, str], Measurement] = {}
    # A review of an incident measures that incident, not the way of working.
    never = frozenset((*scan.glob(*scan.words("measurements", "never")), *records(scan, "incident-review").files))
    for path in evidence_paths(scan, tuple(scan.words("measurements", "globs")))[:_FILES]:
        text = scan.text(path) if path not in never else None
        if text is None or len(text) > _SIZE:
            continue
        for item in _of_file(scan, path, text):
            found.setdefault((item.path, item.line, item.label + str(item.day)), item)
    return tuple(found[key] for key in sorted(found))


@fact
def _columns(scan: Scan) -> Lexicon:
    return Lexicon(MappingProxyType(dict(scan.words("measurements", "columns"))))


@fact
def _wanted(scan: Scan) -> Any:
    """Return the test for values and headings that tell what is wanted, or what others reach, instead of a result."""
    return any_of(scan.words("measurements", "wanted"))


def _of_file(scan: Scan, path: str, text: str) -> Iterator[Measurement]:
    ending = posixpath.splitext(path)[1].lower()
    stamp = _STAMP.search(posixpath.basename(path)) or _STAMP.search(path)
    dated = stamp[1].replace("_", "-") if stamp else ""
    if ending in (".csv", ".tsv"):
        yield from _of_grid(scan, path, _from_csv(text, ending), dated)
    elif ending in (".yml", ".yaml", ".json"):
        for data in load(scan, path, text):
            yield from _of_data(scan, path, data, dated, 0)
    elif markup_of(path):
        parsed = document(scan, path)
        title = normal_title(parsed) if parsed else ""
        # A form or a made-up example is no record.
        if parsed and not common(scan).not_titles.search(title) and not common(scan).fiction.search(text[:1500]):
            yield from _of_document(scan, parsed, dated)


def normal_title(parsed: Document) -> str:
    """Return the title of a document in small letters."""
    return title_of(parsed).lower()


def _of_document(scan: Scan, parsed: Document, dated: str) -> Iterator[Measurement]:
    front = flat(parsed.front.get("date") or parsed.front.get("period") or "")
    opening = (line.text.lower().lstrip("*_-> ") for line in parsed.prose[:12])
    stated = next((text for text in opening if text.startswith(_DATED_BY)), "")
    whole = " ".join((front, dated, title_of(parsed), stated))
    inside: set[int] = set()
    for table in parsed.tables:
        near = next((h.text for h in reversed(parsed.headings) if h.line < table.line), "")
        rows = tuple((row.cells, row.line) for row in table.rows[:_ROWS])
        inside.update(line for _, line in rows)
        inside.add(table.line)
        yield from _of_grid(scan, parsed.path, _Grid(table.header, rows, near), whole)
    for line in parsed.prose:
        match = _LINE.match(line.text[:300]) if line.line not in inside else None
        if match and _DIGIT.search(_DAY.sub(" ", match[2])[:40]) and parse_date(match[2][:12]) is None:
            near = next((h.text for h in reversed(parsed.headings) if h.line < line.line), "")
            item = _make(scan, match[1], match[2], f"{near}", whole, parsed.path, line.line)
            if item:
                yield item


def _from_csv(text: str, ending: str) -> _Grid:
    mark = "\t" if ending == ".tsv" else ";" if text[:2000].count(";") > text[:2000].count(",") else ","
    reader = csv.reader(io.StringIO(text), delimiter=mark)
    rows: list[tuple[tuple[str, ...], int]] = []
    try:
        for cells in reader:
            rows.append((tuple(cells), reader.line_num))
            if len(rows) > _ROWS:
                break
    except csv.Error:
        pass
    return _Grid(rows[0][0] if rows else (), tuple(rows[1:]), "")


def _of_grid(scan: Scan, path: str, grid: _Grid, whole: str) -> Iterator[Measurement]:
    """Read one table: a result a row, a period a column, or an indicator a column."""
    names = {index: _column(scan, cell) for index, cell in enumerate(grid.header)}
    where = {name: index for index, name in reversed(list(names.items())) if name}
    heads = [_placed(cell, whole) for cell in grid.header]
    periods = [i for i, cell in enumerate(heads) if i not in where.values() and parse_date(cell, end=True)]
    if "metric" in where and (periods or "value" in where):
        columns = periods or [where["value"]]
        for cells, line in grid.rows:
            for index in columns:
                when = heads[index] if periods else _cell(cells, where.get("date"))
                item = _make(
                    scan, _cell(cells, where["metric"]), _cell(cells, index), f"{when} {grid.near}", whole, path, line,
                    _cell(cells, where.get("action")),
                )  # fmt: skip
                if item:
                    yield item
        return
    first = where.get("date", 0 if _dated_rows(scan, grid) else None)
    if first is None:
        return
    known = [i for i, cell in enumerate(grid.header) if i != first and family_of(scan, _label(scan, cell))[0]]
    for cells, line in grid.rows:
        for index in known:
            when = _when(scan, _cell(cells, first))
            item = _make(
                scan,
                grid.header[index],
                _cell(cells, index),
                when,
                whole,
                path,
                line,
                _cell(cells, where.get("action")),
            )
            if item:
                yield item


def _placed(cell: str, whole: str) -> str:
    """Return a quarter or month without its year as that of the last one begun when the document was written."""
    quarter, written = _BARE.fullmatch(cell.strip()), parse_date(whole, end=True)
    month = MONTHS.get(cell.strip().rstrip(".").lower(), 0)
    first = int(quarter[1]) * 3 - 2 if quarter else month
    if not first or written is None:
        return cell
    year = written.year if first <= written.month else written.year - 1
    return f"{year}-Q{quarter[1]}" if quarter else f"{year}-{first:02d}"


def _column(scan: Scan, cell: str) -> str:
    """Return what a column holds; one that says what follows may say what it means as well."""
    meanings = named(cell.replace("_", " "), _columns(scan))
    exact = _columns(scan).exact(cell.replace("_", " "))
    return exact or ("action" if "action" in meanings and "," in cell else "")


@fact
def _catalogued(scan: Scan) -> Mapping[str, str]:
    """Return the names of catalogued indicators by their identifiers."""
    found = {r.id.casefold(): r.text("metric") or r.title for r in records(scan, "indicator").items if r.id}
    return MappingProxyType(found)


def _label(scan: Scan, written: str) -> str:
    """Return the name of an indicator that is written as its identifier."""
    name = _catalogued(scan).get(written.strip().casefold(), "")
    return f"{written.strip()} {name}" if name else written


def _dated_rows(scan: Scan, grid: _Grid) -> bool:
    return bool(grid.rows) and all(_when(scan, _cell(cells, 0)) != "" for cells, _ in grid.rows[:20])


def _when(scan: Scan, text: str) -> str:
    """Return a period as written, or the day of the release that a cell names."""
    if parse_date(text):
        return text
    wanted = text.strip().lower().lstrip("v")
    named = (
        next((r for r in releases(scan) if wanted and r.version.lower().lstrip("v") == wanted), None)
        if scan.repo.shadow
        else None
    )
    return day_of(named.tag.tagged).isoformat() if named else ""


def _cell(cells: Sequence[str], index: int | None) -> str:
    return cells[index].strip() if index is not None and index < len(cells) else ""


def _of_data(scan: Scan, path: str, data: Any, whole: str, depth: int) -> Iterator[Measurement]:
    """Read mappings with an indicator and a value, and mappings of indicators to values, at any depth up to four."""
    if depth > 4 or not isinstance(data, (Mapping, list)):
        return
    if isinstance(data, list):
        for item in data[:_ROWS]:
            yield from _of_data(scan, path, item, whole, depth + 1)
        return
    named = {_columns(scan).exact(spaced(key)): flat(value) for key, value in reversed(list(data.items()))}
    when = f"{named.get('date', '')} {whole}"
    line = int(getattr(data, "line", 1) or 1)
    if "metric" in named and "value" in named:
        item = _make(scan, named["metric"], named["value"], when, "", path, line, named.get("action", ""))
        if item:
            yield item
        return
    for key, value in data.items():
        if isinstance(value, (Mapping, list)):
            yield from _of_data(scan, path, value, f"{key} {when}", depth + 1)
        elif value is not None:
            at = data.line_of(key) if isinstance(data, lineyaml.Map) else line
            # A mapping may be of anything: only a number is a result.
            item = _make(scan, spaced(key), flat(value), when, "", path, at) if _NUMBER.match(flat(value)) else None
            if item:
                yield item


def _make(
    scan: Scan, label: str, value: str, near: str, whole: str, path: str, line: int, action: str = ""
) -> Measurement | None:
    if (
        not _DIGIT.search(value[:40])
        or "\n" in value.strip()
        or is_unfilled(value)
        or _wanted(scan).search(value)
        or _wanted(scan).search(near)
    ):
        return None
    label = _label(scan, label)
    family, measure = family_of(scan, label)
    if not family:
        return None
    start = parse_date(near) or parse_date(whole)
    end = parse_date(near, end=True) or parse_date(whole, end=True)
    today = day_of(scan.as_of)
    if start and start > today:
        return None
    day = min(end, today) if end else None
    done = "" if is_unfilled(action) else action[:200]
    return Measurement(
        family, measure, " ".join(label.split())[:80], " ".join(value.split())[:80], day, path, line, done
    )


@fact
def objectives_as_code(scan: Scan) -> tuple[tuple[str, int], ...]:
    """Return files and lines that hold objectives of a service as code."""
    test = any_of(scan.words("measurements", "objective_marks"))
    found = []
    for path in evidence_paths(scan, tuple(scan.words("measurements", "objectives")))[:400]:
        text = (scan.text(path) or "")[:200_000]
        match = next((n for n, line in enumerate(text.split("\n"), 1) if test.search(line[:400])), 0)
        if match:
            found.append((path, match))
    return tuple(found)
