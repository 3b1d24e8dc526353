"""What a product is built from: manifests, lock files, and automation that keeps them current."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from qmslint.facts.base import Scan, fact
from qmslint.facts.locks import lock_of, table
from qmslint.facts.sources import excluded, marked
from qmslint.patterns import compile_pattern
from qmslint.quick import dataclass, regex

_LIMIT = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Manifest:
    """A file that declares dependencies.

    Parameters
    ----------
    dependencies : int
        How many are declared, those for development included.
    lock : str
        Path of the lock file that fixes them, or of the manifest itself where it fixes all of them; empty if none.
    """

    path: str
    ecosystem: str
    dependencies: int
    lock: str
    line: int = 1


@fact
def manifests(scan: Scan) -> tuple[Manifest, ...]:
    """Return all manifests of the repository's own packages, by path."""
    out = excluded(scan)
    found = []
    for path in scan.glob(*(f"**/{name}" for name in _READERS)):
        if path in out or path.count("/") > 4:
            continue
        text = scan.text(path)
        name = posixpath.basename(path)
        rule = next((rule for pattern, rule in _READERS.items() if _fits(pattern, name)), None)
        if text is None or rule is None or len(text) > _LIMIT:
            continue
        ecosystem, count = rule
        number = count(text)
        if number >= 0:
            found.append(Manifest(path, ecosystem, number, lock_of(scan, path, ecosystem, text)))
    return tuple(found)


@fact
def untaken(scan: Scan) -> tuple[Manifest, ...]:
    """Return the files that declare dependencies in a form that is not taken apart, with what fixes them if anything does."""
    found = []
    for row in scan.words("languages", "dependency_marks"):
        for path in marked(scan, [row]):
            above = posixpath.dirname(path)
            lock = next((p for p in scan.glob(*row.get("locks", ())) if posixpath.dirname(p) == above), "")
            found.append(Manifest(path, str(row["ecosystem"]), 1, lock))
    return tuple(found)


def _fits(pattern: str, name: str) -> bool:
    if "*" not in pattern:
        return pattern == name
    head, _, tail = pattern.partition("*")
    return name.startswith(head) and name.endswith(tail)


def _package(text: str) -> int:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return -1
    if not isinstance(data, dict):
        return -1
    keys = ("dependencies", "devDependencies", "optionalDependencies", "require", "require-dev")
    return sum(len(data[key]) for key in keys if isinstance(data.get(key), dict))


def _pyproject(text: str) -> int:
    data = table(text)
    project = data.get("project") if isinstance(data.get("project"), dict) else {}
    tool = data.get("tool") if isinstance(data.get("tool"), dict) else {}
    poetry = tool.get("poetry") if isinstance(tool, dict) and isinstance(tool.get("poetry"), dict) else {}
    count = 0
    for part in ((project or {}).get("dependencies"), (poetry or {}).get("dependencies")):
        count += len(part) if isinstance(part, (list, dict)) else 0
    groups = [(project or {}).get("optional-dependencies"), data.get("dependency-groups")]
    for group in groups:
        if isinstance(group, dict):
            count += sum(len(items) for items in group.values() if isinstance(items, list))
    return count


def _cargo(text: str) -> int:
    data = table(text)
    keys = ("dependencies", "dev-dependencies", "build-dependencies")
    count = sum(len(data[key]) for key in keys if isinstance(data.get(key), dict))
    workspace = data.get("workspace")
    if isinstance(workspace, dict) and isinstance(workspace.get("dependencies"), dict):
        count += len(workspace["dependencies"])
    return count


def _requirements(text: str) -> int:
    return len(re.findall(r"(?m)^[ \t]*[A-Za-z0-9][\w.-]*[ \t]*(?:\[[^\]\n]{0,200}\])?[ \t]*(?:[=<>!~;@#\\]|$)", text))


def _maven(text: str) -> int:
    """Count dependencies that state a version here; without one the parent states it, and is judged for it."""
    found = re.findall(r"<dependency>(.{0,2000}?)</dependency>", text[:_LIMIT], re.S)
    return sum("<version>" in body for body in found)


def _vcpkg(text: str) -> int:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return -1
    found = data.get("dependencies") if isinstance(data, dict) else None
    return len(found) if isinstance(found, list) else 0


def _counter(pattern: str) -> Callable[[str], int]:
    compiled = compile_pattern(pattern, ignore_case=False)
    return lambda text: len(compiled.findall(text))


_OFF = compile_pattern(r"\"enabled\"\s*:\s*false\s*[,}]\s*\}?\s*\z", ignore_case=False)


