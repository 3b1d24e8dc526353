"""The parts of a written document that facts look at, the same for every markup language."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import field
from functools import cached_property, lru_cache
from typing import Any

from qmslint.quick import dataclass, regex

_WORD = regex(r"[^\W_]+(?:['’\-./][^\W_]+)*")
_NUMBERING = regex(
    r"^(?:(?:section|chapter|step|abschnitt|kapitel)\s+)?(?:[0-9]+|[ivx]+|[a-z])(?:[.)][0-9]*)+\s*[:.–—-]?\s+|^[0-9]+\s*[:–—-]?\s+(?=\S)"
)


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading: level 1 is the outermost; the line is 1-based.

    Level 7 are titles that are no headings of the markup: the summary of a folding block, a line of bold text.
    """

    level: int
    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Item:
    """A list item; ``checked`` is ``None`` unless it is a task-list item."""

    text: str
    line: int
    checked: bool | None = None
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """A table row."""

    cells: tuple[str, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its header cells."""

    header: tuple[str, ...]
    rows: tuple[Row, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Link:
    """A link or image with its target as written."""

    text: str
    target: str
    line: int
    image: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A line of running text, of a list item or of a table, without markup of blocks."""

    text: str
    line: int


@dataclass(frozen=True)
class Document:
    """A document taken apart.

    Parameters
    ----------
    path : str
        Where it is.
    markup : str
        ``markdown``, ``rst``, ``asciidoc``, ``org`` or ``text``.
    front : mapping
        Front matter, or header fields of the markup.
    prose : tuple of Line
        What people wrote: running text, list items and table cells; no code, comments or headings.
    comments : tuple of Line
        Text of comments, which a template leaves behind.
    """

    path: str
    markup: str
    lines: int
    front: Mapping[str, Any] = field(default_factory=dict)
    headings: tuple[Heading, ...] = ()
    items: tuple[Item, ...] = ()
    tables: tuple[Table, ...] = ()
    links: tuple[Link, ...] = ()
    prose: tuple[Line, ...] = ()
    comments: tuple[Line, ...] = ()
    code: tuple[Line, ...] = ()

    @property
    def title(self) -> str:
        """Text of the first heading, or the front matter's title."""
        if isinstance(self.front.get("title"), str):
            return str(self.front["title"])
        return next((heading.text for heading in self.headings if heading.level < 7), "")

    @cached_property
    def words(self) -> int:
        """Number of own words: prose, list items and table cells."""
        return sum(count_words(line.text) for line in self.prose)

    def end_of(self, heading: Heading) -> int:
        """Return the last line of the section that ``heading`` opens, its sub-sections included."""
        for other in self.headings:
            if other.line > heading.line and other.level <= heading.level:
                return other.line - 1
        return self.lines

    def section(self, heading: Heading) -> Document:
        """Return the section that ``heading`` opens as a document of its own (lines stay those of the file)."""
        first, last = heading.line, self.end_of(heading)
        return self.between(first, last)

    def between(self, first: int, last: int) -> Document:
        """Return the part from line ``first`` to line ``last`` as a document."""
        return Document(
            self.path,
            self.markup,
            last,
            {},
            tuple(h for h in self.headings if first <= h.line <= last),
            tuple(i for i in self.items if first <= i.line <= last),
            tuple(t for t in self.tables if first <= t.line <= last),
            tuple(k for k in self.links if first <= k.line <= last),
            tuple(p for p in self.prose if first <= p.line <= last),
            tuple(c for c in self.comments if first <= c.line <= last),
            tuple(c for c in self.code if first <= c.line <= last),
        )

    @cached_property
    def text(self) -> str:
        """Headings, prose and column names in order, one line each, for searching; see :meth:`line_at`."""
        return "\n".join(text for _, text in self._ordered)

    @cached_property
    def plain(self) -> str:
        """:attr:`text` in lower case without accents, line by line the same, for comparing words."""
        return fold(self.text)

    @cached_property
    def _ordered(self) -> tuple[tuple[int, str], ...]:
        parts = [(h.line, h.text) for h in self.headings] + [(p.line, p.text) for p in self.prose]
        parts += [(t.line, " | ".join(t.header)) for t in self.tables]
        return tuple(sorted(parts, key=lambda part: part[0]))

    def line_at(self, offset: int) -> int:
        """Return the file's line for a character offset into :attr:`text`."""
        return self.line_of(self.text.count("\n", 0, offset))

    def line_of(self, index: int) -> int:
        """Return the file's line for the ``index``-th line of :attr:`text` or :attr:`plain`."""
        return self._ordered[min(index, len(self._ordered) - 1)][0] if self._ordered else 1


@lru_cache(maxsize=65536)
def normal(text: str) -> str:
    """Return a heading or column name for comparison: lower case, no numbering, emoji, markup or punctuation.

    Accents are kept as letters without marks, so that ``Prüfung`` and ``Prufung`` compare equal.
    """
    text = unicodedata.normalize("NFKD", text.replace("ß", "ss"))
    text = "".join(letter for letter in text if not unicodedata.combining(letter)).lower()
    text = re.sub(r"[*_`~#]+", "", text).strip()
    text = _NUMBERING.sub("", text)
    text = re.sub(r"[^\w\s/&+-]", " ", text)
    return " ".join(text.replace("&", " and ").split())


def fold(text: str) -> str:
    """Return ``text`` in lower case and without accents, so that words of it can be compared."""
    if text.isascii():
        return text.lower()
    text = unicodedata.normalize("NFKD", text.replace("ß", "ss").replace("’", "'"))
    return "".join(letter for letter in text if not unicodedata.combining(letter)).lower()


def count_words(text: str) -> int:
    """Return the number of words in a text without markup."""
    return len(_WORD.findall(text))
