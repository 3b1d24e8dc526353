"""Conditions of pipelines, decided as far as the event alone decides them: true, false or not known (``None``)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from qmslint.patterns import compile_pattern, invalid
from qmslint.quick import regex


class _Unknown:
    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = _Unknown()
"""A value that the event does not decide."""


class Branch:
    """Name of a branch: the default one, or some topic branch; ``prefix`` as in ``refs/heads/``."""

    def __init__(self, default: bool, prefix: str = "") -> None:
        self.default = default
        self.prefix = prefix

    def equals(self, other: Any) -> bool | None:
        """Compare with a text or another branch."""
        if isinstance(other, Branch):
            return self.default == other.default
        if not isinstance(other, str):
            return False
        if not self.default or not other.startswith(self.prefix):
            return False
        return None


_LONG_LIVED = ("main", "master", "develop", "trunk", "release", "release/1.0", "release-1.0", "v1.0", "1.0", "staging")
_TOKEN = regex(
    r"\s+|&&|\|\||==|!=|=~|!~|[()!,<>\[\]]|'(?:[^']|'')*'|\"[^\"]*\"|/(?:[^/\\\n]|\\.)+/i?|[\w$.\-*]+(?:\[['\"]?[\w.\-*]+['\"]?\][\w.\-]*)*|."
)
Values = Mapping[str, Any]


def decide(text: Any, values: Values) -> bool | None:
    """Return whether the condition ``text`` holds where the named ``values`` are given."""
    if isinstance(text, bool):
        return text
    source = str(text).strip()
    if len(source) > 4000:
        return None
    source = source.replace("${{", " ").replace("}}", " ").replace("$[", " ")
    tokens = [token for token in _TOKEN.findall(source) if not token.isspace()]
    if not tokens:
        return None
    try:
        reader = _Reader(tokens, values)
        value = reader.either()
        return _truth(value) if reader.at >= len(tokens) else None
    except (RecursionError, IndexError):
        return None


class _Reader:
    def __init__(self, tokens: list[str], values: Values) -> None:
        self.tokens = tokens
        self.values = values
        self.at = 0
        self.depth = 0

    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self) -> str:
        token = self.tokens[self.at]
        self.at += 1
        return token

    def either(self) -> Any:
        self.depth += 1
        if self.depth > 60:
            raise RecursionError
        value = self.both()
        while self.peek() == "||":
            self.take()
            value = _or(_truth(value), _truth(self.both()))
        self.depth -= 1
        return value

    def both(self) -> Any:
        value = self.compared()
        while self.peek() == "&&":
            self.take()
            value = _and(_truth(value), _truth(self.compared()))
        return value

    def compared(self) -> Any:
        left = self.single()
        while self.peek() in ("==", "!=", "=~", "!~", "<", ">"):
            sign = self.take()
            right = self.single()
            result = (
                _equal(left, right) if sign in ("==", "!=") else _matches(left, right) if sign in ("=~", "!~") else None
            )
            left = UNKNOWN if result is None else result is (sign in ("==", "=~"))
        return left

    def single(self) -> Any:
        token = self.take()
        if token == "!":
            truth = _truth(self.single())
            return UNKNOWN if truth is None else not truth
        if token == "(":
            value = self.either()
            if self.peek() == ")":
                self.take()
            return value
        if token[0] in "'\"":
            return token[1:-1].replace("''", "'")
        if token.startswith("/"):
            return token
        if self.peek() == "(" and re.match(r"[A-Za-z]", token):
            return self.function(token.lower())
        return self.name(token)

    def name(self, token: str) -> Any:
        words: dict[str, Any] = {"true": True, "false": False, "null": None}
        if token.lower() in words:
            return words[token.lower()]
        if token.isdigit():
            return token
        key = token.replace("['", ".").replace("']", "").replace('["', ".").replace('"]', "").lstrip("$")
        return self.values.get(key, self.values.get("*", UNKNOWN))

    def function(self, name: str) -> Any:
        self.take()
        arguments = []
        while self.peek() not in (")", ""):
            arguments.append(self.either())
            if self.peek() == ",":
                self.take()
        if self.peek() == ")":
            self.take()
        known = _FUNCTIONS.get(name)
        return UNKNOWN if known is None else _wrap(known(arguments))


def _wrap(value: Any) -> Any:
    return UNKNOWN if value is None else value


def _truth(value: Any) -> bool | None:
    if value is UNKNOWN:
        return None
    return bool(value)


def _or(left: bool | None, right: bool | None) -> Any:
    if left or right:
        return True
    return UNKNOWN if left is None or right is None else False


def _and(left: bool | None, right: bool | None) -> Any:
    if left is False or right is False:
        return False
    return UNKNOWN if left is None or right is None else True


def _equal(left: Any, right: Any) -> bool | None:
    if left is UNKNOWN or right is UNKNOWN:
        return None
    if isinstance(left, Branch):
        return left.equals(right)
    if isinstance(right, Branch):
        return right.equals(left)
    if isinstance(left, str) and isinstance(right, str):
        return left.lower() == right.lower()
    return bool(left == right)


def _matches(left: Any, right: Any) -> bool | None:
    if left is UNKNOWN or not isinstance(right, str):
        return None
    if left is None:
        return False
    pattern = right.strip("/").removesuffix("/i") if right.startswith("/") else right
    if invalid(pattern):
        return None
    search = compile_pattern(pattern).search
    if isinstance(left, Branch):
        if left.default:
            return None
        # A pattern made for long-lived branches does not let a topic branch through.
        return False if any(search(left.prefix + name) for name in _LONG_LIVED) and not search("zz-topic") else None
    return bool(search(str(left)))


def _starts(arguments: list[Any]) -> bool | None:
    if len(arguments) != 2 or not isinstance(arguments[1], str):
        return None
    value, start = arguments
    if isinstance(value, Branch):
        if start and value.prefix.startswith(start):
            return True
        if not start.startswith(value.prefix):
            return False
        return None if value.default else False
    return None if value is UNKNOWN else str(value or "").lower().startswith(start.lower())


def _contains(arguments: list[Any]) -> bool | None:
    if len(arguments) != 2 or not all(isinstance(item, str) for item in arguments):
        return None
    return str(arguments[1]).lower() in str(arguments[0]).lower()


def _in(arguments: list[Any]) -> bool | None:
    answers = [_equal(arguments[0], item) for item in arguments[1:]] if arguments else []
    return True if True in answers else None if None in answers or not answers else False


def _not(arguments: list[Any]) -> bool | None:
    truth = _truth(arguments[0]) if arguments else None
    return None if truth is None else not truth


def _fold(combine: Callable[[bool | None, bool | None], Any], start: bool) -> Callable[[list[Any]], bool | None]:
    def folded(arguments: list[Any]) -> bool | None:
        value: Any = start
        for item in arguments:
            value = combine(_truth(value), _truth(item))
        return _truth(value)

    return folded


_FUNCTIONS: Mapping[str, Callable[[list[Any]], bool | None]] = {
    "always": lambda _: True,
    "success": lambda _: True,
    "succeeded": lambda _: True,
    "succeededorfailed": lambda _: True,
    "cancelled": lambda _: False,
    "failure": lambda _: False,
    "failed": lambda _: False,
    "startswith": _starts,
    "contains": _contains,
    "eq": lambda a: _equal(a[0], a[1]) if len(a) == 2 else None,
    "ne": lambda a: _not([_wrap(_equal(a[0], a[1]))]) if len(a) == 2 else None,
    "in": _in,
    "notin": lambda a: _not([_wrap(_in(a))]),
    "and": _fold(_and, True),
    "or": _fold(_or, False),
    "not": _not,
}