_READERS: Mapping[str, tuple[str, Callable[[str], int]]] = MappingProxyType(
    {
        "package.json": ("npm", _package),
        "composer.json": ("composer", _package),
        "pyproject.toml": ("python", _pyproject),
        "requirements*.txt": ("python-requirements", _requirements),
        "*requirements.txt": ("python-requirements", _requirements),
        "setup.py": ("python", _counter(r"install_requires\s*=\s*\[\s*[\"']")),
        "setup.cfg": ("python", _counter(r"^install_requires\s*=")),
        "Pipfile": ("pipenv", _counter(r"^[\w.-]+\s*=")),
        "environment.yml": ("conda", _counter(r"^\s+-\s+\S")),
        "Cargo.toml": ("cargo", _cargo),
        "go.mod": ("go", _counter(r"^[ \t]*(?:require\s+)?[\w.-]+\.[\w./-]+\s+v[0-9]")),
        "Gemfile": ("bundler", _counter(r"^[ \t]*gem\s+[\"']")),
        "pom.xml": ("maven", _maven),
        "build.gradle": ("gradle", _counter(r"^[ \t]*(?:implementation|api|compile|testImplementation|classpath)\b")),
        "build.gradle.kts": ("gradle", _counter(r"^[ \t]*(?:implementation|api|testImplementation)\b")),
        "*.csproj": ("nuget", _counter(r"<PackageReference\b")),
        "pubspec.yaml": ("pub", _counter(r"^  [a-z_]+:\s*[\^\"'0-9>]")),
        "mix.exs": ("hex", _counter(r"\{:[a-z_]+,\s*[\"~]")),
        "Package.swift": ("swift", _counter(r"\.package\(")),
        "conanfile.txt": ("conan", _counter(r"^[\w-]+/(?:[0-9]|\[)")),
        "conanfile.py": ("conan", _counter(r"[\"'][\w.+-]+/(?:cci\.)?(?:[0-9]|\[)[^\"'\n]{0,60}[\"']")),
        "vcpkg.json": ("vcpkg", _vcpkg),
        "MODULE.bazel": ("bazel", _counter(r"^bazel_dep\(")),
        "flake.nix": ("nix", _counter(r"\.url\s*=")),
        "Chart.yaml": ("helm", _counter(r"^[ \t]*-\s+name:")),
    }
)
ECOSYSTEMS: Mapping[str, str] = MappingProxyType(
    {"python-requirements": "python", "pipenv": "python", "conda": "conda"}
)
"""Ecosystems that update automation treats as another one."""


@dataclass(frozen=True, slots=True)
class Updater:
    """Update automation and the ecosystems it covers; empty means all of them."""

    name: str
    path: str
    line: int
    ecosystems: frozenset[str]


_DEPENDABOT = {
    "npm": "npm", "bun": "npm", "pip": "python", "uv": "python", "cargo": "cargo", "gomod": "go", "bundler": "bundler",
    "composer": "composer", "maven": "maven", "gradle": "gradle", "nuget": "nuget", "pub": "pub", "mix": "hex",
    "swift": "swift", "helm": "helm", "conda": "conda", "github-actions": "github-actions",
}  # fmt: skip


_RENOVATE = {
    "pip_requirements": "python", "pip-compile": "python", "pip_setup": "python", "poetry": "python", "pep621": "python",
    "pipenv": "python", "setup-cfg": "python", "gomod": "go", "gradle-wrapper": "gradle", "mix": "hex", "helmv3": "helm",
    "bazel-module": "bazel", "bun": "npm", "pixi": "python",
}  # fmt: skip


def _managed(text: str) -> frozenset[str]:
    """Return the ecosystems to which a configuration of Renovate keeps itself; empty for all of them."""
    match = re.search(r"\"?enabledManagers\"?\s*:\s*\[([^\]]{0,2000})\]", text)
    names = re.findall(r"[\"']([\w-]+)[\"']", match[1]) if match else []
    return frozenset(_RENOVATE.get(name, name) for name in names)


_CONSTRAINTS = regex(r"https?://[^\s'\"(){}]{1,200}\bconstraints?\b[^\s'\"(){}]{0,100}")


def constraints_elsewhere(scan: Scan) -> tuple[str, int, str] | None:
    """Return where the versions of Python components are said to come from an address, and the address."""
    for path in scan.glob("/{tox.ini,setup.cfg,noxfile.py,pip.conf}", "/*requirements*.txt"):
        text = scan.text(path) or ""
        match = _CONSTRAINTS.search(text)
        if match:
            return path, text.count("\n", 0, match.start()) + 1, match[0]
    return None


@fact
def updaters(scan: Scan) -> tuple[Updater, ...]:
    """Return the update automation that is configured in the repository."""
    found = []
    for path in scan.glob("/.github/dependabot.{yml,yaml}"):
        text = scan.text(path) or ""
        names = re.findall(r"package-ecosystem[\"']?\s*:\s*[\"']?([\w-]+)", text)
        known = frozenset(_DEPENDABOT.get(name, name) for name in names)
        if known:
            found.append(Updater("Dependabot", path, 1, known))
    for path in scan.glob(
        "/renovate.json", "/renovate.json5", "/.renovaterc", "/.renovaterc.json", "/.renovaterc.json5",
        "/{.github,.gitlab}/renovate.json", "/{.github,.gitlab}/renovate.json5", "/renovate-bot.json",
    ):  # fmt: skip
        text = scan.text(path) or ""
        if text.strip() and not _OFF.search(text):
            found.append(Updater("Renovate", path, 1, _managed(text)))
    package = scan.text("package.json") if "package.json" in scan.snapshot else ""
    if package and re.search(r"\"renovate\"[ \t]{0,20}:\s{0,20}\{", package):
        found.append(Updater("Renovate", "package.json", 1, frozenset()))
    others = {"/.pyup.{yml,yaml}": ("pyup", "python"), "/.scala-steward.conf": ("Scala Steward", "sbt")}
    others |= {"/.github/updatecli/**": ("updatecli", ""), "/updatecli.d/**": ("updatecli", "")}
    for glob, (name, ecosystem) in others.items():
        for path in scan.glob(glob)[:1]:
            found.append(Updater(name, path, 1, frozenset({ecosystem} - {""})))
    return tuple(found)
