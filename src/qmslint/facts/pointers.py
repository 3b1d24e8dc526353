"""Whether the words of a record lead to something: an address, an item of a tracker, or a path that is there."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from qmslint.facts.base import Scan, fact
from qmslint.facts.records.actions import linked

_PATH = re.compile(r"(?<![\w./-])(?:\.{0,2}/)?[\w.@-]{1,80}(?:/[\w.@-]{1,80}){0,12}/?")
_ADDRESS = re.compile(r"https?://\S{4,300}")
_TEXT = 4000


@fact
def _places(scan: Scan) -> frozenset[str]:
    """Return all files and folders of the tree."""
    found = set(scan.snapshot.paths)
    for path in scan.snapshot.paths:
        while path := posixpath.dirname(path):
            if path in found:
                break
            found.add(path)
    return frozenset(found)


def leads_somewhere(scan: Scan, text: str, home: str) -> bool:
    """Say whether a text names an address, an item, or a file or folder of this revision.

    Parameters
    ----------
    text : str
        What a record says.
    home : str
        Path of the file that says it: paths are looked up from the top and from its folder.
    """
    text = text[:_TEXT]
    return linked(text) or bool(_ADDRESS.search(text)) or any(_is_there(scan, path, home) for path in _paths(text))


def _paths(text: str) -> Iterator[str]:
    for match in _PATH.finditer(text):
        word = match[0].rstrip(".,:;")
        if "/" in word or "." in word:
            yield word


def _is_there(scan: Scan, path: str, home: str) -> bool:
    places = _places(scan)
    plain = posixpath.normpath(path.lstrip("/")) if path.strip("/") else ""
    beside = posixpath.normpath(posixpath.join(posixpath.dirname(home), path))
    return plain in places or (not path.startswith("/") and beside in places)
