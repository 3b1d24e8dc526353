"""Several decisions in one file: the rows of a log, or one heading each (arc42, chapter 9)."""

from __future__ import annotations

import bisect
from collections.abc import Iterator, Sequence

from qmslint.facts.dates import parse_date
from qmslint.facts.decisions.model import Decision, Text
from qmslint.facts.decisions.read import read
from qmslint.facts.decisions.words import Words, is_menu, status_of
from qmslint.facts.lexicon import is_unfilled
from qmslint.facts.markup import Document, Table
from qmslint.facts.parts import Part

_CORE = ("outcome", "status", "context", "rationale", "options", "consequences")
_LIMIT = 200
"""Decisions of one file that are looked at."""


def from_tables(document: Document, words: Words) -> tuple[Decision, ...]:
    """Return the rows of every table that has the columns of a decision log."""
    return tuple(found for table in document.tables for found in _rows(document, table, words))[:_LIMIT]


def _rows(document: Document, table: Table, words: Words) -> Iterator[Decision]:
    columns: dict[str, int] = {}
    for index, cell in enumerate(table.header):
        name = words.parts.find(cell)
        if name:
            columns.setdefault(name, index)
    if not all(any(name in columns for name in group) for group in words.log) or len(columns) < 3:
        return
    # A list of questions with what became of them is no log: a decision has a day, a person or reasons.
    if not any(name in columns for name in ("date", "decided_by", "rationale", "options", "consequences")):
        return
    for row in table.rows:
        texts = {
            name: Text(row.cells[index], row.line)
            for name, index in columns.items()
            if index < len(row.cells) and not is_unfilled(row.cells[index])
        }
        subject = texts.get("outcome") or texts.get("title")
        if subject is None or is_menu(
            row.cells[columns["status"]] if columns.get("status", 99) < len(row.cells) else ""
        ):
            continue
        texts.setdefault("outcome", subject)
        yield Decision(
            id=texts["number"].text if "number" in texts else "",
            title=(texts.get("title") or subject).text[:120],
            status=status_of(texts["status"].text, words) if "status" in texts else "",
            date=parse_date(texts["date"].text) if "date" in texts else None,
            parts=texts,
            path=document.path,
            line=row.line,
            dialect="log",
        )


def from_headings(document: Document, found: Sequence[Part], words: Words) -> tuple[Decision, ...]:
    """Return one decision a heading, where at least two headings of a level hold the parts of a decision each."""
    core = [part for part in found if part.name in _CORE and part.line > 1]
    lines = [part.line for part in core]
    for level in range(1, 6):
        sections = [h for h in document.headings if h.level == level and not words.parts.exact(h.text)][:_LIMIT]
        ends = _ends(document, level)
        whole = []
        for heading in sections:
            end = ends[heading.line]
            inside = core[bisect.bisect_right(lines, heading.line) : bisect.bisect_right(lines, end)]
            if len({part.name for part in inside}) >= 2:
                whole.append((heading, end))
        if len(whole) >= 2:
            return tuple(_sections(document, found, words, whole))
    return ()


def _ends(document: Document, level: int) -> dict[int, int]:
    """Return the last line of every section of a level."""
    borders = [h.line for h in document.headings if h.level <= level]
    return {line: after - 1 for line, after in zip(borders, [*borders, document.lines + 1][1:], strict=True)}


def _sections(
    document: Document, found: Sequence[Part], words: Words, whole: Sequence[tuple[object, int]]
) -> Iterator[Decision]:
    starts = [part.line for part in found]
    for heading, end in whole:
        line: int = heading.line  # type: ignore[attr-defined]
        inside = found[bisect.bisect_left(starts, line) : bisect.bisect_right(starts, end)]
        decision = read(document.between(line, end), inside, words, line=line)
        if decision and decision.has("outcome"):
            yield decision
