"""Choose the commits at which a development over time is looked at."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from qmslint.quick import dataclass
from qmslint.repo.history import History, Tag


@dataclass(frozen=True, slots=True)
class Point:
    """One look: a label, the commit, and the moment (seconds since 1970) it is judged as of."""

    label: str
    commit: str
    moment: int


def months(history: History) -> list[Point]:
    """Return the last first-parent commit of every month that has one, oldest first.

    A month is judged as of its last commit, so that its report is the one ``--rev`` gives for that commit.
    """
    found: dict[str, Point] = {}
    for commit in history.first_parents:
        if not 0 < commit.committed < 253402300800:
            continue
        label = datetime.fromtimestamp(commit.committed, UTC).strftime("%Y-%m")
        known = found.get(label)
        if known is None or commit.committed > known.moment:
            found[label] = Point(label, commit.sha, commit.committed)
    return sorted(found.values(), key=lambda point: point.moment)


def releases(history: History, tags: Iterable[Tag]) -> list[Point]:
    """Return every tagged commit of the history, oldest first."""
    found = []
    for tag in tags:
        commit = history.by_sha.get(tag.commit)
        if commit is not None:
            found.append(Point(tag.name, tag.commit, commit.committed))
    return sorted(found, key=lambda point: (point.moment, point.label))
