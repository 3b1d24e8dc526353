"""A document leads its readers to others that they have to know."""

from __future__ import annotations

import posixpath
import re
from urllib.parse import unquote, urlsplit

from qmslint.derive import option
from qmslint.facts.base import Scan
from qmslint.facts.documents import Found, find, spec
from qmslint.facts.markup import Link, normal
from qmslint.model.evidence import Evidence, absent_at, in_file
from qmslint.model.outcome import Outcome, conforming, nonconforming, none_found
from qmslint.patterns import PathSet
from qmslint.quick import dataclass

NEEDS = frozenset({"tree", "text"})


@dataclass(frozen=True, slots=True)
class Params:
    """Links of a document lead to documents of so many different keys."""

    key: str = option("Key of the document that should lead there.")
    to: tuple[str, ...] = option("Keys of the documents it should lead to; `a|b` means either.")
    at_least: int = option("To how many of them.", 3, minimum=1)
    what: str = option("What to call the document in messages.", "document")


def check(params: Params, scan: Scan) -> Outcome:
    """Follow the links of every place where the document is."""
    places = [item for item in find(scan, params.key) if item.substantial and item.how != "template"]
    if not places:
        weak = [in_file(item.path, item.line, item.weak) for item in find(scan, params.key)[:5]]
        known = spec(scan, params.key)
        return nonconforming(
            none_found(params.what),
            weak or [absent_at("docs/onboarding.md", params.what)],
            "absent",
            searched=known.names[:12],
        )
    led: dict[str, Evidence] = {}
    for place in places:
        for group in params.to:
            for key in group.split("|"):
                if group not in led and (link := _link(scan, place, key)):
                    led[group] = in_file(place.path, link.line, f"leads to {key.replace('-', ' ')}: {link.target[:80]}")
    missing = [group.replace("|", " or ").replace("-", " ") for group in params.to if group not in led]
    measured: dict[str, float | int | str] = {"led to": len(led), "needed": params.at_least}
    if len(led) >= params.at_least:
        return conforming(
            f"the {params.what} at {places[0].path} leads to {len(led)} of {len(params.to)}",
            list(led.values()),
            measured=measured,
        )
    message = f"the {params.what} at {places[0].path} leads to {len(led)} of {len(params.to)} where {params.at_least} are needed; not to {', '.join(missing)}"
    return nonconforming(
        message,
        list(led.values()) or [in_file(places[0].path, places[0].line, "no such link")],
        "incomplete",
        measured=measured,
    )


def _link(scan: Scan, place: Found, key: str) -> Link | None:
    """Return the link of a document that leads to one of ``key``: to its place here, or to a page elsewhere named so."""
    targets = {item.path for item in find(scan, key) if item.substantial}
    anchors = {_anchor(item) for item in find(scan, key) if item.how == "heading"}
    for link in place.document.links:
        if link.image:
            continue
        parts = urlsplit(link.target[:500]) if ":" not in link.target[:1] else None
        if parts is None:
            continue
        if not parts.scheme and not parts.netloc:
            path = unquote(parts.path)
            base = "" if path.startswith("/") else posixpath.dirname(place.path)
            full = posixpath.normpath(posixpath.join(base, path.lstrip("/"))) if path else place.path
            if full in targets and (path or parts.fragment.lower() in anchors):
                return link
        elif len(parts.path.strip("/")) > 3 and _named(scan, key, link.text):
            return link
    return None


def _anchor(item: Found) -> str:
    heading = next((h for h in item.document.headings if h.line == item.line), None)
    return re.sub(r"[\W_]+", "-", heading.text.lower()).strip("-") if heading else ""


def _named(scan: Scan, key: str, text: str) -> bool:
    known = spec(scan, key)
    plain = normal(text)
    return bool(
        PathSet([plain.replace(" ", "-")]).match(known.names + known.root_names)
        or PathSet([plain]).match(known.headings)
    )
