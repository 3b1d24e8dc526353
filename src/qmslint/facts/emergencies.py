"""Changes that went a shorter way: hotfixes, reverts, marked bypasses; whether they were explained and looked at."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from types import MappingProxyType

from qmslint.facts.base import Scan, fact
from qmslint.facts.changes import Change, Changes, changes
from qmslint.facts.dates import day_of
from qmslint.facts.delivery import reverted
from qmslint.facts.records import records
from qmslint.facts.review import REQUEST, describe
from qmslint.facts.sources import source_files, touching_product
from qmslint.facts.spans import shipped
from qmslint.facts.stories import names_item
from qmslint.facts.tickets import references
from qmslint.patterns import any_of
from qmslint.quick import dataclass, regex

_INCIDENT = regex(r"\b(?:INC|PM|incident|postmortem|CAPA|CA)[- #]{0,2}[0-9]{1,7}\b", re.I)
_REVERT = regex(r"^(?:\w{2,12}(?:\([^()]{0,40}\))?!?: )?revert(?:s|ed)?\b", re.I)
_QUOTED = regex(r'(?im)\brevert\w* "[^\n]{0,300}"')
_BOILER = regex(r"(?im)^(?:this reverts commit|reverts) .{0,200}$|^[\w-]{3,40}: .{0,300}$|^[ \t]*conflicts:.*$")
_KINDS = ("incident-review", "incident", "capa", "change")


@dataclass(frozen=True, slots=True)
class Emergency:
    """One such change.

    Parameters
    ----------
    why : str
        What makes it one.
    explained, looked_at : str
        What explains it, and what shows a look by somebody else; empty where nothing does.
    undelivered : bool
        Whether it only undoes what nobody had got yet: then a reason is enough.
    """

    change: Change
    why: str
    explained: str
    looked_at: str
    undelivered: bool

    @property
    def settled(self) -> bool:
        """Whether nothing is left to ask."""
        return bool(self.explained and (self.looked_at or self.undelivered))


@fact
def emergencies(scan: Scan, months: float, days: int) -> tuple[Emergency, ...]:
    """Return the emergency changes that landed in the last ``months``, newest first.

    Parameters
    ----------
    months : float
        Window before the examination.
    days : int
        Working days within which somebody else has to have looked at them.
    """
    found = changes(scan, months)
    refs = references(scan, months)
    subjects = any_of(scan.words("changes", "emergency_subjects"))
    marks = any_of(scan.words("changes", "emergency_marks"))
    texts = _record_texts(scan)
    later = _later_mentions(scan, found.line.since)
    product = _undoing(scan, found)
    result = []
    for change in found.items:
        subject = change.commit.subject[:300]
        # A longer branch that takes back a step of its own has no emergency.
        inner = [work.subject[:300] for work in change.work] if len(change.work) == 1 else []
        message = "\n".join(commit.text[:20_000] for commit in dict.fromkeys((change.commit, *change.work[:20])))
        hit = next((text for text in (subject, *inner) if subjects.search(text)), "")
        ends = [commit.text.strip()[:20_000].rpartition("\n\n")[2] for commit in (change.commit, *change.work[:20])]
        mark = next((m for end in ends if (m := marks.search(end))), None)
        if not mark and (not hit or (_REVERT.search(hit) and change.commit.sha not in product)):
            continue
        why = f"says: {hit[:80]}" if hit else f"is marked: {mark[0][:60]}" if mark else ""
        reference = refs[change.commit.sha]
        # What a revert takes back is named in its title, and is no reason for it.
        quoted = " ".join(match[0] for match in _QUOTED.finditer(message[:2_000]))
        items = tuple(item for item in reference.items if not names_item(quoted, item))
        explained = _explained(scan, message, items, texts, change)
        looked = _looked_at(change, texts, later, days, found.people > 1)
        result.append(Emergency(change, why, explained, looked, _undelivered(scan, change)))
    return tuple(result)


def _undoing(scan: Scan, found: Changes) -> frozenset[str]:
    """Return the reverts that change the product: undoing words or tests is no emergency."""
    if not source_files(scan):
        return frozenset()
    shas = [c.commit.sha for c in found.items if any(_REVERT.search(w.subject[:300]) for w in (c.commit, *c.work))]
    return touching_product(scan, shas)


def _explained(
    scan: Scan, message: str, items: tuple[str, ...], texts: dict[str, tuple[str, date | None]], change: Change
) -> str:
    if items:
        return f"names {', '.join(items[:3])}"
    if match := _INCIDENT.search(message):
        return f"names {match[0]}"
    recorded = _recorded(change, texts)
    if recorded:
        return f"recorded in {recorded}"
    body = _BOILER.sub("", message.partition("\n")[2]).strip()
    if len(body.split()) >= 6 and any_of(scan.words("changes", "reasons")).search(body):
        return "says why"
    if len(body.split()) >= 25:
        return "says why at length"
    return f"leads only to {describe(change.request)}" if change.request else ""


def _recorded(change: Change, texts: dict[str, tuple[str, date | None]]) -> str:
    shas = [commit.sha[:8] for commit in (change.commit, *change.work[:20])]
    number = change.request.number if change.request else ""
    for path, (text, _) in texts.items():
        if any(sha in text for sha in shas) or (number and re.search(rf"[#!/]{re.escape(number)}(?!\d)", text)):
            return path
    return ""


def _looked_at(
    change: Change,
    texts: dict[str, tuple[str, date | None]],
    later: dict[str, tuple[str, date]],
    days: int,
    others: bool,
) -> str:
    # One person's own requests cannot have been looked at by another who left no trace.
    if change.step > REQUEST or (change.step == REQUEST and others):
        return change.judged.reason
    limit = working_days_after(day_of(change.commit.committed), days)
    path = _recorded(change, texts)
    if path:
        when = texts[path][1]
        if when is None or when <= limit:
            return f"looked at in {path}"
    named = later.get(change.commit.sha[:12])
    if named and named[1] <= limit:
        return f"reviewed afterwards in {named[0][:12]}"
    return ""


def working_days_after(day: date, days: int) -> date:
    """Return the day that lies so many working days, Monday to Friday, after ``day``."""
    left = days
    while left > 0:
        day += timedelta(days=1)
        left -= day.weekday() < 5
    return day


def _record_texts(scan: Scan) -> dict[str, tuple[str, date | None]]:
    """Return, by path, the texts of records that may speak of an emergency, with their date."""
    found: dict[str, tuple[str, date | None]] = {}
    for kind in _KINDS:
        if kind not in scan.words("records", "kinds"):
            continue
        for record in records(scan, kind).items:
            text, when = found.get(record.path, ((scan.text(record.path) or "")[:200_000], record.date))
            found[record.path] = (text, max(filter(None, (when, record.date)), default=None))
    return dict(sorted(found.items()))


def _later_mentions(scan: Scan, since: int) -> dict[str, tuple[str, date]]:
    """Return, by the beginning of an object id, the commit that says it was reviewed afterwards."""
    test = re.compile(
        rb"(?im)^(?:reviewed|post-review|reviewed-commit|review of)[ -:]{1,3}(?:commit )?([0-9a-f]{12,40})\b"
    )
    found = {}
    for commit in scan.history.commits:
        # Nothing that was committed before the window can look back on what landed in it.
        if commit.committed >= since and b"eview" in commit.message:
            for match in test.finditer(commit.message[:20_000]):
                found[match[1][:12].decode("ascii")] = (commit.sha, day_of(commit.committed))
    return found


def _undelivered(scan: Scan, change: Change) -> bool:
    """Say whether a revert undoes something that no release held yet."""
    targets = [sha for commit in (change.commit, *change.work) if len(sha := reverted(commit)) >= 40]
    if not targets:
        return False
    places, unreleased = _places(scan), len(shipped(scan))
    own = places.get(change.commit.sha, unreleased)
    return all(places.get(sha, unreleased) >= own for sha in targets)


@fact
def _places(scan: Scan) -> Mapping[str, int]:
    """Return for each commit that a release holds which of the releases, in their order, was the first to do so."""
    return MappingProxyType({sha: n for n, shas in enumerate(shipped(scan).values()) for sha in shas})
