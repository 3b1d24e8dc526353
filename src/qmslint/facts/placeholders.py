"""Unfilled templates: markers in the place of content, and documents that are still as they were delivered."""

from __future__ import annotations

import bisect
import posixpath
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from qmslint.facts.base import Scan, fact
from qmslint.facts.fingerprints import resembles
from qmslint.facts.markup import Document, document
from qmslint.facts.people import own_domains
from qmslint.patterns import any_of, compile_pattern
from qmslint.quick import dataclass, regex

_INLINE_CODE = regex(r"`{1,2}[^`\n]{0,300}`{1,2}")
_MACRO = regex(r"(?<=[^\s\[])\[[^\]\n]{0,300}\]")
"""Words of a link in AsciiDoc."""
_TICKET = regex(r"#[0-9]+|\b[A-Z][A-Z0-9]{1,9}-[0-9]+\b|https?://")
_TEMPLATING = regex(r"\{%|\{\{<|<%")
MARKS_LIMIT = 200
"""Marks that are kept for one document."""
SCAFFOLD = "Begun with qmslint scaffold: replace every TODO, then delete this line."
"""What stands in a document that a person still has to fill in."""
_ADDRESS = regex(r"[\w.+-]{1,64}@([\w-]{1,63}(?:\.[\w-]{1,63}){1,4})")
_CROWD = 3
_WORDS_A_MARK = 30


@dataclass(frozen=True, slots=True)
class Mark:
    """A sign that something was not filled in.

    Parameters
    ----------
    line : int
        Where.
    what : str
        Which sign.
    text : str
        The line as written, shortened.
    whole : bool
        Whether the whole document, or the part looked at, is an unfilled template.
    """

    line: int
    what: str
    text: str = ""
    whole: bool = False


@fact
def marks(scan: Scan, path: str) -> tuple[Mark, ...]:
    """Return all signs in one document, those about the whole of it first."""
    parsed, text = document(scan, path), scan.text(path)
    if text is not None and is_scaffold(text):
        line = text.count("\n", 0, text.index(SCAFFOLD)) + 1
        return (Mark(line, "begun with qmslint scaffold and not filled in", whole=True),)
    if parsed is None or text is None or path in scan.glob(*scan.words("placeholders", "not_in")):
        return ()
    found = [*_whole(scan, parsed, text)]
    if text.lower().count("placeholder") < 2:
        found += _local(scan, parsed, text)
        found += _empty_tables(parsed, float(scan.words("placeholders", "empty_rows")))
    found.sort(key=lambda mark: (not mark.whole, mark.line))
    return tuple(found[:MARKS_LIMIT])


@fact
def scaffolds(scan: Scan) -> tuple[str, ...]:
    """Return the documents, templates of the platform among them, that were begun so and are not filled in."""
    paths = scan.glob(*scan.words("documents", "files"))
    return tuple(path for path in paths if is_scaffold(scan.text(path) or ""))


def is_scaffold(text: str) -> bool:
    """Say whether a text still says of itself that it has to be filled in."""
    return SCAFFOLD in text[:2000]


@fact
def unfilled(scan: Scan, path: str, first: int, last: int) -> tuple[Mark, ...]:
    """Return the signs between two lines; many of them in few words make the whole part a template."""
    inside = [mark for mark in marks(scan, path) if mark.whole or first <= mark.line <= last]
    local = [mark for mark in inside if not mark.whole]
    parsed = document(scan, path)
    if parsed is not None and len(local) >= _CROWD and len(local) == len(inside):
        words = parsed.between(first, last).words
        if words < len(local) * _WORDS_A_MARK:
            what = f"{len(local)} places are not filled in"
            inside.insert(0, replace(local[0], what=what, whole=True))
    return tuple(inside)


def _whole(scan: Scan, parsed: Document, text: str) -> Iterator[Mark]:
    like = resembles(scan, parsed)
    if like:
        yield Mark(1, f"the text is that of {like}", whole=True)
    for entry in scan.words("placeholders", "whole"):
        tests = [compile_pattern(str(pattern), ignore_case=False) for pattern in entry["all"]]
        first = tests[0].search(text)
        if first and all(test.search(text) for test in tests[1:]):
            yield Mark(text.count("\n", 0, first.start()) + 1, str(entry["what"]), whole=True)
    bare = len(parsed.headings) >= 3 and parsed.words <= len(parsed.headings)
    # In lists of owners what looks like a heading is a remark.
    remarks = "OWNERS" in posixpath.basename(parsed.path)
    if bare and not remarks and not parsed.links and not parsed.code:
        yield Mark(1, "only headings, no content", whole=True)


def _local(scan: Scan, parsed: Document, text: str) -> Iterator[Mark]:
    entries: list[Any] = list(scan.words("placeholders", "marks"))
    quick = any_of([str(entry["pattern"]) for entry in entries], ignore_case=False)
    if not quick.search(text):
        return
    silent = {line.line for line in parsed.code} | {line.line for line in parsed.comments}
    templating = bool(_TEMPLATING.search(text))
    starts = [0]
    starts += [match.end() for match in re.finditer("\n", text)]
    lines = sorted({bisect.bisect_right(starts, match.start()) for match in quick.finditer(text)})
    # A match may begin with the line end before it, so the next line is looked at, too.
    for number in sorted({n for line in lines for n in (line, line + 1)})[: MARKS_LIMIT * 4]:
        if number in silent or number > len(starts):
            continue
        end = starts[number] - 1 if number < len(starts) else len(text)
        line = _INLINE_CODE.sub("", text[starts[number - 1] : end])
        if parsed.markup == "asciidoc":
            line = _MACRO.sub("", line)
        if line.startswith(("    ", "\t")) and parsed.markup == "markdown":
            continue
        yield from _in_line(entries, line, number, templating, own_domains(scan))


def _all_own(line: str, own: frozenset[str]) -> bool:
    """Say whether every address in a line is at a domain under which people of this history write."""
    hosts = {match[1].lower() for match in _ADDRESS.finditer(line)}
    return bool(hosts) and hosts <= own


def _in_line(entries: list[Any], line: str, number: int, templating: bool, own: frozenset[str]) -> Iterator[Mark]:
    for entry in entries:
        pattern = str(entry["pattern"])
        if not compile_pattern(pattern, ignore_case=False).search(line):
            continue
        what = str(entry["what"])
        if "marker" in what and _TICKET.search(line):
            continue
        if entry.get("unless") == "own domain" and _all_own(line, own):
            continue
        if "{" in pattern and templating and "variable" in what:
            continue
        yield Mark(number, what, " ".join(line.split())[:120])
        return


def _empty_tables(parsed: Document, limit: float) -> Iterator[Mark]:
    # A picture or a link without words fills a cell as well as words do.
    linked = {link.line for link in parsed.links}
    for table in parsed.tables:
        rows = [row for row in table.rows if len(row.cells) > 2]
        empty = [r for r in rows if r.line not in linked and not any(cell.strip(" -–—") for cell in r.cells[1:])]
        if len(rows) >= 3 and len(empty) > limit * len(rows):
            yield Mark(table.line, f"{len(empty)} of {len(rows)} rows of the table are empty")
