"""The licence of the product: texts of licences in the tree, and what package metadata says."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from qmslint import plaintoml
from qmslint.facts.base import Scan, fact
from qmslint.patterns import compile_pattern
from qmslint.quick import dataclass, regex

_TEXTS = (
    "/LICEN[SC]E*",
    "/COPYING*",
    "/UNLICENSE*",
    "/LICENSES/*",
    "/{docs,doc,.github}/LICEN[SC]E*",
    "/NOTICE*",
    "/COPYRIGHT*",
)
_LIMIT = 512 * 1024
_OR = regex(r"\s*(?:\bOR\b|\bAND\b|\bWITH\b|/|,)\s*", re.I)


@dataclass(frozen=True, slots=True)
class Stated:
    """A licence with the place that states it; ``family`` is empty where the text is not recognised."""

    path: str
    line: int
    family: str
    text: str


@fact
def texts(scan: Scan) -> tuple[Stated, ...]:
    """Return the files that hold a licence or a proprietary notice, substantial ones only."""
    found = []
    for path in scan.glob(*_TEXTS):
        text = scan.text(path)
        if text is not None and len(text.split()) >= 5:
            found.append(Stated(path, 1, _family(scan, text), " ".join(text.split()).lstrip("#=* ")[:80]))
    return tuple(found)


@fact
def metadata(scan: Scan) -> tuple[Stated, ...]:
    """Return what the package metadata at the top of the repository says about the licence."""
    found = []
    for path, read in _READERS.items():
        text = scan.text(path) if path in scan.snapshot else None
        if text is not None and len(text) <= _LIMIT:
            value = read(text)
            if value:
                line = next((i for i, row in enumerate(text.split("\n"), 1) if value.split()[0] in row), 1)
                found.append(Stated(path, line, _named(scan, value), value))
    return tuple(found)


def _family(scan: Scan, text: str) -> str:
    head = " ".join(text[:4000].split())
    families: Mapping[str, Any] = scan.words("licences", "families")
    for name, spec in families.items():
        if compile_pattern(str(spec["text"])).search(head):
            return str(name)
    return ""


def _named(scan: Scan, value: str) -> str:
    families: Mapping[str, Any] = scan.words("licences", "families")
    parts = [part for part in _OR.split(value.strip("() ")) if part]
    if len(parts) != 1:
        return ""
    for name, spec in families.items():
        if compile_pattern(f"^(?:{spec['name']})$").search(parts[0].strip("() ")):
            return str(name)
    return ""


def _package(text: str) -> str:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return ""
    value = data.get("license") if isinstance(data, dict) else None
    return value if isinstance(value, str) and not value.upper().startswith("SEE ") else ""


def _toml(*path: str) -> Any:
    def read(text: str) -> str:
        try:
            value: Any = plaintoml.loads(text)
        except (ValueError, RecursionError):
            return ""
        for key in path:
            value = value.get(key) if isinstance(value, dict) else None
        if isinstance(value, dict):
            value = value.get("text")
        return value if isinstance(value, str) and len(value) < 200 else ""

    return read


def _python(text: str) -> str:
    return str(_toml("project", "license")(text) or _toml("tool", "poetry", "license")(text))


def _line(pattern: str) -> Any:
    compiled = compile_pattern(pattern, ignore_case=False)

    def read(text: str) -> str:
        match = compiled.search(text)
        return match[1].strip() if match else ""

    return read


_READERS: Mapping[str, Any] = MappingProxyType(
    {
        "package.json": _package,
        "composer.json": _package,
        "pyproject.toml": _python,
        "Cargo.toml": _toml("package", "license"),
        "setup.cfg": _line(r"^license\s*=\s*([^\n]{1,120})$"),
        "meson.build": _line(r"license\s*:\s*'([^'\n]{1,120})'"),
        "build.sbt": _line(r"licenses\s*[+:]*=.{0,40}\"([^\"\n]{1,120})\""),
    }
)
