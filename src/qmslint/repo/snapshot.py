"""One interface to the files of a commit, the index, a work tree or a plain directory."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol, cast

from qmslint.repo.gitcmd import Git, GitFailed
from qmslint.repo.ignore import Ignores
from qmslint.repo.text import decode
from qmslint.repo.walk import Walk, read_beneath, walk

READ_LIMIT = 4 * 1024 * 1024
"""Bytes of a file that are read at most; a larger file counts as unread."""


class Source(Protocol):
    """Where a snapshot's bytes come from."""

    def read(self, path: str) -> tuple[bytes | None, str]:
        """Return the content, or ``None`` with the reason (``missing``, ``link``, ``large`` …)."""

    def close(self) -> None:
        """Release what is held open."""


class Snapshot:
    """The files of one view of a repository.

    Parameters
    ----------
    view : str
        ``worktree``, ``index``, ``commit`` or ``plain``.
    blobs : mapping of str to str
        Every file with its object id, empty where it is not known without reading.
    links : mapping of str to str
        Symbolic links with their targets; they are never followed.
    submodules : tuple of str
        Paths at which other repositories are mounted.
    """

    def __init__(
        self,
        view: str,
        source: Source,
        blobs: Mapping[str, str],
        links: Mapping[str, str] | None = None,
        submodules: tuple[str, ...] = (),
        notes: tuple[str, ...] = (),
    ) -> None:
        self.view = view
        self.blobs = blobs
        self.paths: tuple[str, ...] = tuple(sorted(blobs))
        self.links = links or {}
        self.submodules = submodules
        self.notes = notes
        self.unread: dict[str, str] = {}
        self.source = source
        self.contents: dict[str, bytes | None] = {}
        self._texts: dict[str, str | None] = {}

    def __contains__(self, path: str) -> bool:
        return path in self.blobs

    def read(self, path: str) -> bytes | None:
        """Return the content of a file, or ``None`` with the reason noted in ``unread``."""
        if path not in self.contents:
            content, why = self.source.read(path) if path in self.blobs else (None, "missing")
            if content is None:
                self.unread[path] = why
            self.contents[path] = content
        return self.contents[path]

    def text(self, path: str) -> str | None:
        """Return the content of a file as text, or ``None`` when it is missing, unread or binary."""
        if path not in self._texts:
            content = self.read(path)
            self._texts[path] = None if content is None else decode(content)
        return self._texts[path]

    def blob_id(self, path: str) -> str:
        """Return the object id of a file as it was examined; SHA-1 where the repository does not tell."""
        known = self.blobs.get(path, "")
        if known and self.view in ("commit", "index"):
            return known
        content = self.read(path)
        if content is None:
            return known
        algorithm = "sha256" if len(known) == 64 else "sha1"
        header = b"blob %d\0" % len(content)
        return hashlib.new(algorithm, header + content, usedforsecurity=False).hexdigest()

    def close(self) -> None:
        """Release what is held open."""
        self.source.close()


class _Objects:
    """Reads blobs through one ``git cat-file --batch`` process."""

    def __init__(self, git: Git, blobs: Mapping[str, str]) -> None:
        self._git = git
        self._blobs = blobs
        self._process: object | None = None

    def read(self, path: str) -> tuple[bytes | None, str]:
        import subprocess

        if self._process is None:
            self._process = self._git.open("cat-file", "--batch")
        process = cast("subprocess.Popen[bytes]", self._process)
        assert process.stdin and process.stdout
        try:
            process.stdin.write(self._blobs[path].encode("ascii") + b"\n")
            process.stdin.flush()
            header = process.stdout.readline().split()
            if len(header) != 3:
                return None, "unreadable"
            size = int(header[2])
            if size <= READ_LIMIT:
                content = process.stdout.read(size + 1)[:-1]
                return (content, "") if len(content) == size else (None, "unreadable")
        except (OSError, ValueError):
            self.close()
            return None, "unreadable"
        # Reading past a large object costs more than starting anew.
        self.close()
        return None, "large"

    def close(self) -> None:
        import subprocess

        if self._process is not None:
            process = cast("subprocess.Popen[bytes]", self._process)
            process.kill()
            process.wait()
            for stream in (process.stdin, process.stdout):
                if stream:
                    try:
                        stream.close()
                    except OSError:
                        pass
            self._process = None


