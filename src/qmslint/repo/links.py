"""Resolve symbolic links by their text alone: what stays inside the tree counts, nothing is ever followed."""

from __future__ import annotations

import posixpath
from collections.abc import Container, Mapping

from qmslint.repo.walk import shortened

LIMIT = 2_000
"""Links of one view that are looked at."""
_HOPS = 5


def resolve(links: Mapping[str, str], files: Container[str]) -> tuple[dict[str, str], list[str]]:
    """Return which links stand for which files of the tree, and remarks about those that leave it.

    Parameters
    ----------
    links : mapping of str to str
        Path of each link to the text it holds.
    files : container of str
        Paths of the regular files.
    """
    found: dict[str, str] = {}
    notes = []
    for number, path in enumerate(links):
        if number >= LIMIT:
            notes.append(f"only the first {LIMIT} links were looked at")
            break
        target = _end(path, links)
        if target is None:
            notes.append(f"{path}: a link to {links[path]}, out of the tree; not followed")
        elif target in files:
            found[path] = target
    return found, shortened(notes)


def _end(path: str, links: Mapping[str, str]) -> str | None:
    """Return the path a link leads to in the end; ``None`` when it leaves the tree."""
    here = path
    for _ in range(_HOPS):
        text = links[here]
        if text.startswith("/"):
            return None
        here = posixpath.normpath(posixpath.join(posixpath.dirname(here), text))
        if here == ".." or here.startswith("../"):
            return None
        if here not in links:
            return here
    return ""
