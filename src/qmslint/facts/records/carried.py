"""Actions that a later record tells the end of: minutes are not changed afterwards, the next ones report."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from qmslint.facts.base import Scan
from qmslint.facts.records.find import records
from qmslint.facts.records.model import Action, Record
from qmslint.facts.records.words import Common, common
from qmslint.quick import regex

_ID = regex(r"[A-Za-z]{1,8}[-_. ]?\d{1,6}(?:[-_.]\d{1,4})?\Z")
_END = regex(r"[;.](?=\s|\Z)|[,:]?\s+(?=[A-Z]{1,8}-\d{1,6}\b)")
_NOT = frozenset(["not", "no", "pas", "non", "nicht", "kein", "keine", "still", "noch", "encore"])
_LONGEST = 200
_TEXT = 200_000


def with_later_word(scan: Scan, kind: str, record: Record, action: Action) -> Action:
    """Return an open action as closed where its own record further on, or a later one, says so by its identifier."""
    if action.done or not _ID.match(action.id):
        return action
    words = common(scan)
    for other in records(scan, kind).items:
        if other is not record and not (other.date and record.date and other.date > record.date):
            continue
        for said in _after(scan, other, action.id, action.line if other.path == record.path else 0):
            if _ends(said, words):
                return replace(action, done=True, link=action.link or other.path)
    return action


def _after(scan: Scan, record: Record, name: str, skip: int) -> Iterator[str]:
    """Yield what follows each mention of an identifier in a record, to the end of its sentence."""
    lines = (scan.text(record.path) or "")[:_TEXT].split("\n")[max(record.line - 1, 0) : record.end]
    kept = [line for number, line in enumerate(lines, max(record.line, 1)) if number != skip]
    text = " ".join(line.strip() for line in kept)
    for match in re.finditer(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text):
        rest = text[match.end() : match.end() + _LONGEST]
        end = _END.search(rest, 1)
        yield rest[: end.start()] if end else rest


def _ends(said: str, words: Common) -> bool:
    plain = re.findall(r"[^\W\d_]+|[✅☑✔]", said.lower())
    return any(word in words.closed for word in plain) and not _NOT.intersection(plain)
