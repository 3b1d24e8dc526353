"""Links inside the repository: which of them lead nowhere, and which documents can be reached from the README."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import unquote

from qmslint.facts.base import Scan, fact
from qmslint.facts.documents import find
from qmslint.facts.markup import Document, Link, document, fold, markup_of
from qmslint.facts.sources import excluded
from qmslint.quick import dataclass, regex

DOCUMENTS = 600
"""Documents whose links are looked at."""
_SCHEME = regex(r"^[a-zA-Z][a-zA-Z0-9+.-]*:")
_DYNAMIC = regex(r"[{}<>$*|]|\\|%7B", re.I)
_SUFFIXES = (
    "",
    ".md",
    ".mdx",
    ".rst",
    ".adoc",
    ".markdown",
    "/README.md",
    "/index.md",
    "/index.rst",
    "/_index.md",
    "/index.mdx",
)
_FILES = (
    ".md", ".mdx", ".rst", ".adoc", ".markdown", ".txt", ".png", ".jpg", ".jpeg", ".gif", ".svg", ".yml", ".yaml",
    ".json", ".toml", ".sh", ".py", ".js", ".ts", ".go", ".rs", ".java", ".csv", ".puml", ".drawio", ".tf", ".sql",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Broken:
    """A link that leads nowhere."""

    path: str
    line: int
    target: str


@dataclass(frozen=True, slots=True)
class Links:
    """What was looked at and found.

    Parameters
    ----------
    checked : int
        Links to files of the repository that could be followed or not.
    broken : tuple of Broken
        Those that lead nowhere.
    reached : frozenset of str
        Documents that can be reached from the top README within three steps.
    """

    documents: int
    checked: int
    broken: tuple[Broken, ...]
    reached: frozenset[str]


@fact
def links(scan: Scan) -> Links:
    """Follow the links of the repository's own documents."""
    out = excluded(scan)
    paths = [p for p in scan.snapshot.paths if markup_of(p) in ("markdown", "rst", "asciidoc") and p not in out]
    paths = sorted(paths, key=lambda path: (path.count("/"), path))[:DOCUMENTS]
    files = frozenset(scan.snapshot.paths) | frozenset(scan.snapshot.links)
    folders = frozenset(_folders(scan.snapshot.paths))
    lower = frozenset(path.lower() for path in files) | frozenset(path.lower() for path in folders)
    # What site generators put at the top of the site.
    served = {path[path.index("/static/") :] for path in files if "/static/" in path}
    logs = frozenset(scan.glob(*scan.words("notes", "changelogs")))
    broken: list[Broken] = []
    leads: dict[str, set[str]] = {}
    checked = 0
    for path in paths:
        parsed = document(scan, path)
        for link in parsed.links if parsed else ():
            target = _local(path, link)
            if target is None:
                continue
            found = _resolve(target, files, folders)
            if found is None and parsed and parsed.markup == "asciidoc" and link.image:
                folder = parsed.front.get("imagesdir", "")
                if not folder or "{" in folder:
                    continue  # where it is comes from what includes the document, or from what builds it
                found = _resolve(_local(path, replace(link, target=f"{folder}/{link.target}")) or "", files, folders)
            if found is None and (site := _site(path, files)) is not None:
                found = _resolve(posixpath.normpath(posixpath.join(site, unquote(link.target))), files, folders)
                if found is None and parsed and parsed.front.get("permalink"):
                    continue  # the page is served from a place of its own choice
            if found is None and path in logs:
                continue  # an entry tells of what was there at its time
            if found is None and link.image and f"/static/{link.target.lstrip('./')}" in served:
                continue
            if found is None and (
                target.lower() in lower or _generated(target, link.text == "toctree" or link.text.startswith(":doc:"))
            ):
                continue
            checked += 1
            if found is None:
                broken.append(Broken(path, link.line, link.target))
            else:
                leads.setdefault(path, set()).add(found)
    return Links(len(paths), checked, tuple(broken), _reach(scan, leads))


def _local(path: str, link: Link) -> str | None:
    """Return the path a link means inside the repository, or ``None`` when it is no such link."""
    raw = link.target.strip()
    if link.text.startswith((":ref:", ":download:")):
        return None
    # A page of another project, such as :doc:`numpy:reference/index`.
    if link.text.startswith(":doc:") and ":" in raw.partition("/")[0]:
        return None
    if not raw or raw.startswith(("#", "//", "@")) or _SCHEME.match(raw) or _DYNAMIC.search(raw):
        return None
    target = unquote(raw.split("#", 1)[0].split("?", 1)[0])
    if not target or target.startswith("/") or "@" in target:
        return None  # where a leading slash leads is the site's affair
    joined = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
    if joined.startswith(".."):
        return None  # outside, such as issues and other pages of the platform
    return joined


def _site(path: str, files: frozenset[str]) -> str | None:
    """Return the top folder of the site that Jekyll makes of a document, or ``None``."""
    folder = posixpath.dirname(path)
    while True:
        if posixpath.join(folder, "_config.yml") in files:
            return folder
        if not folder:
            return None
        folder = posixpath.dirname(folder)


def _resolve(target: str, files: frozenset[str], folders: frozenset[str]) -> str | None:
    for suffix in _SUFFIXES:
        if target + suffix in files:
            return target + suffix
    return target if target in folders or target == "." else None


def _generated(target: str, pages: bool) -> bool:
    """Say whether a target that is not here may yet be right: a page a site generator makes, a name it resolves."""
    if pages:
        return False
    # Without the ending of a file it is an address of a page or a cross-reference: generators lay those out themselves.
    return not target.lower().endswith(_FILES)


def _folders(paths: tuple[str, ...]) -> Iterator[str]:
    seen: set[str] = set()
    for path in paths:
        folder = posixpath.dirname(path)
        while folder and folder not in seen:
            seen.add(folder)
            yield folder
            folder = posixpath.dirname(folder)


def _reach(scan: Scan, leads: dict[str, set[str]]) -> frozenset[str]:
    start = [item.path for item in find(scan, "readme") if item.path.count("/") <= 1]
    reached = set(start)
    edge = set(start)
    for _ in range(3):
        edge = {target for path in edge for target in leads.get(path, ())} - reached
        reached |= edge
    return frozenset(reached)


def anchor(text: str) -> str:
    """Return the anchor that platforms make of a heading."""
    return re.sub(r"[^\w\- ]", "", fold(text)).strip().replace(" ", "-")


def anchors(parsed: Document) -> frozenset[str]:
    """Return the anchors of a document's headings."""
    return frozenset(anchor(heading.text) for heading in parsed.headings)
