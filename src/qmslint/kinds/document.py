"""A document exists, has substance, and speaks of what it has to speak of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field

from qmslint.derive import option
from qmslint.facts.base import Scan
from qmslint.facts.documents import Found, find, spec, unreadable
from qmslint.facts.naming import who_is_named
from qmslint.facts.product import named_in
from qmslint.facts.signposts import signpost
from qmslint.facts.topics import Sighting, seen, seen_together
from qmslint.model.evidence import Evidence, absent_at, in_file
from qmslint.model.outcome import Confidence, Outcome, conforming, nonconforming, none_found, not_assessable
from qmslint.quick import dataclass

NEEDS = frozenset({"tree", "text"})


@dataclass(frozen=True, slots=True)
class Params:
    """The document of a key, found by declaration, front matter, name or heading, with the topics it needs."""

    key: str = option("Key of the document in the vocabulary `documents`.")
    topics: tuple[str, ...] = option("Topics of the vocabulary `topics` it should speak of.", ())
    at_least: int = option("How many of the topics are needed.", 0, minimum=0)
    must: tuple[str, ...] = option("Topics that are all needed; `a|b` means either.", ())
    within: int = option(
        "Lines under one heading within which the topics have to stand; 0 for anywhere.  For documents about more.",
        0,
        minimum=0,
    )
    names: bool = option("It has to name a person, handle, address or team.", False)
    whole: bool = option("Only a file of its own counts, not a part of one.", False)
    about: tuple[str, ...] = option(
        "It has to speak of one of these topics to be this document at all; another of the same name is none.", ()
    )
    product: bool = option("It has to name the product of this repository, where a name of it is known.", False)
    passage: bool = option(
        "A passage of a document about more: messages say that it is missing, not the document.", False
    )
    what: str = option("What to call it in messages.", "")


@dataclass(slots=True)
class _Reading:
    """What one place, or several together, show."""

    places: list[Found]
    sightings: dict[str, Sighting] = field(default_factory=dict)
    named: tuple[int, str] | None = None
    product: str = ""
    """``no`` where the product has a name that does not occur."""

    def missing(self, params: Params) -> list[str]:
        gaps = [group for group in params.must if not any(topic in self.sightings for topic in group.split("|"))]
        count = sum(1 for topic in params.topics if topic in self.sightings)
        # What must be there is named before what would do.
        if count < params.at_least and not gaps:
            gaps += [topic for topic in params.topics if topic not in self.sightings]
        if params.names and self.named is None:
            gaps.append("a named person or team")
        if self.product == "no":
            gaps.append("a name of the product")
        return gaps


def check(params: Params, scan: Scan) -> Outcome:
    """Judge the best place; what one place lacks another may add."""
    there = [item for item in find(scan, params.key) if item.whole or not params.whole]
    found = [item for item in there if not params.about or seen(scan, item.document, params.about)]
    what = params.what or params.key.replace("-", " ")
    if not found:
        return _absent(params, scan, what, [f"{item.path}:{item.line} is about something else" for item in there])
    good = [item for item in found if item.substantial]
    if not good and (said := _elsewhere(scan, found, what)):
        return said
    if not good:
        weak = found[0]
        gap = "placeholder" if "template" in weak.weak else "weak"
        message = f"the {what} at {weak.path}:{weak.line} is {weak.weak}"
        return nonconforming(message, [in_file(f.path, f.line, f.weak) for f in found[:8]], gap)
    readings = [_read(params, scan, [item]) for item in good[:6]]
    best = min(readings, key=lambda reading: len(reading.missing(params)))
    if best.missing(params) and len(good) > 1:
        together = _read(params, scan, good[:6])
        best = together if len(together.missing(params)) < len(best.missing(params)) else best
    if best.missing(params) and (said := _elsewhere(scan, found, what)):
        return said
    return _answer(params, best, what)


def _elsewhere(scan: Scan, found: Sequence[Found], what: str) -> Outcome | None:
    """Say where the document lives when what is here is little more than a link to it."""
    told = signpost(scan, found)
    if told is None:
        return None
    path, link = told
    text = f"the {what} lives elsewhere, says {path}:{link.line}: {link.target[:200]}; look there"
    return not_assessable("EXTERNAL", text, [in_file(path, link.line, f"leads to {link.target[:200]}")])


def _answer(params: Params, reading: _Reading, what: str) -> Outcome:
    gaps = reading.missing(params)
    wanted = [*params.topics, *(topic for group in params.must for topic in group.split("|"))]
    seen_topics = [topic for topic in dict.fromkeys(wanted) if topic in reading.sightings]
    evidence = _evidence(reading, what)
    first = reading.places[0]
    measured: dict[str, float | int | str] = {"words": first.words}
    if params.topics or params.must:
        measured["topics"] = len(seen_topics)
        measured["needed"] = params.at_least + len(params.must)
    place = f"{first.path}:{first.line}" if first.line > 1 else first.path
    if gaps:
        lacks = ", ".join(gap.replace("|", " or ").replace("-", " ") for gap in gaps[:6])
        if params.passage and not seen_topics:
            return nonconforming(f"{none_found(what)}: {place}", evidence, "incomplete", measured=measured)
        return nonconforming(f"the {what} at {place} lacks {lacks}", evidence, "incomplete", measured=measured)
    sure = Confidence.HIGH if first.how in ("declared", "front matter", "name", "template") else Confidence.MEDIUM
    return conforming(f"{what}: {place}", evidence, confidence=sure, measured=measured)


def _read(params: Params, scan: Scan, places: list[Found]) -> _Reading:
    reading = _Reading(places)
    wanted = [*params.topics, *(topic for group in params.must for topic in group.split("|"))]
    for place in places:
        if params.within:
            spoken = seen_together(scan, place.document, wanted, params.within)
        else:
            spoken = seen(scan, place.document, wanted)
        for topic, sighting in spoken.items():
            reading.sightings.setdefault(topic, sighting)
        if params.product and reading.product != "yes":
            reading.product = named_in(scan, place.document)
        if params.names and reading.named is None:
            reading.named = who_is_named(scan, place.document)
            if reading.named and place is not places[0]:
                reading.places = [place, *[p for p in places if p is not place]]
    return reading


def _evidence(reading: _Reading, what: str) -> list[Evidence]:
    found = [
        in_file(p.path, p.line, f"{what}, found by {p.how}", p.document.lines if p.line > 1 else 0)
        for p in reading.places[:4]
    ]
    for topic, sighting in sorted(reading.sightings.items(), key=lambda item: (item[1].path, item[1].line)):
        found.append(in_file(sighting.path, sighting.line, f"{topic.replace('-', ' ')}: {sighting.text}"))
    if reading.named:
        found.append(in_file(reading.places[0].path, reading.named[0], "names who"))
    return found


def _absent(params: Params, scan: Scan, what: str, others: Sequence[str] = ()) -> Outcome:
    known = spec(scan, params.key)
    names = tuple(known.names + known.root_names)
    searched = [*names[:12], *(f"heading: {h}" for h in known.headings[:8]), *others[:5]]
    binary = unreadable(scan, params.key)
    if binary:
        text = f"{binary[0]} is not text, so its content was not looked at"
        return not_assessable("BINARY_DOC", text, [in_file(binary[0], note=what)], searched=searched)
    expected = known.expected or _expected(names)
    return nonconforming(none_found(what), [absent_at(expected, what)], "absent", searched=searched)


def _expected(names: Sequence[str]) -> str:
    first = names[0].replace("*", "").strip("-_ ") if names else "document"
    return f"docs/{first}.md" if "/" not in first and "." not in first else first
