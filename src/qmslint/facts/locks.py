"""What fixes the versions that a manifest leaves open: lock files beside it, or above it where they serve it too."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from qmslint import plaintoml
from qmslint.facts.base import Scan
from qmslint.quick import regex

_NPM = ("package-lock.json", "npm-shrinkwrap.json", "pnpm-lock.yaml", "yarn.lock", "bun.lock", "bun.lockb", "deno.lock")
_PYTHON = ("uv.lock", "poetry.lock", "pdm.lock", "pylock.toml", "Pipfile.lock")
_LOCKS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "npm": _NPM,
        "composer": ("composer.lock",),
        "python": (*_PYTHON, "requirements.lock", "requirements/base.txt", "constraints.txt"),
        "python-requirements": ("requirements.lock", "constraints.txt"),
        "pipenv": ("Pipfile.lock",),
        "conda": ("conda-lock.yml", "pixi.lock"),
        "cargo": ("Cargo.lock",),
        "go": ("go.sum",),
        "bundler": ("Gemfile.lock", "gems.locked"),
        "gradle": ("gradle.lockfile", "gradle/verification-metadata.xml", "buildscript-gradle.lockfile"),
        "nuget": ("packages.lock.json",),
        "pub": ("pubspec.lock",),
        "hex": ("mix.lock",),
        "swift": ("Package.resolved",),
        "conan": ("conan.lock",),
        "vcpkg": ("vcpkg-configuration.json",),
        "bazel": ("MODULE.bazel.lock",),
        "nix": ("flake.lock",),
        "helm": ("Chart.lock",),
    }
)
_WORKSPACES: Mapping[str, str] = MappingProxyType(
    {"npm": "package.json", "cargo": "Cargo.toml", "python": "pyproject.toml"}
)
"""Where a manifest says which others its lock serves."""
_BESIDE_ONLY = frozenset({"composer", "bundler", "pipenv", "pub", "hex", "nuget", "conda", "helm", "nix"})
"""Ecosystems whose locks serve the folder they are in alone."""


def table(text: str) -> dict[str, Any]:
    """Return what a TOML file says, nothing where it cannot be read."""
    try:
        return plaintoml.loads(text)
    except (ValueError, RecursionError):
        return {}


def lock_of(scan: Scan, path: str, ecosystem: str, text: str) -> str:
    """Return the file that fixes the versions of a manifest, the manifest itself where it does so, or nothing.

    A lock above the manifest counts where the manifest beside that lock takes this one in: as a member of its
    workspace, or by naming its folder.
    """
    folder = posixpath.dirname(path)
    above = folder
    while True:
        for name in _LOCKS.get(ecosystem, ()):
            lock = posixpath.join(above, name)
            if lock not in scan.snapshot or (name.endswith(".txt") and not _exact(scan.text(lock) or "")):
                continue
            if above == folder or _takes_in(scan, ecosystem, above, path):
                return lock
        if not above:
            break
        above = posixpath.dirname(above)
    beside = posixpath.join(folder, "requirements.txt")
    if ecosystem == "python" and beside in scan.snapshot and _compiled(scan.text(beside) or ""):
        return beside
    fixed = _FIXED.get(ecosystem)
    return path if fixed and fixed(text) else ""


def _takes_in(scan: Scan, ecosystem: str, above: str, path: str) -> bool:
    """Say whether what is locked in the folder ``above`` holds the manifest at ``path``, as far as files tell."""
    name = _WORKSPACES.get(ecosystem)
    if name is None:
        return ecosystem not in _BESIDE_ONLY
    owner = posixpath.join(above, name)
    text = (scan.text(owner) or "") if owner in scan.snapshot else ""
    folder = posixpath.relpath(posixpath.dirname(path), above or ".")
    if re.search(rf"[\"'/]{re.escape(folder)}/?[\"'](?!\s*:)", text):
        return True
    members = [
        f"/{posixpath.join(above, member.strip('./ '), posixpath.basename(path))}"
        for member in _members(scan, ecosystem, above, text)
    ]
    return bool(members) and path in scan.glob(*members)


def _members(scan: Scan, ecosystem: str, above: str, text: str) -> Iterator[str]:
    if ecosystem == "cargo":
        # Packages that others name by their path belong to it too, wherever they are.
        yield from ("**",) if re.search(r"(?m)^\[workspace", text) else ()
    elif ecosystem == "python":
        found = table(text)
        for key in ("tool", "uv", "workspace", "members"):
            found = found.get(key, {}) if isinstance(found, dict) else {}
        yield from (str(member) for member in found if isinstance(found, list))
    else:
        for name in ("package.json", "lerna.json", "pnpm-workspace.yaml"):
            other = posixpath.join(above, name)
            yield from _listed(name, scan.text(other) or "") if other in scan.snapshot else ()


def _listed(name: str, text: str) -> Iterator[str]:
    if name.endswith(".yaml"):
        yield from re.findall(r"(?m)^[ \t]*-[ \t]*[\"']?([^\"'!#\n]{1,200})", text)
        return
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return
    found = data.get("workspaces") or data.get("packages") if isinstance(data, dict) else None
    found = found.get("packages") if isinstance(found, dict) else found
    yield from (str(member) for member in found or () if isinstance(found, list))


def _exact(text: str) -> bool:
    rows = [row.strip() for row in text.split("\n") if re.match(r"\s*[A-Za-z0-9]", row)]
    return bool(rows) and all("==" in row or " @ " in row for row in rows)


def _compiled(text: str) -> bool:
    """Say whether a list of requirements was made from a manifest by a tool: every version fixed, and it says so."""
    return _exact(text) and ("--hash=" in text or re.search(r"(?im)^#.*\b(?:pip-compile|pip compile|uv export|pip-tools|poetry export|pdm export)\b", text) is not None)  # fmt: skip


_USED = regex(r"(?s)<(?:dependency|plugin|parent|extension)>(.{0,2000}?)</(?:dependency|plugin|parent|extension)>")
_OPEN = regex(r"<version>\s*(?:[\[(]|LATEST|RELEASE|[^<]*SNAPSHOT)")
_FIXED: Mapping[str, Callable[[str], bool]] = MappingProxyType(
    {
        "python-requirements": _exact,
        # Fixed versions are the custom there; ranges and SNAPSHOT are the exception.
        "maven": lambda text: not any(_OPEN.search(part) for part in _USED.findall(text)),
        "vcpkg": lambda text: re.search(r"\"(?:builtin-)?baseline\"\s*:", text) is not None,
    }
)
