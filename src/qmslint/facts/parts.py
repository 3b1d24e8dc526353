"""The named parts of a document: what stands under a heading, behind a label, in a two-column table or in front matter."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal

from qmslint.facts.lexicon import Lexicon, is_unfilled
from qmslint.facts.markup import Document, Heading, Line, normal
from qmslint.quick import dataclass, regex

Form = Literal["heading", "label", "cell", "front"]
_LABEL = regex(r"[^\w(\[]{0,6}([^:：|\n]{1,70}?)[ \t]*[:：](?!//)[ \t]*(.*)$")
_DATED = regex(r"[^\w]{0,6}([^\d:|\n]{3,50}?)[ \t]+((?:(?:19|20)\d\d-\d\d-\d\d|[0-3]?\d\.[01]?\d\.(?:19|20)\d\d)\b.*)$")
_BESIDE = regex(r"[ \t]+[·•|][ \t]+")
_ANSWER = regex(r"[ \t]*[:：=–—-]+[ \t]*")
_HUMP = regex(r"(?<=[a-z])(?=[A-Z])")
_JOINT = regex(r"[,;/&+]|\b(?:and|und|et|y)\b", re.I)
_DEPTH = 4
_LIMIT = 4000
"""Parts of one document that are looked at."""
_TITLE = 7
_ROWS = 61
_PAIR = 2


@dataclass(frozen=True, slots=True)
class Part:
    """One named part.

    Parameters
    ----------
    name : str
        What it means in the lexicon, empty for a heading with another meaning.
    title : str
        As written.
    line, end : int
        First line (of the heading or label) and last line.
    form : str
        What makes it a part.
    text : str
        Everything in it, one line of the document per line, sub-headings included.
    level : int
        Level of a heading, 0 for the others.
    """

    name: str
    title: str
    line: int
    end: int
    form: Form
    text: str
    level: int = 0


@dataclass(slots=True)
class _Open:
    name: str
    title: str
    line: int
    form: Form
    level: int
    text: list[str]
    last: int
    close: bool = False
    also: tuple[str, ...] = ()


def parts(document: Document, lexicon: Lexicon) -> tuple[Part, ...]:
    """Return the parts of ``document`` in order; linear in its length.

    A label such as ``Status: accepted`` counts only where the lexicon knows it; headings always count.
    """
    found = list(_front(document, lexicon))
    found += _cells(document, lexicon)
    found += _flow(document, lexicon)
    return tuple(sorted(found, key=lambda part: part.line))


def _front(document: Document, lexicon: Lexicon) -> Iterator[Part]:
    line_of = getattr(document.front, "line_of", None)
    for key, value in document.front.items():
        name = lexicon.exact(str(key)) or lexicon.exact(spaced(key))
        text = flat(value)
        if name and text:
            line = line_of(key) + 1 if line_of else 1
            yield Part(name, str(key), line, line, "front", text)


def spaced(key: object) -> str:
    """Return a key of data as words: ``dueDate`` and ``due_date`` become ``due Date`` and ``due date``."""
    return _HUMP.sub(" ", str(key).replace("_", " ").replace("-", " "))


def flat(value: object) -> str:
    """Return a value of front matter or YAML as text: lists one item a line, mappings ``key: value``."""
    if value is None:
        return ""
    if isinstance(value, Mapping):
        return "\n".join(f"{key}: {flat(item)}" for key, item in value.items())
    if isinstance(value, (list, tuple)):
        return "\n".join(flat(item) for item in value)
    return "yes" if value is True else "no" if value is False else str(value)


def _cells(document: Document, lexicon: Lexicon) -> Iterator[Part]:
    """Yield the rows of tables that list parts by name: two columns with two names, or more columns with three."""
    for table in document.tables:
        rows = [(table.header, table.line), *((row.cells, row.line) for row in table.rows)]
        if len(rows) > _ROWS:
            continue
        at = _named_column(rows, lexicon)
        if at is None:
            continue
        # Of a pair the first row may be a part, too; the head of a wider table names its columns.
        rows = rows if len(table.header) == _PAIR else rows[1:]
        # Such a table lists names; in it a longer name may hold a known one, or join several.
        for cells, line in rows:
            told = [cell for cell in cells[at + 1 :] if not is_unfilled(cell)] or cells[at + 1 : at + 2]
            for name in named(cells[at].rstrip(":"), lexicon) if told else ():
                yield Part(name, cells[at], line, line, "cell", "\n".join(told))


def _named_column(rows: Sequence[tuple[Sequence[str], int]], lexicon: Lexicon) -> int | None:
    """Return the column whose cells name parts, which those after it tell, or ``None``."""
    if all(len(cells) == _PAIR for cells, _ in rows):
        return 0 if sum(1 for cells, _ in rows if lexicon.exact(cells[0].rstrip(":"))) >= _PAIR else None
    # A number or clause may stand before the names.
    body = [cells for cells, _ in rows[1:] if len(cells) > _PAIR]
    for at in (0, 1):
        known = {name for cells in body if (name := lexicon.exact(cells[at].rstrip(":")))}
        if len(known) > _PAIR and 2 * len(known) >= len(body):
            return at
    return None


def named(title: str, lexicon: Lexicon) -> tuple[str, ...]:
    """Return what a title means in the lexicon: the whole of it, or each of the names it joins by commas and *and*."""
    whole = lexicon.exact(title)
    if whole:
        return (whole,)
    found = dict.fromkeys(name for piece in _JOINT.split(title[:200]) if (name := lexicon.exact(piece)))
    # One name alone may be part of another: "results of monitoring and measurement".
    if len(found) < 2:
        longest = lexicon.find(title)
        return (longest,) if longest else ()
    return tuple(found)


def _flow(document: Document, lexicon: Lexicon) -> list[Part]:
    """Return headings and labels with what stands below them."""
    reader = _Flow(document, lexicon)
    events: list[tuple[int, int, Heading | Line]] = [(h.line, 0, h) for h in document.headings]
    events += [(p.line, 1, p) for p in document.prose]
    events += [(c.line, 1, c) for c in document.code]
    for _, _, event in sorted(events, key=lambda item: item[:2]):
        if isinstance(event, Heading):
            reader.heading(event)
        else:
            reader.prose(event)
    return reader.finish(document.lines)


class _Flow:
    def __init__(self, document: Document, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self.depths = {item.line: min(item.depth, _DEPTH) for item in document.items}
        self.rows = {row.line for table in document.tables for row in table.rows}
        self.code = {line.line for line in document.code}
        self.headings: list[_Open] = []
        self.labels: list[_Open] = []
        self.done: list[Part] = []
        self.count = 0

    def heading(self, heading: Heading) -> None:
        self.shut(self.labels, 0, heading.line - 1)
        keep = next((i for i, open_ in enumerate(self.headings) if open_.level >= heading.level), len(self.headings))
        self.shut(self.headings, keep, heading.line - 1)
        for open_ in self.headings:
            open_.text.append(heading.text)
        title, answer = heading.text, ""
        name, *also = named(title, self.lexicon) or ("",)
        label = _LABEL.match(title) if ":" in title else None
        if label and self.lexicon.find(label[1]) and label[2]:
            name, title, answer, also = self.lexicon.find(label[1]), label[1], label[2], []
        opened = _Open(name, title, heading.line, "heading", heading.level, [answer], heading.line, also=tuple(also))
        self.open(self.headings, opened)

    def prose(self, line: Line) -> None:
        is_item = line.line in self.depths
        depth = self.depths.get(line.line, -1)
        plain = line.line not in self.rows and line.line not in self.code
        beside = self.beside(line) if plain and not is_item else []
        label = self.labelled(line.text, is_item) if plain and not beside else None
        if label or is_item:
            keep = next((i for i, open_ in enumerate(self.labels) if open_.level >= depth), len(self.labels))
            self.shut(self.labels, keep, line.line - 1)
        # A label outside lists that was answered on its own line ends with its paragraph.
        while self.labels and self.labels[-1].close and line.line > self.labels[-1].last + 1:
            self.shut(self.labels, len(self.labels) - 1, self.labels[-1].last)
        for open_ in (*self.headings, *self.labels):
            open_.text.append(line.text)
            open_.last = line.line
        self.done += beside
        if label:
            name, title, rest = label
            close = bool(rest) and not is_item
            self.open(self.labels, _Open(name, title, line.line, "label", depth, [rest], line.line, close))

    def beside(self, line: Line) -> list[Part]:
        """Return the labels that stand beside each other on a line: ``Date: 2026-02-10 · Assessor: Ada``."""
        pieces = _BESIDE.split(line.text[:2000])
        if len(pieces) < 2 or not all(_LABEL.match(piece) or _DATED.match(piece) for piece in pieces):
            return []
        found = [label for piece in pieces if (label := self.labelled(piece, False))]
        return [Part(name, title, line.line, line.line, "label", rest) for name, title, rest in found]

    def labelled(self, text: str, is_item: bool) -> tuple[str, str, str] | None:
        """Return name, title and answer of a labelled line that the lexicon knows."""
        match = _LABEL.match(text[:2000])
        # "Mitigation (planned): ..." says in brackets something about the answer.
        if match and (name := self.lexicon.exact(match[1]) or self.lexicon.exact(match[1].partition("(")[0])):
            return name, match[1].strip(), match[2]
        match = _DATED.match(text[:300])
        if match and (name := self.lexicon.exact(match[1])):
            return name, match[1].strip(), match[2]
        if is_item and len(text) <= 60 and (name := self.lexicon.exact(text)):
            return name, text, ""
        return None

    def open(self, stack: list[_Open], opened: _Open) -> None:
        self.count += 1
        if self.count <= _LIMIT:
            stack.append(opened)

    def shut(self, stack: list[_Open], keep: int, end: int) -> None:
        while len(stack) > keep:
            open_ = stack.pop()
            text = "\n".join(line for line in open_.text if line.strip())
            last, level = max(end, open_.line), max(open_.level, 0)
            for name in (open_.name, *open_.also):
                self.done.append(Part(name, open_.title, open_.line, last, open_.form, text, level))

    def finish(self, last: int) -> list[Part]:
        self.shut(self.labels, 0, last)
        self.shut(self.headings, 0, last)
        return self.done


def first(found: Iterable[Part], name: str, *forms: Form) -> Part | None:
    """Return the first part called ``name``, of the given forms where any are given."""
    return next((part for part in found if part.name == name and (not forms or part.form in forms)), None)


def title_of(document: Document) -> str:
    """Return the title of a document: its first heading, else the front matter's title."""
    heading = next((h for h in document.headings if h.level < _TITLE), None)
    if heading:
        return heading.text
    title = document.front.get("title")
    return title if isinstance(title, str) else ""


def same(one: str, other: str) -> bool:
    """Say whether two names are written alike."""
    return normal(one) == normal(other)
