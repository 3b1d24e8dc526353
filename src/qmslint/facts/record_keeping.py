"""What became of records: later changes of what they state, removals, and how long they are said to be kept."""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Literal

from qmslint.facts.base import Scan, fact
from qmslint.facts.dates import day_of, parse_date
from qmslint.facts.document_register import controlled
from qmslint.facts.document_register.text_change import difference
from qmslint.facts.documents import find
from qmslint.facts.markup import Document, Line, count_words, document, markup_of
from qmslint.facts.people import roles
from qmslint.facts.records import Record, records
from qmslint.facts.records.words import common, kind_of
from qmslint.facts.sentences import sentences
from qmslint.facts.topics import mentions
from qmslint.patterns import PathSet
from qmslint.quick import dataclass, regex
from qmslint.repo.filelog import Touch

_TICK = regex(r"(?m)^[ \t]*[-*+][ \t]*\[[ xX]\]")
_SPAN = regex(
    r"\b(\d{1,3}|one|two|three|five|six|seven|ten|twelve|zwei|drei|fünf|sechs|zehn|deux|trois|cinq|six|dix|dos|tres|cinco|diez)"
    r"\s*[- ]?\s*(day|tag|jour|d[ií]a|month|monat|mois|mes|year|jahr|an|año)",
    re.I,
)
_NUMBERS = {
    "one": 1, "two": 2, "three": 3, "five": 5, "six": 6, "seven": 7, "ten": 10, "twelve": 12, "zwei": 2, "drei": 3, "fünf": 5,
    "sechs": 6, "zehn": 10, "deux": 2, "trois": 3, "cinq": 5, "dix": 10, "dos": 2, "tres": 3, "cinco": 5, "diez": 10,
}  # fmt: skip
_RESULTS = regex(r"(?i)report|junit|coverage|result|sarif|\blogs?\b|evidence|artefa[ck]ts? of the release")
_ARTEFACT_DAYS = regex(r"(?m)^[ \t]*retention-days:[ \t]*[\"']?(\d{1,4})\b")
_EXPIRE = regex(r"(?m)^[ \t]*expire_in:[ \t]*[\"']?(\d{1,4})\s*(\w+)")
_FOREVER = regex(
    r"(?i)\b(?:permanent\w*|indefinite\w*|forever|lifetime|life of the product|for as long as|dauerhaft|unbefristet|illimitée?|indefinid\w+)\b"
)
_DATA = (".yml", ".yaml", ".json")
_EVER = 36_500
_FEWEST = 40


@dataclass(frozen=True, slots=True)
class Altered:
    """A record that was changed or removed after it was closed."""

    path: str
    what: Literal["rewritten", "removed"]
    commit: str
    on: date
    closed: date
    note: str


@dataclass(frozen=True, slots=True)
class Kept:
    """A sentence that says how long something is kept; days are 0 where it names no span."""

    path: str
    line: int
    text: str
    days: int
    artefacts: bool


def single_records(scan: Scan, kinds: Sequence[str]) -> tuple[Record, ...]:
    """Return the records that are files of their own, by path."""
    found: dict[str, Record] = {}
    for kind in kinds:
        items = records(scan, kind).items
        alone = Counter(record.path for record in items)
        for record in items:
            # A data file that holds one record, from its first line on, is that record.
            data = record.path.lower().endswith(_DATA) and alone[record.path] == 1 and not record.group
            if record.form == "file" or data:
                found.setdefault(record.path, record)
    return tuple(found[path] for path in sorted(found))


@fact
def alterations(scan: Scan, kinds: tuple[str, ...], days: int, words: int, share: float) -> tuple[Altered, ...]:
    """Return the records that were altered more than ``days`` after they were closed.

    Parameters
    ----------
    scan : Scan
        The examination.
    kinds : tuple of str
        Kinds of record.
    days : int
        Days in which a record may still be completed.
    words, share : int, float
        So many words, and so large a share of the earlier version, have to be gone: what is added later takes nothing
        away from a record.

    Raises
    ------
    Unassessable
        ``SHALLOW`` in a clone that is cut off.
    """
    scan.need_whole_history()
    items = single_records(scan, kinds)
    found: list[Altered] = []
    log = scan.repo.followed(tuple(record.path for record in items))
    for record in items:
        found += _rewritten(scan, record, [t for t in log if t.path == record.path], days, words, share)
    found += _removed(scan, kinds, items, days)
    return tuple(sorted(found, key=lambda a: (a.path, a.on, a.commit)))


def _rewritten(
    scan: Scan, record: Record, chain: Sequence[Touch], days: int, words: int, share: float
) -> Iterator[Altered]:
    made = min((_day(scan, touch) for touch in chain), default=None)
    closed = parse_date(record.text("closed_on")) or record.date or made
    if made is None or closed is None:
        return
    closed = max(closed, made)
    for touch in chain:
        day = _day(scan, touch)
        if touch.status not in ("M", "R") or touch.old == touch.new or day <= closed + timedelta(days=days):
            continue
        old, new = scan.repo.objects.text(touch.old), scan.repo.objects.text(touch.new)
        commit = scan.history.by_sha.get(touch.commit)
        if old is None or new is None or commit is None or not roles(scan).is_person(commit.author):
            continue
        change = difference(_TICK.sub("", old), _TICK.sub("", new))
        if change.removed >= words and change.removed >= share * count_words(old):
            note = f"{change.removed} words of what it said are gone"
            yield Altered(record.path, "rewritten", touch.commit, day, closed, note)


