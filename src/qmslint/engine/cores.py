"""Do the parts of one job on several cores, with the same outcome as one after the other."""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
import sys
import tempfile
import warnings
from collections.abc import Callable, Sequence
from functools import partial
from typing import IO, Generic, TypeAlias, TypeVar, cast

T = TypeVar("T")
R = TypeVar("R")
Work: TypeAlias = Callable[[Sequence[T], bool], list[R]]
MOST = 8
"""Processes at most: what each of them remembers costs memory."""


def cores() -> int:
    """Return how many processes may work side by side, 1 where they cannot be split off safely."""
    if sys.platform != "linux":
        return 1
    return min(len(os.sched_getaffinity(0)), MOST)


def spread(items: Sequence[T], work: Work[T, R], parts: int) -> list[R]:
    """Return ``work(items, True)``, done by several processes each of which takes a run of neighbours.

    Parameters
    ----------
    items : sequence
        What to work on; neighbours share what is remembered between them.
    work : callable
        Is given items and whether it runs in this process; only there it may print.  Returns one answer for each
        item, which depends on nothing else and can be pickled.
    parts : int
        Processes to use, this one included.

    Notes
    -----
    A part whose process fails, for whatever reason, is done again here, so that its failure shows as it would have.
    """
    share = -(-len(items) // max(parts, 1))
    runs = [items[start : start + share] for start in range(0, len(items), share)] if items else []
    helpers: list[Helper[list[R]]] = []
    try:
        for run in runs[:-1]:
            helpers.append(Helper(partial(work, run, False)))
        last = work(runs[-1], True) if runs else []
        found: list[R] = []
        for run, helper in zip(runs[:-1], helpers, strict=True):
            answers = helper.answer()
            found += work(run, True) if answers is None else answers
        return [*found, *last]
    finally:
        for helper in helpers:
            helper.end()


class Helper(Generic[R]):
    """A process split off from this one that does one thing and hands over what it found.

    Parameters
    ----------
    work : callable
        Done there; it must not print, and its answer can be pickled.
    """

    def __init__(self, work: Callable[[], R]) -> None:
        self._file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed by whichever comes first of the below
        self._process = _split_off(work, self._file)
        self._status: int | None = None

    def failed(self) -> bool:
        """Say whether it is known by now that there will be no answer."""
        if self._process and self._status is None:
            ended, status = os.waitpid(self._process, os.WNOHANG)
            self._status = status if ended else None
        return not self._process or bool(self._status)

    def answer(self) -> R | None:
        """Wait for what the process found, nothing where it failed or could not be started."""
        if self._process and self._status is None:
            self._status = os.waitpid(self._process, 0)[1]
        if self.failed():
            return None
        self._file.seek(0)
        return cast("R", pickle.load(self._file))  # noqa: S301 - written by this program a moment ago, in a nameless file

    def end(self) -> None:
        """Release everything; a process that is still at work is ended."""
        self._file.close()
        with contextlib.suppress(ChildProcessError):
            if self._process and self._status is None and os.waitpid(self._process, os.WNOHANG) == (0, 0):
                os.kill(self._process, signal.SIGKILL)
                os.waitpid(self._process, 0)
        self._process = 0


def _split_off(work: Callable[[], object], file: IO[bytes]) -> int:
    """Start a process that writes its answer into a file, and return its id, 0 where none can be started."""
    with warnings.catch_warnings():
        # Threads that show progress are no danger: the new process never prints, and ends without cleaning up.
        warnings.simplefilter("ignore", DeprecationWarning)
        try:
            process = os.fork()
        except OSError:
            return 0
    if process:
        return process
    code = 1
    try:
        pickle.dump(work(), file)
        file.flush()
        code = 0
    finally:
        # Whatever is to be cleaned up belongs to the process this one was split off from.
        os._exit(code)
