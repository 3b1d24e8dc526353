"""A list of criteria that people tick: in templates of the platform, or in a document."""

from __future__ import annotations

from qmslint.derive import option
from qmslint.facts.base import Scan
from qmslint.facts.documents import find
from qmslint.facts.markup import Document
from qmslint.facts.templates import templates
from qmslint.facts.topics import mentions
from qmslint.model.evidence import Evidence, absent_at, in_file
from qmslint.model.outcome import Outcome, conforming, nonconforming, none_found
from qmslint.quick import dataclass

_SORTS = {
    "change": "templates for merge requests",
    "issue": "templates for issues",
    "need": "templates for issues that report no fault",
}
NEEDS = frozenset({"tree", "text"})


@dataclass(frozen=True, slots=True)
class Params:
    """Items of lists that concern given topics, in templates or in documents of a key."""

    topics: tuple[str, ...] = option("Topics an item has to concern to count.")
    templates: tuple[str, ...] = option(
        "Templates to look at: `change` (merge requests), `issue`, `need` (issues that report no fault).", ()
    )
    keys: tuple[str, ...] = option("Document keys to look at.", ())
    not_under: tuple[str, ...] = option("Topics of headings, or of the line above, whose items are no criteria.", ())
    need_under: tuple[str, ...] = option(
        "Topics of headings, or of the line above, below which alone items of templates for issues are criteria.", ()
    )
    at_least: int = option("How many different items are needed.", 3, minimum=1)
    tasks_only: bool = option("Only items with a box to tick count; else any list item.", True)
    what: str = option("What to call the list in messages.", "checklist")


def check(params: Params, scan: Scan) -> Outcome:
    """Return the place with the most items that count."""
    best: list[Evidence] = []
    seen = False
    for document, free in _documents(params, scan):
        others = _lines_under(scan, document, params.not_under)
        if params.need_under and "issue_template" in document.path.lower():
            others |= {item.line for item in document.items} - _lines_under(scan, document, params.need_under)
        items = [
            item
            for item in document.items
            if (free or item.checked is not None or not params.tasks_only) and item.line not in others
        ]
        hits = [
            in_file(document.path, item.line, item.text[:100])
            for item in items
            if mentions(scan, item.text[:400], params.topics)
        ]
        seen = seen or bool(items)
        best = max(best, hits, key=len)
    measured = {"items": len(best), "needed": params.at_least}
    if len(best) >= params.at_least:
        return conforming(f"{params.what} with {len(best)} criteria: {best[0].path}", best[:20], measured=measured)
    if best or seen:
        where = best or [absent_at("", "lists without criteria of that kind")]
        message = f"the {params.what} has {len(best)} criteria that can be checked, where {params.at_least} are needed"
        return nonconforming(message, where, "incomplete" if best else "absent", measured=measured)
    searched = [*(_SORTS[name] for name in params.templates), *params.keys]
    place = absent_at(".github/pull_request_template.md", params.what)
    return nonconforming(none_found(params.what), [place], "absent", searched=searched, measured=measured)


def _lines_under(scan: Scan, document: Document, topics: tuple[str, ...]) -> frozenset[int]:
    """Return the lines of the items that stand below a heading, or a line of text, about one of ``topics``."""
    if not topics:
        return frozenset()
    items = {item.line for item in document.items}
    above = {line.line: line.text for line in document.prose if line.line not in items}
    heads = {heading.line: heading.text for heading in document.headings}
    found, under, below = set(), False, False
    for line in sorted(items | above.keys() | heads.keys()):
        if line in heads:
            # What a heading says holds for all below it, whatever is told to the writer in between.
            under, below = bool(mentions(scan, heads[line][:400], topics)), False
        elif line in above:
            below = bool(mentions(scan, above[line][:400], topics))
        elif under or below:
            found.add(line)
    return frozenset(found)


def _documents(params: Params, scan: Scan) -> list[tuple[Document, bool]]:
    """Return the documents to look at, and whether any list item of them counts."""
    found = [(document, False) for sort in params.templates for document in templates(scan, sort)]
    for key in params.keys:
        found += [(item.document, True) for item in find(scan, key) if item.substantial and item.how != "template"]
    return found
