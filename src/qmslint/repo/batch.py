"""Ask one ``git cat-file --batch`` process for many objects, each answer bounded in size and time."""

from __future__ import annotations

import os
import select
import time
from collections.abc import Sequence

from qmslint.repo.gitcmd import Git, Process

PATIENCE = 30.0
"""Seconds one answer may take."""


class Batch:
    """Reads objects by id or by names such as ``<commit>:<path>``.

    Parameters
    ----------
    git : Git
        Runs in the shadow.
    """

    def __init__(self, git: Git) -> None:
        self._git = git
        self._process: Process | None = None
        self._owner = 0
        self._pending = b""

    def read(self, name: str, limit: int) -> tuple[str, bytes]:
        """Return kind and content of an object.

        Parameters
        ----------
        name : str
            What git understands as the name of an object.
        limit : int
            Bytes; a larger object is not read.

        Returns
        -------
        tuple of str and bytes
            ``blob``, ``tree``, ``commit`` or ``tag`` with the content, else ``missing``, ``large``, ``slow`` or
            ``unreadable`` with nothing.
        """
        if "\n" in name or "\0" in name:
            return "missing", b""
        try:
            return self._ask(name.encode("utf-8", "surrogateescape"), limit)
        except TimeoutError:
            self.close()
            return "slow", b""
        except (OSError, ValueError):
            # git ends at an object it cannot make sense of; the next question starts it anew.
            self.close()
            return "unreadable", b""

    def read_many(self, names: Sequence[str], limit: int) -> list[tuple[str, bytes]]:
        """Return kinds and contents of some objects, given by their ids, like :meth:`read`.

        They are asked for at once: waiting for each answer before the next question costs more than reading.
        """
        found: list[tuple[str, bytes]] = []
        while len(found) < len(names):
            rest = names[len(found) :]
            try:
                self._send(b"".join(name.encode("ascii") + b"\n" for name in rest))
                for _ in rest:
                    found.append(self._answer(limit))
                    if found[-1][0] == "large":
                        break  # the process was ended; what is left is asked of the next one
            except TimeoutError:
                self.close()
                found.append(("slow", b""))
            except (OSError, ValueError):
                self.close()
                found.append(("unreadable", b""))
        return found

    def close(self) -> None:
        """End the process."""
        process, self._process, self._pending = self._process, None, b""
        if process is not None and self._owner == os.getpid():
            self._git.finish(process)

    def _ask(self, name: bytes, limit: int) -> tuple[str, bytes]:
        self._send(name + b"\n")
        return self._answer(limit)

    def _send(self, questions: bytes) -> None:
        if self._process is not None and self._owner != os.getpid():
            self.close()  # this is a process split off from the one that asks there
        if self._process is None:
            self._process = self._git.open("cat-file", "--batch")
            self._owner = os.getpid()
            assert self._process.stdout
            self._ready = select.poll()
            self._ready.register(self._process.stdout, select.POLLIN | select.POLLHUP)
        assert self._process.stdin
        os.write(self._process.stdin.fileno(), questions)

    def _answer(self, limit: int) -> tuple[str, bytes]:
        deadline = time.monotonic() + PATIENCE
        head = self._line(deadline)
        # The answer to an unknown name repeats it, blanks included.
        if head.endswith((b" missing", b" ambiguous")):
            return "missing", b""
        _, kind, size = head.rsplit(b" ", 2)
        if int(size) > limit:
            self.close()  # reading past a large object costs more than starting anew
            return "large", b""
        return kind.decode("ascii"), self._bytes(int(size), deadline)

    def _line(self, deadline: float) -> bytes:
        while b"\n" not in self._pending:
            self._pending += self._more(deadline)
        line, _, self._pending = self._pending.partition(b"\n")
        return line

    def _bytes(self, size: int, deadline: float) -> bytes:
        parts = [self._pending]
        had = len(self._pending)
        while had <= size:
            parts.append(self._more(deadline))
            had += len(parts[-1])
        content = b"".join(parts)
        self._pending = content[size + 1 :]
        return content[:size]

    def _more(self, deadline: float) -> bytes:
        assert self._process and self._process.stdout
        if not self._ready.poll(max(deadline - time.monotonic(), 0.0) * 1000):
            raise TimeoutError
        chunk = os.read(self._process.stdout.fileno(), 1 << 18)
        if not chunk:
            raise OSError("git ended early")
        return chunk
