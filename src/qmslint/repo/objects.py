"""Read single objects of any revision through one ``git cat-file --batch`` process, within bounds."""

from __future__ import annotations

import subprocess

from qmslint.repo.gitcmd import Git

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
        self._git = git
        self._process: subprocess.Popen[bytes] | None = None
        self._known: dict[str, tuple[str, bytes]] = {}
        self._left = TOTAL_LIMIT

    def file(self, commit: str, path: str) -> bytes | None:
        """Return the content of a file at a commit, or ``None`` when there is none that can be read."""
        kind, content = self._read(f"{commit}:{path}")
        return content if kind == "blob" else None

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
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            try:
                if stream:
                    stream.close()
            except OSError:
                pass

    def _read(self, name: str) -> tuple[str, bytes]:
        if name not in self._known:
            self._known[name] = ("missing", b"") if "\n" in name else self._ask(name)
        return self._known[name]

    def _ask(self, name: str) -> tuple[str, bytes]:
        if self._process is None:
            self._process = self._git.open("cat-file", "--batch")
        process = self._process
        assert process.stdin and process.stdout
        try:
            process.stdin.write(name.encode("utf-8", "surrogateescape") + b"\n")
            process.stdin.flush()
            # The answer to an unknown name repeats it, blanks included.
            head = process.stdout.readline()
            words = head.split()
            if head.endswith(b" missing\n") or head.endswith(b" ambiguous\n"):
                return "missing", b""
            if len(words) != 3 or not words[2].isdigit():
                raise OSError("git said something unexpected")
            size = int(words[2])
            if size > min(OBJECT_LIMIT, self._left):
                self.close()  # reading past a large object costs more than starting anew
                return "large", b""
            content = process.stdout.read(size + 1)[:-1]
            if len(content) != size:
                raise OSError("git ended early")
        except OSError:
            self.close()
            return "unreadable", b""
        self._left -= size
        return words[1].decode("ascii", "replace"), content


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
