"""The collector every markup reader fills."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qmslint.facts.markup.model import Document, Heading, Item, Line, Link, Row, Table


class Collector:
    """Gathers the parts of one document in order."""

    def __init__(self, path: str, markup: str) -> None:
        self.path = path
        self.markup = markup
        self.front: Mapping[str, Any] = {}
        self.headings: list[Heading] = []
        self.items: list[Item] = []
        self.tables: list[Table] = []
        self.links: list[Link] = []
        self.prose: list[Line] = []
        self.comments: list[Line] = []
        self.code: list[Line] = []

    def heading(self, level: int, text: str, line: int) -> None:
        """Add a heading unless it is empty."""
        if text.strip():
            self.headings.append(Heading(level, text.strip(), line))

    def table(self, header: tuple[str, ...], rows: list[Row], line: int) -> None:
        """Add a table and its cells as prose."""
        self.tables.append(Table(header, tuple(rows), line))
        self.prose.extend(Line(" | ".join(row.cells), row.line) for row in rows)

    def finish(self, lines: int) -> Document:
        """Return the document."""
        return Document(
            self.path,
            self.markup,
            lines,
            self.front,
            tuple(self.headings),
            tuple(self.items),
            tuple(self.tables),
            tuple(self.links),
            tuple(self.prose),
            tuple(self.comments),
            tuple(self.code),
        )
