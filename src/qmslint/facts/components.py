"""What a product is delivered with: the components that lock files fix, with their versions, those for development left out."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from qmslint import plaintoml
from qmslint.facts.base import Scan, fact
from qmslint.facts.sources import evidence_paths
from qmslint.quick import dataclass, regex

_LIMIT = 16 << 20
_DEV = regex(r"dev|test|lint|doc|build|tool|ci\b", re.I)
_PINNED = regex(r"(?m)^[ \t]*([A-Za-z0-9][\w.-]*)[ \t]*(?:\[[^\]\n]{0,200}\])?[ \t]*==[ \t]*([\w.!+-]+)")
_REQUIRED = regex(r"(?m)^[ \t]*(?:require[ \t]+)?([\w.-]+\.[\w./-]+)[ \t]+v([0-9][\w.+-]*)")


@dataclass(frozen=True, slots=True)
class Component:
    """A component with the version and the lock file that fixes it."""

    name: str
    version: str
    path: str

    @property
    def key(self) -> str:
        """The name in the form names are compared in."""
        return compared(self.name)


def compared(name: str) -> str:
    """Return a component's name in the form names are compared in: case, blanks and signs between words do not count."""
    return re.sub(r"[-_.\s]+", "-", name.strip().strip("`").lower())


@fact
def components(scan: Scan) -> tuple[Component, ...]:
    """Return the components of all lock files that can be read, by file and name; a file that cannot be read is noted."""
    found: dict[tuple[str, str, str], Component] = {}
    for path in evidence_paths(scan, tuple(f"**/{name}" for name in _READERS)):
        name = posixpath.basename(path)
        reader = next(read for pattern, read in _READERS.items() if re.fullmatch(pattern.replace("*", ".*"), name))
        text = scan.text(path)
        if text is None or len(text) > _LIMIT or (name.endswith(".txt") and _DEV.search(name)):
            continue
        try:
            pairs = list(reader(text))
        except (ValueError, RecursionError, AttributeError, TypeError) as trouble:
            scan.problem(path, "PARSE_ERROR", f"{path} cannot be read as a lock file: {trouble}")
            continue
        for component, version in pairs:
            item = Component(component, version, path)
            found[(path, item.key, version)] = item
    return tuple(found[key] for key in sorted(found))


def _npm(text: str) -> Iterator[tuple[str, str]]:
    data = json.loads(text)
    packages = data.get("packages")
    if isinstance(packages, dict):
        for place, item in packages.items():
            inside = place.startswith("node_modules/") or "/node_modules/" in place
            if inside and not (item.get("dev") or item.get("link")):
                yield place.rpartition("node_modules/")[2], str(item.get("version", ""))
        return
    for name, item in (data.get("dependencies") or {}).items():
        if not item.get("dev"):
            yield name, str(item.get("version", ""))


def _tables(text: str) -> list[dict[str, Any]]:
    return [item for item in plaintoml.loads(text).get("package", []) if isinstance(item, dict)]


def _poetry(text: str) -> Iterator[tuple[str, str]]:
    for item in _tables(text):
        groups = item.get("groups", [item.get("category", "main")])
        if "main" in groups:
            yield str(item["name"]), str(item["version"])


def _reached(items: Iterable[dict[str, Any]], is_own: Callable[[dict[str, Any]], bool]) -> Iterator[tuple[str, str]]:
    """Yield what the repository's own packages need, and what that needs; dependencies for development are apart."""
    known = {str(item.get("name")): item for item in items}
    waiting = [name for name, item in known.items() if is_own(item)]
    seen = set(waiting)
    while waiting:
        for needed in known[waiting.pop()].get("dependencies", []):
            name = str(needed.get("name") if isinstance(needed, dict) else needed).split(" ")[0]
            if name in known and name not in seen:
                seen.add(name)
                waiting.append(name)
    for name in sorted(seen):
        if not is_own(known[name]):
            yield name, str(known[name].get("version", ""))


def _uv(text: str) -> Iterator[tuple[str, str]]:
    return _reached(_tables(text), lambda item: not {"registry", "url", "git"} & set(item.get("source") or {}))


def _cargo(text: str) -> Iterator[tuple[str, str]]:
    return ((str(item["name"]), str(item["version"])) for item in _tables(text) if item.get("source"))


def _pipenv(text: str) -> Iterator[tuple[str, str]]:
    for name, item in (json.loads(text).get("default") or {}).items():
        yield name, str(item.get("version", "")).removeprefix("==")


def _composer(text: str) -> Iterator[tuple[str, str]]:
    for item in json.loads(text).get("packages") or []:
        yield str(item["name"]), str(item["version"]).removeprefix("v")


def _found(pattern: re.Pattern[str]) -> Callable[[str], Iterator[tuple[str, str]]]:
    return lambda text: ((match[1], match[2]) for match in pattern.finditer(text))


_READERS: Mapping[str, Callable[[str], Iterator[tuple[str, str]]]] = MappingProxyType(
    {
        "package-lock.json": _npm,
        "npm-shrinkwrap.json": _npm,
        "poetry.lock": _poetry,
        "uv.lock": _uv,
        "Cargo.lock": _cargo,
        "Pipfile.lock": _pipenv,
        "composer.lock": _composer,
        "go.mod": _found(_REQUIRED),
        "requirements*.txt": _found(_PINNED),
    }
)
