"""TOML read within bounds; the only module that imports the parser."""

from __future__ import annotations

import tomllib
from typing import Any

from qmslint.patterns import compile_pattern

MAX_CHARACTERS = 1 << 20
_LONG_KEY = compile_pattern(r"(?:[^\s.,=]+[ \t]*\.[ \t]*){64}")


def loads(text: str) -> dict[str, Any]:
    """Return the content of a TOML text.

    Raises
    ------
    ValueError
        If it is not TOML, or beyond a bound: reading a dotted key takes time that grows with the square of its parts.
    """
    if len(text) > MAX_CHARACTERS:
        raise ValueError(f"larger than {MAX_CHARACTERS} characters")
    if _LONG_KEY.search(text):
        raise ValueError("a dotted key has too many parts")
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None
