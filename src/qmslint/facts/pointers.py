"""Paths that somebody names in running text or links to, and whether they are there."""

from __future__ import annotations

import posixpath

from qmslint.facts.base import Scan
from qmslint.facts.markup import document, markup_of
from qmslint.quick import dataclass, regex

_ENDINGS = "ya?ml|md|rst|adoc|txt|py|js|ts|tsx|jsx|go|rs|java|kt|rb|cs|c|cc|cpp|h|php|sh|ps1|tf|json|toml|cfg|ini|conf|sql|xml|feature|robot|csv"
_PATH = regex(rf"(?<![\w/:.@-])/?((?:[\w.-]{{1,80}}/){{0,12}}[\w-][\w.-]{{0,80}}\.(?:{_ENDINGS}))(?![\w/])")


@dataclass(frozen=True, slots=True)
class Pointers:
    """What a text points to: paths that are there, paths that are not."""

    there: tuple[str, ...]
    missing: tuple[str, ...]


def pointers(scan: Scan, path: str, text: str, first: int, last: int) -> Pointers:
    """Return the files that a part of a file names or links to.

    Parameters
    ----------
    scan : Scan
        The examination.
    path : str
        File the text is part of; what it names may be relative to its folder.
    text : str
        The text.
    first, last : int
        Its lines, on which links count whose text is part of it.
    """
    named = [match[1] for match in _PATH.finditer(text[:2_000])]
    parsed = document(scan, path) if markup_of(path) else None
    for link in parsed.links if parsed else ():
        if first <= link.line <= last and link.text and link.text in text and "://" not in link.target:
            target = link.target.split("#", 1)[0]
            named += [target] if target and not target.startswith(("/", "mailto:")) else []
    there: list[str] = []
    missing: list[str] = []
    for name in dict.fromkeys(named):
        (there if _is_there(scan, path, name) else missing).append(name)
    return Pointers(tuple(there), tuple(missing))


def _is_there(scan: Scan, path: str, name: str) -> bool:
    beside = posixpath.normpath(posixpath.join(posixpath.dirname(path), name))
    if name in scan.snapshot or beside in scan.snapshot:
        return True
    # A bare name, or the end of a path, is enough to find a file by.
    return bool(scan.glob(f"**/{name}")) or bool(scan.glob(f"/{beside}/**"))
