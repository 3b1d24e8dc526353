"""Where the bytes of a snapshot come from: git objects, a directory, or both."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from qmslint.repo.batch import Batch
from qmslint.repo.gitcmd import Git
from qmslint.repo.walk import read_beneath

READ_LIMIT = 4 * 1024 * 1024
"""Bytes of a file that are read at most; a larger file counts as unread."""

AT_ONCE = 32
"""Files that are read ahead: their ids fit into a pipe, and their contents into memory."""
SHARED_LIMIT = 64 * 1024 * 1024
"""Bytes of blobs that are remembered for other revisions."""


class Source(Protocol):
    """Where a snapshot's bytes come from."""

    def read(self, path: str) -> tuple[bytes | None, str]:
        """Return the content, or ``None`` with the reason (``missing``, ``link``, ``large`` …)."""

    def expect(self, paths: Iterable[str]) -> None:
        """Take note of what will be read next."""

    def close(self) -> None:
        """Release what is held open."""


class SharedBlobs:
    """Reads blobs for several revisions through one process, and remembers the last ones.

    Parameters
    ----------
    git : Git
        Runs in the shadow.
    """

    def __init__(self, git: Git) -> None:
        self._batch = Batch(git)
        self._known: dict[str, bytes] = {}
        self._held = 0

    def read_many(self, names: Sequence[str], limit: int) -> list[tuple[str, bytes]]:
        """Return kinds and contents of some objects, given by their ids."""
        asked = [name for name in dict.fromkeys(names) if name not in self._known]
        fresh = dict(zip(asked, self._batch.read_many(asked, limit), strict=True))
        answers = [fresh.get(name) or ("blob", self._known[name]) for name in names]
        for name, (kind, content) in fresh.items():
            self._keep(name, kind, content)
        return answers

    def read(self, name: str, limit: int) -> tuple[str, bytes]:
        """Return kind and content of an object, like :meth:`qmslint.repo.batch.Batch.read`."""
        content = self._known.get(name)
        if content is not None:
            return "blob", content
        kind, content = self._batch.read(name, limit)
        self._keep(name, kind, content)
        return kind, content

    def _keep(self, name: str, kind: str, content: bytes) -> None:
        if kind == "blob":
            self._known[name] = content
            self._held += len(content)
            while self._held > SHARED_LIMIT:
                self._held -= len(self._known.pop(next(iter(self._known))))


class ObjectSource:
    """Reads blobs by their ids.

    Parameters
    ----------
    git : Git
        Runs in the shadow.
    blobs : mapping of str to str
        Path to object id.
    shared : SharedBlobs, optional
        What reads for other revisions too; whoever made it closes it.
    """

    def __init__(self, git: Git, blobs: Mapping[str, str], shared: SharedBlobs | None = None) -> None:
        self._batch = Batch(git)
        self._reader = shared or self._batch
        self._blobs = blobs
        self._expected: list[str] = []
        self._places: dict[str, int] = {}
        self._ahead: dict[str, tuple[str, bytes]] = {}

    def expect(self, paths: Iterable[str]) -> None:
        """Take note of what will be read next, in this order; some of it is then read at once."""
        self._expected = [path for path in paths if path in self._blobs]
        self._places = {path: place for place, path in enumerate(self._expected)}

    def read(self, path: str) -> tuple[bytes | None, str]:
        if path not in self._ahead and path in self._places:
            place = self._places[path]
            paths = self._expected[place : place + AT_ONCE]
            answers = self._reader.read_many([self._blobs[name] for name in paths], READ_LIMIT)
            # What was read ahead before and never wanted is let go.
            self._ahead = dict(zip(paths, answers, strict=True))
        ahead = self._ahead.pop(path) if path in self._ahead else None
        kind, content = ahead or self._reader.read(self._blobs[path], READ_LIMIT)
        if kind == "blob":
            return content, ""
        # The file is in the listing: what is missing is its content.
        return None, kind if kind in ("large", "slow") else "unreadable"

    def close(self) -> None:
        self._batch.close()


class FolderSource:
    """Reads files of a directory without following links."""

    def __init__(self, root: Path) -> None:
        self._root = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)

    def read(self, path: str) -> tuple[bytes | None, str]:
        return read_beneath(self._root, path, READ_LIMIT)

    def expect(self, paths: Iterable[str]) -> None:
        """Files of a folder are read one by one anyway."""

    def close(self) -> None:
        if self._root >= 0:
            os.close(self._root)
            self._root = -1


class SparseSource:
    """Reads what lies in the work tree from there, and what a sparse checkout leaves out from the objects."""

    def __init__(self, folder: FolderSource, objects: ObjectSource, absent: Mapping[str, str]) -> None:
        self._folder = folder
        self._objects = objects
        self._absent = absent

    def read(self, path: str) -> tuple[bytes | None, str]:
        return self._objects.read(path) if path in self._absent else self._folder.read(path)

    def expect(self, paths: Iterable[str]) -> None:
        self._objects.expect(path for path in paths if path in self._absent)

    def close(self) -> None:
        self._folder.close()
        self._objects.close()
