"""Commits, read in one streamed pass, and tags."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from functools import cached_property

from qmslint.quick import dataclass, regex
from qmslint.repo.gitcmd import Git, GitFailed

_FIELDS = ("%H", "%P", "%an", "%ae", "%at", "%cn", "%ce", "%ct", "%B")
LOG_FORMAT = "--format=tformat:" + "%x00".join(_FIELDS)
"""The fields of a commit that are read, also what the benchmark's floor reads; the mail map is applied later."""
FIELDS = len(_FIELDS)
_MAPPED_FORMAT = re.sub("%([ac])([ne])", lambda m: f"%{m[1]}{m[2].upper()}", LOG_FORMAT)
TAG_LIMIT = 100_000
BESIDE_LIMIT = 50_000
"""Commits outside the examined line that are read at most."""
_RECORD = regex(rb"\x01(?=[0-9a-f]{40}(?:[0-9a-f]{24})?\0)")
LATEST = 253_402_214_400
"""The last day of the year 9999, the end of what calendars of programs can hold."""


@dataclass(frozen=True, slots=True)
class Person:
    """An identity after the repository's mail map was applied."""

    name: str
    email: str

    def __str__(self) -> str:
        return f"{self.name} <{self.email}>"


class Commit:
    """One commit; times are seconds since 1970 in UTC, kept within the years 1970 to 9999."""

    __slots__ = ("author", "authored", "committed", "committer", "message", "parents", "sha")

    def __init__(
        self,
        sha: str,
        parents: tuple[str, ...],
        author: Person,
        authored: int,
        committer: Person,
        committed: int,
        message: bytes,
    ) -> None:
        self.sha = sha
        self.parents = parents
        self.author = author
        self.authored = authored
        self.committer = committer
        self.committed = committed
        self.message = message

    @property
    def subject(self) -> str:
        """First line of the message."""
        return self.message.split(b"\n", 1)[0].decode("utf-8", "replace")

    @property
    def text(self) -> str:
        """The whole message."""
        return self.message.decode("utf-8", "replace")

    def __repr__(self) -> str:
        return f"Commit({self.sha[:12]} {self.subject!r})"


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag with the commit it leads to (empty when it leads to something else).

    ``tagger`` and ``tagged`` are those of the tag object; a lightweight tag has none, and its time is that
    of the commit.
    """

    name: str
    commit: str
    annotated: bool
    tagger: str
    tagged: int
    message: str
    signed: bool


@dataclass(frozen=True)
class History:
    """All commits reachable from the examined one, newest first.

    Parameters
    ----------
    commits : tuple of Commit
        In the order of ``git log``.
    cut : frozenset of str
        Commits whose parents are missing because the clone is shallow.
    """

    commits: tuple[Commit, ...]
    cut: frozenset[str] = frozenset()
    head: str = ""
    notes: tuple[str, ...] = field(default_factory=tuple)

    @cached_property
    def by_sha(self) -> dict[str, Commit]:
        """Commits by full object id."""
        return {commit.sha: commit for commit in self.commits}

    @cached_property
    def first_parents(self) -> tuple[Commit, ...]:
        """The line of first parents, newest first: what landed on the branch."""
        line = []
        commit = self.by_sha.get(self.head)
        while commit is not None:
            line.append(commit)
            commit = self.by_sha.get(commit.parents[0]) if commit.parents else None
        return tuple(line)

    def brought_in(self, merge: Commit) -> tuple[Commit, ...]:
        """Return the commits a merge brings onto the first-parent line, newest first, at most 500."""
        line = self.first_parent_ids
        found: list[Commit] = []
        seen: set[str] = set()
        todo = list(merge.parents[1:])
        while todo and len(found) < 500:
            sha = todo.pop()
            commit = self.by_sha.get(sha)
            if commit is None or sha in seen or sha in line:
                continue
            seen.add(sha)
            # A commit that an earlier first-parent commit already brought in ends the search.
            if self.landed_before(sha, merge.sha):
                continue
            found.append(commit)
            todo.extend(commit.parents)
        return tuple(found)

    @cached_property
    def first_parent_ids(self) -> frozenset[str]:
        """Object ids of the first-parent line."""
        return frozenset(commit.sha for commit in self.first_parents)

    @cached_property
    def landing(self) -> dict[str, int]:
        """For each commit the position (oldest = 0) on the first-parent line at which it landed."""
        landed: dict[str, int] = {}
        for position, commit in enumerate(reversed(self.first_parents)):
            landed[commit.sha] = position
            # Its first parent landed before; only a merge brings in more.
            todo = list(commit.parents[1:])
            while todo:
                sha = todo.pop()
                known = self.by_sha.get(sha)
                if known is None or sha in landed:
                    continue
                landed[sha] = position
                todo.extend(known.parents)
        return landed

    def landed_before(self, sha: str, merge: str) -> bool:
        """Say whether ``sha`` was already in when ``merge`` landed."""
        return self.landing.get(sha, -1) < self.landing.get(merge, -1)


def read_beside(
    git: Git, tips: Sequence[str], head: str, mailmap: str = "", limit: int = BESIDE_LIMIT
) -> tuple[Commit, ...]:
    """Read the commits reachable from ``tips`` but not from ``head``, newest first, at most ``limit``."""
    options = ["-c", f"mailmap.blob={mailmap}"] if mailmap else ["-c", "log.mailmap=false"]
    rest = [f"--max-count={limit}", *tips, "--not", head, "--"]
    with git.stream(*options, "log", "-z", _MAPPED_FORMAT, *rest) as chunks:
        return tuple(parse_commits(chunks))


def read_touched(git: Git, shas: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return which paths each of some commits changed, against its first parent."""
    form = "--format=tformat:%x01%H%x00"
    options = ("--no-walk=unsorted", "--first-parent", "-m", "--root", "--no-renames", "--name-only")
    out = git.run("log", "-z", form, *options, *shas, "--")
    touched = {}
    for part in records(out):
        sha, _, names = part.partition(b"\0")
        paths = (name.strip(b"\n").decode("utf-8", "surrogateescape") for name in names.split(b"\0"))
        touched[sha.decode("ascii")] = tuple(path for path in paths if path)
    return touched


