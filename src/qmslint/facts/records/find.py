"""Find the records of a kind, and tell them from forms, made-up ones and files about something else."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from qmslint.facts.base import Scan, fact
from qmslint.facts.markup import Document, document, markup_of, normal
from qmslint.facts.parts import title_of
from qmslint.facts.placeholders import is_scaffold
from qmslint.facts.records import documents, lists
from qmslint.facts.records.model import Record
from qmslint.facts.records.words import Common, Kind, common, kind_of
from qmslint.facts.sources import evidence_paths
from qmslint.quick import dataclass, regex

_LIMIT = 2000
"""Files of one kind that are looked at."""
_SIZE = 1 << 20
_HOMES = 200
"""Documents about several things that are looked into."""
_TITLE = 7
_DATA = (".yml", ".yaml", ".json")
_TABLES = (".csv", ".tsv")
_NUMBER = regex(r"([0-9]{1,3})(?![0-9.,%])")


@dataclass(frozen=True, slots=True)
class Records:
    """The records of one kind.

    Parameters
    ----------
    items : tuple of Record
        In order of path and line.
    files : tuple of str
        Files that hold any.
    forms, others : tuple of str
        Files at the same places that are templates or made up, or about something else.
    broken : tuple of str
        Files at the same places that cannot be read as what they should be.
    """

    items: tuple[Record, ...] = ()
    files: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()


@fact
def records(scan: Scan, kind: str) -> Records:
    """Return the records of a kind of the vocabulary; raises ``KeyError`` for an unknown kind."""
    what, words = kind_of(scan, kind), common(scan)
    declared = scan.settings.documents.get(kind, "")
    globs = what.globs + (
        (f"/{declared.strip('/')}", f"/{declared.strip('/')}/**") if declared and "://" not in declared else ()
    )
    items: list[Record] = []
    files: list[str] = []
    forms: list[str] = []
    others: list[str] = []
    broken: list[str] = []
    never = frozenset(
        scan.glob(*scan.words("records", "never"), *(() if what.events else scan.words("records", "archived")))
    )
    for path in evidence_paths(scan, globs)[:_LIMIT]:
        if path in never:
            continue
        ending = posixpath.splitext(path)[1].lower()
        if ending not in _DATA + _TABLES and not markup_of(path):
            continue
        text = scan.text(path)
        if text is None or len(text) > _SIZE:
            continue
        if _is_form(scan, path, text, words):
            forms.append(path)
            continue
        found = _read(scan, path, text, what, words)
        items += (_with_what_follows(record, what) for record in found) if what.follows else found
        (files if found else others).append(path)
        if path in scan.problems:
            broken.append(path)
    if not items and what.headings:
        for path, found in _in_homes(scan, what, words, never):
            items += (_with_what_follows(record, what) for record in found) if what.follows else found
            files.append(path)
    unique = {(r.path, r.line): r for r in items}
    ordered = tuple(unique[key] for key in sorted(unique))
    return Records(ordered, tuple(files), tuple(forms), tuple(others), tuple(broken))


def _in_homes(scan: Scan, kind: Kind, words: Common, never: frozenset[str]) -> Iterator[tuple[str, list[Record]]]:
    """Yield the files about more than one thing that hold records of a kind below a heading or key of it, and these."""
    for path in _homes(scan):
        text = scan.text(path) if path not in never else None
        if text is None or len(text) > _SIZE:
            continue
        if path.endswith(_DATA):
            found = lists.below_keys(scan, path, kind, words)
        else:
            parsed = document(scan, path)
            found = _below_headings(parsed, kind, words) if parsed else []
        if found and not _is_form(scan, path, text, words):
            yield path, found


def _below_headings(parsed: Document, kind: Kind, words: Common) -> list[Record]:
    found: dict[int, Record] = {}
    for heading in parsed.headings:
        if heading.level < _TITLE and kind.headings.search(normal(heading.text)):
            section = parsed.section(heading)
            rows = lists.from_tables(section, kind) if kind.row else []
            inside = parsed.between(heading.line + 1, section.lines)
            rows = rows or [r for r in documents.read(inside, kind, words) if r.form == "heading"]
            # A section may hold another of the same name.
            found |= {row.line: row for row in rows if row.line not in found}
    return list(found.values())


@fact
def _homes(scan: Scan) -> tuple[str, ...]:
    """Return the files that may hold records of several kinds; what tells of one event, or how a product works, is none."""
    kinds: Mapping[str, Mapping[str, Any]] = scan.words("records", "kinds")
    globs = [glob for data in kinds.values() if data.get("file") for glob in data["globs"]]
    out = frozenset(evidence_paths(scan, (*globs, *scan.words("records", "not_homes"))))
    paths = evidence_paths(scan, tuple(scan.words("records", "homes")))
    return tuple(path for path in paths if path not in out and (path.endswith(_DATA) or markup_of(path)))[:_HOMES]


def _with_what_follows(record: Record, kind: Kind) -> Record:
    """Return a record with the fields that follow from two others, such as a rating from likelihood and impact."""
    added = {}
    for name, pair in kind.follows.items():
        first, second = (record.fields.get(other) for other in pair)
        if name in record.fields or not first or not second:
            continue
        numbers = [match for value in (first, second) if (match := _NUMBER.match(value.text.strip()))]
        if len(numbers) == 2:
            added[name] = replace(first, text=str(int(numbers[0][1]) * int(numbers[1][1])))
        elif first.text.strip().lower() == second.text.strip().lower():
            added[name] = first
    return replace(record, fields={**record.fields, **added}) if added else record


def _is_form(scan: Scan, path: str, text: str, words: Common) -> bool:
    stem = posixpath.basename(path).split(".", 1)[0]
    # Only the beginning: a report may well mention an example somewhere.
    if is_scaffold(text) or words.not_titles.search(normal(stem)) or words.fiction.search(text[:1500]):
        return True
    parsed = document(scan, path) if markup_of(path) else None
    if parsed is None:
        return False
    title = title_of(parsed)
    return bool(words.not_titles.search(normal(title)) or words.not_titles.search(title)) or "about" in parsed.front


def _read(scan: Scan, path: str, text: str, kind: Kind, words: Common) -> list[Record]:
    ending = posixpath.splitext(path)[1].lower()
    if ending in _TABLES:
        return lists.from_csv(scan, path, text, kind)
    if ending in _DATA:
        return lists.from_data(scan, path, text, kind, words)
    parsed = document(scan, path)
    if parsed is None:
        return []
    rows = lists.from_tables(parsed, kind) or lists.from_front(parsed, kind, words) if kind.row else []
    if len(rows) > 1 and all(row.id for row in rows):
        # A summary may stand beside the sections that tell each entry in full.
        ids = frozenset(row.id for row in rows)
        rows = lists.with_sections(rows, documents.numbered(parsed, kind, words, ids))
    rows = rows or lists.from_items(parsed, kind)
    if rows:
        return [] if len(rows) == 1 and rows[0].form == "front" and _is_list(parsed, kind) else rows
    stem = posixpath.basename(path).split(".", 1)[0].lower()
    if (stem in words.indexes and not kind.row) or (kind.events and _rules(parsed)):
        return []
    found = documents.read(parsed, kind, words)
    # A page that is called a log or a schedule is to hold entries; it is none itself.
    alone = kind.row and len(found) == 1 and found[0].line == 1
    return [] if alone and _is_list(parsed, kind) else found


_WORD = regex(r"[a-zäöü]{3,}")
_COLLECTS = regex(
    r"\b(?:logs?|protokoll|registers?|registry|schedule|dashboard|overview|index|lists?|calendar|verzeichnis|übersicht|kalender|journal|registre|liste|registro|calendario)\Z"
)


def _is_list(parsed: Document, kind: Kind) -> bool:
    """Say whether a document calls itself a list of entries of a kind, by its name or by its first heading."""
    stem = posixpath.basename(parsed.path).split(".", 1)[0].replace("_", " ").replace("-", " ")
    top = next((heading.text for heading in parsed.headings if heading.level == 1), "")
    about = {*kind.name.split("-"), *_WORD.findall(" ".join(kind.globs).lower())}
    names = [normal(name) for name in (stem, top)]
    return any(_COLLECTS.search(name) and not about.isdisjoint(name.split()[:-1]) for name in names)


_OPENS = regex(r"(?:general|purpose|allgemeines|zweck|objet|généralités|objeto|generalidades)\Z")
_GOES_ON = regex(
    r"\b(?:scope|responsibilit\w*|roles|framework|frequency|schedule|procedure|definitions|geltungsbereich|zuständigkeit\w*|verfahren"
    r"|domaine d.application|responsabilités|alcance|responsabilidades)\b"
)


def _rules(parsed: Document) -> bool:
    """Say whether a document says how something is done, by its headings, instead of what was done once."""
    heads = [normal(heading.text) for heading in parsed.headings]
    return any(map(_OPENS.match, heads)) and any(map(_GOES_ON.search, heads))


def classify(scan: Scan, record: Record, name: str) -> tuple[str, ...]:
    """Return the classes of a field's words that a record falls into: by the field, its type, its heading, or its id."""
    tests = kind_of(scan, record.kind).classes.get(name, {})
    for text in (
        record.text(name),
        record.text("type"),
        record.group,
        record.id,
        posixpath.dirname(record.path).rpartition("/")[2],
    ):
        hits = tuple(word for word, test in tests.items() if text and test.search(text))
        if hits:
            return hits
    return ()
