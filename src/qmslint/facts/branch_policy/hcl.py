"""A bounded reader of the HCL block language: literals, lists and references, nothing evaluated.

It is one linear pass over the text.  An expression that is no literal is kept as its source text in an
:class:`Expr`, so that a reader can say "set by an expression" instead of guessing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import Any

from qmslint.quick import dataclass, regex

MAX_TOKENS = 200_000
MAX_DEPTH = 40
_TOKEN = regex(
    r"(?P<space>[ \t\r]+)|(?P<comment>(?:\#|//)[^\n]*)|(?P<block>/\*)|(?P<newline>\n)|(?P<heredoc><<-?[A-Za-z_]\w*)"
    r"|(?P<string>\")|(?P<number>\d+(?:\.\d+)?)|(?P<name>[A-Za-z_][\w-]*)|(?P<mark>=>|==|!=|<=|>=|&&|\|\||\.\.\.|.)",
    re.S,
)
_CLOSING = {"(": ")", "[": "]", "{": "}"}


class HclError(ValueError):
    """The text is not in the block language, or goes beyond a bound."""


@dataclass(frozen=True, slots=True)
class Expr:
    """An expression that is no literal, as source text without spaces."""

    text: str


@dataclass(slots=True)
class Block:
    """A block with its labels, attributes (with lines) and inner blocks."""

    kind: str
    labels: tuple[str, ...]
    line: int
    attributes: dict[str, tuple[Any, int]] = field(default_factory=dict)
    blocks: list[Block] = field(default_factory=list)

    def get(self, name: str) -> Any:
        """Return the value of an attribute, ``None`` when it is not there."""
        return self.attributes.get(name, (None, 0))[0]

    def line_of(self, name: str) -> int:
        """Return the line of an attribute or of the first inner block of that name, else the block's own."""
        if name in self.attributes:
            return self.attributes[name][1]
        inner = self.inner(name)
        return inner[0].line if inner else self.line

    def inner(self, name: str) -> list[Block]:
        """Return the inner blocks called ``name``, also those that are made in a loop."""
        found = [block for block in self.blocks if block.kind == name]
        for block in self.blocks:
            if block.kind == "dynamic" and block.labels[:1] == (name,):
                found += [inner for inner in block.blocks if inner.kind == "content"]
        return found


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    line: int


def parse(text: str) -> Block:
    """Return the blocks of HCL text inside one outer block; raises :class:`HclError`."""
    reader = _Reader(tuple(_tokens(text)))
    root = Block("", (), 1)
    reader.body(root, 0)
    return root


def from_json(data: Any, line_of: Any) -> Block:
    """Return the JSON form of the same language as blocks.

    Parameters
    ----------
    data : mapping
        Parsed content of a ``.tf.json`` file.
    line_of : callable
        Gives the line of a key of a mapping.
    """
    root = Block("", (), 1)
    for kind in ("resource", "data"):
        types = data.get(kind)
        for type_, named in types.items() if isinstance(types, dict) else ():
            for name, body in named.items() if isinstance(named, dict) else ():
                for item in body if isinstance(body, list) else [body]:
                    if isinstance(item, dict):
                        block = Block(kind, (str(type_), str(name)), line_of(named, name))
                        _fill(block, item, line_of, 0)
                        root.blocks.append(block)
    for name, body in (data.get("variable") or {}).items() if isinstance(data.get("variable"), dict) else ():
        if isinstance(body, dict):
            block = Block("variable", (str(name),), line_of(data["variable"], name))
            _fill(block, body, line_of, 0)
            root.blocks.append(block)
    return root


