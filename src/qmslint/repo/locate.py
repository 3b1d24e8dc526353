"""Find the repository a path belongs to, without asking git and without trusting its links."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from qmslint.errors import RepoError
from qmslint.quick import dataclass

_POINTER_LIMIT = 4096


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
    redirected : bool
        ``.git`` of the work tree leads to a place that does not lead back, so another repository may be meant.
    """

    root: Path
    git_dir: Path | None
    common_dir: Path | None
    bare: bool
    redirected: bool = False


def locate(path: Path) -> Located:
    """Return the repository that ``path`` lies in, or a plain directory if there is none.

    Raises
    ------
    RepoError
        If ``path`` does not exist or is no directory, or if a ``.git`` above it leads nowhere.
    """
    try:
        start = path.resolve(strict=True)
        is_folder = start.is_dir()
    except (OSError, RuntimeError, ValueError) as error:
        raise RepoError(f"{path}: no such directory") from error
    if not is_folder and start.name == ".git":
        start = start.parent
    elif not is_folder:
        raise RepoError(f"{path} is not a directory")
    device = start.stat().st_dev
    for folder in (start, *start.parents):
        try:
            if folder.stat().st_dev != device:
                break
            git_dir = _git_dir(folder / ".git")
        except OSError:
            break
        if git_dir:
            common = common_dir(git_dir)
            return Located(folder, git_dir, common, False, _redirected(folder / ".git", git_dir, common))
        # A bare repository only counts where the path itself is one, and never before a .git beside it.
        if folder == start and _looks_bare(start):
            return Located(start, start, common_dir(start), bare=True)
    return Located(start, None, None, bare=False)


def common_dir(git_dir: Path) -> Path:
    """Return the directory that a linked work tree shares with its repository, or ``git_dir`` itself."""
    return _pointer(git_dir / "commondir", b"") or git_dir


def read_small(path: Path, limit: int) -> bytes | None:
    """Return the content of a regular file of at most ``limit`` bytes, else ``None``; links are not followed."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError):
        return None
    try:
        info = os.fstat(descriptor)
        if not stat.S_ISREG(info.st_mode) or info.st_size > limit:
            return None
        with os.fdopen(descriptor, "rb", closefd=False) as stream:
            content = stream.read(limit + 1)
    except OSError:
        return None
    finally:
        os.close(descriptor)
    return content if len(content) <= limit else None


def _looks_bare(folder: Path) -> bool:
    return (folder / "HEAD").is_file() and (folder / "objects").is_dir() and (folder / "refs").is_dir()


def _git_dir(entry: Path) -> Path | None:
    try:
        mode = entry.lstat().st_mode
    except OSError:
        return None
    if stat.S_ISREG(mode):
        target = _pointer(entry, b"gitdir: ")
        if target is None or not os.path.lexists(target / "HEAD"):
            # Looking further up would examine another repository than the one that is meant.
            raise RepoError(f"{entry} does not lead to a repository", hint="it names a directory that is not there")
        return target
    if stat.S_ISLNK(mode):
        folder = entry.resolve()
        if not os.path.lexists(folder / "HEAD"):
            raise RepoError(f"{entry} is a link that does not lead to a repository")
        return folder
    return entry if stat.S_ISDIR(mode) and os.path.lexists(entry / "HEAD") else None


def _redirected(entry: Path, git_dir: Path, common: Path) -> bool:
    """Say whether ``entry`` leads to a directory that does not name it in turn.

    A linked work tree is named in ``gitdir`` and lies below the shared directory; a submodule's work tree is
    named in ``core.worktree``.
    """
    if common != git_dir and git_dir.resolve().parent != common / "worktrees":
        return True
    if stat.S_ISDIR(entry.lstat().st_mode):
        return False
    back = _pointer(git_dir / "gitdir", b"", folders_only=False)
    if back is not None and back == entry.parent.resolve() / entry.name:
        return False
    from qmslint.repo import gitconfig

    text = (read_small(git_dir / "config", gitconfig.LIMIT) or b"").decode("utf-8", "replace")
    tree = gitconfig.parse(text).get("core.worktree", "")
    return not tree or (git_dir / tree).resolve() != entry.parent.resolve()


def _pointer(file: Path, prefix: bytes, folders_only: bool = True) -> Path | None:
    content = read_small(file, _POINTER_LIMIT)
    if content is None or not content.startswith(prefix):
        return None
    named = content[len(prefix) :].rstrip(b"\r\n")
    if not named or b"\0" in named:
        return None
    target = Path(os.fsdecode(named))
    target = target if target.is_absolute() else file.parent / target
    try:
        if folders_only and not target.is_dir():
            return None
        return target.resolve()
    except (OSError, RuntimeError):
        return None
