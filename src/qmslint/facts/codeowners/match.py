"""Match owner patterns over all paths of a tree, without trying every pattern on every path."""

from __future__ import annotations

import posixpath
import re
from bisect import bisect_left
from collections.abc import Iterable

from qmslint.patterns import compile_pattern, invalid
from qmslint.quick import regex

_WILD = regex(r"[*?]")
_TOKEN = regex(r"\*\*/|\*\*|\*|\?|[^*?]+")
_SUFFIX = regex(r"\*\.[\w.-]+\Z")
MAX_PATTERN = 1000


class Paths:
    """All paths of a tree, indexed for the patterns that owner files use most: folders, names and endings."""

    def __init__(self, paths: Iterable[str]) -> None:
        self.sorted = sorted(paths)
        self._joined: str | None = None
        self._by_name: dict[str, list[str]] = {}
        self._by_suffix: dict[str, list[str]] = {}

    def below(self, folder: str) -> list[str]:
        """Return the paths inside a folder, given without a slash at its end."""
        start = bisect_left(self.sorted, folder + "/")
        stop = bisect_left(self.sorted, folder + "0")  # "0" follows "/" in the order of characters
        return self.sorted[start:stop]

    def exact(self, path: str) -> list[str]:
        """Return the path itself if there is such a file."""
        at = bisect_left(self.sorted, path)
        return [path] if at < len(self.sorted) and self.sorted[at] == path else []

    def named(self, name: str) -> list[str]:
        """Return the paths in which a file or folder is called ``name``."""
        if not self._by_name:
            for path in self.sorted:
                for part in dict.fromkeys(path.split("/")):
                    self._by_name.setdefault(part, []).append(path)
        return self._by_name.get(name, [])

    def ending(self, suffix: str) -> list[str]:
        """Return the paths whose file name ends with ``suffix``, which begins with a dot."""
        if not self._by_suffix:
            for path in self.sorted:
                name = posixpath.basename(path)
                for at in [i for i, letter in enumerate(name) if letter == "."][-4:]:
                    self._by_suffix.setdefault(name[at:], []).append(path)
        return self._by_suffix.get(suffix, [])

    def search(self, source: str) -> list[str]:
        """Return the paths that an RE2 pattern matches as a whole."""
        if self._joined is None:
            self._joined = "\n".join(path.replace("\n", "\ufffd") for path in self.sorted)
        pattern = compile_pattern(f"^(?:{source})$", False)
        known = set(self.sorted)
        return [match[0] for match in pattern.finditer(self._joined) if match[0] in known]


def gitignore_like(paths: Paths, pattern: str, floating: bool = False, folders: bool = True) -> list[str]:
    """Return the paths that a pattern of the gitignore family matches.

    Parameters
    ----------
    paths : Paths
        The tree.
    pattern : str
        As written.
    floating : bool
        Without a leading slash it may begin in any folder, even when it has slashes inside.
    folders : bool
        A pattern that names a folder without a slash at its end means what is below, too.
    """
    anchored = pattern.startswith("/") or ("/" in pattern.rstrip("/") and not floating)
    body, below_only = pattern.strip("/"), pattern.endswith("/")
    if not body or body in ("*", "**"):
        return list(paths.sorted) if not anchored or body != "*" else [p for p in paths.sorted if "/" not in p]
    if not _WILD.search(body):
        if anchored:
            inside = paths.below(body) if folders or below_only else []
            return ([] if below_only else paths.exact(body)) + inside
        if "/" not in body:
            found = paths.named(body)
            if below_only or not folders:
                last = [p for p in found if p.rsplit("/", 1)[-1] == body]
                inside = [p for p in found if body in p.split("/")[:-1]]
                return inside if below_only else last
            return found
    elif not anchored and not below_only and _SUFFIX.match(body):
        return paths.ending(body[1:])
    return paths.search(_source(body, anchored, below_only, folders))


def _source(body: str, anchored: bool, below_only: bool, folders: bool) -> str:
    out = "" if anchored else "(?:[^\\n]*/)?"
    for token in _TOKEN.findall(body):
        if token == "**/":
            out += "(?:[^\\n]*/)?"
        elif token == "**":
            out += "[^\\n]*"
        elif token == "*":
            out += "[^/\\n]*"
        elif token == "?":
            out += "[^/\\n]"
        else:
            out += re.escape(token)
    if below_only:
        return out + "/[^\\n]+"
    # `docs/*` means the files in that folder and not what lies deeper.
    if folders and body.rsplit("/", 1)[-1] != "*":
        out += "(?:/[^\\n]+)?"
    return out


def expression(paths: Paths, pattern: str) -> list[str] | None:
    """Return the paths that a regular expression matches as a whole, ``None`` when it is not usable."""
    if invalid(f"^(?:{pattern})$"):
        return None
    return paths.search(pattern)
