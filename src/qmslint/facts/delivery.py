"""Releases and deployments as events, and which of them repaired an earlier one."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from qmslint.errors import Unassessable
from qmslint.facts.base import DAY, Scan, fact
from qmslint.facts.changelog import changelogs
from qmslint.facts.releases import Release, predecessor
from qmslint.facts.runs import Deployment, deployments
from qmslint.facts.sources import touching_product
from qmslint.facts.spans import shipped, span
from qmslint.patterns import any_of
from qmslint.quick import regex
from qmslint.repo.history import Commit

SUBJECT = 300
REPAIR_DAYS = 7
"""Days after an event within which a repair counts against it when it does not say what it repairs."""
_QUOTED = regex(r'Revert "(.{4,250}?)"')
_REVERTS = regex(rb"(?:This reverts commit|reverts) ([0-9a-f]{7,64})", re.I)


@dataclass(frozen=True)
class Event:
    """One delivery.

    Parameters
    ----------
    name : str
        Tag, or identifier and environment of a deployment.
    when : int
        Seconds since 1970.
    sha : str
        Commit that was delivered, empty where it is not known.
    commits : tuple of Commit
        What it was the first to deliver, merges left out.
    repair : str
        Why it is taken for a repair of an earlier one, empty where it is none.
    failed : str
        Why it is taken for one that failed, empty where it is not.
    repaired : int
        When the failure was repaired, 0 where that cannot be told.
    path : str
        The export it was read from.
    after : str
        Name of the event it follows: the version below it, or the deployment before it to the same environment.
    """

    name: str
    when: int
    sha: str
    commits: tuple[Commit, ...]
    repair: str = ""
    failed: str = ""
    repaired: int = 0
    path: str = ""
    after: str = ""


@dataclass(frozen=True)
class Deliveries:
    """All events of the examined line, oldest first."""

    events: tuple[Event, ...]
    source: Literal["tags", "deployments"]


@fact
def deliveries(scan: Scan) -> Deliveries:
    """Return exported production deployments where there are any, else the final release tags.

    Raises
    ------
    Unassessable
        ``SHALLOW`` in a clone that is cut off.
    """
    if scan.repo.shallow:
        raise Unassessable("SHALLOW", "the clone is cut off; fetch the whole history with tags (fetch-depth: 0)")
    deployed = _production(scan, deployments(scan))
    if deployed:
        return Deliveries(_blamed(scan, _of_deployments(scan, deployed)), "deployments")
    return Deliveries(_blamed(scan, _of_tags(scan)), "tags")


def _production(scan: Scan, found: Sequence[Deployment]) -> tuple[Deployment, ...]:
    """Return the deployments to an environment that customers use; all where none is named so."""
    test = any_of(scan.words("delivery", "production"))
    live = tuple(one for one in found if test.search(one.environment))
    return live or tuple(found)


def _of_tags(scan: Scan) -> list[Event]:
    history, found = scan.history, []
    marks, gone = any_of(scan.words("delivery", "hotfix_names")), withdrawn(scan)
    for release, shas in shipped(scan).items():
        commits = tuple(history.by_sha[sha] for sha in shas if len(history.by_sha[sha].parents) < 2)
        below = predecessor(scan, release)
        repair = "named as an unplanned release" if marks.search(release.name) else ""
        if not repair and _is_small(release, below):
            repair = _repairs(scan, commits)
        after = below.name if below else ""
        when, sha = release.tag.tagged, release.tag.commit
        found.append(Event(release.name, when, sha, commits, repair, gone.get(release, ""), after=after))
    return found


def _is_small(release: Release, below: Release | None) -> bool:
    """Say whether a release may be unplanned: of three numbers only the last was raised, or they tell nothing."""
    numbers = release.number.numbers
    return below is None or len(numbers) < 3 or numbers[:2] == below.number.numbers[:2] or numbers[0] >= 1000


def withdrawn(scan: Scan) -> Mapping[Release, str]:
    """Return the releases that a change log says were withdrawn."""
    test = any_of(scan.words("delivery", "withdrawn"))
    entries = [entry for log in changelogs(scan) for entry in log.entries if entry.number]
    heads: dict[str, str] = {}
    for entry in entries:
        line = (scan.text(entry.path) or "").split("\n")[entry.line - 1 : entry.line]
        if line and test.search(line[0][:300]):
            heads[entry.version] = f"{entry.path}:{entry.line} says that it was withdrawn"
    return {release: heads[release.version] for release in shipped(scan) if release.version in heads}


def _of_deployments(scan: Scan, found: Sequence[Deployment]) -> list[Event]:
    history = scan.history
    events: list[Event] = []
    last: dict[str, str] = {}
    seen: dict[str, set[str]] = {}
    names: dict[str, str] = {}
    marks = any_of(scan.words("delivery", "hotfix_names"))
    for one in found:
        before = last.get(one.environment, "")
        known = one.sha in history.by_sha
        again = known and one.sha in seen.get(one.environment, set()) and one.sha != before
        fresh = span(history, before, one.sha) if known and before and not again else frozenset()
        commits = tuple(history.by_sha[sha] for sha in sorted(fresh) if len(history.by_sha[sha].parents) < 2)
        repair = "goes back to what was deployed before" if again else ""
        repair = repair or ("named as an unplanned one" if marks.search(one.ref) else _repairs(scan, commits))
        failed = "the platform says that it failed" if one.result == "failed" else ""
        name = f"{one.environment} {one.id or one.ref or one.sha[:12]}"
        after = names.get(one.environment, "")
        events.append(Event(name, one.when, one.sha, commits, repair, failed, path=one.path, after=after))
        names[one.environment] = name
        if one.result != "failed" and known:
            last[one.environment] = one.sha
            seen.setdefault(one.environment, set()).add(one.sha)
    return events


def _repairs(scan: Scan, commits: Sequence[Commit]) -> str:
    """Return why commits are taken for a repair of something delivered before."""
    known = _repairing(scan)
    own = {commit.sha for commit in commits}
    subjects = {commit.subject for commit in commits}
    for commit in commits:
        if commit.sha not in known:
            continue
        undone, quoted = reverted(commit), _QUOTED.match(commit.subject[:SUBJECT])
        # A revert of what was not delivered yet repairs nothing that anybody had.
        if undone and any(sha.startswith(undone) for sha in own):
            continue
        if quoted and any(subject.startswith(quoted[1]) for subject in subjects):
            continue
        return f"{commit.sha[:12]} {commit.subject[:60]}"
    return ""


@fact
def _repairing(scan: Scan) -> frozenset[str]:
    """Return the commits that revert, hotfix or name an incident, and change the product itself."""
    tests = [any_of(scan.words("delivery", name)) for name in ("repairs", "incidents")]
    found = [c.sha for c in scan.history.commits if any(test.search(c.subject[:SUBJECT]) for test in tests)]
    return touching_product(scan, found)


def reverted(commit: Commit) -> str:
    """Return the object id, or the beginning of it, of the commit that a commit says it reverts."""
    match = _REVERTS.search(commit.message[:20_000])
    return match[1].decode("ascii").lower() if match else ""


def _blamed(scan: Scan, events: list[Event]) -> tuple[Event, ...]:
    """Mark the events that later ones repaired: the one that held what was reverted, else the one it follows."""
    result = list(events)
    holder = {commit.sha: index for index, event in enumerate(events) for commit in event.commits}
    named = {event.name: index for index, event in enumerate(events)}
    product = _repairing(scan)
    for index, event in enumerate(events):
        guilty = _reverted_in(event, index, holder, product)
        why = "takes back a change of it"
        if guilty is None and event.repair and event.after in named:
            before = named[event.after]
            why = event.repair
            guilty = before if 0 <= event.when - events[before].when <= REPAIR_DAYS * DAY else None
        if guilty is None or guilty == index:
            continue
        there = result[guilty]
        if not there.repaired:
            text = there.failed or f"repaired by {event.name}: {why}"
            result[guilty] = dataclasses.replace(there, failed=text, repaired=event.when)
    for index, event in enumerate(result):
        if event.failed and not event.repaired:
            later = next((e for e in result[index + 1 :] if e.after == event.name and not e.failed), None)
            result[index] = dataclasses.replace(event, repaired=later.when if later else 0)
    return tuple(result)


def _reverted_in(event: Event, index: int, holder: Mapping[str, int], product: frozenset[str]) -> int | None:
    """Return the earlier event that delivered what one of these commits takes back."""
    for commit in event.commits:
        undone = reverted(commit) if commit.sha in product else ""
        at = holder.get(undone) if len(undone) >= 40 else None
        if at is not None and at < index:
            return at
    return None
