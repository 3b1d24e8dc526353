"""Entries of release notes, by one linear scan over lines, whatever the markup."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from qmslint.facts.markup import count_words
from qmslint.facts.precedence import Version
from qmslint.quick import dataclass, regex

LIMIT = 2 * 1024 * 1024
"""Characters of a file that are looked at."""
Reader = Callable[[str], Version | None]


@dataclass(frozen=True, slots=True)
class Entry:
    """Notes of one version.

    Parameters
    ----------
    version : str
        As written; empty for what is not released yet.
    number : Version or None
        The version taken apart.
    date : str
        ISO date, empty when none is given in that form.
    words : int
        Own words below the heading.
    body : str
        Text below the heading, its first 20,000 characters.
    """

    path: str
    version: str
    number: Version | None
    date: str
    line: int
    end_line: int
    words: int
    body: str


_NUMBER = (
    r"v?(?P<version>[0-9]{1,9}(?:\.[0-9]{1,9}){1,5}(?:[-.+_~]?[a-z][0-9a-z.+_~-]{0,40}|[-+][0-9][0-9a-z.+_~-]{0,40})?)"
)
_LEAD = (
    r"(?:(?:version|releases?|released|ver\.?|v|changes(?: (?:in|since|for|with))?|changed in|what.?s new(?: in)?|new in|"
    r"news(?: for)?|noteworthy changes in(?: release)?|release notes(?: for)?|notes for|changelog(?: for)?|announcing|the)"
    r"[ :,]{1,3}){0,4}"
)
_NAME = r"(?P<name>[\w@/+][\w.@/+-]{0,60}?[ :,@]{1,3})?"
_HEADING = regex(rf"{_LEAD}{_NAME}{_LEAD}[\[(\"'`]*{_NUMBER}(?![0-9a-z])[\])\"'`:]*(?P<rest>.*)", re.I)
_WHOLE = regex(r"(?:changes with|version|release|v)[ :]*(?P<version>[0-9]{1,5})\b[:.]?(?P<rest>.*)", re.I)
_DATED = regex(r"(?P<version>(?:19|20)[0-9]{2}-[01][0-9]-[0-3][0-9])\b(?P<rest>.*)")
_OPEN = regex(r"\W*(?:\[?unreleased\]?|upcoming|next(?: release| version)?|head|in development|tbd|pending)\b", re.I)
_ISO = regex(r"\b((?:19|20)[0-9]{2})[-/.]([01][0-9])[-/.]([0-3][0-9])\b")
_YEAR = regex(r"\b(?:19|20)[0-9]{2}\b|\bunreleased\b|\btb[ad]\b|\?\?|xxxx|yyyy|\bnot (?:yet )?released\b", re.I)
_DIGIT = regex(r"[0-9]")
_UNDERLINE = regex(r"(?:={3,}|-{3,}|~{3,}|\^{3,}|\*{3,}|#{3,}|\+{3,})\s*\Z")
_LINK = regex(r"\]\([^()\s]{0,400}\)|\]\[[^\[\]]{0,100}\]")
_TAG = regex(r"<[^<>]{0,300}>")
_URL = regex(r"https?://[^\s)>\]]{1,500}")


def entries_of(path: str, text: str, read: Reader) -> tuple[Entry, ...]:
    """Return the entries of a file, in order of the file; ``read`` takes a version number apart."""
    text = text[:LIMIT]
    name = posixpath.basename(path).lower()
    if ".metainfo.xml" in name or ".appdata.xml" in name:
        marks = list(_appstream(text))
    elif path.endswith("debian/changelog"):
        marks = list(_by_pattern(text, _DEBIAN))
    elif name.endswith((".spec", ".spec.in")):
        start = text.find("%changelog")
        marks = list(_by_pattern(text, _RPM, start)) if start >= 0 else []
    else:
        return _general(path, text, read)
    return tuple(entry for mark in marks if (entry := _entry(path, mark, read)))


@dataclass(frozen=True, slots=True)
class _Mark:
    version: str
    head: str
    line: int
    end: int
    body: str


_RELEASE = regex(r"<release\b(?P<head>[^<>]{0,500})>")
_ATTRIBUTE = regex(r"\bversion\s*=\s*[\"']([^\"'<>]{1,60})[\"']")
_DEBIAN = regex(r"^(?P<head>[a-z0-9][a-z0-9.+-]{0,80} \((?:[0-9]+:)?(?P<version>[^()\s]{1,60})\) [^\n]{0,200})$", re.M)
_RPM = regex(
    r"^(?P<head>\* \w{3} \w{3} +[0-9]{1,2} [0-9]{4} [^\n]{0,200}?(?:- )?(?:[0-9]+:)?(?P<version>[0-9][\w.~+^]{0,40})-[\w.%{}?~^]{1,40})\s*$",
    re.M,
)


def _appstream(text: str) -> Iterator[_Mark]:
    """Read ``<release version=… date=…>`` elements of AppStream metadata as text: untrusted XML is not parsed."""
    found = list(_RELEASE.finditer(text))
    for index, match in enumerate(found):
        named = _ATTRIBUTE.search(match["head"])
        stop = found[index + 1].start() if index + 1 < len(found) else len(text)
        close = text.find("</release>", match.end(), stop)
        end = match.end() if match["head"].endswith("/") else close if close >= 0 else stop
        body = _TAG.sub(" ", text[match.end() : end])
        if named:
            line = text.count("\n", 0, match.start()) + 1
            yield _Mark(named[1], match["head"], line, line + text.count("\n", match.start(), end), body)


def _by_pattern(text: str, pattern: re.Pattern[str], start: int = 0) -> Iterator[_Mark]:
    found = list(pattern.finditer(text, start))
    line, at = 1, 0
    for index, match in enumerate(found):
        stop = found[index + 1].start() if index + 1 < len(found) else len(text)
        line, at = line + text.count("\n", at, match.start()), match.start()
        version = match["version"].partition("-")[0].partition("+")[0]
        body = "\n".join(row for row in text[match.end() : stop].splitlines() if not row.startswith(" -- "))
        yield _Mark(version, match["head"], line, line + text.count("\n", match.start(), stop), body)


def _entry(path: str, mark: _Mark, read: Reader) -> Entry | None:
    body = mark.body[:20_000]
    iso = _ISO.search(mark.head)
    date = "-".join(iso.groups()) if iso else ""
    number = read(mark.version) if mark.version else None
    if mark.version and number is None:
        return None
    return Entry(path, mark.version, number, date, mark.line, mark.end, _words(body), body)


def _words(body: str) -> int:
    text = _TAG.sub(" ", _URL.sub(" ", body))
    lines = (line.strip().strip("*_ ").lower() for line in text.splitlines())
    own = [line for line in lines if line and not line.startswith(("released", "unreleased", "#", "release date"))]
    return count_words("\n".join(own))


def _general(path: str, text: str, read: Reader) -> tuple[Entry, ...]:
    lines = text.split("\n")
    heads = list(_heads(lines, ("```",) if path.lower().endswith((".rst", ".txt")) else ("```", "~~~")))
    found = []
    for index, (number, version, head) in enumerate(heads):
        stop = heads[index + 1][0] - 1 if index + 1 < len(heads) else len(lines)
        body = "\n".join(lines[number:stop])
        dated = _DATED.fullmatch(version)
        entry = _entry(path, _Mark("" if dated else version, head, number, stop, body), read)
        if entry and dated:
            year, month, day = (int(part) for part in version.split("-"))
            entry = replace(entry, version=version, number=Version(version, (year, month, day), "", False))
        if entry:
            found.append(entry)
    return tuple(found)


def _heads(lines: list[str], fences: tuple[str, ...]) -> Iterator[tuple[int, str, str]]:
    """Yield line, version and whole text of the headings that name a version or what is not released yet.

    ``fences`` are what begins and ends code; a line of tildes underlines a heading in some markup.
    """
    fenced = released = False
    for index, raw in enumerate(lines):
        if raw.startswith(fences):
            fenced = not fenced
            continue
        if fenced or len(raw) > 300 or not raw or raw[0] in "\t>":
            continue
        below = lines[index + 1] if index + 1 < len(lines) else ""
        found = _head(raw, below)
        # Only what stands above the newest release is not released yet.
        if found or (found == "" and not released):
            released = released or found != ""
            yield index + 1, found, raw


_TITLED = regex(
    r"(?:[A-Z][\w.+-]{0,30} ){1,5}(?P<version>[0-9]{1,5}(?:\.[0-9]{1,5}){1,3}[\w.-]{0,20})(?P<rest> .{3,40})"
)
_NOTES = regex(r"(?i)(?:release ?notes?|change ?logs?|changes|versionshinweise|notes de version|notas de la versión)")


def _head(raw: str, below: str) -> str | None:
    """Return the version a heading names, an empty string for an open section, ``None`` when it is no heading."""
    digits = _DIGIT.search(raw)
    strong = raw.startswith(("#", "=", "<h", ".. _")) or (
        bool(_UNDERLINE.match(below)) and not raw.startswith((" ", "-"))
    )
    if not digits:
        bare = raw.strip("#=*-_ <>/h0123456789[]")
        return "" if strong and _OPEN.match(bare) and len(bare) < 60 else None
    if raw.startswith(" ") or (not strong and raw.startswith(("- ", "+ "))):
        return None
    line = _TAG.sub("", _LINK.sub("]", raw)).strip().lstrip("#=*_>[ ").rstrip("#=*_ ")
    titled = _TITLED.match(line) if strong else None
    if titled and _NOTES.fullmatch(titled["rest"].strip()):
        return titled["version"]
    match = _DATED.match(line) or _HEADING.match(line) or _WHOLE.match(line)
    if not match:
        return None
    rest = match["rest"].strip().strip("*_)]([:,-–— ")
    if not rest or (len(rest) < 80 and _YEAR.search(rest)) or (strong and _NOTES.fullmatch(rest)):
        return match["version"]
    named = match.groupdict().get("name")
    return match["version"] if strong and not named else None
