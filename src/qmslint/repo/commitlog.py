"""The commits of a repository as far as they were read: each is read once, whatever revision is looked at.

What git prints first is commits in a certain order: of those whose child was printed, the one committed last, and
among equals the one met first.  The same walk over commits that were read before gives the same order without git.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from heapq import heappop, heappush
from itertools import accumulate

from qmslint.repo.commitstore import CommitStore
from qmslint.repo.gitcmd import Git, GitFailed
from qmslint.repo.history import LOG_FORMAT, Commit, History, Person, parse_commits

_OPTIONS = ("-c", "log.mailmap=false", "log", "-z", LOG_FORMAT)

LINES = 3
"""Histories, beside the first, whose order is remembered."""


class CommitLog:
    """Reads histories of one repository; only commits it does not know are asked of git.

    Parameters
    ----------
    git : Git
        Runs in the shadow.
    cut : frozenset of str
        The shallow boundary.
    store : CommitStore or None
        Where commits are remembered between runs.
    """

    def __init__(self, git: Git, cut: frozenset[str] = frozenset(), store: CommitStore | None = None) -> None:
        self._git = git
        self._cut = cut
        # A cut commit has other parents in a deeper clone: what is read here is not true for later.
        self._store = None if cut else store
        self._lines: list[_Line] = []
        self._known: dict[str, Commit] = {}
        self._people: dict[int, Person] = {}
        self._names: dict[str, dict[int, Person]] = {}
        self._loaded = False

    def history(self, head: str, mailmap: str = "") -> History:
        """Return the history that leads to ``head``, as ``git log`` orders it.

        Parameters
        ----------
        head : str
            Full object id.
        mailmap : str
            Revision of the mail map to apply, such as ``<id>:.mailmap``.

        Raises
        ------
        GitFailed
            If it cannot be read.
        """
        commits = self._commits(head)
        if mailmap:
            commits = self._renamed(commits, mailmap)
        cut = self._cut and self._cut.intersection(commit.sha for commit in commits)
        return History(commits, frozenset(cut), head)

    def _commits(self, head: str) -> tuple[Commit, ...]:
        if not self._loaded:
            self._loaded = True
            self._learn(self._store.load() if self._store else ())
        for line in self._lines:
            if line.head == head:
                return line.commits
        return (self._extended(head) if self._lines else ()) or self._read(head)

    def _read(self, head: str) -> tuple[Commit, ...]:
        """Read everything."""
        self._lines.clear()
        self._known.clear()
        with self._git.stream(*_OPTIONS, head, "--") as chunks:
            if self._store:
                with self._store.copying(chunks) as copied:
                    commits = tuple(parse_commits(copied))
            else:
                commits = tuple(parse_commits(chunks))
        self._learn(commits)
        return commits

    def _extended(self, head: str) -> tuple[Commit, ...]:
        """Read what is not known; empty where what is known turns out not to be whole."""
        if not self._known:
            self._known = {commit.sha: commit for line in self._lines for commit in line.commits}
        if head not in self._known:
            self._meet(self._read_new(head))
        try:
            commits = ordered(head, self._known, self._lines)
        except KeyError:
            return ()
        # The first line is the longest and leads into most others; of those, only the last ones are asked for again.
        self._lines[1:] = [*self._lines[1:], _Line(commits)][-LINES:]
        if self._store:
            self._store.keep(commits)
        return commits

    def _read_new(self, head: str) -> tuple[Commit, ...]:
        # Heads that this repository does not hold (any more) are no reason to fail: more is read then.
        heads = [line.head for line in self._lines]
        with self._git.stream(*_OPTIONS, "--ignore-missing", head, "--not", *heads, "--") as chunks:
            return tuple(parse_commits(chunks))

    def _learn(self, commits: tuple[Commit, ...]) -> None:
        if commits:
            self._lines.append(_Line(commits))
            self._meet(commits)

    def _meet(self, commits: tuple[Commit, ...]) -> None:
        # People are looked up by identity: few objects stand for them, and comparing them costs more than the rest.
        self._people.update((id(person), person) for c in commits for person in (c.author, c.committer))
        self._names.clear()
        if self._known:
            self._known.update((commit.sha, commit) for commit in commits)

    def _renamed(self, commits: tuple[Commit, ...], mailmap: str) -> tuple[Commit, ...]:
        """Return the commits with the names and addresses the mail map gives to people."""
        if mailmap not in self._names:
            new = _mapped(self._git, set(self._people.values()), mailmap)
            self._names[mailmap] = {key: new[person] for key, person in self._people.items() if person in new}
        names = self._names[mailmap]
        if not names:
            return commits
        return tuple(
            _renamed(c, names.get(id(c.author), c.author), names.get(id(c.committer), c.committer)) for c in commits
        )


def _renamed(commit: Commit, author: Person, committer: Person) -> Commit:
    if author is commit.author and committer is commit.committer:
        return commit
    return Commit(commit.sha, commit.parents, author, commit.authored, committer, commit.committed, commit.message)


class _Line:
    """A whole history in order, and what is needed to find out where another one goes over into it."""

    def __init__(self, commits: tuple[Commit, ...]) -> None:
        self.head = commits[0].sha
        self.commits = commits
        self._places: dict[str, int] = {}
        self._least: list[int] = []

    def __contains__(self, sha: str) -> bool:
        return sha in self.places

    @property
    def places(self) -> dict[str, int]:
        """Position of each commit."""
        if not self._places:
            self._places = {commit.sha: place for place, commit in enumerate(self.commits)}
        return self._places

    def follows(self, waiting: Iterable[tuple[int, int, str]]) -> bool:
        """Say whether a walk with its head and some other commits waiting goes on exactly like this line.

        It does when each of the others is in it, and everything before that was committed later: then none is
        taken earlier than in this line.
        """
        if not self._least:
            self._least = list(accumulate((commit.committed for commit in self.commits), min))
        for negative, _, sha in waiting:
            place = self.places.get(sha)
            if place is None or (place and self._least[place - 1] <= -negative):
                return False
        return True


def ordered(head: str, known: Mapping[str, Commit], lines: Sequence[_Line] = ()) -> tuple[Commit, ...]:
    """Return the commits that lead to ``head`` in the order of ``git log``.

    Parameters
    ----------
    head : str
        Where the walk starts.
    known : mapping of str to Commit
        Commits by object id.
    lines : sequence of _Line
        Histories whose order is known: the walk ends where it goes over into one.

    Raises
    ------
    KeyError
        If a commit on the way is not known.
    """
    by_head = {line.head: line for line in lines}
    waiting = [(-known[head].committed, 0, head)]
    seen = {head}
    found: list[Commit] = []
    number = 0
    while waiting:
        line = by_head.get(waiting[0][2])
        if line and line.follows(waiting) and not any(commit.sha in line for commit in found):
            return (*found, *line.commits)
        commit = known[heappop(waiting)[2]]
        found.append(commit)
        for parent in commit.parents:
            if parent not in seen:
                seen.add(parent)
                number += 1
                heappush(waiting, (-known[parent].committed, number, parent))
    return tuple(found)


def _mapped(git: Git, people: Iterable[Person], mailmap: str) -> dict[Person, Person]:
    """Return the people whom the mail map gives another name or address."""
    asked = sorted(people, key=lambda person: (person.email, person.name))
    given = "".join(f"{person.name} <{person.email}>\n" for person in asked).encode("utf-8")
    out = git.run("-c", f"mailmap.blob={mailmap}", "check-mailmap", "--stdin", given=given).split(b"\n")
    if len(out) != len(asked) + 1:
        raise GitFailed("UNREADABLE", "the mail map cannot be applied")
    found = {}
    for person, answer in zip(asked, out[:-1], strict=True):
        name, _, email = answer.decode("utf-8", "replace").partition("<")
        mapped = Person(name.removesuffix(" "), email.removesuffix(">"))
        if mapped != person:
            found[person] = mapped
    return found
