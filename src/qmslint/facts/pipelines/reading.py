"""Small helpers for reading other tools' YAML: never assume a shape."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from qmslint import lineyaml
from qmslint.facts.base import Scan
from qmslint.lineyaml import Map, Seq


def load(scan: Scan, path: str) -> Any:
    """Return the first document of a YAML file, ``None`` with a noted problem when it cannot be read."""
    documents = load_all(scan, path)
    return documents[0] if documents else None


def load_all(scan: Scan, path: str) -> list[Any]:
    """Return all documents of a YAML file; a file that cannot be read is noted as a problem."""
    text = scan.text(path)
    if text is None:
        why = scan.snapshot.unread.get(path, "not text")
        scan.problem(path, "PARSE_ERROR", f"{path} cannot be read: {why}")
        return []
    try:
        return list(lineyaml.load_all(text, path))
    except lineyaml.LimitError as error:
        scan.problem(path, "LIMIT", f"{path} is beyond a bound: {error.message}")
    except lineyaml.YamlError as error:
        line = error.place.line if error.place else 0
        scan.problem(path, "PARSE_ERROR", f"{path}:{line} is not valid YAML: {error.message}")
    return []


def mapping(data: Any) -> Map:
    """Return ``data`` if it is a mapping, else an empty one."""
    return data if isinstance(data, Map) else Map()


def items(data: Any, line: int = 0) -> Iterator[tuple[Any, int]]:
    """Yield the items of a list with their lines; a single value stands for a list of one."""
    if isinstance(data, Seq):
        for index, item in enumerate(data):
            yield item, data.line_of(index)
    elif data is not None:
        yield data, line


def words(data: Any) -> tuple[str, ...]:
    """Return the texts in a text, a list or the keys of a mapping."""
    if isinstance(data, dict):
        return tuple(str(key) for key in data)
    return tuple(str(item) for item, _ in items(data) if not isinstance(item, (dict, list)))


def scripts(data: Any, line: int, lines: list[str]) -> Iterator[tuple[str, int]]:
    """Yield script texts with the line of their first command; nested lists are flattened."""
    for item, at in items(data, line):
        if isinstance(item, list):
            yield from scripts(item, at, lines)
        elif isinstance(item, str):
            yield item, first_line(lines, at)


def first_line(lines: list[str], line: int) -> int:
    """Return the line on which a block text starting at ``line`` has its content."""
    head = lines[line - 1].split(" #")[0].rstrip() if 0 < line <= len(lines) else ""
    return line + 1 if head.endswith(("|", ">", "|-", ">-", "|+", ">+")) else line


def texts(data: Any) -> dict[str, str]:
    """Return the plain values of a mapping as texts."""
    return {
        str(key): "true" if value is True else "false" if value is False else str(value)
        for key, value in mapping(data).items()
        if value is not None and not isinstance(value, (dict, list))
    }
