"""The one finder of documents: every rule and the register ask here for a document by its key.

Looked for in this order: what the configuration declares, what front matter says, the file name, a title or
heading inside a bigger document.  Names, headings and folders are vocabulary (``documents``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from qmslint.facts.base import Scan, fact, fact_of_content, fact_of_words
from qmslint.facts.document_index import (
    Place,
    compared_heading,
    compared_name,
    headings,
    headings_of,
    heads,
    index,
    opaque,
)
from qmslint.facts.markup import Document, Heading, document, fold
from qmslint.facts.placeholders import is_scaffold, unfilled
from qmslint.facts.templates import templates
from qmslint.facts.topics import mentions
from qmslint.quick import dataclass, regex

How = Literal["declared", "front matter", "name", "title", "heading", "template"]
_ORDER: Mapping[str, int] = {"declared": 0, "front matter": 1, "name": 2, "template": 2, "title": 3, "heading": 4}
LIMIT = 12
"""Places that are kept for one key."""


@dataclass(frozen=True)
class Found:
    """One place where a document was found.

    Parameters
    ----------
    line : int
        Line of the heading for a part of a bigger document, otherwise 1.
    document : Document
        The whole document or the part.
    how : str
        What led to it.
    words : int
        Own words of it.
    weak : str
        Why it does not count as a document of substance; empty where it does.
    """

    key: str
    path: str
    line: int
    document: Document
    how: How
    words: int
    weak: str = ""

    @property
    def substantial(self) -> bool:
        """Whether it has enough own content and is not an unfilled template."""
        return not self.weak

    @property
    def whole(self) -> bool:
        """Whether it is a file of its own rather than a part of one."""
        return self.how != "heading"


@dataclass(frozen=True, slots=True)
class Spec:
    """What the vocabulary says of one key."""

    names: tuple[str, ...]
    root_names: tuple[str, ...]
    titles: tuple[str, ...]
    headings: tuple[str, ...]
    not_headings: tuple[str, ...]
    hosts: tuple[str, ...]
    not_paths: tuple[str, ...]
    subject: tuple[str, ...]
    words: int
    rows: int
    dated: bool
    only_top: bool
    templates: str
    expected: str


def keys(scan: Scan) -> tuple[str, ...]:
    """Return all document keys."""
    return tuple(scan.words("documents", "keys"))


@fact_of_words
def spec(scan: Scan, key: str) -> Spec:
    """Return what is known of a key; raises ``KeyError`` for an unknown one."""
    words = scan.words("documents")
    data: Mapping[str, Any] = words["keys"][key]

    def of(name: str) -> tuple[str, ...]:
        return tuple(str(item) for item in data.get(name) or ())

    return Spec(
        of("names"),
        of("root_names"),
        of("titles"),
        of("headings"),
        of("not_headings"),
        of("hosts"),
        of("not"),
        of("subject"),
        int(data.get("words", words["words"])),
        int(data.get("rows", words["rows"])),
        bool(data.get("dated", False)),
        bool(data.get("only_top", False)),
        str(data.get("templates", "")),
        str(data.get("expected", "")),
    )


@fact
def find(scan: Scan, key: str) -> tuple[Found, ...]:
    """Return where the document ``key`` is, best first; weak ones are marked, never left out."""
    what = spec(scan, key)
    found: list[Found] = []
    for path, heading, how in _candidates(scan, key, what):
        inside = any(
            f.path == path and (f.whole or (heading and f.line <= heading.line <= f.document.lines)) for f in found
        )
        if not inside and len(found) < LIMIT:
            item = _found(scan, key, what, path, heading, how)
            if item is not None:
                found.append(item)
    if what.templates:
        found += [_weighed(scan, key, what, t, 1, "template") for t in templates(scan, what.templates)]
    return tuple(sorted(found, key=lambda item: (_ORDER[item.how], bool(item.weak) and item.how == "heading")))


@fact
def best(scan: Scan, key: str) -> Found | None:
    """Return the best place of the document ``key``: of substance if there is one, else the best weak one."""
    found = find(scan, key)
    return next((item for item in found if item.substantial), found[0] if found else None)


@fact
def unreadable(scan: Scan, key: str) -> tuple[str, ...]:
    """Return office files and the like that carry the name of the document ``key``."""
    what = spec(scan, key)
    return tuple(p.path for p in opaque(scan).named(what.names + what.root_names) if _named_here(p, what))


def _candidates(scan: Scan, key: str, what: Spec) -> Iterator[tuple[str, Heading | None, How]]:
    pointer = scan.settings.documents.get(key, "")
    if pointer and "://" not in pointer:
        yield from _declared(scan, pointer)
    for path in _by_front_matter(scan).get(key, ()):
        yield path, None, "front matter"
    for path in named(scan, key):
        yield path, None, "name"
    yield from _headed(scan, key, what)


def _declared(scan: Scan, pointer: str) -> Iterator[tuple[str, Heading | None, How]]:
    path, _, anchor = pointer.partition("#")
    path = path.strip().removeprefix("./")
    if path not in scan.snapshot:
        return
    if not anchor:
        yield path, None, "declared"
        return
    parsed = document(scan, path)
    wanted = re.sub(r"[\W_]+", "-", fold(anchor)).strip("-")
    for heading in parsed.headings if parsed else ():
        if re.sub(r"[\W_]+", "-", fold(heading.text)).strip("-") == wanted:
            yield path, heading, "declared"


@fact
def _by_front_matter(scan: Scan) -> Mapping[str, tuple[str, ...]]:
    """Documents that say in their front matter which document they are: ``qms: {document: key}``."""
    found: dict[str, tuple[str, ...]] = {}
    scan.snapshot.expect(index(scan).places)
    for path in index(scan).places:
        if not _may_say_key(scan, path):
            continue
        parsed = document(scan, path)
        block = parsed.front.get("qms") if parsed else None
        key = block.get("document") if isinstance(block, dict) else None
        if isinstance(key, str):
            found[key] = (*found.get(key, ()), path)
    return found


@fact_of_content
def _may_say_key(path: str, text: str) -> bool:
    return text.startswith(("---", "+++")) and "qms" in text[:4000]


@fact
def named(scan: Scan, key: str) -> tuple[str, ...]:
    """Return the documents whose name says that they are ``key``, the most prominent first."""
    what = spec(scan, key)
    places = [p for p in index(scan).named(what.names + what.root_names) if _named_here(p, what)]
    out = frozenset(scan.glob(*what.not_paths)) if what.not_paths else frozenset()
    about = what.subject and is_about(scan, what.subject)
    places = [p for p in places if p.path not in out and (p.process or not about)]
    specific = frozenset(p.path for p in index(scan).named(what.names)) if what.names else frozenset()
    places = [
        p
        for p in places
        if p.path in specific
        or ((p.root or p.process) and not what.only_top)
        or not p.folder
        or (not what.only_top and _titled(scan, p, what))
    ]
    return tuple(p.path for p in sorted(places, key=_prominence))


_TWO = 2
_ABOUT_RECORDS = regex(r"(?:^|/)(?:releases|incidents|audits|reviews|retrospectives|postmortems|post-mortems)\Z")
_PROCEDURE = regex(r"process|procedure|policy|checklist|verfahren|prozess|richtlinie|procedimiento|politique")


def _named_here(place: Place, what: Spec) -> bool:
    # How records of a sort are made often stands beside them.
    beside = _ABOUT_RECORDS.search(place.folder) and _PROCEDURE.search(place.name)
    if (place.record and not beside) or (place.dated and not what.dated):
        return False
    return not what.only_top or place.folder in ("", ".github", "docs", ".gitlab")


def _titled(scan: Scan, place: Place, what: Spec) -> bool:
    """Say whether a page among those for users says in its title that it is about the work, not about the product."""
    if not what.titles or place.folder.split("/")[0] not in scan.words("documents", "roots"):
        return False
    parsed = document(scan, place.path)
    return parsed is not None and heads(compared_heading(parsed.title), what.titles)


def _prominence(place: Place) -> tuple[bool, int, str]:
    return (not (place.root or place.process), place.path.count("/"), place.path)


@fact
def is_about(scan: Scan, words: tuple[str, ...]) -> bool:
    """Say whether the product itself is about one of ``words``, judged by the top README's first lines."""
    for path in index(scan).by_name.get("readme", ()):
        parsed = document(scan, path)
        if parsed is None:
            continue
        opening = [fold(h.text) for h in parsed.headings[:1]] + [fold(line.text) for line in parsed.prose[:6]]
        text = " ".join(opening)[:800]
        return any(re.search(rf"\b{re.escape(word)}s?\b", text) for word in words)
    return False


