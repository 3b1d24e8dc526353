"""Patterns and path patterns from packs and configuration, matched in linear time."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Any

import re2

from qmslint.quick import regex

_MAX = 4000


@lru_cache(maxsize=4096)
def compile_pattern(pattern: str, ignore_case: bool = True) -> Any:
    """Compile an RE2 pattern; ``^`` and ``$`` match at line ends."""
    options = re2.Options()
    options.log_errors = False
    options.case_sensitive = not ignore_case
    return re2.compile("(?m)" + pattern, options=options)


def invalid(pattern: str) -> str:
    """Return what is wrong with an RE2 pattern, or an empty string."""
    if len(pattern) > _MAX:
        return f"longer than {_MAX} characters"
    try:
        compile_pattern(pattern)
    except re2.error as error:
        detail = error.args[0] if error.args else "syntax"
        return detail.decode("utf-8", "replace") if isinstance(detail, bytes) else str(detail)
    except UnicodeError:
        return "not text"
    return ""


def any_of(patterns: Sequence[str], ignore_case: bool = True) -> Any:
    """Return several patterns as one alternation, which is compiled when it is first used."""
    return _Late("|".join(f"(?:{pattern})" for pattern in patterns) or r"\b\B", ignore_case)


class _Late:
    """A pattern that is compiled when one of its methods is first asked for: many are made and few are used."""

    def __init__(self, pattern: str, ignore_case: bool) -> None:
        self._asked = (pattern, ignore_case)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        compiled = compile_pattern(*self._asked)
        for method in ("search", "match", "fullmatch", "finditer", "findall", "sub", "split"):
            self.__dict__[method] = getattr(compiled, method)
        return getattr(compiled, name)


_GLOB_TOKEN = regex(r"\*\*/|\*\*|\*|\?|\{|\}|,|\[[^\]/]*\]|[^*?{},\[]+|.", re.S)


@lru_cache(maxsize=4096)
def glob_source(glob: str) -> str:
    """Translate a path pattern into an RE2 pattern for whole, ``/``-separated paths.

    ``*`` stays within a name, ``**`` crosses folders, ``{a,b}`` lists alternatives.  A pattern without
    ``/`` matches at any depth; a leading ``/`` anchors it at the top; a trailing ``/`` means everything below.
    """
    anchored = "/" in glob.rstrip("/")
    text = glob.removeprefix("/")
    if text.endswith("/"):
        text += "**"
    out = "" if anchored else "(?:[^\\n]*/)?"
    depth = 0
    for token in _GLOB_TOKEN.findall(text):
        if token == "**/":
            out += "(?:[^\\n]*/)?"
        elif token == "**":
            out += "[^\\n]*"
        elif token == "*":
            out += "[^/\\n]*"
        elif token == "?":
            out += "[^/\\n]"
        elif token == "{":
            depth += 1
            out += "(?:"
        elif token == "}" and depth:
            depth -= 1
            out += ")"
        elif token == "," and depth:
            out += "|"
        elif len(token) > 1 and token.startswith("["):
            out += _letters(token[1:-1])
        else:
            out += re2.escape(token)
    return out + ")" * depth


def _letters(inside: str) -> str:
    """Translate what stands in square brackets; what is no set of letters stands for itself."""
    negated = "^" if inside[:1] in ("!", "^") else ""
    members = inside[1:] if negated else inside
    quoted = re.sub(r"([\\\[\]^&~|])", r"\\\1", members)
    source = f"[{negated}{quoted}]"
    return source if members and not invalid(source) else re2.escape(f"[{inside}]")


def example_of(glob: str) -> str:
    """Return the simplest path pattern among those that a path pattern stands for."""
    text = glob.replace("[-_ ]", "-").replace("[-_]", "-").replace("[-_.]", "-")
    while (shorter := re.sub(r"\{([^{},]*)[^{}]*\}", r"\1", text)) != text:
        text = shorter
    return text.replace("**/", "").replace("**", "*").lstrip("/")


_BRACES = regex(r"\{([^{}]*)\}")
_RUN = regex(r"[^*?/]{3,}")
_SET = regex(r"\[[^\[\]{},/]*\]")
_ALTERNATIVES = 64


@lru_cache(maxsize=8192)
def _literal_runs(glob: str) -> tuple[tuple[str, ...], ...] | None:
    """Return, for each way its braces can be read, texts that a matching path holds; ``None`` where that is unknown."""
    # One character of a set is not told from any other: what stands before and after it is looked for.
    ways = [_SET.sub("?", glob)]
    while len(ways) <= _ALTERNATIVES and _BRACES.search(ways[0]):
        ways = [
            way[: match.start()] + part + way[match.end() :]
            for way in ways
            if (match := _BRACES.search(way))
            for part in match[1].split(",")
        ]
    if any(sign in way for way in ways for sign in "{}["):
        return None
    return tuple(tuple(_RUN.findall(way.casefold())) for way in ways)


class PathSet:
    """Paths prepared for matching many path patterns: one linear scan of the joined names each.

    Parameters
    ----------
    paths : iterable of str
        The paths.
    before : PathSet, optional
        A set of mostly the same paths, such as those of the revision before: what was asked of it is only asked anew
        for paths that it does not hold.
    """

    def __init__(self, paths: Iterable[str], before: PathSet | None = None) -> None:
        self._originals: dict[bytes, list[str]] = {}
        for path in paths:
            line = path.replace("\n", "\ufffd").encode("utf-8", "replace")
            self._originals.setdefault(line, []).append(path)
        self._joined = b"\n".join(self._originals)
        self._memo: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._before = before
        if before is not None:
            before._before = None
            self._order = {path: place for place, path in enumerate(_flat(self._originals))}
            self._added = PathSet(path for path in self._order if path not in before)

    def __contains__(self, path: str) -> bool:
        line = path.replace("\n", "\ufffd").encode("utf-8", "replace")
        return path in self._originals.get(line, ())

    @cached_property
    def _triples(self) -> frozenset[str]:
        """All runs of three characters in the names, by which most path patterns are told to match nothing."""
        text = "\n".join(set(re.split("[/\n]", self._joined.decode("utf-8").casefold())))
        return frozenset(text[at : at + 3] for at in range(len(text) - 2))

    def _may_match(self, glob: str) -> bool:
        ways, triples = _literal_runs(glob), self._triples
        return ways is None or any(
            all(run[at : at + 3] in triples for run in runs for at in range(len(run) - 2)) for runs in ways
        )

    def match(self, globs: Sequence[str]) -> tuple[str, ...]:
        """Return the paths that any of ``globs`` matches, in the given order of paths."""
        key = tuple(globs)
        if key not in self._memo:
            known = self._before._memo.get(key) if self._before else None
            self._memo[key] = self._search(key) if known is None else self._from(known, key)
        return self._memo[key]

    def _from(self, known: tuple[str, ...], globs: tuple[str, ...]) -> tuple[str, ...]:
        kept = [path for path in known if path in self._order]
        return tuple(sorted([*kept, *self._added.match(globs)], key=self._order.__getitem__))

    def _search(self, globs: tuple[str, ...]) -> tuple[str, ...]:
        if self._originals:
            globs = tuple(glob for glob in globs if self._may_match(glob))
        if not globs or not self._originals:
            return ()
        try:
            test = compile_pattern("^(?:" + "|".join(glob_source(glob) for glob in globs) + ")$")
        except (re2.error, UnicodeError):
            return self._search_apart(globs)
        spans = (match.span() for match in test.finditer(self._joined))
        return tuple(path for start, end in spans for path in self._originals.get(self._joined[start:end], ()))

    def _search_apart(self, globs: tuple[str, ...]) -> tuple[str, ...]:
        """Match path patterns that are too much for one automaton; a single one that is matches nothing."""
        if len(globs) == 1:
            return ()
        half = len(globs) // 2
        found = {*self._search(globs[:half]), *self._search(globs[half:])}
        return tuple(path for paths in self._originals.values() for path in paths if path in found)


def _flat(groups: Mapping[bytes, list[str]]) -> Iterator[str]:
    for paths in groups.values():
        yield from paths
