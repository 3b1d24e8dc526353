"""Read structured files of other tools, with lines, and note what cannot be read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NoReturn

from qmslint import plaintoml
from qmslint.errors import QmslintError
from qmslint.facts.base import Scan
from qmslint.lineyaml import LimitError, Map, Seq, YamlError, load, load_all

_TOML_LIMIT = 64 * 1024
_JSON_DEPTH = 64


class Unreadable(Exception):
    """A file is not what its name says; it was noted with the scan."""


def text_of(scan: Scan, path: str) -> str:
    """Return the text of a candidate file; a file that cannot be read is noted."""
    text = scan.text(path)
    if text is None:
        _refuse(scan, path, "PARSE_ERROR", "it is not readable text")
    return text


def read_json(scan: Scan, path: str) -> Any:
    """Return the content of a JSON file, with lines as far as they can be had."""
    return parse_json(scan, path, text_of(scan, path))


def parse_json(scan: Scan, path: str, text: str) -> Any:
    """Return JSON text as mappings and sequences that know their lines."""
    try:
        plain = json.loads(text.removeprefix("\ufeff"), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        _refuse(scan, path, "PARSE_ERROR", f"it is not valid JSON: {str(error)[:120]}")
    try:
        # JSON is YAML apart from tabs, and the YAML reader knows lines.
        return load(text.removeprefix("\ufeff").replace("\t", " "), path)
    except LimitError as error:
        _refuse(scan, path, "LIMIT", f"it is too large or too deep: {error.message}")
    except YamlError:
        return _lineless(plain, _JSON_DEPTH)


def read_yaml(scan: Scan, path: str) -> Any:
    """Return the first document of a YAML file."""
    return parse_yaml(scan, path, text_of(scan, path))


def parse_yaml(scan: Scan, path: str, text: str) -> Any:
    """Return the first document of YAML text."""
    try:
        return load(text, path)
    except QmslintError as error:
        _refuse(
            scan, path, "LIMIT" if isinstance(error, LimitError) else "PARSE_ERROR", f"it is not valid YAML: {error}"
        )


def parse_documents(scan: Scan, path: str, text: str) -> Iterator[Any]:
    """Yield the documents of YAML text; the first broken one is noted and ends it."""
    try:
        yield from load_all(text, path)
    except QmslintError as error:
        code = "LIMIT" if isinstance(error, LimitError) else "PARSE_ERROR"
        scan.problem(path, code, f"it is not valid YAML: {error}")


def read_toml(scan: Scan, path: str) -> dict[str, Any]:
    """Return the content of a TOML file."""
    text = text_of(scan, path)
    if len(text) > _TOML_LIMIT:
        _refuse(scan, path, "LIMIT", f"it is larger than {_TOML_LIMIT} characters")
    try:
        return plaintoml.loads(text)
    except (ValueError, RecursionError) as error:
        _refuse(scan, path, "PARSE_ERROR", f"it is not valid TOML: {str(error)[:120]}")


def line_in(text: str, needle: str) -> int:
    """Return the first line that holds ``needle``, 0 when none does."""
    at = text.find(needle)
    return text.count("\n", 0, at) + 1 if at >= 0 else 0


def line_at(data: Any, key: Any, fallback: int = 0) -> int:
    """Return the line of a key of a mapping, or of an item of a sequence."""
    if isinstance(data, (Map, Seq)):
        return data.line_of(key) or fallback
    return fallback


def own_line(data: Any, fallback: int = 0) -> int:
    """Return the line at which a mapping or sequence begins."""
    return (data.line or fallback) if isinstance(data, (Map, Seq)) else fallback


def mapping(data: Any) -> dict[Any, Any]:
    """Return ``data`` if it is a mapping, else an empty one."""
    return data if isinstance(data, dict) else {}


def listing(data: Any) -> list[Any]:
    """Return ``data`` if it is a list, a single value as a list of one, nothing as an empty one."""
    if isinstance(data, list):
        return data
    return [] if data is None else [data]


def words(data: Any) -> tuple[str, ...]:
    """Return the texts and numbers of a list as texts."""
    return tuple(str(item) for item in listing(data) if isinstance(item, (str, int)) and not isinstance(item, bool))


def number(data: Any) -> int | None:
    """Return ``data`` as a whole number if it is one."""
    if isinstance(data, bool):
        return None
    if isinstance(data, int):
        return data
    if isinstance(data, str) and data.strip().isdecimal() and len(data) < 10:
        return int(data)
    return None


def truth(data: Any) -> bool | None:
    """Return ``data`` as yes or no; the API answers some switches as ``{"enabled": true}``."""
    if isinstance(data, dict):
        data = data.get("enabled")
    if isinstance(data, bool):
        return data
    if isinstance(data, str) and data.lower() in ("true", "yes", "on", "false", "no", "off"):
        return data.lower() in ("true", "yes", "on")
    return None


def _lineless(data: Any, depth: int) -> Any:
    if depth < 0:
        return None
    if isinstance(data, dict):
        result = Map()
        result.update({key: _lineless(value, depth - 1) for key, value in data.items()})
        return result
    if isinstance(data, list):
        items = Seq()
        items.extend(_lineless(value, depth - 1) for value in data)
        return items
    return data


def _no_constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is not JSON")


def _refuse(scan: Scan, path: str, code: str, text: str) -> NoReturn:
    scan.problem(path, code, text)
    raise Unreadable(f"{path}: {text}")
