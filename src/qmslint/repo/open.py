"""Open a repository for one examination."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from qmslint.errors import RepoError, Unassessable, UsageError
from qmslint.repo import history as log
from qmslint.repo import snapshot as snapshots
from qmslint.repo.gitcmd import Git, GitFailed
from qmslint.repo.locate import Located, locate
from qmslint.repo.objects import Objects
from qmslint.repo.shadow import Shadow, cast, read_small
from qmslint.repo.snapshot import Snapshot

_REVISION = re.compile(r"[^\x00-\x20-][^\x00-\x20]{0,255}\Z")


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
    """

    place: Located
    shadow: Shadow | None
    snapshot: Snapshot
    commit: str
    notes: list[str] = field(default_factory=list)
    _beside: dict[tuple[str, ...], tuple[log.Commit, ...]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Short name of the repository, for the report's heading."""
        return self.place.root.name.removesuffix(".git") or "repository"

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
    def history(self) -> log.History:
        """All commits up to the examined one."""
        git = self.git
        if not self.commit:
            raise Unassessable("NO_COMMITS", "the repository has no commits yet")
        assert self.shadow
        try:
            return log.read_history(git, self.commit, self.shadow.shallow, f"{self.commit}:.mailmap")
        except GitFailed as failure:
            code = "PARTIAL_CLONE" if self.shadow.partial else failure.code
            raise Unassessable(code, f"the history cannot be read: {failure.text}") from failure

    @cached_property
    def tags(self) -> tuple[log.Tag, ...]:
        """All tags of the clone, oldest first."""
        return log.read_tags(self.git)

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
        return log.read_touched(self.git, tuple(shas)[:200]) if shas else {}

    def paths_at(self, commit: str) -> tuple[str, ...]:
        """Return the paths of all files of a commit."""
        return tuple(snapshots.of_commit(self.git, commit).blobs)

    @property
    def objects(self) -> Objects:
        """Reader of single objects, such as a file at a tag."""
        if self.shadow is None:
            raise Unassessable("NO_GIT", "the folder is not a git repository")
        return self.shadow.objects

    @cached_property
    def head_blobs(self) -> dict[str, str]:
        """Object id of every file of the examined commit."""
        if not self.commit:
            return {}
        return dict(snapshots.of_commit(self.git, self.commit).blobs)

    def close(self) -> None:
        """Release everything."""
        self.snapshot.close()
        if self.shadow:
            self.shadow.close()


def open_repository(path: Path, rev: str = "", staged: bool = False) -> Repository:
    """Open the repository that ``path`` lies in.

    Parameters
    ----------
    path : Path
        A directory inside a work tree, a bare repository or a plain directory.
    rev : str
        A commit, tag or branch to examine instead of the work tree.
    staged : bool
        Examine the index instead of the work tree.

    Raises
    ------
    RepoError, UsageError
        If there is nothing that can be examined, or the revision is unknown.
    """
    place = locate(path)
    if place.git_dir is None:
        if rev or staged:
            option = "--rev" if rev else "--staged"
            raise RepoError(f"{path} is not a git repository, so {option} has nothing to look at")
        return Repository(place, None, snapshots.of_folder(place.root), "")
    if staged and place.bare:
        raise UsageError("--staged needs a work tree; this repository is bare")
    shadow = cast(place, _hook_index(place) if staged else None)
    try:
        commit = resolve(shadow, rev)
        notes = list(shadow.notes)
        return Repository(place, shadow, _view(place, shadow, commit, rev, staged), commit, notes)
    except Unassessable as trouble:
        shadow.close()
        raise RepoError(f"the repository cannot be examined: {trouble.text}") from trouble
    except BaseException:
        shadow.close()
        raise


def _view(place: Located, shadow: Shadow, commit: str, rev: str, staged: bool) -> Snapshot:
    if staged:
        return snapshots.of_index(shadow.git)
    if rev or place.bare:
        if not commit:
            raise RepoError("the repository is bare and has no commits; nothing can be examined")
        return snapshots.of_commit(shadow.git, commit)
    assert place.common_dir
    exclude = read_small(place.common_dir / "info" / "exclude", 1 << 18) or b""
    return snapshots.of_worktree(shadow.git, place.root, exclude.decode("utf-8", "replace"))


def resolve(shadow: Shadow, rev: str) -> str:
    """Return the full id of the commit ``rev`` names, empty for an unborn HEAD; raises :class:`UsageError`."""
    if rev and not _REVISION.match(rev):
        raise UsageError(f"unknown revision {rev!r}")
    wanted = rev or "HEAD"
    try:
        out = shadow.git.run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{wanted}^{{commit}}")
    except GitFailed:
        if rev:
            raise UsageError(f"unknown revision {rev!r}", hint="a commit id, tag or branch of this clone") from None
        return ""
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
    except OSError:
        return None
    inside = real.is_relative_to(place.git_dir.resolve())
    return real if inside and real.is_file() else None
