"""Where the bytes of a snapshot come from: git objects, a directory, or both."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from qmslint.repo.batch import Batch
from qmslint.repo.gitcmd import Git
from qmslint.repo.walk import read_beneath

READ_LIMIT = 4 * 1024 * 1024
"""Bytes of a file that are read at most; a larger file counts as unread."""

SHARED_LIMIT = 64 * 1024 * 1024
"""Bytes of blobs that are remembered for other revisions."""


class Source(Protocol):
    """Where a snapshot's bytes come from."""

    def read(self, path: str) -> tuple[bytes | None, str]:
        """Return the content, or ``None`` with the reason (``missing``, ``link``, ``large`` …)."""

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

    def read(self, name: str, limit: int) -> tuple[str, bytes]:
        """Return kind and content of an object, like :meth:`qmslint.repo.batch.Batch.read`."""
        content = self._known.get(name)
        if content is not None:
            return "blob", content
        kind, content = self._batch.read(name, limit)
        if kind == "blob":
            self._known[name] = content
            self._held += len(content)
            while self._held > SHARED_LIMIT:
                self._held -= len(self._known.pop(next(iter(self._known))))
        return kind, content


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
        self._read = shared.read if shared else self._batch.read
        self._blobs = blobs

    def read(self, path: str) -> tuple[bytes | None, str]:
        kind, content = self._read(self._blobs[path], READ_LIMIT)
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

    def close(self) -> None:
        self._folder.close()
        self._objects.close()
