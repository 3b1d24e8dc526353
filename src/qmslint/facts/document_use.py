"""Whether controlled documents are used: named elsewhere, changed over time, different from each other; and late records."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping, Sequence
from itertools import combinations

from qmslint.facts.base import Scan, fact
from qmslint.facts.dates import day_of
from qmslint.facts.document_index import index
from qmslint.facts.document_register import Entry, controlled
from qmslint.facts.fingerprints import groups
from qmslint.facts.markup import document, markup_of
from qmslint.facts.people import identities, roles
from qmslint.facts.records import Record
from qmslint.facts.sources import evidence_paths, source_files
from qmslint.patterns import compile_pattern
from qmslint.quick import dataclass
from qmslint.repo.filelog import Touch
from qmslint.repo.history import Commit

_DOCUMENTS = 800
_SOURCES = 1500
_SIZE = 200_000
_PAIRS = 120
_CHANGED = 100
"""Documents of one commit that are compared with what they were before."""
_WORDS = 6
"""Words of a line that is not also somebody else's by chance."""
_MOVED = 0.5
"""Share of a record's lines that stood elsewhere, from which on it was moved."""


@dataclass(frozen=True, slots=True)
class Uses:
    """Where each document is named: by other documents, and by templates, pipelines or source code."""

    by_documents: Mapping[str, str]
    by_work: Mapping[str, str]

    def of(self, path: str) -> str:
        """Return one place that names the document, empty where none does."""
        return self.by_work.get(path) or self.by_documents.get(path, "")


@fact
def uses(scan: Scan) -> Uses:
    """Return, for every controlled document that is named somewhere, one place that names it."""
    entries = controlled(scan)
    names: dict[str, list[str]] = {}
    for entry in entries:
        base = posixpath.basename(entry.path)
        # A name that many files share has to come with its folder.
        shared = sum(posixpath.basename(other.path) == base for other in entries) > 1
        stem = re.sub(r"(?:\.html)?\.(?:md|markdown|mdx|rst|adoc|asciidoc|org|txt)(?:\.erb)?$", "", base)
        for name in {entry.path} if shared or len(stem) < 5 else {base, stem}:
            names.setdefault(name.lower(), []).append(entry.path)
    if not names:
        return Uses({}, {})
    longest = sorted(names, key=lambda name: (-len(name), name))
    test = compile_pattern("|".join(re.escape(name) for name in longest))
    documents = list(index(scan).places)[:_DOCUMENTS]
    work = [*evidence_paths(scan, tuple(scan.words("register", "governed"))), *source_files(scan)[:_SOURCES]]
    own = {entry.path for entry in entries}
    return Uses(_named(scan, documents, test, names), _named(scan, [p for p in work if p not in own], test, names))


def _named(scan: Scan, paths: Sequence[str], test: object, names: Mapping[str, list[str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for path in paths:
        text = (scan.text(path) or "")[:_SIZE]
        for match in test.finditer(text):  # type: ignore[attr-defined]
            for target in names.get(match[0].lower(), ()):
                if target != path:
                    found.setdefault(target, f"{path}:{text.count(chr(10), 0, match.start()) + 1}")
    return found


@fact
def alike(scan: Scan, share: float) -> tuple[tuple[str, str, float], ...]:
    """Return pairs of controlled documents that share more than ``share`` of the smaller one's word groups."""
    prints = []
    for entry in controlled(scan)[:_PAIRS]:
        parsed = document(scan, entry.path)
        own = groups(parsed.plain) if parsed else frozenset()
        if entry.state == "in force" and len(own) >= 20:
            prints.append((entry.path, own))
    found = []
    for (one, first), (other, second) in combinations(prints, 2):
        common = len(first & second) / min(len(first), len(second))
        if common > share:
            found.append((one, other, round(common, 2)))
    return tuple(found)


def only_documents(scan: Scan, entries: Sequence[Entry]) -> str:
    """Return the name of the one person who changed all the documents and nothing else, or an empty string."""
    paths = tuple(entry.path for entry in entries)
    touched = {touch.commit for touch in scan.repo.followed(paths)}
    same, who = identities(scan), roles(scan)
    history = scan.history
    writers: dict[str, str] = {}
    inside: set[str] = set()
    for sha in touched:
        commit = history.by_sha.get(sha)
        if commit is None:
            continue
        work = history.brought_in(commit) if len(commit.parents) > 1 else (commit,)
        inside |= {sha, *(c.sha for c in work)}
        for author in (c.author for c in work or (commit,)):
            if who.is_person(author):
                writers[same.key(author)] = author.name
    if len(writers) != 1:
        return ""
    key, name = next(iter(writers.items()))
    others = any(c.sha not in inside and same.key(c.author) == key for c in history.commits)
    return "" if others else name


def late_records(scan: Scan, items: Sequence[Record], days: int) -> tuple[tuple[Record, int], ...]:
    """Return the records that were committed more than ``days`` after their own date, with that number of days.

    One whose text another file held until then was only moved, and when it was written is not known.
    """
    dated = [record for record in items if record.date is not None]
    log = scan.repo.followed(tuple(record.path for record in dated))
    gone: dict[str, frozenset[str]] = {}
    found = []
    for record in dated:
        came = _came_in(log, record.path)
        commit = scan.history.by_sha.get(came.commit) if came is not None else None
        if came is None or commit is None or record.date is None:
            continue
        late = (day_of(commit.committed) - record.date).days
        if late <= days:
            continue
        if commit.sha not in gone:
            gone[commit.sha] = _taken_away(scan, commit)
        own = _own_lines(scan.repo.objects.text(came.new) or "")
        if not own or len(own & gone[commit.sha]) < _MOVED * len(own):
            found.append((record, late))
    return tuple(found)


def _came_in(log: Sequence[Touch], path: str) -> Touch | None:
    """Return the change by which a file came in, under whatever name; the log is newest first."""
    found = None
    for touch in log:
        if touch.path != path:
            continue
        found = touch
        if touch.status == "A":
            break
        if touch.status == "R":
            path = touch.before
    return found


def _taken_away(scan: Scan, commit: Commit) -> frozenset[str]:
    """Return the lines that a commit took out of documents."""
    if not commit.parents:
        return frozenset()
    found: set[str] = set()
    changed = scan.repo.touched([commit.sha]).get(commit.sha, ())
    for path in [path for path in changed if markup_of(path)][:_CHANGED]:
        before, after = (scan.repo.objects.file(at, path) or b"" for at in (commit.parents[0], commit.sha))
        if len(before) <= _SIZE * 5:
            found |= _own_lines(before.decode("utf-8", "replace")) - _own_lines(after.decode("utf-8", "replace"))
    return frozenset(found)


def _own_lines(text: str) -> set[str]:
    """Return the lines that are long enough to be somebody's words, without what a change of format alters."""
    lines = (re.sub(r"[\W_]+", " ", line).strip() for line in text.split("\n"))
    return {line for line in lines if line.count(" ") >= _WORDS - 1}
