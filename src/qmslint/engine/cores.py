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
from typing import IO, Any, TypeAlias, TypeVar

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
    helpers: list[tuple[int, IO[bytes]]] = []
    try:
        for run in runs[:-1]:
            file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed below, whatever happens
            helpers.append((_split_off(run, work, file), file))
        last = work(runs[-1], True) if runs else []
        found: list[R] = []
        for run in runs[:-1]:
            answers: list[R] | None = _answers(*helpers[0])
            helpers.pop(0)
            found += work(run, True) if answers is None else answers
        return [*found, *last]
    finally:
        for process, file in helpers:
            file.close()
            _end(process)


def _split_off(run: Sequence[T], work: Work[T, R], file: IO[bytes]) -> int:
    """Start a process that writes the answers for a run into a file, and return its id, 0 where none can be started."""
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
        pickle.dump(work(run, False), file)
        file.flush()
        code = 0
    finally:
        # Whatever is to be cleaned up belongs to the process this one was split off from.
        os._exit(code)


def _end(process: int) -> None:
    """End a process that is still at work."""
    with contextlib.suppress(ChildProcessError):
        if process and os.waitpid(process, os.WNOHANG) == (0, 0):
            os.kill(process, signal.SIGKILL)
            os.waitpid(process, 0)


def _answers(process: int, file: IO[bytes]) -> Any:
    """Return what a process found, nothing where it failed."""
    with file:
        if not process or os.waitpid(process, 0)[1]:
            return None
        file.seek(0)
        return pickle.load(file)  # noqa: S301 - written by this program a moment ago, in a file without a name
