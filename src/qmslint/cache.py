"""A folder outside every repository for what can be computed again; damage only means computing again.

What lies there is data that is parsed, never code that is run, and it is only used when it belongs to the user
and nobody else can write to it.
"""

from __future__ import annotations

import json
import os
import stat
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from qmslint import __version__

FILE_LIMIT = 256 * 1024 * 1024
"""Bytes of one entry."""
TOTAL_LIMIT = 512 * 1024 * 1024
"""Bytes of all entries of all versions together; what was not used for longest goes first."""
_PARTIAL = ".partial-"
_PATIENCE = 3600
"""Seconds after which an entry that is not finished counts as left behind."""


def cache_base() -> Path:
    """Return the platform's cache folder for this program, all versions."""
    if sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    elif sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    else:
        named = os.environ.get("XDG_CACHE_HOME", "")
        base = Path(named) if os.path.isabs(named) else Path.home() / ".cache"
    return base / "qmslint"


def cache_folder() -> Path:
    """Return the platform's cache folder for this version of the program."""
    return cache_base() / __version__


def outside(*places: Path) -> bool:
    """Say whether the cache folder lies outside all the given folders, links followed."""
    try:
        here = cache_folder().resolve()
        return not any(here.is_relative_to(place.resolve()) for place in places)
    except (OSError, RuntimeError):
        return False


@contextmanager
def reading(name: str) -> Iterator[IO[bytes] | None]:
    """Open an entry, ``None`` where there is none that can be trusted; reading it counts as using it."""
    try:
        if not trusted(cache_folder()):
            raise OSError("not ours alone")
        descriptor = os.open(cache_folder() / name, os.O_RDONLY | os.O_CLOEXEC | getattr(os, "O_NOFOLLOW", 0))
    except (OSError, RuntimeError):
        yield None
        return
    with os.fdopen(descriptor, "rb") as stream:
        sound = _trusted(os.fstat(descriptor))
        if sound:
            _mark_used(descriptor)
        yield stream if sound else None


def _trusted(info: os.stat_result) -> bool:
    if not stat.S_ISREG(info.st_mode) or info.st_size > FILE_LIMIT:
        return False
    return not hasattr(os, "geteuid") or (info.st_uid == os.geteuid() and not info.st_mode & 0o022)


def _mark_used(descriptor: int) -> None:
    try:
        os.utime(descriptor)
    except (OSError, NotImplementedError, TypeError):
        pass


class Unkept(Exception):
    """Raised inside :func:`writing` where the entry is not to be kept after all."""


@contextmanager
def writing(name: str) -> Iterator[IO[bytes] | None]:
    """Open an entry to be written, whole or not at all; whoever reads meanwhile sees the old one.

    Gives ``None`` where nothing can be written.  The entry is only put in its place when the block ends without an
    exception; :class:`Unkept` ends the block silently, and so does a failure to put it there.
    """
    try:
        folder = cache_folder()
        if not trusted(folder):
            raise OSError("not ours alone")
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor, temporary = tempfile.mkstemp(dir=folder, prefix=_PARTIAL)
    except (OSError, RuntimeError):
        yield None
        return
    stream = os.fdopen(descriptor, "wb")
    keep = False
    try:
        yield stream
        keep = True
    except Unkept:
        pass
    finally:
        keep = _closed(stream) and keep and _moved(temporary, folder / name)
        if not keep:
            _remove(temporary)
    if keep:
        _make_room()


def _closed(stream: IO[bytes]) -> bool:
    try:
        stream.close()
    except OSError:
        return False
    return True


def _moved(temporary: str, place: Path) -> bool:
    try:
        os.replace(temporary, place)
    except OSError:
        return False
    return True


def trusted(folder: Path) -> bool:
    """Say whether only we write to ``folder``: a pipeline may keep its caches in the checkout, where anybody's
    commit could put compiled rules that judge mildly.
    """
    place = folder.resolve()
    return not any(os.path.lexists(p / ".git") for p in (place, *place.parents))


def load_json(name: str) -> Any:
    """Return what was stored under ``name``, or ``None``."""
    try:
        with reading(name) as stream:
            return None if stream is None else json.loads(stream.read())
    except (OSError, ValueError, RuntimeError):
        return None


def store_json(name: str, value: Any) -> None:
    """Store ``value`` under ``name``, whole or not at all; failure is silent."""
    with writing(name) as stream:
        if stream is None:
            return
        try:
            stream.write(json.dumps(value).encode("utf-8"))
        except OSError as error:
            raise Unkept from error


def _make_room() -> None:
    """Remove what was left behind and, when there is too much, what was not used for longest."""
    entries = []
    for path in sorted(cache_base().glob("*/*")):
        try:
            info = path.lstat()
        except OSError:
            continue
        if not stat.S_ISREG(info.st_mode):
            continue
        if not path.name.startswith(_PARTIAL):
            entries.append((info.st_mtime, str(path), info.st_size))
        elif time.time() - info.st_mtime > _PATIENCE:
            _remove(path)
    total = sum(size for _, _, size in entries)
    for _, path_name, size in sorted(entries):
        if total <= TOTAL_LIMIT:
            break
        _remove(path_name)
        total -= size


def _remove(path: Path | str) -> None:
    try:
        os.unlink(path)
    except OSError:
        pass
