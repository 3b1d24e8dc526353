"""A table of supported versions speaks of versions that were released."""

from __future__ import annotations

import re
from collections.abc import Iterator

from qmslint.derive import option
from qmslint.facts.base import Scan
from qmslint.facts.documents import find
from qmslint.facts.markup import Document
from qmslint.facts.releases import Release, releases
from qmslint.model.evidence import absent_at, at_tag, in_file
from qmslint.model.outcome import Confidence, Outcome, conforming, nonconforming, not_applicable
from qmslint.quick import dataclass, regex

NEEDS = frozenset({"tree", "text", "history", "tags"})
_VERSION = regex(
    r"[^\w<>]{0,3}(?:version |release |v)?(\d{1,4})(?:\.(\d{1,4}|[x*]))?(?:\.(?:\d{1,4}|[x*]))*(?![\w.-])", re.I
)
_OPEN = regex(
    r"[<>≤≥]|\b(?:latest|newest|current|main|all|older|other|any|earlier|neueste|aktuell|dernière|última)\b", re.I
)
_ROWS = 60


@dataclass(frozen=True, slots=True)
class Params:
    """At least one version of such a table was released; tables without numbers of versions are not judged."""

    key: str = option("Key of the document that holds the table.")
    what: str = option("What the document is called, for messages.", "statement on supported versions")


@dataclass(frozen=True, slots=True)
class _Row:
    major: int
    minor: int
    path: str
    line: int
    text: str


def check(params: Params, scan: Scan) -> Outcome:
    """Compare the versions of tables with the release tags."""
    found = [item for item in find(scan, params.key) if item.substantial]
    rows = list(dict.fromkeys(row for item in found for row in _rows(item.document)))
    tagged = releases(scan)
    if not found:
        return not_applicable(f"no {params.what} was found", [absent_at("SUPPORT.md", params.what)])
    if not rows or not tagged:
        text = f"the {params.what} at {found[0].path}:{found[0].line} lists no numbers that could be compared with releases"
        return conforming(text, [in_file(found[0].path, found[0].line, params.what)], confidence=Confidence.LOW)
    known = [row for row in rows if any(_is(row, release) for release in tagged)]
    if not known:
        listed = ", ".join(dict.fromkeys(row.text for row in rows[:6]))
        message = f"none of the versions listed at {rows[0].path}:{rows[0].line} was released ({listed})"
        places = [in_file(row.path, row.line, f"lists {row.text}") for row in rows[:10]]
        last = max(tagged, key=lambda release: (release.tag.tagged, release.name))
        newest = at_tag(last.name, last.tag.commit, "a release that exists")
        return nonconforming(message, [*places, newest], "contradiction", confidence=Confidence.MEDIUM)
    places = [in_file(row.path, row.line, f"lists {row.text}, which was released") for row in known[:10]]
    return conforming(
        f"{len(known)} of {len(rows)} versions listed were released", places, confidence=Confidence.MEDIUM
    )


def _rows(document: Document) -> Iterator[_Row]:
    """Yield the versions in the first cells of tables; rows that speak of versions by words are left out."""
    for table in document.tables:
        cells = [(row.cells[0].strip(), row.line) for row in table.rows[:_ROWS] if row.cells]
        plain = [(text, line) for text, line in cells if not _OPEN.search(text)]
        read = [(match, text, line) for text, line in plain if (match := _VERSION.match(text))]
        if read and len(read) == len(plain):
            for match, text, line in read:
                minor = int(match[2]) if match[2] and match[2].isdigit() else -1
                yield _Row(int(match[1]), minor, document.path, line, text[:40])


def _is(row: _Row, release: Release) -> bool:
    parts = release.number.numbers
    return bool(parts) and parts[0] == row.major and (row.minor < 0 or (parts[1] if len(parts) > 1 else 0) == row.minor)
