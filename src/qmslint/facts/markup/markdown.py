"""Markdown (CommonMark with tables and task lists, front matter, embedded HTML) and plain text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from qmslint import lineyaml, plaintoml
from qmslint.facts.markup.collect import Collector
from qmslint.facts.markup.model import Document, Item, Line, Link, Row
from qmslint.quick import regex

_ATX = regex(r" {0,3}(#{1,6})(?:[ \t]+(.*?))??(?:[ \t]+#+)?[ \t]*$")
_SETEXT = regex(r" {0,3}(=+|-+)[ \t]*$")
_FENCE = regex(r"[ \t]*(?:>[ \t]?)*(`{3,}|~{3,})")
_ITEM = regex(r"([ \t]*)(?:[-*+]|[0-9]{1,9}[.)])[ \t]+(?:\[([ xX])\](?:[ \t]+|$))?(.*)$")
_RULE = regex(r" {0,3}(?:(?:\*[ \t]*){3,}|(?:_[ \t]*){3,}|(?:-[ \t]*){3,})$")
_DIVIDER = regex(r"[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$")
_HTML_HEADING = regex(r"<h([1-6])\b[^<>]{0,300}>(.{0,300}?)</h\1>", re.I)
_SUMMARY = regex(r"<summary\b[^<>]{0,100}>(.{1,300}?)(?:</summary>|$)", re.I)
_BOLD = regex(r"[ \t]{0,3}(\*\*|__)([^*_\n]{2,80})\1:?[ \t]*$")
_CLICK = regex(r"\s*\((?:click|tap|press)\b[^()]{0,60}\)", re.I)
_TITLE_LEVEL = 7
_HTML_CHECK = regex(r"<input\b[^<>]{0,80}checkbox[^<>]{0,80}>", re.I)
_TAG = regex(r"</?[a-zA-Z][^<>]{0,500}>")
_REFERENCE = regex(r" {0,3}\[([^\]\n]{1,200})\]:[ \t]*<?(\S{1,600}?)>?(?:[ \t]|$)")
_HREF = regex(r"<(a|img)\b[^<>]{0,300}?(?:href|src)=[\"']([^\"'\s<>]{1,600})[\"']", re.I)
_AUTO = regex(r"<((?:https?|mailto):[^\s<>]{1,600})>")
_TARGET_LIMIT = 900
# Within a word an underscore is part of it, as in the names of files and in ids.
_MARKS = regex(r"[*`~]{1,3}|(?<![^\W_])_{1,3}|_{1,3}(?![^\W_])")
_CAPITALS = regex(r"[A-Z][A-Z0-9 ,/&'-]{3,60}:?$")


def parse(path: str, text: str) -> Document:
    """Take a Markdown document apart."""
    reader = _Reader(path, "markdown")
    return reader.read(text)


def parse_text(path: str, text: str) -> Document:
    """Take a plain text apart: Markdown's habits, and lines of capitals between blank lines as headings."""
    reader = _Reader(path, "text")
    reader.capitals = True
    return reader.read(text)


