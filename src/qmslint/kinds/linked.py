"""Documents can be reached by links from where people start."""

from __future__ import annotations

import posixpath

from qmslint.derive import option
from qmslint.facts.base import Scan
from qmslint.facts.documents import find
from qmslint.facts.links import links
from qmslint.facts.topics import seen
from qmslint.model.evidence import absent_at, in_file
from qmslint.model.outcome import Outcome, conforming, nonconforming, none_found
from qmslint.quick import dataclass

NEEDS = frozenset({"tree", "text"})


@dataclass(frozen=True, slots=True)
class Params:
    """At least one document of the key is linked, in up to three steps, from the top README, or is part of it."""

    key: str = option("Key of the document in the vocabulary `documents`.")
    about: tuple[str, ...] = option("It has to speak of one of these topics to be this document at all.", ())
    what: str = option("What to call it in messages.", "document")


def check(params: Params, scan: Scan) -> Outcome:
    """Look whether links lead to the document."""
    places = [item for item in find(scan, params.key) if item.substantial and item.how != "template"]
    places = [item for item in places if not params.about or seen(scan, item.document, params.about)]
    if not places:
        return nonconforming(none_found(params.what), [absent_at("README.md", params.what)], "absent")
    good = [in_file(item.path, item.line, how) for item in places if (how := _way(scan, item.path))]
    if good:
        return conforming(f"the {params.what} is reached by links from the README", good[:10])
    lost = [in_file(item.path, item.line, "no link from the README leads here") for item in places[:10]]
    return nonconforming(f"no link from the README leads to the {params.what} at {places[0].path}", lost, "unreachable")


def _way(scan: Scan, path: str) -> str:
    """Return how people get from the README to a document: links, a linked folder, or its file name in the text."""
    reached = links(scan).reached
    folder, name = posixpath.split(path)
    if path in reached or (folder and folder in reached):
        return "reached by links from the README"
    for item in find(scan, "readme"):
        lines = (*item.document.prose, *item.document.code)
        if item.path == path or any(name in line.text for line in lines):
            return f"named in {item.path}"
    return ""
