"""What the files of a revision say the version is."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from qmslint.facts.base import Scan, fact

LIMIT = 512 * 1024
"""Bytes of a version source that are looked at."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file that states a version."""

    path: str
    line: int
    version: str


@fact
def sources_at(scan: Scan, commit: str, component: str) -> tuple[Source, ...]:
    """Return the versions stated at a commit, for one package of a repository or for the whole."""
    found = []
    folders = [f"packages/{component}/", f"crates/{component}/", f"{component}/"] if component else [""]
    for folder in folders:
        for name, read in _READERS.items():
            content = scan.repo.objects.file(commit, folder + name)
            if content is None or len(content) > LIMIT:
                continue
            text = content.decode("utf-8", "replace")
            version = read(text)
            if version and re.match(r"v?[0-9]", version):
                line = next((i for i, row in enumerate(text.split("\n"), 1) if version in row), 1)
                found.append(Source(folder + name, line, version))
        if found:
            break
    return tuple(found)


def _json(text: str) -> str:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return ""
    value = data.get("version") if isinstance(data, dict) else None
    return value if isinstance(value, str) and not (isinstance(data, dict) and data.get("private") is True) else ""


def _toml(*paths: tuple[str, ...]) -> Callable[[str], str]:
    def read(text: str) -> str:
        try:
            data: Any = tomllib.loads(text)
        except (ValueError, RecursionError):
            return ""
        for path in paths:
            value = data
            for key in path:
                value = value.get(key) if isinstance(value, dict) else None
            if isinstance(value, str):
                return value
        return ""

    return read


def _pattern(expression: str) -> Callable[[str], str]:
    compiled = re.compile(expression, re.M)

    def read(text: str) -> str:
        match = compiled.search(text[:65536])
        return match[1].strip() if match else ""

    return read


def _pom(text: str) -> str:
    own = re.split(r"<(?:parent|dependencies|build|modules|properties)\b", text, maxsplit=1)
    head = own[0] if "<version>" in own[0] else re.sub(r"(?s)<parent\b.{0,2000}?</parent>", "", text[:8000])
    match = re.search(r"<version>\s*([0-9][^<$\s]{0,60})\s*</version>", head)
    return match[1] if match else ""


def _whole(text: str) -> str:
    line = text.strip()
    return line if re.fullmatch(r"v?[0-9][\w.+-]{0,40}", line) else ""


_READERS: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {
        "package.json": _json,
        "composer.json": _json,
        "pyproject.toml": _toml(("project", "version"), ("tool", "poetry", "version")),
        "Cargo.toml": _toml(("package", "version"), ("workspace", "package", "version")),
        "setup.cfg": _pattern(r"^version\s*=\s*([0-9][\w.+-]{0,40})\s*$"),
        "setup.py": _pattern(r"^\s*version\s*=\s*[\"']([0-9][\w.+-]{0,40})[\"']"),
        "meson.build": _pattern(r"^\s*version\s*:\s*'([0-9][\w.+~-]{0,40})'"),
        "pom.xml": _pom,
        "gradle.properties": _pattern(r"^version(?:Name)?\s*=\s*([0-9][\w.+-]{0,40})\s*$"),
        "Chart.yaml": _pattern(r"^version:\s*[\"']?([0-9][\w.+-]{0,40})"),
        "pubspec.yaml": _pattern(r"^version:\s*[\"']?([0-9][\w.+-]{0,40})"),
        "mix.exs": _pattern(r"version:\s*\"([0-9][\w.+-]{0,40})\""),
        "VERSION": _whole,
        "version.txt": _whole,
        "Directory.Build.props": _pattern(r"<Version(?:Prefix)?>\s*([0-9][^<\s]{0,40})\s*</Version"),
    }
)
