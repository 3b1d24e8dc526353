"""What happened to some files on the first-parent line: one pass over all of them, renames followed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Literal

from qmslint.quick import dataclass
from qmslint.repo.gitcmd import Git
from qmslint.repo.history import read_touched, records

PATHS = 1500
"""Files that are followed at most."""
COMMITS = 20_000
_ROUNDS = 3
_RENAMES = 300
_NONE = b"0" * 40
_OPTIONS = ("--first-parent", "-m", "--root", "--full-diff", "--raw", "--no-abbrev", "-M50%", f"-l{_RENAMES}")

Status = Literal["A", "M", "D", "R"]


@dataclass(frozen=True, slots=True)
class Touch:
    """One first-parent commit that changed one file.

    Parameters
    ----------
    commit : str
        Full object id.
    path, before : str
        Path after and before the commit; they differ for a rename.
    old, new : str
        Object ids of the content; empty where there was or is none.
    status : str
        Added, modified, deleted or renamed.
    files : int
        How many files the commit changed in all, against its first parent.
    """

    commit: str
    path: str
    before: str
    old: str
    new: str
    status: Status
    files: int


class FileLog:
    """Answers :func:`touches` for many revisions of one line from a single pass over all that happened on it.

    Parameters
    ----------
    git : Git
        Runs in the shadow.
    tip : str
        Newest commit of the line.
    """

    def __init__(self, git: Git, tip: str) -> None:
        self._git = git
        self._tip = tip
        self._places: dict[str, int] | None = None
        self._by_path: dict[str, list[tuple[int, Touch]]] = {}
        self._paths_of: dict[str, tuple[str, ...]] = {}

    def touches(self, commit: str, specs: Sequence[str], only: Collection[str] | None = None) -> tuple[Touch, ...]:
        """Return what :func:`touches` returns."""
        if self._places is None:
            self._read()
        place = (self._places or {}).get(commit)
        if place is None:
            return touches(self._git, commit, specs, only)
        asked = tuple(dict.fromkeys(specs))[:PATHS]
        wanted = None if only is None else set(only)
        folders = frozenset(asked)
        if wanted is not None and not all(_inside(path, folders) for path in wanted):
            return touches(self._git, commit, specs, only)
        found: dict[tuple[int, str], Touch] = {}
        for _ in range(_ROUNDS):
            if not asked:
                break
            fresh = list(self._since(place, frozenset(asked), wanted))
            for at, touch in fresh:
                found.setdefault((at, touch.path), touch)
            earlier = {t.before for _, t in fresh if t.status == "R"} - set(asked)
            asked = tuple(sorted(earlier))[:PATHS]
            wanted = set(asked)
        return tuple(found[key] for key in sorted(found))

    def touched(self, shas: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """Return which paths each of some commits changed; each commit is asked for once."""
        new = [sha for sha in shas if sha not in self._paths_of]
        if new:
            self._paths_of.update(read_touched(self._git, new))
        return {sha: self._paths_of[sha] for sha in shas if sha in self._paths_of}

    def _since(self, place: int, asked: frozenset[str], wanted: set[str] | None) -> Iterator[tuple[int, Touch]]:
        paths = wanted if wanted is not None else (path for path in self._by_path if _inside(path, asked))
        for path in paths:
            for at, touch in self._by_path.get(path, ()):
                if at >= place and (wanted is None or touch.path == path):
                    yield at, touch

    def _read(self) -> None:
        """Read the whole line, unless it is longer than what is looked at for single files."""
        self._places = {}
        limit = f"--max-count={COMMITS + 1}"
        form = "--format=tformat:%x01%H%x00"
        parts = records(self._git.run("log", "-z", form, *_OPTIONS, limit, self._tip, "--"))
        if len(parts) > COMMITS:
            return
        for place, part in enumerate(parts):
            name, _, rest = part.partition(b"\0")
            sha = name.decode("ascii")
            self._places[sha] = place
            changes = _changes(rest)
            for status, old, new, before, path in changes:
                touch = Touch(sha, path, before, old, new, status, len(changes))
                # A rename counts for both names where folders are asked for.
                for at in {path, before}:
                    self._by_path.setdefault(at, []).append((place, touch))


def _inside(path: str, folders: frozenset[str]) -> bool:
    while path not in folders:
        path, slash, _ = path.rpartition("/")
        if not slash:
            return False
    return True


def touches(git: Git, commit: str, specs: Sequence[str], only: Collection[str] | None = None) -> tuple[Touch, ...]:
    """Return what first-parent commits did to files, newest first.

    Parameters
    ----------
    git : Git
        Runs in the shadow.
    commit : str
        Newest commit to look at.
    specs : sequence of str
        Paths of files or folders, taken literally, at most :data:`PATHS`.
    only : collection of str, optional
        Files of interest; ``None`` keeps everything that lies at or below ``specs``.
    """
    found: dict[tuple[str, str], Touch] = {}
    asked = tuple(dict.fromkeys(specs))[:PATHS]
    wanted = None if only is None else set(only)
    for _ in range(_ROUNDS):
        if not asked:
            break
        fresh = _pass(git, commit, asked, wanted)
        for touch in fresh:
            found.setdefault((touch.commit, touch.path), touch)
        earlier = {t.before for t in fresh if t.status == "R"} - set(asked)
        asked = tuple(sorted(earlier))[:PATHS]
        wanted = set(asked)
    line = git.run("rev-list", "--first-parent", commit).decode("ascii").split() if found else []
    order = {sha: at for at, sha in enumerate(line)}
    return tuple(sorted(found.values(), key=lambda t: (order.get(t.commit, len(order)), t.path)))


def _pass(git: Git, commit: str, paths: Sequence[str], wanted: set[str] | None) -> list[Touch]:
    specs = [f":(literal,top){path}" for path in paths]
    limit = f"--max-count={COMMITS}"
    out = git.run("log", "-z", "--format=tformat:%x01%H%x00", *_OPTIONS, limit, commit, "--", *specs)
    found = []
    for part in records(out):
        sha, _, rest = part.partition(b"\0")
        changes = _changes(rest)
        for status, old, new, before, path in changes:
            inside = path in wanted if wanted is not None else _below(path, paths) or _below(before, paths)
            if inside:
                found.append(Touch(sha.decode("ascii"), path, before, old, new, status, len(changes)))
    return found


def _below(path: str, folders: Sequence[str]) -> bool:
    return any(path == folder or path.startswith(folder + "/") for folder in folders)


def _changes(rest: bytes) -> list[tuple[Status, str, str, str, str]]:
    fields = iter(rest.split(b"\0"))
    found: list[tuple[Status, str, str, str, str]] = []
    for field in fields:
        head = field.lstrip(b"\n")
        if not head.startswith(b":"):
            continue
        _, _, old, new, word = head.split()[:5]
        before = _path(next(fields, b""))
        letter = word[:1].decode("ascii")
        path = _path(next(fields, b"")) if letter in "RC" else before
        # A copy leaves its source where it was: for the file itself it is a beginning.
        status: Status = "R" if letter == "R" else "A" if letter in "AC" else "D" if letter == "D" else "M"
        if letter == "C":
            before, old = path, _NONE
        found.append((status, _id(old), _id(new), before, path))
    return found


def _id(blob: bytes) -> str:
    return blob.decode("ascii") if blob.strip(b"0") else ""


def _path(name: bytes) -> str:
    return name.decode("utf-8", "surrogateescape")
