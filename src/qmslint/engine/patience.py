"""An end to every rule: what a repository makes computing without end is not assessable, and the others still run."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from qmslint.errors import Unassessable

SECONDS = 120.0
"""Computing time one rule may take before it is given up."""


@contextmanager
def patience(seconds: float | None = None) -> Iterator[None]:
    """Raise ``LIMIT`` in what runs inside once it has computed for so many seconds, and each time again.

    Time in which other processes work, or nothing does, is not counted: those have bounds of their own.  Only the
    main thread of a program can be interrupted; elsewhere there is no end.
    """
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield
        return
    limit = SECONDS if seconds is None else seconds

    def enough(number: int, frame: FrameType | None) -> None:
        raise Unassessable("LIMIT", f"it took more than {limit:g} seconds of computing, and was given up")

    before = signal.signal(signal.SIGVTALRM, enough)
    signal.setitimer(signal.ITIMER_VIRTUAL, limit, limit)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