def records(output: bytes) -> list[bytes]:
    """Split output of ``git log`` whose records start with ``%x01%H`` and a NUL.

    A name or path can hold the first byte, but never the NUL after an object id.
    """
    return _RECORD.split(output)[1:]


def committed(git: Git, sha: str) -> int:
    """Return when one commit was made, in seconds since 1970."""
    out = git.run("log", "--no-walk", "--max-count=1", "--format=tformat:%ct", sha, "--")
    return seconds_of(out.strip())


def parse_commits(chunks: Iterable[bytes]) -> Iterator[Commit]:
    """Parse what ``git log -z`` prints in :data:`LOG_FORMAT`.

    Raises
    ------
    GitFailed
        If it ends in the middle of a commit.
    ValueError
        If it is not what git prints.
    """
    people: dict[tuple[bytes, bytes], Person] = {}
    rest = b""
    pending: list[bytes] = []
    for chunk in chunks:
        parts = (rest + chunk).split(b"\0")
        rest = parts.pop()
        pending += parts
        whole = len(pending) - len(pending) % FIELDS
        if whole:
            yield from _columns(pending[:whole], people)
            pending = pending[whole:]
    if pending or rest:
        raise GitFailed("UNREADABLE", "git ended in the middle of a commit")


def _columns(fields: list[bytes], people: dict[tuple[bytes, bytes], Person]) -> Iterator[Commit]:
    """Parse whole commits field by field: a hundred thousand calls cost more than a few large ones."""
    ids, parents, a_names, a_mails, a_times, c_names, c_mails, c_times, messages = (
        fields[number::FIELDS] for number in range(FIELDS)
    )
    return map(
        Commit,
        b"\n".join(ids).decode("ascii").split("\n"),
        [tuple(line.split()) for line in b"\n".join(parents).decode("ascii").split("\n")],
        [people.get(pair) or _person(people, *pair) for pair in zip(a_names, a_mails, strict=True)],
        _moments(a_times),
        [people.get(pair) or _person(people, *pair) for pair in zip(c_names, c_mails, strict=True)],
        _moments(c_times),
        messages,
    )