def _headed(scan: Scan, key: str, what: Spec) -> Iterator[tuple[str, Heading | None, How]]:
    if not what.headings:
        return
    about = bool(what.subject) and is_about(scan, what.subject)
    places = index(scan).places
    out = frozenset(scan.glob(*what.not_paths)) if what.not_paths else frozenset()
    hosts = {path: rank for path, rank in _hosts(scan, what.hosts).items() if path not in out}
    matches = []
    elsewhere = [path for path in hosts if not places[path].about_work]
    for path, heading in (
        *headings(scan).match(what.headings, what.not_headings),
        *(hit for host in elsewhere for hit in headings_of(scan, host).match(what.headings, what.not_headings)),
    ):
        place = places[path]
        rank = hosts.get(path)
        if rank is None or (place.dated and not what.dated) or (about and not place.process):
            continue
        matches.append((rank, path, heading.line, heading.level, heading))
    for _, path, _, level, heading in sorted(matches, key=lambda m: m[:4]):
        parsed = document(scan, path)
        first = parsed is not None and level <= 1 and heading.text == parsed.title
        # A README's title names the product, not the document.
        if first and not compared_name(path).rsplit("/", 1)[-1].startswith("readme"):
            yield path, None, "title"
        elif level and not (places[path].root and parsed and _of_the_product(scan, parsed.section(heading))):
            yield path, heading, "heading"


