"""reStructuredText: adorned headings, lists, tables, field lists, directives and links."""

from __future__ import annotations

import csv
import re

from qmslint.facts.markup.collect import Collector
from qmslint.facts.markup.model import Document, Item, Line, Link, Row
from qmslint.quick import regex

_ADORNMENT = regex(r"([!-/:-@\[-`{-~])\1{1,}[ \t]*$")
_ITEM = regex(r"([ \t]*)(?:[-*+•]|#\.|[0-9]{1,9}[.)]|\([0-9]{1,9}\))[ \t]+(?:\[([ xX])\][ \t]+)?(.*)$")
_DIRECTIVE = regex(r"([ \t]*)\.\.[ \t]+(?:\|[^|\n]{1,80}\|[ \t]+)?([\w:+.-]+)::[ \t]*(.*)$")
_COMMENT = regex(r"([ \t]*)\.\.(?:[ \t]+(?!_|\[)(.*))?$")
_TARGET = regex(r"[ \t]*\.\.[ \t]+_`?([^`:\n]{1,200})`?:[ \t]*(\S*)")
_FIELD = regex(r":([^:\n]{1,60}):[ \t]+(.*)$")
_SIMPLE = regex(r"[ \t]*=+(?:[ \t]+=+)+[ \t]*$")
_GRID = regex(r"[ \t]*\+[-=]+(?:\+[-=]+)*\+[ \t]*$")
_LINK = regex(r"`([^`<\n]{0,300}?)\s*<([^>`\s]{1,600})>`__?")
_WRAPPED = regex(r"`([^`<]{1,300}?)\s*<([^>`\s]{1,600})>`__?")
_ROLE = regex(r":(doc|ref|download):`(?:([^`<]{0,200})<)?([^`>]{1,300})>?`")
_MARKS = regex(r"(?::[\w:+.-]{1,40}:)?`{1,2}|\*{1,2}")
_OPAQUE = frozenset(
    ("code-block", "code", "sourcecode", "literalinclude", "highlight", "math", "raw", "image", "figure", "prompt",
     "parsed-literal", "graphviz", "uml", "mermaid", "automodule", "autoclass", "autofunction")
)  # fmt: skip


def parse(path: str, text: str) -> Document:
    """Take a reStructuredText document apart."""
    return _Reader(path).read(text.split("\n"))


