"""Documents that are little more than a link to where they really live."""

from __future__ import annotations

from collections.abc import Sequence

from qmslint.facts.base import Scan
from qmslint.facts.document_index import compared_heading, compared_name
from qmslint.facts.documents import Found, spec
from qmslint.facts.markup import Link
from qmslint.patterns import PathSet
from qmslint.quick import regex

WORDS = 120
"""Own words up to which a document can be a signpost to another one."""
_PAGES = frozenset({"releases", "latest", "tags", "issues", "pulls", "discussions", "actions", "packages", "branches"})
"""Pages of a platform that list things, whatever documents are called."""
_BLOB = regex(r"/(?:blob|tree|raw|src/branch)/[^/]+/(.+)$")


def signpost(scan: Scan, places: Sequence[Found]) -> tuple[str, Link] | None:
    """Return the path and the link that say where a document lives, unless one of its places here says more than that."""
    if any(place.words > WORDS for place in places):
        return None
    return next(((place.path, link) for place in places if (link := _home(scan, place))), None)


def _home(scan: Scan, found: Found) -> Link | None:
    """Return the link of a passage to a page of the web that its address or its text calls the same document."""
    what = spec(scan, found.key)
    for link in found.document.links:
        if not link.target.startswith(("https://", "http://")):
            continue
        page = link.target.split("?", 1)[0].rstrip("/")
        address, _, anchor = page.partition("#")
        if (inside := _BLOB.search(address)) and inside[1] in scan.snapshot:
            continue  # the very repository, by its address on the web
        if address.rpartition("/")[2].lower() in _PAGES:
            continue
        names = [compared_name(address.rpartition("/")[2] or "-"), *([compared_name(anchor)] if anchor else [])]
        if PathSet(names).match(what.names + what.root_names):
            return link
        if link.text and PathSet([compared_heading(link.text)]).match(what.headings):
            return link
    return None
