"""What one command is known to do."""

from __future__ import annotations

from qmslint.facts.pipelines.model import Bypass, Place
from qmslint.quick import dataclass


@dataclass(frozen=True, slots=True)
class Known:
    """What one command, possibly deep inside scripts and targets, is known to do."""

    tool: str
    text: str
    classes: frozenset[str]
    line: int = 0
    indicated: frozenset[str] = frozenset()
    via: tuple[Place, ...] = ()
    origin: str = "command"
    sure: bool = True
    bypass: Bypass | None = None
    version: str = ""
    words: tuple[str, ...] = ()
    image: str = ""