class _Reader:
    def __init__(self, path: str) -> None:
        self.out = Collector(path, "rst")
        self.styles: list[str] = []
        self.fields: dict[str, str] = {}

    def read(self, lines: list[str]) -> Document:
        index = 0
        while index < len(lines):
            index = self.line(lines, index)
        self.wrapped(lines)
        self.out.front = self.fields
        return self.out.finish(len(lines))

    def wrapped(self, lines: list[str]) -> None:
        """Take in links whose words go on in the next line; those of one line are already there."""
        code = {line.line for line in self.out.code}
        text = "\n".join(lines)
        number, at = 1, 0
        for match in _WRAPPED.finditer(text):
            if "\n" not in match[0] or "\n\n" in match[0]:
                continue
            number, at = number + text.count("\n", at, match.start()), match.start()
            if number not in code:
                self.out.links.append(Link(" ".join(match[1].split()), match[2], number))

    def line(self, lines: list[str], index: int) -> int:
        text = lines[index]
        if not text.strip():
            return index + 1
        if text.lstrip().startswith(".."):
            return self.explicit(lines, index)
        if _SIMPLE.match(text) and index + 1 < len(lines) and not _SIMPLE.match(lines[index + 1]):
            return self.simple_table(lines, index)
        if _GRID.match(text):
            return self.grid_table(lines, index)
        taken = self.headed(lines, index)
        if taken:
            return taken
        self.plain(text, index + 1)
        if text.rstrip().endswith("::"):
            return self.block(lines, index + 1, _indent(text), keep=True)
        return index + 1

    def plain(self, text: str, number: int) -> None:
        field = _FIELD.match(text)
        if field and not self.out.prose:
            self.fields.setdefault(field[1].strip().lower(), field[2].strip())
        item = _ITEM.match(text)
        if item:
            checked = None if item[2] is None else item[2] in "xX"
            body = self.inline(item[3], number)
            self.out.items.append(Item(body, number, checked, len(item[1].expandtabs(4)) // 2))
            self.out.prose.append(Line(body, number))
        elif not _ADORNMENT.match(text.strip()):
            self.out.prose.append(Line(self.inline(text.strip(), number), number))

    def headed(self, lines: list[str], index: int) -> int:
        """Take in a heading and return the index after it, or 0."""
        text = lines[index]
        below = lines[index + 1] if index + 1 < len(lines) else ""
        if _ADORNMENT.match(text) and below.strip() and index + 2 < len(lines):
            under = lines[index + 2].rstrip()
            if under == text.rstrip() and len(under) >= len(below.strip()):
                self.title(text[0] * 2, below, index + 2)
                return index + 3
        starts = text[:1] not in (" ", "\t") and not _ADORNMENT.match(text)
        if starts and _ADORNMENT.match(below) and len(below.rstrip()) >= min(len(text.rstrip()), 4):
            self.title(below[0], text, index + 1)
            return index + 2
        return 0

    def title(self, style: str, text: str, number: int) -> None:
        if style not in self.styles:
            self.styles.append(style)
        self.out.heading(self.styles.index(style) + 1, self.inline(text, number), number)

    def explicit(self, lines: list[str], index: int) -> int:
        """Take in a directive, link target or comment and return the index after it."""
        text, number = lines[index], index + 1
        target = _TARGET.match(text)
        if target:
            if target[2]:
                self.out.links.append(Link(target[1], target[2], number))
            return index + 1
        directive = _DIRECTIVE.match(text)
        if directive:
            name = directive[2].lower()
            if name == "toctree":
                return self.toctree(lines, index + 1, _indent(text))
            if name == "list-table":
                return self.list_table(lines, index + 1, _indent(text))
            if name == "csv-table":
                return self.csv_table(lines, index + 1, _indent(text))
            if name in _OPAQUE:
                if name in ("image", "figure"):
                    self.out.links.append(Link("", directive[3].strip(), number, image=True))
                return self.block(lines, index + 1, _indent(text), keep=name not in ("image", "figure"))
            if directive[3].strip():
                self.out.prose.append(Line(self.inline(directive[3], number), number))
            return index + 1
        comment = _COMMENT.match(text)
        if comment:
            if comment[2]:
                self.out.comments.append(Line(comment[2], number))
            return self.block(lines, index + 1, _indent(text), keep=False, comment=True)
        return index + 1

    def block(self, lines: list[str], index: int, indent: int, keep: bool, comment: bool = False) -> int:
        """Pass over an indented block, keeping it as code or comment, and return the index after it."""
        while index < len(lines) and (not lines[index].strip() or _indent(lines[index]) > indent):
            if lines[index].strip():
                if comment:
                    self.out.comments.append(Line(lines[index].strip(), index + 1))
                elif keep:
                    self.out.code.append(Line(lines[index], index + 1))
            index += 1
        return index

    def toctree(self, lines: list[str], index: int, indent: int) -> int:
        while index < len(lines) and (not lines[index].strip() or _indent(lines[index]) > indent):
            entry = lines[index].strip()
            if entry and not entry.startswith(":"):
                target = entry[entry.rfind("<") + 1 : -1] if entry.endswith(">") else entry
                self.out.links.append(Link("toctree", target, index + 1))
            index += 1
        return index

    def list_table(self, lines: list[str], index: int, indent: int) -> int:
        rows: list[list[str]] = []
        numbers: list[int] = []
        start = index
        while index < len(lines) and (not lines[index].strip() or _indent(lines[index]) > indent):
            text = lines[index].strip()
            if text.startswith("* -"):
                rows.append([self.inline(text[3:], index + 1)])
                numbers.append(index + 1)
            elif text.startswith("- ") or text == "-":
                if rows:
                    rows[-1].append(self.inline(text[1:], index + 1))
            elif rows and text:
                rows[-1][-1] += " " + self.inline(text, index + 1)
            index += 1
        if rows:
            body = [Row(tuple(cells), number) for cells, number in zip(rows[1:], numbers[1:], strict=True)]
            self.out.table(tuple(rows[0]), body, start)
        return index

    def simple_table(self, lines: list[str], index: int) -> int:
        spans = [match.span() for match in re.finditer(r"=+", lines[index])]
        ends = [end for _, end in spans[:-1]] + [None]
        rows: list[list[str]] = []
        numbers: list[int] = []
        borders, at = 1, index + 1
        while at < len(lines):
            text = lines[at]
            if _SIMPLE.match(text):
                borders += 1
                # The second border ends the head, or a table that has none: then nothing follows it.
                if borders == 3 or at + 1 >= len(lines) or not lines[at + 1].strip():
                    at += 1
                    break
            elif text.strip():
                cells = [
                    self.inline(text[start : end if end is None else end + 1], at + 1)
                    for (start, _), end in zip(spans, ends, strict=True)
                ]
                if cells[0] or not rows:
                    rows.append(cells)
                    numbers.append(at + 1)
                else:
                    # A row whose first cell is empty goes on with the one above.
                    rows[-1] = [f"{one} {more}".strip() for one, more in zip(rows[-1], cells, strict=True)]
            elif borders == 1 and len(rows) > 2:
                break
            at += 1
        if rows:
            body = [Row(tuple(cells), number) for cells, number in zip(rows[1:], numbers[1:], strict=True)]
            self.out.table(tuple(rows[0]), body, index + 1)
        return max(at, index + 1)

    def csv_table(self, lines: list[str], index: int, indent: int) -> int:
        """Take in a table written as comma-separated lines and return the index after it."""
        start, header = index, ""
        found: list[tuple[list[str], int]] = []
        while index < len(lines) and (not lines[index].strip() or _indent(lines[index]) > indent):
            text = lines[index].strip()
            option = _FIELD.match(text)
            if option and not found:
                header = option[2] if option[1] == "header" else header
            elif text and not text.startswith(":"):
                found.append((self.cells(text, index + 1), index + 1))
            index += 1
        if header:
            found.insert(0, (self.cells(header, start), start))
        if found:
            self.out.table(tuple(found[0][0]), [Row(tuple(cells), number) for cells, number in found[1:]], start)
        return index

    def cells(self, text: str, number: int) -> list[str]:
        """Return the cells of one comma-separated line; quotes keep commas in."""
        row = next(csv.reader([text[:4000]], skipinitialspace=True), [])
        return [self.inline(cell, number) for cell in row]

    def grid_table(self, lines: list[str], index: int) -> int:
        rows: list[list[str]] = []
        numbers: list[int] = []
        at, fresh = index, True
        while at < len(lines) and lines[at].strip()[:1] in ("+", "|"):
            text = lines[at].strip()
            if text.startswith("+"):
                fresh = True
            else:
                cells = [self.inline(cell, at + 1) for cell in text.strip("|").split("|")]
                if fresh:
                    rows.append(cells)
                    numbers.append(at + 1)
                else:
                    for column, cell in enumerate(cells[: len(rows[-1])]):
                        rows[-1][column] = f"{rows[-1][column]} {cell}".strip()
                fresh = False
            at += 1
        if rows:
            body = [Row(tuple(cells), number) for cells, number in zip(rows[1:], numbers[1:], strict=True)]
            self.out.table(tuple(rows[0]), body, index + 1)
        return max(at, index + 1)

    def inline(self, text: str, number: int) -> str:
        if "`" in text:
            for words, target in _LINK.findall(text):
                self.out.links.append(Link(words, target, number))
            for role, words, target in _ROLE.findall(text):
                self.out.links.append(Link(f":{role}:{words}", target.strip(), number))
            text = _LINK.sub(r"\1", text)
        return _MARKS.sub("", text).strip() if "`" in text or "*" in text else text.strip()


def _indent(text: str) -> int:
    return len(text) - len(text.lstrip())
