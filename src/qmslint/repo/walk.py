"""Walk and read a directory tree without following links, leaving the device or reading special files."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

MAX_ENTRIES = 200_000
MAX_DEPTH = 64

_OPEN = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


@dataclass(slots=True)
class Walk:
    """What a walk found: regular files, links (never followed) and remarks about the rest."""

    files: list[str] = field(default_factory=list)
    links: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def walk(root: Path, skip: Callable[[str, bool], bool], nested: bool = False) -> Walk:
    """List everything below ``root``.

    Parameters
    ----------
    root : Path
        The directory to list.
    skip : callable
        Given a ``/``-separated path and whether it is a directory, says that it is left out.
    nested : bool
        Also go into directories that are repositories of their own.
    """
    found = Walk()
    device = os.stat(root).st_dev
    todo: list[tuple[str, int]] = [("", 0)]
    while todo:
        prefix, depth = todo.pop()
        for name, kind in _list(root / prefix if prefix else root, found, prefix):
            path = f"{prefix}/{name}" if prefix else name
            if name.lower() == ".git" or (kind != "link" and skip(path, kind == "dir")):
                continue
            if len(found.files) + len(found.links) >= MAX_ENTRIES:
                found.notes.append(f"only the first {MAX_ENTRIES} files were looked at")
                return found
            if kind == "dir":
                if depth + 1 >= MAX_DEPTH:
                    found.notes.append(f"{path}: deeper than {MAX_DEPTH} levels, not looked at")
                elif _enterable(root / path, device, nested, path, found):
                    todo.append((path, depth + 1))
            elif kind == "file":
                found.files.append(path)
            elif kind == "link":
                found.links[path] = _target(root / path)
            else:
                found.notes.append(f"{path}: a special file, not read")
    found.files.sort()
    return found


def _list(folder: Path, found: Walk, prefix: str) -> Iterator[tuple[str, str]]:
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_symlink():
                    yield entry.name, "link"
                elif entry.is_dir(follow_symlinks=False):
                    yield entry.name, "dir"
                elif entry.is_file(follow_symlinks=False):
                    yield entry.name, "file"
                else:
                    yield entry.name, "other"
    except OSError as error:
        found.notes.append(f"{prefix or '.'}: cannot be listed ({error.strerror})")


def _enterable(folder: Path, device: int, nested: bool, path: str, found: Walk) -> bool:
    try:
        if os.lstat(folder).st_dev != device:
            found.notes.append(f"{path}: on another device, not looked at")
            return False
        if not nested and os.path.lexists(folder / ".git"):
            found.notes.append(f"{path}: a repository of its own, not looked at")
            return False
    except OSError:
        return False
    return True


def _target(link: Path) -> str:
    try:
        return os.readlink(link)
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
    if ".." in parts:
        return None, "missing"
    opened: list[int] = []
    here = root
    try:
        for part in parts[:-1]:
            here = os.open(part, _OPEN | os.O_DIRECTORY, dir_fd=here)
            opened.append(here)
        descriptor = os.open(parts[-1], _OPEN, dir_fd=here)
        opened.append(descriptor)
        info = os.fstat(descriptor)
        if not stat.S_ISREG(info.st_mode):
            return None, "special"
        if info.st_size > limit:
            return None, "large"
        content = b""
        while chunk := os.read(descriptor, limit + 1 - len(content)):
            content += chunk
            if len(content) > limit:
                return None, "large"
        return content, ""
    except FileNotFoundError:
        return None, "missing"
    except NotADirectoryError:
        return None, "missing"
    except OSError as error:
        return None, "link" if error.errno in (40, 62) else "unreadable"
    finally:
        for descriptor in opened:
            os.close(descriptor)