class _Reader:
    def __init__(self, path: str, markup: str) -> None:
        self.out = Collector(path, markup)
        self.capitals = False
        self.fence = ""
        self.comment = False
        self.begun = (0, "")
        """On which line the words of a link would go on, and how they began."""

    def read(self, text: str) -> Document:
        lines = text.split("\n")
        number = self.front(lines)
        while number < len(lines):
            number = self.line(lines, number)
        return self.out.finish(len(lines))

    def front(self, lines: list[str]) -> int:
        """Read front matter and return the index of the first line after it."""
        mark = lines[0].rstrip() if lines else ""
        if mark not in ("---", "+++"):
            return 0
        for end in range(1, min(len(lines), 400)):
            if lines[end].rstrip() == mark:
                self.out.front = _front("\n".join(lines[1:end]), mark, self.out.path)
                return end + 1 if self.out.front else 0
        return 0

    def line(self, lines: list[str], index: int) -> int:
        """Take in the line at ``index`` and return the index to go on with."""
        raw, number = lines[index], index + 1
        if self.fenced(raw, number):
            return index + 1
        text = self.uncommented(raw, number)
        if not text.strip():
            return index + 1
        if "|" in text and index + 1 < len(lines) and "-" in lines[index + 1]:
            head, below = _unquoted(text), _unquoted(lines[index + 1])
            if _DIVIDER.match(below) and len(_cells(head)) == len(_cells(below)):
                return self.table(lines, index, head)
        if self.headed(lines, index, text):
            return index + 1
        item = _ITEM.match(text)
        if item and not _RULE.match(text):
            checked = None if item[2] is None else item[2] in "xX"
            body = self.inline(item[3], number)
            self.out.items.append(Item(body, number, checked, len(item[1].expandtabs(4)) // 2))
            self.out.prose.append(Line(body, number))
        elif not _RULE.match(text) and not _SETEXT.match(text):
            self.out.prose.append(Line(self.inline(text.lstrip(" >\t"), number), number))
        return index + 1

    def fenced(self, raw: str, number: int) -> bool:
        """Say whether the line belongs to a fenced code block."""
        fence = _FENCE.match(raw) if "```" in raw or "~~~" in raw else None
        if self.fence:
            if fence and fence[1][0] == self.fence[0] and len(fence[1]) >= len(self.fence):
                self.fence = ""
            else:
                self.out.code.append(Line(raw, number))
            return True
        if fence and not self.comment and "`" not in raw[fence.end() :]:
            self.fence = fence[1]
            return True
        return False

    def uncommented(self, text: str, number: int) -> str:
        """Return the line without HTML comments, which are kept apart."""
        if not self.comment and "<!--" not in text:
            return text
        kept = ""
        while text:
            if self.comment:
                inner, end, text = text.partition("-->")
                if inner.strip():
                    self.out.comments.append(Line(inner.strip(), number))
                self.comment = not end
            else:
                before, start, text = text.partition("<!--")
                kept += before
                self.comment = bool(start)
        return kept

    def headed(self, lines: list[str], index: int, text: str) -> bool:
        """Take in a heading of any style and say whether there was one."""
        number = index + 1
        atx = _ATX.match(text) if "#" in text else None
        if atx:
            self.out.heading(len(atx[1]), self.inline(atx[2] or "", number), number)
            return True
        html = _HTML_HEADING.search(text) if "<h" in text or "<H" in text else None
        if html:
            self.out.heading(int(html[1]), self.inline(html[2], number), number)
            return True
        below = lines[index + 1] if index + 1 < len(lines) else ""
        if self.titled(lines, index, text, below):
            return True
        setext = _SETEXT.match(below) if below[:4].strip()[:1] in ("=", "-") and below.strip() else None
        if setext and not _ITEM.match(text) and "|" not in text and len(setext[1]) >= 2:
            self.out.heading(1 if setext[1][0] == "=" else 2, self.inline(text, number), number)
            return True
        if self.capitals and _CAPITALS.match(text.strip()) and not below.strip():
            self.out.heading(2, text.strip().rstrip(":"), number)
            return True
        return False

    def titled(self, lines: list[str], index: int, text: str, below: str) -> bool:
        """Take in the summary of a folding block or a paragraph of bold text as a title."""
        summary = _SUMMARY.search(text) if "<summary" in text else None
        if summary:
            title = _CLICK.sub("", self.inline(_TAG.sub("", summary[1]), index + 1))
            self.out.heading(_TITLE_LEVEL, title, index + 1)
            return True
        bold = _BOLD.match(text) if text.lstrip()[:2] in ("**", "__") else None
        alone = not below.strip() and (index == 0 or not lines[index - 1].strip())
        if bold and alone and bold[2][-1] not in ".!?":
            self.out.heading(_TITLE_LEVEL, self.inline(bold[2].rstrip(":"), index + 1), index + 1)
            return True
        return False

    def table(self, lines: list[str], index: int, head: str) -> int:
        """Take in a table and return the index after it."""
        header = tuple(self.inline(cell, index + 1) for cell in _cells(head))
        rows = []
        at = index + 2
        while at < len(lines) and "|" in lines[at] and lines[at].strip():
            body = _unquoted(self.uncommented(lines[at], at + 1))
            rows.append(Row(tuple(self.inline(cell, at + 1) for cell in _cells(body)), at + 1))
            at += 1
        self.out.table(header, rows, index + 1)
        return at

    def inline(self, text: str, number: int) -> str:
        """Return ``text`` without inline markup; its links are kept apart."""
        if "[" in text or "](" in text:
            reference = _REFERENCE.match(text)
            if reference and not reference[1].startswith("^"):
                self.out.links.append(Link(reference[1], reference[2], number))
                return ""
            begun = text.rpartition("[")[2] if "[" in text else "]"
            for _ in range(2):
                if "](" in text:
                    text = self.linked(text, number)
            self.begun = (number + 1, begun) if "]" not in begun else (0, "")
        if "<" in text:
            for tag, target in _HREF.findall(text):
                self.out.links.append(Link("", target, number, tag.lower() == "img"))
            text = _AUTO.sub(lambda match: self.auto(match, number), text)
            text = _HTML_CHECK.sub("[ ] ", text)
            text = _TAG.sub(" ", text)
        return _MARKS.sub("", text).strip() if any(mark in text for mark in "*_`~") else text.strip()

    def linked(self, text: str, number: int) -> str:
        """Take links and images out, innermost first, leaving the words of links; linear in the text."""
        kept, at = "", 0
        while (middle := text.find("](", at)) >= 0:
            start = text.rfind("[", at, middle)
            end = text.find(")", middle + 2, middle + _TARGET_LIMIT)
            if start < 0 <= end and not at and self.begun[0] == number:
                # The words of the link began on the line before.
                target = text[2 + middle : end].split(None, 1)[:1]
                words = f"{self.begun[1].strip()} {text[:middle]}"
                self.out.links += [Link(words, target[0].strip("<>"), number)] if target else []
                kept, at = text[:middle], end + 1
                continue
            if start < 0 or end < 0:
                kept += text[at : middle + 2]
                at = middle + 2
                continue
            if "(" in text[middle + 2 : end]:
                end = max(end, text.find(")", end + 1, middle + _TARGET_LIMIT))
            words = text[start + 1 : middle]
            target = text[middle + 2 : end].split(None, 1)[:1]
            image = start > at and text[start - 1] == "!"
            if target:
                self.out.links.append(Link(words, target[0].strip("<>"), number, image))
            kept += text[at : start - 1] if image else text[at:start] + words
            at = end + 1
        return kept + text[at:]

    def auto(self, match: re.Match[str], number: int) -> str:
        self.out.links.append(Link("", match[1], number))
        return match[1]


def _unquoted(line: str) -> str:
    """Return a line without the marks of a quotation before it."""
    return line.lstrip(" \t>") if line.lstrip()[:1] == ">" else line


def _cells(line: str) -> list[str]:
    text = line.strip().replace("\\|", "\x00")
    if text.startswith("|"):
        text = text[1:]
    if text.endswith("|"):
        text = text[:-1]
    return [cell.strip().replace("\x00", "|") for cell in text.split("|")]


def _front(text: str, mark: str, path: str) -> Mapping[str, Any]:
    try:
        data: Any = plaintoml.loads(text) if mark == "+++" else lineyaml.load(text, path)
    except (lineyaml.YamlError, ValueError):
        return {}
    return data if isinstance(data, dict) else {}
