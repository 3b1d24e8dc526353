"""Standards that controlled documents cite, the list of them, and copies of them in the tree."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from qmslint.facts.base import Scan, fact
from qmslint.facts.document_index import index, opaque
from qmslint.facts.document_register import controlled
from qmslint.facts.documents import find
from qmslint.facts.markup import Document, document, normal
from qmslint.facts.markup.markdown import parse_text
from qmslint.facts.sources import evidence_paths
from qmslint.patterns import any_of, compile_pattern
from qmslint.quick import dataclass, regex

FILES = 3000
_SIZE = 200_000
_PAGES = 6000
_QUOTED = regex(r"(?m)^>[ \t]?")
"""Characters from the beginning in which a copy says what it is."""
_LINE = 4000
_PUBLISHERS = regex(r"^(?:DIN|BS|ÖNORM|NF)?\s*(?:EN)?[\s-]*")


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
    found = []
    for key in keys:
        for item in find(scan, key):
            stated = _stated(scan, ((t.header, [(r.cells, r.line) for r in t.rows]) for t in item.document.tables))
            found += _in(scan, item.document, stated) if item.substantial else []
    for path in evidence_paths(scan, tuple(scan.words("external", "lists"))):
        text = (scan.text(path) or "")[:_SIZE]
        found += _in(scan, parse_text(path, text), _stated(scan, _tables(path, text)))
    return tuple(sorted(set(found), key=lambda c: (c.name, c.path, c.line, c.edition)))


def _tables(path: str, text: str) -> Iterator[tuple[Sequence[str], list[tuple[Sequence[str], int]]]]:
    """Yield the table of a CSV file: its header, and its rows with their lines."""
    if path.lower().endswith((".csv", ".tsv")):
        mark = "\t" if path.lower().endswith(".tsv") else ";" if text.count(";") > text.count(",") else ","
        lines = text.split("\n")
        rows = [next(csv.reader([line], delimiter=mark), []) for line in lines if len(line) <= _LINE]
        yield rows[0] if rows else [], [(row, number) for number, row in enumerate(rows[1:], 2)]


def _stated(scan: Scan, tables: Iterable[tuple[Sequence[str], list[tuple[Sequence[str], int]]]]) -> Mapping[int, str]:
    """Return the edition that a column of editions states, by line."""
    titles = frozenset(normal(str(word)) for word in scan.words("external", "edition_columns"))
    mark = compile_pattern(str(scan.words("external", "edition_marks")), ignore_case=False)
    found: dict[int, str] = {}
    for header, rows in tables:
        column = next((index for index, cell in enumerate(header) if normal(cell) in titles), None)
        for cells, line in rows if column is not None else ():
            match = mark.search(cells[column][:200]) if column is not None and column < len(cells) else None
            if match:
                found[line] = next(filter(None, match.groups()), match[0])
    return found


def _in(scan: Scan, parsed: Document, stated: Mapping[int, str] | None = None) -> list[Citation]:
    words = scan.words("external")
    formats = frozenset(map(str, words["formats"]))
    found: list[Citation] = []
    tests = [compile_pattern(str(pattern), ignore_case=False) for pattern in words["standards"]]
    every = any_of([str(pattern) for pattern in words["standards"]], ignore_case=False)
    lines = [*((line.line, line.text) for line in parsed.prose), *((h.line, h.text) for h in parsed.headings)]
    for number, text in lines:
        # One test of all tells for most lines that there is nothing to ask.
        if not any(letter.isdigit() for letter in text) or not every.search(text[:2000]):
            continue
        for test in tests:
            for match in test.finditer(text[:2000]):
                publisher, code, edition = (
                    (match[1] or "").strip(),
                    match[2] or "",
                    match[3] or (stated or {}).get(number, ""),
                )
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
    never = frozenset(scan.glob(*words["copy_never"]))
    paths = [path for path in opaque(scan).places if path not in never]
    found = [(path, 0, "named like a standard") for path in paths if named.search(path)]
    for path in list(index(scan).places)[:FILES]:
        text = (scan.text(path) or "")[:_PAGES]
        text = _QUOTED.sub("", text) if text.startswith(">") or "\n>" in text else text
        match = inside.search(text) if "ISO" in text or "IEC" in text or "IEEE" in text or "SAE" in text else None
        if match:
            found.append((path, text.count("\n", 0, match.start()) + 1, "carries the copyright notice of a standard"))
    return tuple(sorted(found))