def _fill(block: Block, body: Mapping[str, Any], line_of: Any, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise HclError("nested too deep")
    for key, value in body.items():
        items = value if isinstance(value, list) else [value]
        if items and all(isinstance(item, dict) for item in items):
            for item in items:
                inner = Block(str(key), (), line_of(body, key))
                _fill(inner, item, line_of, depth + 1)
                block.blocks.append(inner)
        else:
            block.attributes[str(key)] = (_json_value(value), line_of(body, key))


def _json_value(value: Any) -> Any:
    if isinstance(value, str) and value.startswith("${") and value.endswith("}") and value.count("${") == 1:
        return Expr(value[2:-1].replace(" ", ""))
    if isinstance(value, list):
        return [_json_value(item) for item in value]
    return value


def _tokens(text: str) -> Iterator[_Token]:
    position, line, count = 0, 1, 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        assert match
        kind, piece = match.lastgroup or "mark", match[0]
        start, end = position, match.end()
        if kind == "block":
            end = text.find("*/", end)
            end = len(text) if end < 0 else end + 2
        elif kind == "string":
            end = _string_end(text, end)
        elif kind == "heredoc":
            end = _heredoc_end(text, end, piece.lstrip("<-"))
        if kind not in ("space", "comment", "block"):
            count += 1
            if count > MAX_TOKENS:
                raise HclError(f"more than {MAX_TOKENS} words")
            yield _Token(kind, text[start:end], line)
        line += text.count("\n", start, end)
        position = end


def _string_end(text: str, position: int) -> int:
    """Return the position after the closing quote; quotes inside ``${…}`` do not close."""
    depth = 0
    inside = [False]
    while position < len(text):
        letter = text[position]
        if letter == "\\":
            position += 2
            continue
        if text.startswith(("${", "%{"), position):
            depth += 1
            inside.append(False)
            position += 2
            continue
        if letter == "}" and depth and not inside[-1]:
            depth -= 1
            inside.pop()
        elif letter == '"':
            if depth == 0:
                return position + 1
            inside[-1] = not inside[-1]
        elif letter == "\n" and depth == 0:
            break
        position += 1
    raise HclError("a string is not closed")


def _heredoc_end(text: str, position: int, word: str) -> int:
    while position < len(text):
        stop = text.find("\n", position + 1)
        stop = len(text) if stop < 0 else stop
        if text[position:stop].strip() == word:
            return stop
        position = stop
    raise HclError(f"the text up to {word} is not closed")


class _Reader:
    def __init__(self, tokens: tuple[_Token, ...]) -> None:
        self.tokens = tokens
        self.at = 0

    def peek(self) -> _Token | None:
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def take(self) -> _Token:
        token = self.peek()
        if token is None:
            raise HclError("the text ends inside a block")
        self.at += 1
        return token

    def body(self, block: Block, depth: int) -> None:
        """Read attributes and blocks up to the closing brace, or to the end at the top."""
        if depth > MAX_DEPTH:
            raise HclError("nested too deep")
        while (token := self.peek()) is not None:
            self.at += 1
            if token.kind == "newline" or token.text == ",":
                continue
            if token.text == "}":
                if depth == 0:
                    raise HclError(f"line {token.line}: a closing brace too many")
                return
            if token.kind not in ("name", "string"):
                raise HclError(f"line {token.line}: {token.text[:20]!r} was not expected")
            self.entry(block, token, depth)
        if depth:
            raise HclError(f"the block at line {block.line} is not closed")

    def entry(self, block: Block, first: _Token, depth: int) -> None:
        following = self.peek()
        if following and following.text in ("=", ":"):
            self.at += 1
            block.attributes[_bare(first)] = (self.expression(depth), first.line)
            return
        labels = []
        while (token := self.take()).text != "{":
            if token.kind not in ("name", "string"):
                raise HclError(f"line {token.line}: {token.text[:20]!r} was not expected")
            labels.append(_bare(token))
        inner = Block(_bare(first), tuple(labels), first.line)
        self.body(inner, depth + 1)
        block.blocks.append(inner)

    def expression(self, depth: int) -> Any:
        """Read up to the end of the line, over lines inside brackets."""
        start = self.at
        open_ = []
        while (token := self.peek()) is not None:
            if token.text in _CLOSING:
                open_.append(_CLOSING[token.text])
            elif open_ and token.text == open_[-1]:
                open_.pop()
            elif not open_ and (token.kind == "newline" or token.text in ("}", ",", "]", ")")):
                break
            self.at += 1
            if len(open_) > MAX_DEPTH:
                raise HclError("nested too deep")
        return _value(tuple(t for t in self.tokens[start : self.at] if t.kind != "newline"), depth)


def _value(tokens: tuple[_Token, ...], depth: int) -> Any:
    """Return a literal, a list, or the expression as it stands."""
    if depth > MAX_DEPTH or not tokens:
        return Expr("")
    first = tokens[0]
    if len(tokens) == 1:
        return _single(first)
    if first.text == "[" and tokens[-1].text == "]" and not any(t.text == "for" for t in tokens[1:2]):
        return [_value(part, depth + 1) for part in _split(tokens[1:-1]) if part]
    if first.text == "toset" and tokens[1].text == "(" and tokens[-1].text == ")":
        return _value(tokens[2:-1], depth + 1)
    return Expr("".join(t.text for t in tokens))


def _single(token: _Token) -> Any:
    if token.kind == "string":
        inner = token.text[1:-1]
        if inner.startswith("${") and inner.endswith("}") and inner.count("${") == 1:
            return Expr(inner[2:-1].replace(" ", ""))
        return Expr(inner) if "${" in inner else inner.replace('\\"', '"')
    if token.kind == "number":
        return int(token.text) if "." not in token.text and len(token.text) < 10 else token.text
    words = {"true": True, "false": False, "null": None}
    return words[token.text] if token.text in words else Expr(token.text)


def _split(tokens: tuple[_Token, ...]) -> list[tuple[_Token, ...]]:
    parts: list[list[_Token]] = [[]]
    depth = 0
    for token in tokens:
        depth += (token.text in _CLOSING) - (token.text in _CLOSING.values())
        if token.text == "," and depth == 0:
            parts.append([])
        else:
            parts[-1].append(token)
    return [tuple(part) for part in parts]


def _bare(token: _Token) -> str:
    return token.text[1:-1] if token.kind == "string" else token.text
