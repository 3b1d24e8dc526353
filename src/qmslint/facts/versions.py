"""Version numbers as files state them, at any revision."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterable, Mapping
from typing import Any

from qmslint import plaintoml
from qmslint.facts.base import Scan, fact
from qmslint.facts.precedence import Version
from qmslint.facts.releases import Release, read_version
from qmslint.patterns import PathSet, any_of, compile_pattern, glob_source
from qmslint.quick import dataclass, regex
from qmslint.repo.text import decode

LIMIT = 256 * 1024
FILES = 40
"""Dots in one line of TOML: keys of very many parts take the parser minutes."""
_PRIVATE = regex(r"\"private\"\s*:\s*true\b|^publish\s*=\s*false\b", re.M)
_PARENT = regex(r"<(parent|dependencies|dependencyManagement|build|profiles)>")


@dataclass(frozen=True, slots=True)
class Source:
    """A file that states a version number, and how to read it there."""

    path: str
    keys: tuple[str, ...]
    find: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What a source states at one revision.

    Parameters
    ----------
    number : Version or None
        ``None`` where the number is filled in at a release or cannot be read.
    firm : bool
        Whether the file is that of something published, not of a private package.
    """

    path: str
    written: str
    number: Version | None
    line: int
    firm: bool = True


@fact
def sources(scan: Scan, component: str = "") -> tuple[Source, ...]:
    """Return the files that may state the version of the product, or of one package of it."""
    entries = scan.words("versions", "sources")
    found: dict[str, Source] = {}
    for folder in _folders(scan, component):
        # One look over all paths, then one per pattern over the few that matched.
        near = PathSet(scan.glob(*(f"/{folder}{entry['files']}" for entry in entries)))
        for entry in entries:
            keys = tuple(entry.get("keys") or ())
            out = near.match((entry["never"],)) if "never" in entry else ()
            for path in near.match((f"/{folder}{entry['files']}",)):
                if path in out:
                    continue
                found.setdefault(path, Source(path, keys, entry.get("find") or ""))
    return tuple(found.values())[:FILES]


def _folders(scan: Scan, component: str) -> tuple[str, ...]:
    """Return the folders of a package, each with a trailing slash; the top for the whole product."""
    if not component:
        return ("",)
    name = component.rpartition("/")[2]
    if not re.fullmatch(r"[\w.+-]{1,80}", name):
        return ()
    manifests = scan.glob(f"**/{name}/{{package.json,pyproject.toml,Cargo.toml,setup.cfg,setup.py,Chart.yaml,pom.xml}}")
    folders = {posixpath.dirname(path) + "/" for path in manifests if re.fullmatch(r"[\w./@+-]+", path)}
    return tuple(sorted(folders, key=lambda folder: (folder.count("/"), folder)))[:1]


def reading_at(scan: Scan, source: Source, release: Release) -> Reading | None:
    """Return what a source states at a release, or ``None`` when it is not there."""
    content = scan.repo.objects.file(release.tag.commit, source.path)
    return _read(scan, source, decode(content), f" at {release.name}") if content else None


def reading_now(scan: Scan, source: Source) -> Reading | None:
    """Return what a source states at the examined revision."""
    return _read(scan, source, scan.text(source.path))


def _read(scan: Scan, source: Source, text: str | None, where: str = "") -> Reading | None:
    if text is None:
        return None
    if len(text) > LIMIT:
        scan.problem(source.path, "LIMIT", f"larger than {LIMIT} characters{where}, its version was not read")
        return None
    try:
        written = _by_keys(source, text) if source.keys else _by_pattern(source, text)
    except (ValueError, RecursionError) as error:
        scan.problem(source.path, "PARSE_ERROR", f"cannot be read{where}: {str(error)[:100]}")
        return None
    if written is None:
        return None
    line = 1 + text.count("\n", 0, max(text.find(written), 0)) if written else 1
    dynamic = not written or any_of(scan.words("versions", "placeholders")).search(written)
    firm = not _PRIVATE.search(text)
    return Reading(source.path, written, None if dynamic else read_version(scan, written), line, firm)


def _by_keys(source: Source, text: str) -> str | None:
    data: Any = plaintoml.loads(text) if source.path.endswith(".toml") else json.loads(text)
    for key in source.keys:
        value = _value(data, key.split("."))
        if isinstance(value, str):
            return value
    dynamic = _value(data, ["project", "dynamic"])
    return "" if isinstance(dynamic, list) and "version" in dynamic else None


def _value(data: Any, parts: Iterable[str]) -> Any:
    for part in parts:
        data = data.get(part) if isinstance(data, Mapping) else None
    return data


def _by_pattern(source: Source, text: str) -> str | None:
    if source.path.endswith("pom.xml"):
        text = _own_part(text)
    match = compile_pattern(source.find, ignore_case=False).search(text)
    return match[1].strip() if match else None


def _own_part(text: str) -> str:
    """Return the head of a Maven file without its parent, as text: untrusted XML is not parsed."""
    start = text.find("</parent>")
    rest = text[start + 9 :] if start >= 0 else text
    match = _PARENT.search(rest)
    return rest[: match.start()] if match else rest


@fact
def globs_of_sources(scan: Scan) -> Any:
    """Return the test for paths that state a version, at any depth, for commits that only change those."""
    files = [glob_source("**/" + entry["files"]) for entry in scan.words("versions", "sources")]
    return compile_pattern("^(?:" + "|".join(files) + ")$")
