"""Look at object stores before git does: git would wait for ever on a named pipe among its objects."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from qmslint.errors import RepoError
from qmslint.quick import regex
from qmslint.repo.locate import read_small

_DEPTH = 5
_ENTRY_LIMIT = 1_000_000
_LIST_LIMIT = 1 << 20
_FAN = regex(r"(?:[0-9a-f]{2}|pack|info)\Z")


def object_store(common: Path) -> tuple[Path, bool]:
    """Return the object store of a repository, and whether it borrows from others.

    Raises
    ------
    RepoError
        If there is none, or it holds something that is neither a file nor a directory.
    """
    store = (common / "objects").resolve()
    if not store.is_dir():
        raise RepoError("the repository has no object store")
    todo = [(store, 0)]
    seen = {store}
    while todo:
        here, depth = todo.pop()
        _inspect(here)
        for other in _borrowed(here) if depth < _DEPTH else ():
            if other not in seen:
                seen.add(other)
                todo.append((other, depth + 1))
    return store, len(seen) > 1 or os.path.lexists(store / "info" / "alternates")


def alternates_line(store: Path) -> bytes:
    """Return the line that names ``store`` in an alternates file, quoted where it has to be."""
    name = os.fsencode(store)
    if b"\n" not in name and not name.startswith((b"#", b'"')):
        return name + b"\n"
    quoted = name.replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\\n")
    return b'"' + quoted + b'"\n'


def _borrowed(store: Path) -> Iterator[Path]:
    content = read_small(store / "info" / "alternates", _LIST_LIMIT) or b""
    for line in content.splitlines()[:100]:
        if line and not line.startswith((b"#", b'"')) and b"\0" not in line:
            try:
                folder = (store / os.fsdecode(line)).resolve()
                if folder.is_dir():
                    yield folder
            except (OSError, RuntimeError):
                continue


def _inspect(store: Path) -> None:
    left = _ENTRY_LIMIT
    for entry in _entries(store):
        folders = [Path(entry.path)] if _FAN.match(entry.name) and entry.is_dir() else []
        while folders and left > 0:
            for inner in _entries(folders.pop()):
                left -= 1
                if inner.is_dir(follow_symlinks=False):
                    folders.append(Path(inner.path))
                elif not inner.is_file() and not (inner.is_symlink() and not os.path.exists(inner.path)):
                    raise RepoError(
                        f"objects/{os.path.relpath(inner.path, store)} is neither a file nor a directory; "
                        "git would never come back from reading it"
                    )


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError:
        return []
