"""AsciiDoc: titles, lists, check lists, tables, attributes, delimited blocks and links."""

from __future__ import annotations

import re

from qmslint.facts.markup.collect import Collector
from qmslint.facts.markup.model import Document, Item, Line, Link, Row
from qmslint.quick import regex

_TITLE = regex(r"(={1,6}|#{1,6})[ \t]+(\S.*?)(?:[ \t]+\1)?[ \t]*$")
_ATTRIBUTE = regex(r":([\w-]{1,60})!?:(?:[ \t]+(.*))?$")
_ITEM = regex(r"[ \t]*(\*{1,5}|-|\.{1,5}|[0-9]{1,9}\.)[ \t]+(?:\[([ xX*])\][ \t]+)?(\S.*)$")
_DELIMITER = regex(r"(-{4,}|\.{4,}|\+{4,}|/{4,}|`{3,}|_{4,}|={4,}|\*{4,})\s*$")
_LINK = regex(r"(?:link:|xref:)([^\s\[]{1,600})\[([^\]\n]{0,300})\]|<<([^,<>\n]{1,300})(?:,([^<>\n]{0,300}))?>>")
_URL = regex(r"(https?://[^\s\[\]<>]{1,600})\[([^\]\n]{0,300})\]")
_IMAGE = regex(r"image::?([^\s\[]{1,600})\[[^\]\n]{0,300}\]")
_MARKS = regex(r"[*`#]{1,2}|(?<![^\W_])_{1,2}|_{1,2}(?![^\W_])")
_CODE = "-.+`"


def parse(path: str, text: str) -> Document:
    """Take an AsciiDoc document apart."""
    out = Collector(path, "asciidoc")
    lines = text.split("\n")
    fields: dict[str, str] = {}
    block = ""
    index = 0
    while index < len(lines):
        text, number = lines[index], index + 1
        delimiter = _DELIMITER.match(text)
        if block:
            if delimiter and text.rstrip() == block:
                block = ""
            elif block[0] == "/":
                out.comments.append(Line(text.strip(), number))
            else:
                out.code.append(Line(text, number))
        elif delimiter and delimiter[1][0] in _CODE + "/":
            block = text.rstrip()
        elif text.startswith(("|===", "!===")):
            index = _table(out, lines, index)
            continue
        else:
            _plain(out, fields, text, number)
        index += 1
    out.front = fields
    return out.finish(len(lines))


def _plain(out: Collector, fields: dict[str, str], text: str, number: int) -> None:
    if not text.strip() or text.startswith("["):
        return
    if text.startswith("//"):
        out.comments.append(Line(text.lstrip("/ "), number))
        return
    title = _TITLE.match(text)
    if title:
        out.heading(len(title[1]), _inline(out, title[2], number), number)
        return
    attribute = _ATTRIBUTE.match(text)
    if attribute:
        fields.setdefault(attribute[1].lower(), (attribute[2] or "").strip())
        return
    item = _ITEM.match(text)
    if item:
        checked = None if item[2] is None else item[2] in "xX*"
        body = _inline(out, item[3], number)
        out.items.append(Item(body, number, checked, len(item[1]) - 1))
        out.prose.append(Line(body, number))
    elif not _DELIMITER.match(text):
        out.prose.append(Line(_inline(out, text.strip(), number), number))


def _table(out: Collector, lines: list[str], start: int) -> int:
    """Take in a table: one row a line, or one cell a line with the first line giving the width."""
    mark = lines[start].strip()
    cells: list[tuple[str, int]] = []
    width = 0
    at = start + 1
    while at < len(lines) and lines[at].strip() != mark:
        text = lines[at]
        if text.lstrip().startswith("|"):
            parts = [_inline(out, part, at + 1) for part in text.lstrip()[1:].split("|")]
            width = width or len(parts)
            cells += [(part, at + 1) for part in parts]
        elif cells and text.strip():
            last, line = cells[-1]
            cells[-1] = (f"{last} {_inline(out, text, at + 1)}".strip(), line)
        at += 1
    if width <= 1 and cells:
        width = _declared_width(lines[start - 1]) if start else 1
    rows = [cells[i : i + width] for i in range(0, len(cells), width)] if width else []
    if rows:
        body = [Row(tuple(cell for cell, _ in row), row[0][1]) for row in rows[1:]]
        out.table(tuple(cell for cell, _ in rows[0]), body, start + 1)
    return at + 1


def _declared_width(attributes: str) -> int:
    match = re.search(r"cols=\"?([^\"\]]{1,200})", attributes)
    if not match:
        return 1
    star = re.match(r"([0-9]{1,2})\*", match[1])
    return int(star[1]) if star else match[1].count(",") + 1


def _inline(out: Collector, text: str, number: int) -> str:
    for target, words, anchor, label in _LINK.findall(text):
        out.links.append(Link(words or label, target or f"#{anchor}", number))
    for target, words in _URL.findall(text):
        out.links.append(Link(words, target, number))
    for target in _IMAGE.findall(text):
        out.links.append(Link("", target, number, image=True))
    text = _LINK.sub(lambda m: m[2] or m[4] or "", text)
    text = _IMAGE.sub("", _URL.sub(lambda m: m[2] or m[1], text))
    return _MARKS.sub("", text).strip()
