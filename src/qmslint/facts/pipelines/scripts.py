"""What systems share whose files are lists of commands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from qmslint.facts.base import Scan
from qmslint.facts.pipelines import reading
from qmslint.facts.pipelines.model import (
    MERGE,
    PUSH,
    Call,
)

EVERY = frozenset({MERGE, PUSH})
"""Events of systems that build whatever is pushed or proposed."""


def scripts(scan: Scan, data: Any, line: int, path: str) -> Iterator[Call]:
    """Yield one call for each text of commands in a value."""
    lines = (scan.text(path) or "").split("\n")
    for text, at in reading.scripts(data, line, lines):
        yield Call(at, script=text, path=path)
