"""The changes that landed in a window, how each came in, and what of a review git shows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from qmslint.errors import Unassessable
from qmslint.facts.base import Scan, fact
from qmslint.facts.landing import Line, landed
from qmslint.facts.people import authors_of, identities, roles
from qmslint.facts.requests import SUBJECT, Request, markers
from qmslint.facts.review import NONE, Judged, Ladder, has_change_id, ladder
from qmslint.patterns import any_of
from qmslint.quick import dataclass
from qmslint.repo.history import Commit, History, Person

BROUGHT_LIMIT = 500
"""Commits of one merge that are looked at."""
DEPTH_LIMIT = 3
"""Merges of long-lived branches inside each other that are opened."""
_FEW = 5
_REBASED = "rebased requests leave no trace in git but the committer"


@dataclass(frozen=True, slots=True)
class Change:
    """One change that landed: a commit on the first-parent line, or a merge with what it brought in."""

    commit: Commit
    work: tuple[Commit, ...]
    authors: tuple[Person, ...]
    judged: Judged

    @property
    def step(self) -> int:
        """How far a review is visible, 0 to 4."""
        return self.judged.step

    @property
    def request(self) -> Request | None:
        """The merge request it came by, if that is visible."""
        return self.judged.request


@dataclass(frozen=True)
class Changes:
    """What landed in a window.

    Parameters
    ----------
    items : tuple of Change
        Changes with at least one author who is not automation, newest first; commits that only make a release are
        left out.
    bots, releases : int
        How many were left out for which reason.
    people : int
        How many people authored, merged or reviewed any of them.
    """

    items: tuple[Change, ...]
    line: Line
    bots: int
    releases: int
    people: int
    gerrit: bool

    def at_step(self, step: int) -> tuple[Change, ...]:
        """Return the changes at one step of the ladder."""
        return tuple(change for change in self.items if change.step == step)


@fact
def changes(scan: Scan, months: float) -> Changes:
    """Return the changes that landed in the last ``months``.

    Raises
    ------
    Unassessable
        ``SHALLOW`` where the clone is cut off in the window or in what it brought in.
    """
    line = landed(scan, months)
    opened = _opened(scan, months)
    gerrit = _gerrit(scan, opened)
    judge = ladder(scan, gerrit, _squashing(scan, opened))
    who, release = roles(scan), any_of(scan.words("changes", "release_subjects"))
    found, bots, releases = [], 0, 0
    for commit, brought in opened:
        work = tuple(c for c in brought if len(c.parents) < 2) or brought or (commit,)
        authors = authors_of(work)
        if not any(who.role(author) in ("person", "assistant") for author in authors):
            bots += 1
        elif all(release.search(c.subject[:SUBJECT]) for c in work):
            releases += 1
        else:
            found.append(Change(commit, work, authors, _judge(judge, commit, brought)))
    return Changes(tuple(found), line, bots, releases, _people(scan, found), gerrit)


@fact
def ladder_here(scan: Scan, months: float = 12) -> Ladder:
    """Return the judge of changes for the customs this repository showed in the last ``months``."""
    opened = _opened(scan, months)
    return ladder(scan, _gerrit(scan, opened), _squashing(scan, opened))


@fact
def _opened(scan: Scan, months: float) -> tuple[tuple[Commit, tuple[Commit, ...]], ...]:
    return tuple(_open(scan, scan.history, landed(scan, months)))


def _judge(judge: Ladder, commit: Commit, brought: Sequence[Commit]) -> Judged:
    return judge.merge(commit, brought) if len(commit.parents) > 1 else judge.linear(commit)


def _open(scan: Scan, history: History, line: Line) -> Iterator[tuple[Commit, tuple[Commit, ...]]]:
    """Yield every change with what it brought in; merges of long-lived branches are opened."""
    carrying = any_of(scan.words("changes", "carrying_merges"))
    find = markers(scan)
    todo = [(commit, 0) for commit in reversed(line.commits)]
    seen: set[str] = set()
    while todo:
        commit, depth = todo.pop()
        if commit.sha in seen:
            continue
        seen.add(commit.sha)
        if len(commit.parents) < 2:
            yield commit, ()
            continue
        if depth < DEPTH_LIMIT and carrying.search(commit.subject[:SUBJECT]) and not find.of(commit):
            inner = [c for c in _inner_line(history, commit, seen) if c.committed >= line.since]
            # What it carries may all have landed before: then it changes nothing.
            todo += [(c, depth + 1) for c in reversed(inner)]
            continue
        yield commit, _brought(history, commit, seen if depth else None)


def _brought(history: History, merge: Commit, taken: set[str] | None) -> tuple[Commit, ...]:
    """Return what a merge brought onto the line, newest first.

    Inside an opened merge everything landed at the same place, so what was already taken is left out instead.
    """
    place = history.landing.get(merge.sha, -1)
    own = _first_parents(history, merge, place) if taken is not None else frozenset()
    todo = list(merge.parents[1:])
    found: list[Commit] = []
    seen: set[str] = set()
    while todo and len(found) < BROUGHT_LIMIT:
        sha = todo.pop()
        commit = history.by_sha.get(sha)
        if commit is None or sha in seen or history.landing.get(sha, -1) < place or sha in own or sha == merge.sha:
            continue
        if sha in history.cut:
            raise Unassessable(
                "SHALLOW", "the clone is cut off inside merged branches; fetch the whole history (fetch-depth: 0)"
            )
        seen.add(sha)
        found.append(commit)
        todo += commit.parents
    return tuple(found)


def _first_parents(history: History, merge: Commit, place: int) -> frozenset[str]:
    """Return the line below a merge inside an opened branch, as far as it landed at the same place."""
    found: set[str] = set()
    sha = merge.parents[0]
    while sha in history.by_sha and history.landing.get(sha, -1) >= place and len(found) < BROUGHT_LIMIT:
        found.add(sha)
        parents = history.by_sha[sha].parents
        sha = parents[0] if parents else ""
    return frozenset(found)


def _inner_line(history: History, merge: Commit, seen: set[str]) -> list[Commit]:
    """Return the first-parent line of a merged branch as far as it was not in before, newest first."""
    place = history.landing.get(merge.sha, -1)
    found = []
    commit = history.by_sha.get(merge.parents[1])
    while commit is not None and history.landing.get(commit.sha, -1) >= place and commit.sha not in seen:
        if commit.sha in history.cut:
            raise Unassessable(
                "SHALLOW", "the clone is cut off inside merged branches; fetch the whole history (fetch-depth: 0)"
            )
        if commit.parents:
            found.append(commit)
        commit = history.by_sha.get(commit.parents[0]) if commit.parents else None
    return found


def _gerrit(scan: Scan, opened: Sequence[tuple[Commit, tuple[Commit, ...]]]) -> bool:
    """Say whether a review server takes changes in: identifiers alone may come from a local hook."""
    work = [c for commit, brought in opened for c in (brought or (commit,)) if len(c.parents) < 2]
    if not work or sum(map(has_change_id, work)) * 2 < len(work):
        return False
    who = roles(scan)
    serving = any(who.platform(commit.committer) == "gerrit" for commit, brought in opened if brought)
    return (
        serving
        or bool(scan.glob(*scan.words("changes", "gerrit_files")))
        or any(b"\nReviewed-on: " in c.message for c in work)
    )


def _squashing(scan: Scan, opened: Sequence[tuple[Commit, tuple[Commit, ...]]]) -> bool:
    """Say whether changes that end in a number are mostly committed by the platform itself."""
    find, who = markers(scan), roles(scan)
    numbered = [c for c, brought in opened if not brought and (r := find.of(c)) and r.platform == "squash"]
    return sum(who.role(c.committer) != "person" for c in numbered) * 2 > len(numbered)


def _people(scan: Scan, found: Sequence[Change]) -> int:
    who, same = roles(scan), identities(scan)
    keys: set[str] = set()
    for change in found:
        people = [*change.authors, change.commit.author, change.commit.committer]
        people += [change.judged.reviewer] if change.judged.reviewer else []
        keys.update(same.key(person) for person in people if who.is_person(person))
    return len(keys)


def leaves_no_trace(scan: Scan, found: Changes) -> str:
    """Return why the way of merging may leave no trace in git, or an empty string.

    GitLab's fast-forward merges look like direct pushes; so do rebased requests and patches sent by mail, except
    that the committer of some is another person, and that all are older than the moment they were put there.
    """
    many = len(found.items)
    visible = sum(1 for c in found.items if len(c.commit.parents) > 1 or (c.request and c.request.platform != "ref"))
    requests = sum(1 for c in found.items if c.request and c.request.platform != "ref")
    applied = sum(1 for c in found.items if _applied(scan, c))
    if requests * 20 < many and applied * 2 >= many:
        return "commits that somebody else applied, as with patches sent by mail, carry no trace of their review in git"
    if visible * 10 >= many:
        return _REBASED if requests * 5 >= many and _all_rebased(found.at_step(NONE)) else ""
    if _on_gitlab(scan):
        return "GitLab's fast-forward merges leave no trace in git"
    return _REBASED if applied * 5 >= many else ""


def _all_rebased(left: Sequence[Change]) -> bool:
    """Say whether what shows no review was put on the branch later than it was written, as a rebased request is.

    Who pushes their own work directly mostly commits it where it is to stay; a rebase before some pushes is usual.
    """
    late = sum(change.commit.committed > change.commit.authored for change in left)
    return len(left) >= _FEW and late * 10 >= len(left) * 9


def _applied(scan: Scan, change: Change) -> bool:
    """Say whether somebody else than the author committed a change, as when a patch is applied or rebased."""
    commit, same = change.work[0], identities(scan)
    return roles(scan).is_person(commit.committer) and same.key(commit.committer) != same.key(commit.author)


def _on_gitlab(scan: Scan) -> bool:
    if scan.glob(*scan.words("changes", "gitlab_files")):
        return True
    prefixes = tuple(scan.words("changes", "gitlab_refs"))
    return scan.repo.shadow is not None and any(ref.startswith(prefixes) for ref in scan.repo.shadow.refs)


def imported(scan: Scan, found: Changes, share: float) -> bool:
    """Say whether the history begins in the window with a commit that already holds nearly every file of today."""
    if not found.line.born:
        return False
    first = scan.history.first_parents[-1]
    paths = frozenset(scan.repo.paths_at(first.sha))
    today = scan.snapshot.paths
    return bool(today) and sum(path in paths for path in today) >= share * len(today)
