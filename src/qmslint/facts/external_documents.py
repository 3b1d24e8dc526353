"""Standards that controlled documents cite, the list of them, and copies of them in the tree."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from qmslint.facts.base import Scan, fact
from qmslint.facts.document_index import index, opaque
from qmslint.facts.document_register import controlled
from qmslint.facts.documents import find
from qmslint.facts.markup import Document, document, normal
from qmslint.facts.markup.markdown import parse_text
from qmslint.facts.sources import evidence_paths
from qmslint.patterns import any_of, compile_pattern

FILES = 3000
_SIZE = 200_000
_PAGES = 6000
"""Characters from the beginning in which a copy says what it is."""
_EDITION = re.compile(r"\b((?:19|20)\d\d)\b|\b([Vv]?\d+(?:\.\d+)+)\b|\b((?:Rev\.? ?)?[A-Z]|\d{1,2})\b")
_PUBLISHERS = re.compile(r"^(?:DIN|BS|ÖNORM|NF)?\s*(?:EN)?[\s-]*")


@dataclass(frozen=True, slots=True)
class Citation:
    """One mention of a standard; the edition is empty where it names none."""

    name: str
    edition: str
    path: str
    line: int


@fact
def citations(scan: Scan) -> tuple[Citation, ...]:
    """Return the standards that controlled documents in force cite, formats of data left out, by name and place."""
    found = []
    for entry in controlled(scan):
        if entry.state in ("in force", "draft"):
            parsed = document(scan, entry.path)
            found += _in(scan, parsed) if parsed else []
    return tuple(sorted(found, key=lambda c: (c.name, c.path, c.line, c.edition)))


@fact
def listed(scan: Scan, keys: tuple[str, ...]) -> tuple[Citation, ...]:
    """Return the standards that the lists of documents of external origin name."""
    found = [c for key in keys for item in find(scan, key) if item.substantial for c in _listed_in(scan, item.document)]
    for path in evidence_paths(scan, tuple(scan.words("external", "lists"))):
        text = (scan.text(path) or "")[:_SIZE]
        found += _listed_in(scan, parse_text(path, text))
    return tuple(sorted(set(found), key=lambda c: (c.name, c.path, c.line, c.edition)))


def _listed_in(scan: Scan, parsed: Document) -> list[Citation]:
    """Return what a list names; a column for the edition says it for a row that names the standard without one."""
    columns = frozenset(normal(str(word)) for word in scan.words("external", "edition_columns"))
    stated: dict[int, str] = {}
    for table in parsed.tables:
        at = next((i for i, cell in enumerate(table.header) if normal(cell) in columns), len(table.header))
        for row in table.rows:
            match = _EDITION.search(row.cells[at]) if at < len(row.cells) else None
            if match:
                stated[row.line] = next(group for group in match.groups() if group)
    return [replace(c, edition=c.edition or stated.get(c.line, "")) for c in _in(scan, parsed)]


def _in(scan: Scan, parsed: Document) -> list[Citation]:
    words = scan.words("external")
    formats = frozenset(map(str, words["formats"]))
    found: list[Citation] = []
    tests = [compile_pattern(str(pattern), ignore_case=False) for pattern in words["standards"]]
    lines = [*((line.line, line.text) for line in parsed.prose), *((h.line, h.text) for h in parsed.headings)]
    for number, text in lines:
        if not any(letter.isdigit() for letter in text):
            continue
        for test in tests:
            for match in test.finditer(text[:2000]):
                publisher, code, edition = (match[1] or "").strip(), match[2] or "", match[3] or ""
                if code not in formats:
                    found.append(Citation(_name(publisher, code), edition, parsed.path, number))
    return found


def _name(publisher: str, code: str) -> str:
    """Return one name for a standard whatever bodies adopted it: `DIN EN ISO 9001` is ISO 9001."""
    bare = _PUBLISHERS.sub("", publisher) if re.search(r"ISO|IEC|IEEE", publisher) else publisher
    body = "ISO" if "ISO" in bare else bare.split("/")[0].strip()
    return f"{body} {code}".strip()


@fact
def copies(scan: Scan) -> tuple[tuple[str, int, str], ...]:
    """Return path, line and note of files that are copies of standards by their own words or by their name."""
    words = scan.words("external")
    inside, named = any_of(words["copies"], False), any_of(words["copy_names"], False)
    found = [(path, 0, "named like a standard") for path in opaque(scan).places if named.search(path)]
    for path in list(index(scan).places)[:FILES]:
        text = (scan.text(path) or "")[:_PAGES]
        match = inside.search(text) if "ISO" in text or "IEC" in text or "IEEE" in text or "SAE" in text else None
        if match:
            found.append((path, text.count("\n", 0, match.start()) + 1, "carries the copyright notice of a standard"))
    return tuple(sorted(found))
