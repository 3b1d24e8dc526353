"""What became of the actions of one record by what later records of the same kind say of them."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from qmslint.facts.base import Scan, fact
from qmslint.facts.markup import Line, document, markup_of, normal
from qmslint.facts.records.actions import is_closed, link_in
from qmslint.facts.records.find import records
from qmslint.facts.records.model import Action, Record
from qmslint.facts.records.words import common
from qmslint.facts.sentences import sentences
from qmslint.quick import dataclass, regex

_RECORDS = 60
"""Newest records of a kind that are compared with each other."""
_LINES = 2_000
_SHARE = 0.6
_PIECES = regex(r"[|:;,(–—]|->|→")
_OPEN = regex(r"\b(?:not|no|pas|nicht|kein|keine|still|noch|encore|aún)\b", re.I)
_ALL = regex(
    r"\b(?:all|every|each|alle|sämtliche|toutes|tous|todas|todos)\b[^.]{0,60}\b(?:actions?|points?|items?|decisions?|maßnahmen?|beschlüsse"
    r"|décisions?|acciones|decisiones)\b",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Told:
    """What a later record says of an action."""

    path: str
    line: int
    text: str
    done: bool
    link: str


@fact
def followed(scan: Scan, kind: str) -> Mapping[tuple[str, int], Told]:
    """Return what later records say of actions, by path and line of the action; the newest word counts.

    A record names an action by its id or by most of its words, in a row, an item or a sentence.  One that says of all
    earlier actions what became of them names those of the record before it.
    """
    known = sorted((r for r in records(scan, kind).items if r.date), key=lambda r: (str(r.date), r.path, r.line))
    told: dict[tuple[str, int], Told] = {}
    for index, later in enumerate(known[-_RECORDS:]):
        lines = _lines(scan, later)
        for back, earlier in enumerate(reversed(known[-_RECORDS:][:index])):
            for action in earlier.actions:
                hit = _hit(scan, action, lines) or (_summed(scan, later) if back == 0 else None)
                if hit:
                    told[earlier.path, action.line] = hit
    return MappingProxyType(told)


def predecessors(scan: Scan, kind: str) -> Iterator[tuple[Record, Record]]:
    """Yield each dated record of a kind with the one before it, oldest first."""
    known = sorted((r for r in records(scan, kind).items if r.date), key=lambda r: (str(r.date), r.path, r.line))
    for earlier, later in itertools.pairwise(known):
        if earlier.date != later.date:
            yield earlier, later


def _lines(scan: Scan, record: Record) -> list[tuple[Line, str, frozenset[str]]]:
    """Return what a record says, with its file, line by line and the words of each."""
    parsed = document(scan, record.path) if markup_of(record.path) else None
    if parsed is None:
        return []
    inside = [line for line in sentences(parsed) if record.line <= line.line <= record.end][:_LINES]
    return [(line, record.path, frozenset(normal(line.text).split())) for line in inside]


def _hit(scan: Scan, action: Action, lines: list[tuple[Line, str, frozenset[str]]]) -> Told | None:
    wanted = frozenset(word for word in normal(action.text).split() if len(word) > 3)
    named = re.compile(rf"(?<![\w-]){re.escape(action.id)}(?![\w-])") if len(action.id) > 1 else None
    for line, path, words in lines:
        alike = len(wanted) >= 2 and len(wanted & words) >= _SHARE * len(wanted)
        if alike or (named and named.search(line.text)):
            pieces = [piece for piece in _PIECES.split(line.text) if not _OPEN.search(piece)]
            closed = any(is_closed(piece, common(scan)) for piece in pieces)
            return Told(path, line.line, line.text[:160], closed, link_in(line.text))
    return None


def _summed(scan: Scan, record: Record) -> Told | None:
    """Return a statement on all earlier actions together."""
    value = record.fields.get("earlier_actions")
    if value is None or not _ALL.search(value.text[:1_000]):
        return None
    words = normal(value.text[:1_000]).split()
    return Told(record.path, value.line, value.text[:160], any(w in common(scan).closed for w in words), "")
