"""A progress line for long work, on an interactive terminal only."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_PATIENCE = 1.0
"""Seconds before anything is shown."""


@contextmanager
def progress(enabled: bool, label: str) -> Iterator[Callable[[str, int, int], None]]:
    """Give a function that shows how far the work is; it stays silent for quick work and in pipelines."""
    if not enabled or not sys.stderr.isatty():
        yield lambda what, done, total: None
        return
    from qmslint.report.safe import safe

    start = time.monotonic()
    shown = False

    def tell(what: str, done: int, total: int) -> None:
        nonlocal shown
        if time.monotonic() - start > _PATIENCE:
            shown = True
            width = 20
            filled = "█" * (width * done // max(total, 1))
            sys.stderr.write(f"\r\x1b[K{safe(label)} {filled:░<{width}} {done}/{total} {what}")
            sys.stderr.flush()

    try:
        yield tell
    finally:
        if shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
