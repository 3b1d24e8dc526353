"""Find the repository a path belongs to, without asking git and without trusting its links."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from qmslint.errors import RepoError

_GITFILE_LIMIT = 4096


@dataclass(frozen=True, slots=True)
class Located:
    """Where the parts of a repository lie.

    Parameters
    ----------
    root : Path
        Top of the work tree, or the bare repository, or the plain directory.
    git_dir, common_dir : Path or None
        The repository's own and its shared directory (they differ in linked work trees); ``None`` for a
        plain directory.
    bare : bool
        There is no work tree.
    """

    root: Path
    git_dir: Path | None
    common_dir: Path | None
    bare: bool


def locate(path: Path) -> Located:
    """Return the repository that ``path`` lies in, or a plain directory if there is none.

    Raises
    ------
    RepoError
        If ``path`` does not exist or is no directory.
    """
    try:
        start = path.resolve(strict=True)
    except (OSError, RuntimeError) as error:
        raise RepoError(f"{path}: no such directory") from error
    if not start.is_dir():
        start = start.parent
    if _looks_bare(start):
        return Located(start, start, _common(start), bare=True)
    device = start.stat().st_dev
    for folder in (start, *start.parents):
        try:
            if folder.stat().st_dev != device:
                break
            git_dir = _git_dir(folder / ".git")
        except OSError:
            break
        if git_dir:
            return Located(folder, git_dir, _common(git_dir), bare=False)
    return Located(start, None, None, bare=False)


def _looks_bare(folder: Path) -> bool:
    return (folder / "HEAD").is_file() and (folder / "objects").is_dir() and (folder / "refs").is_dir()


def _git_dir(entry: Path) -> Path | None:
    try:
        mode = entry.lstat().st_mode
    except OSError:
        return None
    if stat.S_ISREG(mode):
        target = _pointer(entry, b"gitdir: ")
        return target if target and (target / "HEAD").is_file() else None
    folder = entry.resolve() if stat.S_ISLNK(mode) else entry
    return folder if folder.is_dir() and (folder / "HEAD").exists() else None


def _common(git_dir: Path) -> Path:
    return _pointer(git_dir / "commondir", b"") or git_dir


def _pointer(file: Path, prefix: bytes) -> Path | None:
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    with os.fdopen(descriptor, "rb") as stream:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return None
        content = stream.read(_GITFILE_LIMIT)
    if not content.startswith(prefix):
        return None
    target = Path(os.fsdecode(content[len(prefix) :].strip(b"\n")))
    target = target if target.is_absolute() else file.parent / target
    return target.resolve() if target.is_dir() else None
