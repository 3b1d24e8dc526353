"""How single files changed: their versions, and when a person last changed what they say."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from qmslint.errors import Unassessable
from qmslint.facts.base import Scan, fact
from qmslint.facts.dates import day_of, has_date, parse_date
from qmslint.facts.markup import document
from qmslint.facts.people import roles
from qmslint.repo.history import Person
from qmslint.repo.text import decode
from qmslint.repo.versions import Edit, edits_of

_WORD = re.compile(r"\w+")
_STATED = re.compile(
    r"\b(?:last[ _-]?(?:reviewed|review|revised|updated|checked|verified)|reviewed(?:[ _-]on)?|review[ _-]date|revised[ _-]on"
    r"|zuletzt (?:geprüft|überprüft|überarbeitet)|geprüft am|überprüft am|stand|dernière (?:revue|révision|mise à jour)|revu le"
    r"|última (?:revisión|actualización)|revisado el)\b",
    re.I,
)
_SHARE = 0.05
"""Share of the words of a text below which a change is one of spelling or links."""


_LOOKED_AT = 100
"""Changes of one file that are compared at most."""


@dataclass(frozen=True, slots=True)
class Touch:
    """When somebody last changed or reviewed a text, and what shows it."""

    day: date
    commit: str = ""
    line: int = 0


@fact
def edits(scan: Scan, paths: tuple[str, ...]) -> Mapping[str, tuple[Edit, ...]]:
    """Return the commits up to the examined revision that changed each of some files, newest first.

    Raises
    ------
    Unassessable
        ``NO_GIT`` or ``NO_COMMITS`` without a history, ``PARTIAL_CLONE`` where earlier contents may be missing.
    """
    if scan.repo.shadow is not None and scan.repo.shadow.partial:
        raise Unassessable("PARTIAL_CLONE", "files at earlier revisions may be missing in this partial clone")
    git = scan.repo.git
    if not scan.repo.commit:
        raise Unassessable("NO_COMMITS", "the repository has no commits yet")
    return MappingProxyType(edits_of(git, scan.repo.commit, paths))


def text_at(scan: Scan, path: str, edit: Edit) -> str | None:
    """Return a file as a commit left it, ``None`` where it was removed or is not text."""
    content = None if edit.removed else scan.repo.objects.file(edit.commit, path)
    return decode(content) if content is not None else None


def author_of(edit: Edit) -> Person:
    """Return the author of a change as an identity."""
    name, _, mail = edit.author.rpartition(" <")
    return Person(name, mail.rstrip(">"))


def changed_share(before: str, after: str) -> float:
    """Return which share of the words of two texts is in only one of them, 0 to 1; their order does not matter."""
    old, new = Counter(_WORD.findall(before.lower())), Counter(_WORD.findall(after.lower()))
    total = old.total() + new.total()
    return 1 - 2 * (old & new).total() / total if total else 0.0


def stated_review(scan: Scan, path: str) -> Touch | None:
    """Return the newest date at which a document says that it was reviewed, not after the examination."""
    parsed = document(scan, path)
    if parsed is None:
        return None
    today, found = day_of(scan.as_of), []
    for key, value in parsed.front.items():
        if _STATED.search(str(key).replace("_", " ")) and (day := parse_date(str(value))):
            found.append(Touch(day, line=1))
    for line in parsed.prose:
        if _STATED.search(line.text[:300]) and has_date(line.text[:300]):
            tail = line.text[_STATED.search(line.text[:300]).end() : 300]  # type: ignore[union-attr]
            if day := parse_date(tail):
                found.append(Touch(day, line=line.line))
    return max((t for t in found if t.day <= today), key=lambda t: t.day, default=None)


@fact
def last_touch(scan: Scan, path: str) -> Touch | None:
    """Return when a person last changed more than a few words of a file, ``None`` where no person ever did.

    Raises
    ------
    Unassessable
        ``SHALLOW`` where the answer lies beyond the end of a clone that is cut off.
    """
    found = edits(scan, (path,)).get(path, ())[:_LOOKED_AT]
    who = roles(scan)
    cut = scan.history.cut
    for number, edit in enumerate(found):
        older = found[number + 1] if number + 1 < len(found) else None
        if edit.commit in cut:
            raise Unassessable("SHALLOW", "the clone is cut off where the file last changed; fetch the whole history")
        if who.role(author_of(edit)) in ("bot", "platform") and older is not None:
            continue
        if _substantive(scan, path, edit, older):
            return Touch(day_of(edit.committed), edit.commit)
    return None


def _substantive(scan: Scan, path: str, edit: Edit, older: Edit | None) -> bool:
    after = text_at(scan, path, edit)
    before = text_at(scan, path, older) if older else None
    return before is None or after is None or changed_share(before, after) >= _SHARE
