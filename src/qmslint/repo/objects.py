"""Read single objects of any revision through one ``git cat-file --batch`` process, within bounds."""

from __future__ import annotations

from qmslint.repo.batch import Batch
from qmslint.repo.gitcmd import Git
from qmslint.repo.text import decode

OBJECT_LIMIT = 2 * 1024 * 1024
"""Bytes of one object that are taken in."""
TOTAL_LIMIT = 128 * 1024 * 1024
"""Bytes of all objects together."""
_FOLDER = b"40000"


class Objects:
    """Reads objects by names such as ``<commit>:<path>``; answers are remembered.

    Parameters
    ----------
    git : Git
        Runs in the shadow.
    """

    def __init__(self, git: Git) -> None:
        self._batch = Batch(git)
        self._known: dict[str, tuple[str, bytes]] = {}
        self._left = TOTAL_LIMIT

    def file(self, commit: str, path: str) -> bytes | None:
        """Return the content of a file at a commit, or ``None`` when there is none that can be read."""
        kind, content = self._read(f"{commit}:{path}")
        return content if kind == "blob" else None

    def text(self, blob: str) -> str | None:
        """Return the text of an object, or ``None`` when it is missing, too large or not text."""
        kind, content = self._read(blob) if blob else ("missing", b"")
        return decode(content) if kind == "blob" else None

    def folder(self, commit: str, path: str) -> dict[str, str]:
        """Return the names of files directly in a folder at a commit, with their object ids."""
        kind, content = self._read(f"{commit}:{path}")
        return dict(_entries(content, len(commit) // 2)) if kind == "tree" else {}

    def why(self, commit: str, path: str) -> str:
        """Return why a file was not read: ``missing``, ``large`` or ``unreadable``; empty when it was."""
        kind, _ = self._read(f"{commit}:{path}")
        return "" if kind in ("blob", "tree") else kind

    def close(self) -> None:
        """End the process."""
        self._batch.close()

    def _read(self, name: str) -> tuple[str, bytes]:
        if name not in self._known:
            self._known[name] = ("missing", b"") if "\n" in name else self._ask(name)
        return self._known[name]

    def _ask(self, name: str) -> tuple[str, bytes]:
        kind, content = self._batch.read(name, min(OBJECT_LIMIT, self._left))
        self._left -= len(content)
        return kind, content


def _entries(content: bytes, width: int) -> list[tuple[str, str]]:
    """Return the files of a tree object: ``mode name NUL id`` one after the other."""
    found = []
    at = 0
    while at < len(content):
        blank, end = content.find(b" ", at), content.find(b"\0", at)
        if blank < 0 or end < 0 or blank > end:
            break
        if content[at:blank] != _FOLDER:
            name = content[blank + 1 : end].decode("utf-8", "surrogateescape")
            found.append((name, content[end + 1 : end + 1 + width].hex()))
        at = end + 1 + width
    return found
