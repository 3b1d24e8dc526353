"""Open a repository for one examination."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import cast

from qmslint.errors import RepoError, Unassessable, UsageError
from qmslint.quick import regex
from qmslint.repo import history as log
from qmslint.repo import snapshot as snapshots
from qmslint.repo.commitlog import CommitLog
from qmslint.repo.commitstore import store_for
from qmslint.repo.filelog import PATHS as FOLLOWED
from qmslint.repo.filelog import FileLog, Touch, touches
from qmslint.repo.gitcmd import Git, GitFailed
from qmslint.repo.listing import list_commit
from qmslint.repo.locate import Located, locate, read_small
from qmslint.repo.objects import Objects
from qmslint.repo.shadow import Shadow, copy_logs
from qmslint.repo.shadow import cast as cast_shadow
from qmslint.repo.snapshot import Snapshot
from qmslint.repo.sources import SharedBlobs

_REVISION = regex(r"[^\x00-\x20-][^\x00-\x1f\x7f]{0,255}\Z")


@dataclass(eq=False)
class Repository:
    """One repository at one revision, read only.

    Parameters
    ----------
    place : Located
        Where it lies.
    shadow : Shadow or None
        ``None`` for a plain directory.
    snapshot : Snapshot
        The files of the chosen view.
    commit : str
        Full object id of the examined commit; empty when there is none.
    notes : list of str
        What a reader should know about the repository itself.
    reader : CommitLog or None
        Reads the history; ``None`` for a plain directory.
    files : FileLog or None
        Tells what happened to files where several revisions are looked at.
    """

    place: Located
    shadow: Shadow | None
    snapshot: Snapshot
    commit: str
    notes: list[str] = field(default_factory=list)
    reader: CommitLog | None = None
    files: FileLog | None = None
    _beside: dict[tuple[str, ...], tuple[log.Commit, ...]] = field(default_factory=dict)
    _reading: threading.RLock = field(default_factory=threading.RLock, repr=False)

    def __post_init__(self) -> None:
        if self.reader is None and self.shadow is not None:
            self.reader = CommitLog(self.shadow.git, self.shadow.shallow)

    @property
    def name(self) -> str:
        """Short name of the repository, for the report's heading."""
        root = self.place.root
        name = root.parent.name if root.name == ".git" else root.name.removesuffix(".git")
        return name or "repository"

    @property
    def shallow(self) -> bool:
        """Whether the clone is cut off."""
        return bool(self.shadow and self.shadow.shallow)

    @property
    def branch(self) -> str:
        """Short name of the branch that is checked out, empty when detached."""
        return self.shadow.head.removeprefix("refs/heads/") if self.shadow else ""

    @property
    def git(self) -> Git:
        """Git in the shadow; raises *not assessable* where there is no repository."""
        if self.shadow is None:
            raise Unassessable("NO_GIT", "the folder is not a git repository")
        return self.shadow.git

    @cached_property
    def blobs(self) -> SharedBlobs:
        """Reader of file contents for revisions that are looked at one after the other."""
        return SharedBlobs(self.git)

    @cached_property
    def history(self) -> log.History:
        """All commits up to the examined one."""
        with self._reading:
            # Another thread may have read it while this one waited.
            if "history" not in self.__dict__:
                self.__dict__["history"] = self._read_history()
        return cast("log.History", self.__dict__["history"])

    def read_ahead(self) -> None:
        """Let git read the history while other things are done; a failure shows up where the history is asked for."""
        if self.shadow is None or not self.commit or "history" in self.__dict__:
            return

        def read() -> None:
            try:
                self.history  # noqa: B018 - computed and kept
            except Exception:  # noqa: BLE001, S110 - it is raised again, and told, where the history is asked for
                pass

        threading.Thread(target=read, daemon=True).start()

    def _read_history(self) -> log.History:
        if self.shadow is None or self.reader is None:
            raise Unassessable("NO_GIT", "the folder is not a git repository")
        if not self.commit and self.shadow.tip:
            code = self.shadow.unreadable("UNREADABLE")
            raise Unassessable(code, f"the commit {self.shadow.tip[:12]}, which HEAD names, cannot be read")
        if not self.commit:
            raise Unassessable("NO_COMMITS", "the repository has no commits yet")
        try:
            return self.reader.history(self.commit, self._mailmap)
        except GitFailed as failure:
            code = self.shadow.unreadable(failure.code)
            raise Unassessable(code, f"the history cannot be read: {failure.text}") from failure

    @property
    def _mailmap(self) -> str:
        """The mail map of the examined commit as a name of an object, empty where there surely is none."""
        if self.snapshot.view != "commit" or ".mailmap" in self.snapshot.links:
            return f"{self.commit}:.mailmap"
        return self.snapshot.blobs.get(".mailmap", "")

    def count(self) -> int:
        """Return how many commits lead to the examined one; the history is not read for it."""
        if "history" in self.__dict__ or self._reading.acquire(blocking=False) is False:
            return len(self.history.commits)
        self._reading.release()
        return int(self.git.run("rev-list", "--count", self.commit)) if self.commit else 0

    @cached_property
    def committed(self) -> int:
        """When the examined commit was made, in seconds since 1970; 0 where that cannot be read."""
        try:
            return log.committed(self.git, self.commit) if self.commit else 0
        except Unassessable:
            return 0

    @cached_property
    def tags(self) -> tuple[log.Tag, ...]:
        """All tags of the clone, oldest first; those that lead nowhere are noted and left out."""
        git = self.git
        assert self.shadow
        try:
            return log.read_tags(git)
        except GitFailed:
            astray = log.tags_astray(git, self.shadow.refs)
            if not astray:
                raise
            self.shadow.drop_refs(astray)
            self.notes.append(f"{len(astray)} tags lead to objects that are missing, and were left out")
            return log.read_tags(git)

    def beside(self, tips: Sequence[str]) -> tuple[log.Commit, ...]:
        """Return the commits reachable from ``tips`` but not from the examined one, newest first."""
        wanted = tuple(sorted(set(tips)))
        if wanted not in self._beside:
            try:
                read = log.read_beside(self.git, wanted, self.commit, f"{self.commit}:.mailmap") if wanted else ()
            except GitFailed as failure:
                code = "PARTIAL_CLONE" if self.shadow and self.shadow.partial else failure.code
                raise Unassessable(code, f"other branches cannot be read: {failure.text}") from failure
            self._beside[wanted] = read
        return self._beside[wanted]

    def touched(self, shas: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """Return which paths each of a few commits changed."""
        asked = tuple(shas)[:200]
        if self.files is not None:
            return self.files.touched(asked)
        return log.read_touched(self.git, asked) if asked else {}

    def followed(self, paths: Sequence[str], inside: bool = False) -> tuple[Touch, ...]:
        """Return what first-parent commits did to files, newest first, renames followed.

        Parameters
        ----------
        paths : sequence of str
            Files, or with ``inside`` folders and files whose whole content is of interest.
        inside : bool
            Also what no longer exists.
        """
        wanted = tuple(sorted(set(paths)))
        only = None if inside else wanted
        if not wanted or not self.commit:
            return ()
        if len(wanted) > FOLLOWED:
            raise Unassessable("LIMIT", f"the history of more than {FOLLOWED} files was asked for")
        if self.files is not None:
            return self.files.touches(self.commit, wanted, only)
        return touches(self.git, self.commit, wanted, only)

    def paths_at(self, commit: str) -> tuple[str, ...]:
        """Return the paths of all files of a commit."""
        return tuple(snapshots.of_commit(self.git, commit).blobs)

    @property
    def objects(self) -> Objects:
        """Reader of single objects, such as a file at a tag."""
        if self.shadow is None:
            raise Unassessable("NO_GIT", "the folder is not a git repository")
        if self.shadow.partial:
            # A missing object and a path that never was there look the same in such a clone.
            raise Unassessable("PARTIAL_CLONE", "files at earlier revisions may be missing in this partial clone")
        return self.shadow.objects

    @cached_property
    def head_blobs(self) -> dict[str, str]:
        """Object id of every regular file of the examined commit."""
        if self.snapshot.view == "commit" and self.commit:
            return {path: blob for path, blob in self.snapshot.blobs.items() if path not in self.snapshot.aliases}
        return list_commit(self.git, self.commit).blobs if self.commit else {}

    def close(self) -> None:
        """Release everything."""
        self.snapshot.close()
        if self.shadow:
            self.shadow.close()


def open_repository(path: Path, rev: str = "", staged: bool = False, cached: bool = False) -> Repository:
    """Open the repository that ``path`` lies in.

    Parameters
    ----------
    path : Path
        A directory inside a work tree, a bare repository or a plain directory.
    rev : str
        A commit, tag or branch to examine instead of the work tree.
    staged : bool
        Examine the index instead of the work tree.
    cached : bool
        Remember parsed commits in the user's cache folder, and use what is there.

    Raises
    ------
    RepoError, UsageError
        If there is nothing that can be examined, or the revision is unknown.
    """
    if rev and staged:
        raise UsageError("--rev and --staged exclude each other")
    place = locate(path)
    if place.git_dir is None:
        if rev or staged:
            option = "--rev" if rev else "--staged"
            raise RepoError(f"{path} is not a git repository, so {option} has nothing to look at")
        try:
            return Repository(place, None, snapshots.of_folder(place.root), "")
        except OSError as error:
            raise RepoError(f"{path} cannot be read: {error.strerror}") from error
    if staged and place.bare:
        raise UsageError("--staged needs a work tree; this repository is bare")
    shadow = cast_shadow(place, _hook_index(place) if staged else None)
    try:
        commit = resolve(shadow, rev)
        snapshot = _view(place, shadow, commit, rev, staged)
        reader = CommitLog(shadow.git, shadow.shallow, store_for(place) if cached else None)
        return Repository(place, shadow, snapshot, commit, list(shadow.notes), reader)
    except Unassessable as trouble:
        shadow.close()
        hint = "this is a partial clone; use a full one" if shadow.partial else ""
        raise RepoError(f"the repository cannot be examined: {trouble.text}", hint=hint) from trouble
    except OSError as error:
        shadow.close()
        raise RepoError(f"{path} cannot be read: {error.strerror}") from error
    except BaseException:
        shadow.close()
        raise


def _view(place: Located, shadow: Shadow, commit: str, rev: str, staged: bool) -> Snapshot:
    if staged:
        if shadow.index_trouble:
            raise RepoError(f"--staged: {shadow.index_trouble}")
        return snapshots.of_index(shadow.git)
    if rev or place.bare:
        if not commit:
            trouble = f"its commit {shadow.tip[:12]} cannot be read" if shadow.tip else "has no commits"
            raise RepoError(f"the repository is bare and {trouble}; nothing can be examined")
        return snapshots.of_commit(shadow.git, commit)
    assert place.common_dir
    if shadow.index_trouble:
        shadow.notes.append(f"{shadow.index_trouble}; which files are tracked is not known")
    exclude = read_small(place.common_dir / "info" / "exclude", 1 << 18) or b""
    try:
        return snapshots.of_worktree(shadow.git, place.root, exclude.decode("utf-8", "replace"))
    except GitFailed as failure:
        shadow.notes.append(f"the index cannot be read, so which files are tracked is not known: {failure.text}")
        (shadow.path / "index").unlink(missing_ok=True)
        return snapshots.of_worktree(shadow.git, place.root, exclude.decode("utf-8", "replace"))


def resolve(shadow: Shadow, rev: str) -> str:
    """Return the full id of the commit ``rev`` names, empty for an unborn HEAD; raises :class:`UsageError`."""
    if rev and not _REVISION.match(rev):
        raise UsageError(f"unknown revision {rev!r}")
    if "@{" in rev:
        copy_logs(shadow, rev.partition("@{")[0])
    try:
        wanted = f"{rev or 'HEAD'}^{{commit}}"
        out = shadow.git.run("rev-parse", "--verify", "--quiet", "--end-of-options", wanted)
    except GitFailed as failure:
        if failure.code == "LIMIT":
            raise
        if not rev:
            return ""
        hint = "a commit id, tag or branch of this clone"
        if not shadow.refs:
            hint = "the repository has no commits yet"
        elif shadow.shallow or shadow.partial:
            hint += ", which is not a whole one"
        raise UsageError(f"unknown revision {rev!r}", hint=hint) from None
    return out.decode("ascii").strip()


def _hook_index(place: Located) -> Path | None:
    """Return the temporary index of a running commit, if git says so and it lies where git puts it."""
    named = os.environ.get("GIT_INDEX_FILE")
    if not named or not place.git_dir:
        return None
    path = Path(named)
    path = path if path.is_absolute() else place.root / path
    try:
        real = path.resolve(strict=True)
    except (OSError, RuntimeError, ValueError):
        return None
    inside = real.is_relative_to(place.git_dir.resolve())
    return real if inside and real.is_file() else None
