"""How single files changed: their versions, and when a person last changed what they say."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from qmslint.errors import Unassessable
from qmslint.facts.base import Scan, fact
from qmslint.facts.dates import day_of, has_date, parse_date
from qmslint.facts.markup import document
from qmslint.facts.people import roles
from qmslint.repo.history import Person
from qmslint.repo.versions import Version, versions_of

_WORD = re.compile(r"\w+")
_STATED = re.compile(
    r"\b(?:last[ _-]?(?:reviewed|review|revised|updated|checked|verified)|reviewed(?:[ _-]on)?|review[ _-]date|revised[ _-]on"
    r"|zuletzt (?:geprüft|überprüft|überarbeitet)|geprüft am|überprüft am|stand|dernière (?:revue|révision|mise à jour)|revu le"
    r"|última (?:revisión|actualización)|revisado el)\b",
    re.I,
)
_SHARE = 0.05
"""Share of the words of a text below which a change is one of spelling or links."""


@dataclass(frozen=True, slots=True)
class Touch:
    """When somebody last changed or reviewed a text, and what shows it."""

    day: date
    commit: str = ""
    line: int = 0


@fact
def versions(scan: Scan, path: str) -> tuple[Version, ...]:
    """Return the versions of a file up to the examined revision, newest first.

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
    return versions_of(git, scan.repo.commit, path)


def author_of(version: Version) -> Person:
    """Return the author of a version as an identity."""
    name, _, mail = version.author.rpartition(" <")
    return Person(name, mail.rstrip(">"))


def changed_share(before: str, after: str) -> float:
    """Return which share of the words of two texts differs, 0 to 1; longer texts are compared by their first words."""
    old, new = _WORD.findall(before.lower())[:6000], _WORD.findall(after.lower())[:6000]
    if old == new:
        return 0.0
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    if len(old) * len(new) > 4_000_000:
        return 1 - matcher.quick_ratio()
    return 1 - matcher.ratio()


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
    found = versions(scan, path)
    who = roles(scan)
    cut = scan.history.cut
    for number, version in enumerate(found):
        older = found[number + 1] if number + 1 < len(found) else None
        if version.commit in cut:
            raise Unassessable("SHALLOW", "the clone is cut off where the file last changed; fetch the whole history")
        if who.role(author_of(version)) in ("bot", "platform") and older is not None:
            continue
        if _substantive(version, older, found):
            return Touch(day_of(version.committed), version.commit)
    return None


def _substantive(version: Version, older: Version | None, found: Sequence[Version]) -> bool:
    if older is None or older.text is None or version.text is None:
        return True
    return changed_share(older.text, version.text) >= _SHARE
