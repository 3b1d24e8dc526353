"""Sentences of a document, put together over line ends, each with the line where it begins."""

from __future__ import annotations

from collections.abc import Iterator

from qmslint.facts.markup import Document, Line
from qmslint.quick import regex

_LONGEST = 1500
_END = regex(r"(?<=[.!?;])\s+(?=[^\s a-zß-ÿ])")


def sentences(parsed: Document) -> Iterator[Line]:
    """Yield the sentences of running text, of list items and of table rows; linear in the length of the text."""
    for block in _blocks(parsed):
        yield from _split(block)


def points(parsed: Document) -> Iterator[Line]:
    """Yield the list items, each whole: what their sentences say, they say of one matter."""
    begun = {item.line for item in parsed.items}
    for block in _blocks(parsed):
        if block[0].line in begun:
            yield Line(" ".join(" ".join(line.text for line in block).split())[:_LONGEST], block[0].line)


def _blocks(parsed: Document) -> Iterator[list[Line]]:
    starts = {item.line for item in parsed.items} | {row.line for table in parsed.tables for row in table.rows}
    block: list[Line] = []
    size = 0
    for line in parsed.prose:
        follows = bool(block) and line.line == block[-1].line + 1 and line.line not in starts
        if block and (not follows or size > _LONGEST):
            yield block
            block, size = [], 0
        block.append(line)
        size += len(line.text) + 1
    if block:
        yield block


def _split(block: list[Line]) -> Iterator[Line]:
    offsets, text = [], ""
    for line in block:
        offsets.append(len(text))
        text += line.text.strip() + " "
    at = 0
    for end in [*(match.start() for match in _END.finditer(text)), len(text)]:
        sentence = " ".join(text[at:end].split())
        start = at + len(text[at:end]) - len(text[at:end].lstrip())
        number = sum(1 for offset in offsets if offset <= start) - 1
        if sentence:
            yield Line(sentence[:_LONGEST], block[number].line)
        at = end