def _removed(scan: Scan, kinds: Sequence[str], items: Sequence[Record], days: int) -> Iterator[Altered]:
    own = {posixpath.dirname(record.path) for record in items}
    # Records of another kind stood beside them, as a rule.
    folders = sorted((own | {posixpath.dirname(folder) for folder in own}) - {""})
    log = scan.repo.followed(folders, inside=True) if folders else ()
    born = {touch.path: touch for touch in log if touch.status == "A"}
    gone = {
        t.path: t
        for t in reversed(log)
        if t.status == "D" and t.path not in scan.snapshot and (markup_of(t.path) or t.path.lower().endswith(_DATA))
    }
    globs = tuple(glob for kind in kinds for glob in kind_of(scan, kind).globs)
    test = common(scan)
    for path in PathSet(gone).match(globs):
        touch = gone[path]
        text = scan.repo.objects.text(touch.old) or ""
        name = posixpath.basename(path).split(".", 1)[0].lower()
        if count_words(text) < _FEWEST or name in test.indexes or test.not_titles.search(name.replace("-", " ")):
            continue
        first = born.get(path)
        made, day = _day(scan, first) if first else None, _day(scan, touch)
        if made is not None and day > made + timedelta(days=days):
            yield Altered(path, "removed", touch.commit, day, made, f"kept since {made}")


def _day(scan: Scan, touch: Touch) -> date:
    commit = scan.history.by_sha.get(touch.commit)
    return day_of(commit.committed if commit else 0)


@fact
def retention(scan: Scan) -> tuple[Kept, ...]:
    """Return the sentences of controlled documents that say how long records or results of pipelines are kept."""
    found = []
    for path in dict.fromkeys([*(e.path for e in controlled(scan)), *(f.path for f in find(scan, "document-control"))]):
        parsed = document(scan, path)
        for line in _said(scan, parsed) if parsed else ():
            for clause in re.split(r"[,;]\s", line.text[:600]):
                spans = [_days(match[1], match[2]) for match in _SPAN.finditer(clause)]
                if spans or _FOREVER.search(clause):
                    about = mentions(scan, clause, ("artefact-subject",))
                    found.append(Kept(path, line.line, clause[:160], max(spans, default=_EVER), bool(about)))
    return tuple(found)


def _said(scan: Scan, parsed: Document) -> Iterator[Line]:
    """Yield sentences on keeping records, and rows of tables that have a column for it."""
    for line in sentences(parsed):
        said = mentions(scan, line.text[:600], ("record-retention", "record-subject", "artefact-subject"))
        if "record-retention" in said and len(said) > 1:
            yield line
    for table in parsed.tables:
        header = " ".join(table.header)[:300]
        # A record of processing says how long data about people is kept, which is another matter.
        if mentions(scan, header, ("retention-column",)) and not mentions(scan, header, ("data-recipients",)):
            for row in table.rows[:100]:
                yield Line(" | ".join(row.cells), row.line)


def _days(number: str, unit: str) -> int:
    letter = unit.lower()
    count = _NUMBERS.get(number.lower(), 0) or int(number)
    if letter.startswith(("year", "jahr", "an", "año")):
        return count * 365
    if letter.startswith(("month", "monat", "mois", "mes")):
        return count * 30
    return count


def artefact_days(scan: Scan, results: bool = False) -> tuple[tuple[int, str, int], ...]:
    """Return for how many days pipelines keep their artefacts, with path and line, shortest first.

    With ``results`` only those that hold results of checks: what is handed from job to job need not last.
    """
    found = []
    for path in scan.glob("/.github/workflows/*.{yml,yaml}", "**/.gitlab-ci.yml", "/.gitlab/**.{yml,yaml}"):
        text = (scan.text(path) or "")[:200_000]
        for match in _ARTEFACT_DAYS.finditer(text):
            if results and not _RESULTS.search(_block(text, match.start())):
                continue
            found.append((int(match[1]), path, text.count("\n", 0, match.start(1)) + 1))
        for match in _EXPIRE.finditer(text):
            if results and not _RESULTS.search(_block(text, match.start())):
                continue
            unit = match[2].lower()
            factor = 365 if unit.startswith("y") else 30 if unit.startswith("mo") else 7 if unit.startswith("w") else 1
            days = int(match[1]) * factor if not unit.startswith(("h", "mi", "s")) else 0
            found.append((days, path, text.count("\n", 0, match.start(1)) + 1))
    return tuple(sorted(found))


def _block(text: str, at: int) -> str:
    """Return the lines around a place that are indented like it or more: the block it belongs to."""
    at += len(text[at:]) - len(text[at:].lstrip("\n"))
    lines = text.split("\n")
    number = text.count("\n", 0, at)
    indent = len(lines[number]) - len(lines[number].lstrip())
    first, last = number, number
    while first > 0 and (len(lines[first - 1]) - len(lines[first - 1].lstrip()) >= indent > 0):
        first -= 1
    while last + 1 < len(lines) and (len(lines[last + 1]) - len(lines[last + 1].lstrip()) >= indent > 0):
        last += 1
    return "\n".join(lines[first : last + 1])[:2000]
