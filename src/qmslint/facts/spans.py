"""Which commits belong to which release, answered in memory from the one pass over the history."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from qmslint.facts.base import Scan, fact, fact_of_objects
from qmslint.facts.releases import Release, predecessor, releases
from qmslint.repo.history import History


def reachable(history: History, sha: str, without: frozenset[str] = frozenset()) -> frozenset[str]:
    """Return the commits reachable from ``sha``, as far as they are not in ``without``."""
    found: set[str] = set()
    todo = [sha] if sha else []
    while todo:
        here = todo.pop()
        commit = history.by_sha.get(here)
        if commit is not None and here not in found and here not in without:
            found.add(here)
            todo += commit.parents
    return frozenset(found)


def span(history: History, base: str, tip: str) -> frozenset[str]:
    """Return the commits of ``base..tip``; all of ``tip`` where there is no base."""
    return reachable(history, tip, reachable(history, base))


@fact
def shipped(scan: Scan) -> Mapping[Release, tuple[str, ...]]:
    """Return for each final release of the examined line, oldest first, the commits it was the first to hold.

    Each commit is looked at once, whatever the number of releases.
    """
    history = scan.history
    taken: set[str] = set()
    result = {}
    for release in releases(scan):
        if release.pre or release.tag.commit not in history.by_sha:
            continue
        own = []
        todo = [release.tag.commit]
        while todo:
            here = todo.pop()
            commit = history.by_sha.get(here)
            if commit is not None and here not in taken:
                taken.add(here)
                own.append(here)
                todo += commit.parents
        result[release] = tuple(own)
    return MappingProxyType(result)


def before(scan: Scan, release: Release) -> Release | None:
    """Return the newest final release of the same component that a release is built on, else the one below by number."""
    known = releases(scan)
    inside = _tagged_below(scan, release.tag.commit)
    under = [
        other
        for other in known
        if other.component == release.component
        and not other.pre
        and other.tag.commit in inside
        and other.tag.commit != release.tag.commit
    ]
    newest = max(under, key=lambda other: (other.tag.tagged, other.number.key, other.name), default=None)
    return newest or predecessor(scan, release)


def below(scan: Scan, release: Release) -> Release | None:
    """Return the newest final release of any component that the first release of one is built on."""
    inside = _tagged_below(scan, release.tag.commit)
    under = [r for r in releases(scan) if not r.pre and r.tag.commit in inside and r.tag.commit != release.tag.commit]
    return max(under, key=lambda other: (other.tag.tagged, other.name), default=None)


@fact_of_objects
def _tagged_below(scan: Scan, sha: str) -> frozenset[str]:
    """Return the commits with a tag that are reachable from ``sha``."""
    return reachable(scan.history, sha).intersection(tag.commit for tag in scan.repo.tags)
