"""A table of supported versions names versions that exist, and the newest one."""

from __future__ import annotations

from qmslint.derive import option
from qmslint.facts.base import Scan
from qmslint.facts.documents import find
from qmslint.facts.releases import releases
from qmslint.model.evidence import absent_at, at_tag, in_file
from qmslint.model.outcome import Outcome, conforming, nonconforming, not_applicable
from qmslint.quick import dataclass, regex

NEEDS = frozenset({"tree", "text", "tags"})
_LISTED = regex(r"(?i)\W{0,4}(?:version |release |v)?(\d{1,6})(?:\.(?:\d{1,6}|x|\*)){0,3}(?:\.x|\+)?\b")
_OLDER = regex(r"(?i)^\W*[<≤]|\b(?:older|earlier|below|before|älter|aelter|ältere|vor|antérieur\w*|anterior\w*)\b")
_OPEN = regex(
    r"(?i)[>≥]=?\s*v?\d|\d\+|\b(?:latest|newest|current|and (?:later|newer|above)|neueste|aktuelle\w*|und (?:neuer|höher)|dernière|actuelle|última|actual)\b"
)


_DATES = 1000


@dataclass(frozen=True, slots=True)
class Params:
    """The first numbers of the versions that tables of some documents list are compared with those of the release tags."""

    keys: tuple[str, ...] = option("Documents whose tables are read.", ("support-policy",))
    what: str = option("What the versions are called, for messages.", "supported versions")


def check(params: Params, scan: Scan) -> Outcome:
    """Say whether what is listed was ever released, and whether the newest line of releases is listed."""
    rows = [
        (item.path, row.line, row.cells[0].strip())
        for key in params.keys
        for item in find(scan, key)
        if item.substantial
        for table in item.document.tables
        for row in table.rows
        if row.cells
    ]
    listed = [
        (path, line, cell, int(match[1]))
        for path, line, cell in rows
        if not _OLDER.search(cell) and (match := _LISTED.match(cell))
    ]
    # Tags of another scheme, such as dates, say nothing about versions that count from one.
    top = max((number for _, _, _, number in listed), default=0)
    every = releases(scan)
    # Beside the product itself, its parts have versions of their own.
    whole = [release for release in every if not release.component] or every
    known = {
        release.number.numbers[0]: release
        for release in whole
        if release.number.numbers and (top >= _DATES or release.number.numbers[0] < _DATES)
    }
    final = {n: release for n, release in known.items() if not release.pre}
    if not listed or not final:
        text = f"no table lists {params.what} that could be compared with releases"
        return not_applicable(text, [absent_at("SECURITY.md", text)])
    places = [in_file(path, line, cell) for path, line, cell, _ in listed[:20]]
    newest = max(final)
    tag = at_tag(final[newest].name, final[newest].tag.commit, "the newest line of releases")
    measured: dict[str, float | int | str] = {"listed": len(listed), "newest": final[newest].version}
    open_end = any(_OPEN.search(cell) for _, _, cell in rows)
    if not open_end and not any(number in known for _, _, _, number in listed):
        text = f"none of the {params.what} was ever released: {', '.join(cell for _, _, cell, _ in listed[:4])}"
        return nonconforming(text, [*places, tag], "contradiction", measured=measured)
    if newest > top and not open_end:
        text = f"the newest release {final[newest].version} is not among the {params.what}"
        return nonconforming(text, [*places, tag], "stale", measured=measured)
    return conforming(f"the {params.what} exist, and the newest is among them", [*places, tag], measured=measured)
