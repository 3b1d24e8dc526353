"""Decide which untracked files git would ignore, in linear time (git's own matcher is exponential)."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import lru_cache
from typing import Any

_LINE_LIMIT = 255
"""Characters of one pattern; a longer one is not heeded."""
_WILD_LIMIT = 16
"""Wild cards of one pattern; one with more is not heeded."""
_TOTAL_LIMIT = 256 * 1024
"""Characters of all patterns of one repository together; the rest is not heeded."""
_CHUNK = 100
"""Patterns compiled into one automaton: a large one is refused, and says so on standard error by itself."""


class Ignores:
    """Ignore rules of one work tree, read on first need.

    Parameters
    ----------
    read : callable
        Returns the text of a file of the tree, or ``None``.
    extra : str
        Text of the repository's own exclude file.
    """

    def __init__(self, read: Callable[[str], str | None], extra: str = "") -> None:
        self._read = read
        self._extra = extra
        self._left = _TOTAL_LIMIT
        self._specs = lru_cache(maxsize=None)(self._load)
        self.notes: list[str] = []

    def __call__(self, path: str, is_dir: bool) -> bool:
        """Say whether ``path`` is ignored; its parents are known not to be."""
        name = path + "/" if is_dir else path
        folders = path.split("/")[:-1]
        for depth in range(len(folders), -1, -1):
            prefix = "".join(f"{part}/" for part in folders[:depth])
            for spec in self._specs(prefix):
                verdict = spec.check_file(name[len(prefix) :]).include
                if verdict is not None:
                    return bool(verdict)
        return False

    def _load(self, prefix: str) -> tuple[Any, ...]:
        """Return matchers of one folder's ignore file; the last patterns, which decide, come first."""
        text = self._read(prefix + ".gitignore") or ""
        if not prefix:
            text = f"{self._extra}\n{text}"
        lines = [line for line in text.split("\n") if line.strip() and not line.startswith("#")]
        heeded = [line for line in lines if self._affordable(line)]
        if len(heeded) < len(lines):
            self.notes.append(f"{prefix}.gitignore: {len(lines) - len(heeded)} patterns beyond a bound were not heeded")
        chunks = [heeded[start : start + _CHUNK] for start in range(0, len(heeded), _CHUNK)]
        return tuple(spec for chunk in reversed(chunks) for spec in reversed(_compile(chunk)))

    def _affordable(self, line: str) -> bool:
        if len(line) > _LINE_LIMIT or sum(map(line.count, "*?[")) > _WILD_LIMIT or len(line) > self._left:
            return False
        self._left -= len(line) + 1
        return True


def _compile(lines: list[str]) -> list[Any]:
    """Return matchers for ``lines`` in their order, without those that are no patterns for git either."""
    from pathspec import GitIgnoreSpec

    try:
        with warnings.catch_warnings():
            # The library also compiles each pattern with ``re``, which remarks on odd character classes.
            warnings.simplefilter("ignore")
            return [GitIgnoreSpec.from_lines(lines, backend="re2")]
    except Exception:  # noqa: BLE001 - the library raises several types for one bad pattern
        half = len(lines) // 2
        return _compile(lines[:half]) + _compile(lines[half:]) if half else []
