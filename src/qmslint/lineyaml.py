"""YAML read from parser events: keeps lines, refuses traps and bombs; the only module that imports PyYAML.

Scalars follow the YAML 1.2 core schema without floats, dates or yes/no, so that ``10.10`` stays a
clause number and ``on:`` stays a key.  Anchors are expanded within a node budget, duplicate keys are
errors, and nesting is bounded: composing with the C loader can crash the interpreter.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

from qmslint.errors import Place, QmslintError
from qmslint.quick import regex

MAX_DEPTH = 64
MAX_NODES = 200_000
MAX_BYTES = 4 * 1024 * 1024

_Loader: Any = getattr(yaml, "CLoader", yaml.Loader)
_parse: Any = yaml.parse
_INT = regex(r"[-+]?(?:0|[1-9][0-9]{0,17})\Z")
_WORDS = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip


class YamlError(QmslintError):
    """The text is not YAML that this reader accepts."""


class LimitError(YamlError):
    """The text goes beyond a bound on depth, nodes or size."""


class Map(dict[Any, Any]):
    """A mapping that remembers its own line and the line of each key."""

    __slots__ = ("line", "lines")

    def __init__(self, line: int = 0) -> None:
        super().__init__()
        self.line = line
        self.lines: dict[Any, int] = {}

    def line_of(self, key: Any) -> int:
        """Return the 1-based line of ``key``, or of the mapping itself."""
        return self.lines.get(key, self.line)


class Seq(list[Any]):
    """A sequence that remembers its own line and the line of each item."""

    __slots__ = ("line", "lines")

    def __init__(self, line: int = 0) -> None:
        super().__init__()
        self.line = line
        self.lines: list[int] = []

    def line_of(self, index: int) -> int:
        """Return the 1-based line of item ``index``, or of the sequence itself."""
        return self.lines[index] if 0 <= index < len(self.lines) else self.line


def load(text: str, name: str = "<yaml>", *, strict: bool = False) -> Any:
    """Read the first document of ``text``.

    Parameters
    ----------
    text : str
        The YAML text.
    name : str
        What to call the text in complaints.
    strict : bool
        Refuse tags and further documents (packs and configuration); otherwise tags are ignored, which
        is what reading other tools' files needs.

    Raises
    ------
    YamlError
        With the place of the first offence.
    """
    documents = load_all(text, name, strict=strict)
    first = next(documents, None)
    if strict and next(documents, _END) is not _END:
        raise YamlError("only one document is expected", Place(name))
    return first


def load_all(text: str, name: str = "<yaml>", *, strict: bool = False) -> Iterator[Any]:
    """Read every document of ``text`` in turn; parameters and errors as in :func:`load`."""
    if len(text) > MAX_BYTES:
        raise LimitError(f"larger than {MAX_BYTES} characters", Place(name))
    return _Reader(text, name, strict).documents()


_END = object()


class _Reader:
    def __init__(self, text: str, name: str, strict: bool) -> None:
        self.name = name
        self.strict = strict
        self.text = text
        self.anchors: dict[str, Any] = {}
        self.sizes: dict[str, int] = {}
        self.nodes = 0

    def documents(self) -> Iterator[Any]:
        try:
            self.events: Any = _parse(self.text, Loader=_Loader)
            for event in self.events:
                if isinstance(event, yaml.DocumentStartEvent):
                    self.anchors.clear()
                    yield self.node(next(self.events), 0)
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            problem = getattr(error, "problem", None) or "not valid YAML"
            place = Place(self.name, mark.line + 1, mark.column + 1) if mark else Place(self.name)
            raise YamlError(str(problem), place) from None
        except (ValueError, RecursionError) as error:
            raise YamlError(f"not valid YAML: {error}", Place(self.name)) from None

    def fail(self, message: str, event: Any, kind: type[YamlError] = YamlError) -> YamlError:
        mark = event.start_mark
        return kind(message, Place(self.name, mark.line + 1, mark.column + 1))

    def count(self, event: Any, amount: int = 1) -> None:
        self.nodes += amount
        if self.nodes > MAX_NODES:
            raise self.fail(f"more than {MAX_NODES} nodes", event, LimitError)

    def node(self, event: Any, depth: int) -> Any:
        if depth > MAX_DEPTH:
            raise self.fail(f"nested deeper than {MAX_DEPTH} levels", event, LimitError)
        self.count(event)
        if isinstance(event, yaml.AliasEvent):
            if event.anchor not in self.anchors:
                raise self.fail(f"alias *{event.anchor} has no anchor", event)
            self.count(event, self.sizes[event.anchor])
            return self.anchors[event.anchor]
        if self.strict and event.tag and event.tag not in ("!", "tag:yaml.org,2002:str"):
            raise self.fail(f"tag {event.tag} is not allowed here", event)
        before = self.nodes
        if isinstance(event, yaml.ScalarEvent):
            value: Any = event.value
            if event.implicit[0] and event.style in (None, ""):
                value = _plain(event.value)
        elif isinstance(event, yaml.SequenceStartEvent):
            value = self.sequence(event, depth)
        else:
            value = self.mapping(event, depth)
        if event.anchor:
            self.anchors[event.anchor] = value
            self.sizes[event.anchor] = self.nodes - before + 1
        return value

    def sequence(self, start: Any, depth: int) -> Seq:
        items = Seq(start.start_mark.line + 1)
        for event in self.events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            items.lines.append(event.start_mark.line + 1)
            items.append(self.node(event, depth + 1))
        return items

    def mapping(self, start: Any, depth: int) -> Map:
        result = Map(start.start_mark.line + 1)
        merged: list[Any] = []
        for event in self.events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            key = self.node(event, depth + 1)
            value = self.node(next(self.events), depth + 1)
            if key == "<<":
                merged.extend(value if isinstance(value, list) else [value])
                continue
            if isinstance(key, (dict, list)):
                raise self.fail("a mapping or sequence cannot be a key", event)
            if key in result:
                message = f"duplicate key {key!r}, first given on line {result.lines[key]}"
                raise self.fail(message, event)
            result[key] = value
            result.lines[key] = event.start_mark.line + 1
        for source in merged:
            if isinstance(source, Map):
                self.count(start, len(source))
                for key, value in source.items():
                    if key not in result:
                        result[key] = value
                        result.lines[key] = source.line_of(key)
        return result


def _plain(value: str) -> Any:
    if value in _WORDS:
        return _WORDS[value]
    return int(value) if _INT.match(value) else value
