"""Decide which untracked files git would ignore, in linear time (git's own matcher is exponential)."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

_LIMIT = 256 * 1024


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
        self._spec = lru_cache(maxsize=None)(self._load)

    def __call__(self, path: str, is_dir: bool) -> bool:
        """Say whether ``path`` is ignored; its parents are known not to be."""
        name = path + "/" if is_dir else path
        folders = path.split("/")[:-1]
        for depth in range(len(folders), -1, -1):
            prefix = "".join(f"{part}/" for part in folders[:depth])
            verdict = self._check(prefix, name[len(prefix) :])
            if verdict is not None:
                return verdict
        return False

    def _check(self, prefix: str, name: str) -> bool | None:
        spec = self._spec(prefix)
        if spec is None:
            return None
        verdict: bool | None = spec.check_file(name).include
        return verdict

    def _load(self, prefix: str) -> Any:
        text = self._read(prefix + ".gitignore") or ""
        if not prefix:
            text = f"{self._extra}\n{text}"
        if not text.strip() or len(text) > _LIMIT:
            return None
        from pathspec import GitIgnoreSpec

        lines = text.splitlines()
        try:
            return GitIgnoreSpec.from_lines(lines, backend="re2")
        except Exception:  # noqa: BLE001 - the library raises several types for one bad pattern
            good = [line for line in lines if _valid(line)]
            return GitIgnoreSpec.from_lines(good, backend="re2")


def _valid(line: str) -> bool:
    from pathspec import GitIgnoreSpec

    try:
        GitIgnoreSpec.from_lines([line], backend="re2")
    except Exception:  # noqa: BLE001 - a pattern git cannot use either is passed over
        return False
    return True
