"""Walk and read a directory tree without following links, leaving the device or reading special files."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

MAX_ENTRIES = 200_000
"""Files of one view that are looked at."""
MAX_DEPTH = 64
"""Folders within folders that are looked at."""
MAX_NOTES = 50

_OPEN = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


@dataclass(slots=True)
class Walk:
    """What a walk found: regular files, links (never followed) and remarks about the rest."""

    files: list[str] = field(default_factory=list)
    links: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def walk(root: Path, skip: Callable[[str, bool], bool], holds_own: Callable[[str], bool] = lambda _: False) -> Walk:
    """List everything below ``root``.

    Parameters
    ----------
    root : Path
        The directory to list.
    skip : callable
        Given a ``/``-separated path and whether it is a directory, says that it is left out.
    holds_own : callable
        Says of a directory that it holds files of the examined repository, so that a repository planted in it
        does not hide them.
    """
    walker = _Walker(skip, holds_own)
    descriptor = os.open(root, _OPEN & ~os.O_NOFOLLOW | os.O_DIRECTORY)
    try:
        walker.device = os.fstat(descriptor).st_dev
        walker.visit(descriptor, "", 0)
    finally:
        os.close(descriptor)
    found = walker.found
    found.files.sort()
    found.links = dict(sorted(found.links.items()))
    found.notes = shortened(found.notes)
    return found


def shortened(notes: list[str]) -> list[str]:
    """Return sorted notes, the number of what goes beyond a readable list in their place."""
    notes = sorted(set(notes))
    if len(notes) > MAX_NOTES:
        notes[MAX_NOTES:] = [f"and {len(notes) - MAX_NOTES} more remarks of this sort"]
    return notes


class _Walker:
    def __init__(self, skip: Callable[[str, bool], bool], holds_own: Callable[[str], bool]) -> None:
        self.skip = skip
        self.holds_own = holds_own
        self.found = Walk()
        self.device = 0
        self.left = MAX_ENTRIES

    def visit(self, folder: int, prefix: str, depth: int) -> None:
        """List one open directory and those below it; every directory is opened relative to its parent."""
        entries = self._list(folder, prefix)
        names = {name for name, _ in entries}
        if prefix and ".git" in names and _is_repository(folder) and not self.holds_own(prefix):
            self.found.notes.append(f"{prefix}: a repository of its own, not looked at")
            return
        for name, kind in entries:
            path = f"{prefix}/{name}" if prefix else name
            if name.lower() == ".git" or (kind != "link" and self.skip(path, kind == "folder")):
                continue
            self.left -= 1
            if self.left < 0:
                self.found.notes.append(f"only the first {MAX_ENTRIES} files were looked at")
                return
            if kind == "file":
                self.found.files.append(path)
            elif kind == "folder":
                self._enter(folder, name, path, depth + 1)
            elif kind == "link":
                self.found.links[path] = _target(folder, name)
            else:
                self.found.notes.append(f"{path}: a special file, not read")

    def _enter(self, parent: int, name: str, path: str, depth: int) -> None:
        if depth >= MAX_DEPTH:
            self.found.notes.append(f"{path}: deeper than {MAX_DEPTH} levels, not looked at")
            return
        try:
            folder = os.open(name, _OPEN | os.O_DIRECTORY, dir_fd=parent)
        except OSError as error:
            self.found.notes.append(f"{path}: cannot be listed ({error.strerror})")
            return
        try:
            if os.fstat(folder).st_dev != self.device:
                self.found.notes.append(f"{path}: on another device, not looked at")
            else:
                self.visit(folder, path, depth)
        finally:
            os.close(folder)

    def _list(self, folder: int, prefix: str) -> list[tuple[str, str]]:
        try:
            with os.scandir(folder) as entries:
                return sorted((entry.name, _kind(entry)) for entry in entries)
        except OSError as error:
            self.found.notes.append(f"{prefix or '.'}: cannot be listed ({error.strerror})")
            return []


def _kind(entry: os.DirEntry[str]) -> str:
    if entry.is_symlink():
        return "link"
    if entry.is_dir(follow_symlinks=False):
        return "folder"
    return "file" if entry.is_file(follow_symlinks=False) else "other"


def _is_repository(folder: int) -> bool:
    """Say whether ``.git`` in an open directory is one for git too; an empty file must not hide what is beside it."""
    try:
        mode = os.stat(".git", dir_fd=folder, follow_symlinks=False).st_mode
        if stat.S_ISREG(mode):
            content, _ = read_beneath(folder, ".git", 4096)
            return content is not None and content.startswith(b"gitdir: ")
        os.stat(".git/HEAD", dir_fd=folder, follow_symlinks=False)
    except OSError:
        return False
    return True


def _target(folder: int, name: str) -> str:
    try:
        return os.readlink(name, dir_fd=folder)
    except OSError:
        return "?"


def read_beneath(root: int, path: str, limit: int) -> tuple[bytes | None, str]:
    """Read a regular file below an open directory, component by component.

    Parameters
    ----------
    root : int
        Descriptor of the directory.
    path : str
        ``/``-separated, without ``..``.
    limit : int
        Bytes; a larger file is not read.

    Returns
    -------
    tuple of bytes or None, and str
        The content, or ``None`` with the reason: ``missing``, ``link``, ``special``, ``large`` or ``unreadable``.
    """
    parts = path.split("/")
    if ".." in parts or "\0" in path:
        return None, "missing"
    opened: list[int] = []
    here = root
    try:
        for part in parts[:-1]:
            here = os.open(part, _OPEN | os.O_DIRECTORY, dir_fd=here)
            opened.append(here)
        descriptor = os.open(parts[-1], _OPEN, dir_fd=here)
        opened.append(descriptor)
        return _content(descriptor, limit)
    except (FileNotFoundError, NotADirectoryError):
        return None, "missing"
    except OSError as error:
        return None, "link" if error.errno in (errno.ELOOP, errno.EMLINK) else "unreadable"
    finally:
        for descriptor in opened:
            os.close(descriptor)


def _content(descriptor: int, limit: int) -> tuple[bytes | None, str]:
    info = os.fstat(descriptor)
    if not stat.S_ISREG(info.st_mode):
        return None, "special"
    if info.st_size > limit:
        return None, "large"
    parts = []
    left = limit
    while chunk := os.read(descriptor, left + 1):
        parts.append(chunk)
        left -= len(chunk)
        if left < 0:
            return None, "large"
    return b"".join(parts), ""