def _moments(texts: list[bytes]) -> list[int]:
    try:
        found = list(map(int, texts))
    except ValueError:
        return list(map(seconds_of, texts))
    return found if min(found) >= 0 and max(found) <= LATEST else list(map(seconds_of, texts))


def _person(people: dict[tuple[bytes, bytes], Person], name: bytes, email: bytes) -> Person:
    person = Person(name.decode("utf-8", "replace"), email.decode("utf-8", "replace"))
    people[name, email] = person
    return person


def seconds_of(text: bytes) -> int:
    """Return a moment git printed, within :data:`LATEST`; 0 where it is none."""
    try:
        return min(max(int(text), 0), LATEST)
    except ValueError:
        return 0


_TAG_FIELDS = (
    "%(refname)",
    "%(objecttype)",
    "%(objectname)",
    "%(*objecttype)",
    "%(*objectname)",
    "%(taggername) %(taggeremail)",
    "%(creatordate:unix)",
    # The text of the commit under a lightweight tag is not wanted.
    "%(if)%(*objecttype)%(then)%(contents)%(end)",
)
_SIGNATURES = ("-----BEGIN PGP SIGNATURE-----", "-----BEGIN SSH SIGNATURE-----", "-----BEGIN SIGNED MESSAGE-----")


def read_tags(git: Git) -> tuple[Tag, ...]:
    """Read all tags, oldest first; at most :data:`TAG_LIMIT`.

    Raises
    ------
    GitFailed
        Also when a tag leads to an object that is missing: see :func:`tags_astray`.
    """
    form = "%00".join(_TAG_FIELDS) + "%00"
    out = git.run("for-each-ref", f"--format={form}", f"--count={TAG_LIMIT}", "refs/tags")
    parts = out.split(b"\0")
    width = len(_TAG_FIELDS)
    tags = [_tag(parts[start : start + width]) for start in range(0, len(parts) - 1, width)]
    nested = [tag for tag, kind in tags if kind == b"tag"]
    ends = _ends(git, nested) if nested else {}
    found = (dataclasses.replace(tag, commit=ends[tag.name]) if tag.name in ends else tag for tag, _ in tags)
    return tuple(sorted(found, key=lambda tag: (tag.tagged, tag.name)))


def tags_astray(git: Git, refs: Mapping[str, str]) -> set[str]:
    """Return the full names of tags that lead to an object that is missing or cannot be read."""
    names = [name for name in sorted(refs) if name.startswith("refs/tags/")]
    asked = b"".join(f"{refs[name]}^{{}}\n".encode("ascii") for name in names)
    answers = git.run("cat-file", "--batch-check", given=asked).splitlines() if names else []
    missing = {
        name for name, answer in zip(names, answers, strict=False) if answer.endswith((b" missing", b" ambiguous"))
    }
    return missing | set(names[len(answers) :])


def _tag(fields: list[bytes]) -> tuple[Tag, bytes]:
    """Return one tag, with the kind of object its tag object names."""
    name, kind, sha, target, target_sha, tagger, time, text = fields
    annotated = kind == b"tag"
    commit = target_sha if annotated and target == b"commit" else sha if kind == b"commit" else b""
    message = text.decode("utf-8", "replace") if annotated else ""
    signed = any(mark in message for mark in _SIGNATURES)
    for mark in _SIGNATURES:
        message = message.split(mark)[0]
    return (
        Tag(
            name.lstrip(b"\n").removeprefix(b"refs/tags/").decode("utf-8", "surrogateescape"),
            commit.decode("ascii"),
            annotated,
            tagger.decode("utf-8", "replace").strip() if annotated else "",
            seconds_of(time),
            message.strip(),
            signed,
        ),
        target,
    )


def _ends(git: Git, tags: list[Tag]) -> dict[str, str]:
    """Follow tags of tags to the commits they end at; some git versions only take the first step."""
    asked = "".join(f"refs/tags/{tag.name}^{{}}\n" for tag in tags).encode("utf-8", "surrogateescape")
    ends = {}
    for tag, answer in zip(tags, git.run("cat-file", "--batch-check", given=asked).splitlines(), strict=False):
        words = answer.split()
        ends[tag.name] = words[0].decode("ascii") if len(words) == 3 and words[1] == b"commit" else ""
    return ends