class _Folder:
    """Reads files of a directory without following links."""

    def __init__(self, root: Path) -> None:
        self._root = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)

    def read(self, path: str) -> tuple[bytes | None, str]:
        return read_beneath(self._root, path, READ_LIMIT)

    def close(self) -> None:
        if self._root >= 0:
            os.close(self._root)
            self._root = -1


def of_commit(git: Git, commit: str) -> Snapshot:
    """Return the files of a commit; nothing is checked out."""
    try:
        listing = git.run("ls-tree", "-r", "-z", "--full-tree", commit)
    except GitFailed as failure:
        failure.text = f"the files of {commit[:12]} cannot be listed: {failure.text}"
        raise
    blobs, links, submodules = _split((line[:6], line[7:].split(b"\t", 1)) for line in listing.split(b"\0") if line)
    return Snapshot("commit", _Objects(git, blobs), blobs, links, submodules)


def of_index(git: Git) -> Snapshot:
    """Return the files of the index as the next commit would have them."""
    blobs, links, submodules = _staged(git)
    return Snapshot("index", _Objects(git, blobs), blobs, links, submodules)


def of_worktree(git: Git, root: Path, exclude: str = "") -> Snapshot:
    """Return the files of a work tree: tracked ones that exist, and untracked ones git does not ignore."""
    tracked, _, submodules = _staged(git)
    folders = {path[:index] for path in tracked for index in _slashes(path)}
    source = _Folder(root)
    ignored = Ignores(lambda path: _text(source, path), exclude)

    def skip(path: str, is_dir: bool) -> bool:
        if is_dir:
            return path not in folders and ignored(path, True)
        return path not in tracked and ignored(path, False)

    return _from_walk("worktree", source, walk(root, skip), tracked, submodules)


def of_folder(root: Path) -> Snapshot:
    """Return the files of a directory that is no repository, its ignore files respected."""
    source = _Folder(root)
    ignored = Ignores(lambda path: _text(source, path))
    return _from_walk("plain", source, walk(root, ignored), {}, ())


def _from_walk(
    view: str, source: _Folder, found: Walk, tracked: Mapping[str, str], submodules: tuple[str, ...]
) -> Snapshot:
    blobs = {path: tracked.get(path, "") for path in found.files}
    mounted = set(submodules)
    notes = tuple(note for note in found.notes if note.split(":", 1)[0] not in mounted)
    return Snapshot(view, source, blobs, found.links, submodules, notes)


def _text(source: _Folder, path: str) -> str | None:
    content, _ = source.read(path)
    return None if content is None else decode(content)


def _slashes(path: str) -> list[int]:
    return [index for index, letter in enumerate(path) if letter == "/"]


def _staged(git: Git) -> tuple[dict[str, str], dict[str, str], tuple[str, ...]]:
    listing = git.run("ls-files", "--stage", "-z") if (git.shadow / "index").exists() else b""
    return _split((line[:6], line[7:].split(b"\t", 1)) for line in listing.split(b"\0") if line)


def _split(
    lines: object,
) -> tuple[dict[str, str], dict[str, str], tuple[str, ...]]:
    blobs: dict[str, str] = {}
    links: dict[str, str] = {}
    submodules = []
    for mode, rest in lines:  # type: ignore[attr-defined]
        if len(rest) != 2:
            continue
        words = rest[0].split()
        sha = (words[1] if words[0] == b"blob" or words[0] == b"commit" else words[0]).decode("ascii")
        path = rest[1].decode("utf-8", "surrogateescape")
        if mode == b"120000":
            links[path] = sha
        elif mode == b"160000":
            submodules.append(path)
        else:
            blobs[path] = sha
    return blobs, links, tuple(submodules)
