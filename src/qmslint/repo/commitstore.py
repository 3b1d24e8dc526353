"""Parsed commits of one repository between runs: the very bytes git prints of them, in one file of the cache.

A commit's record depends on nothing but its object id, so what is kept can be incomplete but never out of date.
"""

from __future__ import annotations

import hashlib
import os
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from qmslint import cache
from qmslint.quick import regex
from qmslint.repo.gitcmd import GitFailed
from qmslint.repo.history import FIELDS, Commit, parse_commits
from qmslint.repo.locate import Located

FEWEST = 256
"""Commits below which git is as quick as the cache."""
GROWTH = 50
"""The file is written anew when one commit in so many is not in it."""
_HEAD = regex(rb"qmslint commits 1 (\d{12}) ([0-9a-f]{8})\n")
_BLANK = b"qmslint commits 1 000000000000 00000000\n"
_CHUNK = 1 << 20


def store_for(place: Located) -> CommitStore | None:
    """Return where the commits of a repository are kept; nowhere if that would lie in what is examined."""
    if place.common_dir is None or not cache.outside(place.root, place.common_dir):
        return None
    return CommitStore(place.common_dir)


class CommitStore:
    """Keeps the commits of the repository whose shared git directory is ``place``.

    Parameters
    ----------
    place : Path
        Identifies the repository on this machine; only its digest is used.
    """

    def __init__(self, place: Path) -> None:
        self._name = f"commits-{hashlib.sha256(os.fsencode(place)).hexdigest()[:32]}"
        self._held = 0

    def load(self) -> tuple[Commit, ...]:
        """Return what is kept, nothing where it is damaged."""
        try:
            with cache.reading(self._name) as stream:
                if stream is None:
                    return ()
                told = _HEAD.fullmatch(stream.read(len(_BLANK)))
                if not told:
                    return ()
                checked = _Checked(stream)
                commits = tuple(parse_commits(checked))
                if checked.sum != int(told[2], 16) or len(commits) != int(told[1]):
                    return ()
        except (OSError, ValueError, GitFailed):
            return ()
        self._held = len(commits)
        return commits

    @contextmanager
    def copying(self, chunks: Iterable[bytes]) -> Iterator[Iterator[bytes]]:
        """Give the output of ``git log`` through while it is kept; a failure to keep it is silent."""
        with cache.writing(self._name) as stream:
            if stream is None:
                yield iter(chunks)
                return
            copy = _Copy(chunks, stream)
            yield copy
            self._held = copy.count
            copy.finish()

    def keep(self, commits: Sequence[Commit]) -> None:
        """Keep a whole history, newest first, when it is worth it."""
        if (len(commits) - self._held) * GROWTH < len(commits):
            return
        with self.copying(map(_record, commits)) as copied:
            for _ in copied:
                pass


class _Checked(Iterator[bytes]):
    """Chunks of a file, with their checksum."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self.sum = 0

    def __next__(self) -> bytes:
        chunk = self._stream.read(_CHUNK)
        if not chunk:
            raise StopIteration
        self.sum = zlib.crc32(chunk, self.sum)
        return chunk


class _Copy(Iterator[bytes]):
    """Chunks that are written to a file on their way, as long as that works and it is not too much."""

    def __init__(self, chunks: Iterable[bytes], stream: IO[bytes]) -> None:
        self._chunks = iter(chunks)
        self._stream = stream
        self._sum = 0
        self._ends = 0
        self._left = cache.FILE_LIMIT - len(_BLANK)
        self._broken = False
        self._write(_BLANK)

    @property
    def count(self) -> int:
        """Commits that came through."""
        return self._ends // FIELDS

    def __next__(self) -> bytes:
        chunk = next(self._chunks)
        self._left -= len(chunk)
        self._broken = self._broken or self._left < 0
        self._sum = zlib.crc32(chunk, self._sum)
        self._ends += chunk.count(b"\0")
        self._write(chunk)
        return chunk

    def _write(self, content: bytes) -> None:
        try:
            if not self._broken:
                self._stream.write(content)
        except OSError:
            self._broken = True

    def finish(self) -> None:
        """Put the head in front; raises :class:`qmslint.cache.Unkept` where nothing is to be kept."""
        if self._broken or self.count < FEWEST:
            raise cache.Unkept
        try:
            self._stream.seek(0)
        except OSError as error:
            raise cache.Unkept from error
        self._write(b"qmslint commits 1 %012d %08x\n" % (self.count, self._sum))
        if self._broken:
            raise cache.Unkept


def _record(commit: Commit) -> bytes:
    people = (commit.author, commit.committer)
    author, committer = (f"{person.name}\0{person.email}".encode() for person in people)
    head = f"{commit.sha}\0{' '.join(commit.parents)}\0".encode("ascii")
    return b"%b%b\0%d\0%b\0%d\0%b\0" % (head, author, commit.authored, committer, commit.committed, commit.message)
