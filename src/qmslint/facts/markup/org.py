"""Org: starred headings, lists with check boxes, tables, keywords, blocks and links."""

from __future__ import annotations

import re

from qmslint.facts.markup.collect import Collector
from qmslint.facts.markup.model import Document, Item, Line, Link, Row
from qmslint.quick import regex

_HEADING = regex(r"(\*{1,8})[ \t]+(?:(?:TODO|DONE)[ \t]+)?(\S.*)$")
_ITEM = regex(r"([ \t]*)(?:[-+]|[0-9]{1,9}[.)])[ \t]+(?:\[([ xX-])\][ \t]+)?(.*)$")
_KEYWORD = regex(r"#\+([A-Za-z_]{1,40}):[ \t]*(.*)$")
_LINK = regex(r"\[\[([^\[\]\n]{1,600})\](?:\[([^\[\]\n]{0,300})\])?\]")
_BEGIN = regex(r"[ \t]*#\+begin_(src|example|export|comment)", re.I)
_END = regex(r"[ \t]*#\+end_", re.I)


def parse(path: str, text: str) -> Document:
    """Take an Org document apart."""
    out = Collector(path, "org")
    lines = text.split("\n")
    fields: dict[str, str] = {}
    code = False
    rows: list[Row] = []
    for index, line in enumerate([*lines, ""]):
        number = index + 1
        if line.lstrip().startswith("|"):
            if not re.match(r"\s*\|[-+]+\|?\s*$", line):
                cells = tuple(_inline(out, cell, number) for cell in line.strip().strip("|").split("|"))
                rows.append(Row(cells, number))
            continue
        if rows:
            out.table(rows[0].cells, rows[1:], rows[0].line)
            rows = []
        if code:
            code = not _END.match(line)
            out.code.append(Line(line, number))
        elif _BEGIN.match(line):
            code = True
        else:
            _plain(out, fields, line, number)
    out.front = fields
    return out.finish(len(lines))


def _plain(out: Collector, fields: dict[str, str], line: str, number: int) -> None:
    if not line.strip():
        return
    heading, keyword, item = _HEADING.match(line), _KEYWORD.match(line), _ITEM.match(line)
    if heading:
        out.heading(len(heading[1]), _inline(out, heading[2], number), number)
    elif keyword:
        fields.setdefault(keyword[1].lower(), keyword[2])
    elif line.startswith("# "):
        out.comments.append(Line(line[2:], number))
    elif item:
        checked = None if item[2] is None else item[2] in "xX"
        body = _inline(out, item[3], number)
        out.items.append(Item(body, number, checked, len(item[1]) // 2))
        out.prose.append(Line(body, number))
    else:
        out.prose.append(Line(_inline(out, line.strip(), number), number))


def _inline(out: Collector, text: str, number: int) -> str:
    for target, words in _LINK.findall(text):
        out.links.append(Link(words, target.removeprefix("file:"), number))
    return _LINK.sub(lambda m: m[2] or m[1], text).strip()