def _of_the_product(scan: Scan, section: Document) -> bool:
    """Say whether a passage opens by telling what the product does for those who use it."""
    opening = " ".join(line.text for line in section.prose[:6])[:600]
    return bool(mentions(scan, opening, ["product-feature"]))


@fact
def _hosts(scan: Scan, names: tuple[str, ...]) -> dict[str, int]:
    """Return the documents whose headings are looked at, with the rank of the group they belong to."""
    found: dict[str, int] = {}
    for rank, name in enumerate(names):
        for path in _group(scan, name):
            found.setdefault(path, rank)
    return found


@fact
def _group(scan: Scan, name: str) -> tuple[str, ...]:
    """Return the documents of one group of hosts."""
    if name == "roots":
        return tuple(p.path for p in index(scan).places.values() if p.root and not _is_readme(p))
    if name == "process":
        inside = tuple(p.path for p in index(scan).places.values() if p.process and not _is_readme(p))
        return (*inside, *named(scan, "process"))
    return named(scan, name)


def _is_readme(place: Place) -> bool:
    return place.name.rsplit("/", 1)[-1].startswith("readme") and not place.process


def _found(scan: Scan, key: str, what: Spec, path: str, heading: Heading | None, how: How) -> Found | None:
    parsed = document(scan, path)
    if parsed is None:
        return None
    if heading is None and not what.dated and _is_report(parsed):
        return None
    part = parsed.section(heading) if heading else parsed
    return _weighed(scan, key, what, part, heading.line if heading else 1, how)


_LOOKED = regex(
    r"(?im)^\W{0,6}(?:reviewers?|auditors?|assessors?|inspectors?|prüfer(?:in)?|auditeur|auditores?)\W{0,4}:\W{0,4}\w"
)
_TOLD = regex(
    r"(?i)\b(?:findings?|severity|recommend\w*|problems?|issues found|verdict|feststellungen|empfehlung\w*)\b"
)


def _is_report(parsed: Document) -> bool:
    """Say whether a document tells what somebody found who looked at something, instead of how it is to be done."""
    if not _LOOKED.search(parsed.text[:1_500]):
        return False
    return sum(_TOLD.search(heading.text) is not None for heading in parsed.headings) >= _TWO


def _weighed(scan: Scan, key: str, what: Spec, part: Document, line: int, how: How) -> Found:
    words = part.words
    rows = max([len(table.rows) for table in part.tables] + [len(part.items)], default=0)
    weak = ""
    if is_scaffold(scan.text(part.path) or ""):
        weak = "an unfilled template: begun with qmslint scaffold"
    elif words < what.words and rows < what.rows:
        weak = f"only {words} own words, where {what.words} or a list of {what.rows} are expected"
    elif how != "template":
        marks = unfilled(scan, part.path, line if how == "heading" else 1, part.lines)
        if marks and marks[0].whole:
            weak = f"an unfilled template: {marks[0].what}"
    return Found(key, part.path, line, part, how, words, weak)
