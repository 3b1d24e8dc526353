"""Check a user's YAML against the published schema, with the line of the offence and a suggestion."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from qmslint.derive import suggest
from qmslint.errors import PackError, Place
from qmslint.lineyaml import Map, Seq


def validate(data: Any, name: str, schema: str) -> None:
    """Raise :class:`PackError` for the most telling offence of ``data`` against a published schema.

    Parameters
    ----------
    data : object
        As read by :mod:`qmslint.lineyaml`, so that lines are known.
    name : str
        What to call the file.
    schema : str
        Name of the schema, ``rule`` or ``pack``.
    """
    from jsonschema.exceptions import relevance

    errors = sorted(_validator(schema).iter_errors(_relaxed(data)), key=relevance, reverse=True)
    if errors:
        error = _deepest(errors[0])
        path = list(error.absolute_path)
        where = ".".join(str(part) for part in path) or "the file"
        raise PackError(f"{where}: {_message(error)}", Place(name, _line(data, path, error)), _hint(error))


@lru_cache(maxsize=4)
def _validator(schema: str) -> Any:
    from jsonschema import Draft202012Validator

    from qmslint.packs.schema import SCHEMAS

    return Draft202012Validator(SCHEMAS[schema].make())


def _relaxed(data: Any) -> Any:
    """Return the data with parameter references taken out of the way: their values are checked when they are set."""
    if isinstance(data, dict):
        return {key: _relaxed(value) for key, value in data.items() if not _reference(value)}
    if isinstance(data, list):
        return [_relaxed(value) for value in data if not _reference(value)]
    return data


def _reference(value: Any) -> bool:
    return isinstance(value, str) and value.startswith("$") and value[1:].isidentifier()


def _deepest(error: Any) -> Any:
    while error.context:
        error = max(
            error.context, key=lambda inner: (len(inner.absolute_path), inner.validator == "additionalProperties")
        )
    return error


def _message(error: Any) -> str:
    text = " ".join(str(error.message).split())
    return text if len(text) <= 300 else text[:297] + "…"


def _hint(error: Any) -> str:
    if error.validator == "additionalProperties" and isinstance(error.instance, dict):
        known = error.schema.get("properties", {})
        extra = next((key for key in error.instance if key not in known), "")
        return suggest(extra, known)
    if error.validator == "enum":
        return suggest(error.instance, error.validator_value)
    return ""


def _line(data: Any, path: list[Any], error: Any) -> int:
    line = 1
    for part in path:
        if isinstance(data, (Map, Seq)):
            line = data.line_of(part)
        try:
            data = data[part]
        except (KeyError, IndexError, TypeError):
            break
    if error.validator == "additionalProperties" and isinstance(data, Map):
        extra = re.findall(r"'([^']+)'", error.message)
        line = data.line_of(extra[0]) if extra else data.line
    return line
