"""Topics: named groups of synonyms, found in the text of documents with the line where they stand.

The vocabulary ``topics`` maps a topic to its synonyms by language.  In a synonym, ``*`` stands for the rest of
a word, ``…`` for up to eight words of the same sentence, ``#`` for a number, ``(a|b)`` for alternatives, ``(a)?`` for
what may be missing, ``(a)+`` for what may be repeated, ``^`` and ``$`` for the begin and end of a line, and a blank also for a
hyphen.  Upper and lower case and accents make no difference.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

from qmslint.facts.base import Scan, fact_of_words
from qmslint.facts.markup import Document, fold
from qmslint.patterns import compile_pattern
from qmslint.quick import dataclass, regex

_TOKEN = regex(r"(?<=\))[?+]|[*…#()|]| +|[^*…#()| ]+?(?=[*…#()| ]|\Z)")
_GAP = r"(?:[^\w.!?;]+[\w'’/@#%+.-]*\w){0,8}?[^\w.!?;]+"

_SIGHTINGS = 200
"""Places of one topic in one document that are looked at."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """A topic seen in a document, with the words that showed it."""

    topic: str
    path: str
    line: int
    text: str


def expression(synonym: str) -> str:
    """Return the pattern of one synonym, to be matched against folded text."""
    # Folding would spell the sign of a gap out as three dots.
    text = "…".join(fold(part) for part in synonym.split("…"))
    opens, closes = text.startswith("^"), text.endswith("$")
    text = text.removeprefix("^").removesuffix("$")
    # A number may stand before what a line begins with, as in headings.
    out = r"^(?:[^\w\n]|[0-9]+\b)*" if opens else ""
    out += r"\b" if text[:1].isalnum() else ""
    skip = False
    tokens = _TOKEN.findall(text)
    for index, token in enumerate(tokens):
        if token == "…":
            out += _GAP
            skip = True
        elif token.isspace():
            near = index + 1 < len(tokens) and tokens[index + 1] == "…"
            out += "" if skip or near else r"[\s-]+"
            skip = False
        elif token in "?+" and index and tokens[index - 1] == ")":
            out += token
        else:
            skip = False
            out += {"*": r"[\w'’-]*", "#": r"[0-9][0-9.,]*", "(": "(?:", ")": ")", "|": "|"}.get(
                token, re.escape(token)
            )
    return out + (r"\b" if text[-1:].isalnum() else "") + (r"[^\w\n]*$" if closes else "")


@fact_of_words
def _compiled(scan: Scan, topic: str) -> Any:
    words: Any = scan.words("topics", topic)
    synonyms: list[str] = []
    for part in words.values() if isinstance(words, Mapping) else [words]:
        synonyms += [str(word) for word in part]
    return compile_pattern("|".join(expression(word) for word in dict.fromkeys(synonyms)), ignore_case=False)


def seen(scan: Scan, document: Document, topics: Iterable[str]) -> dict[str, Sighting]:
    """Return the first sighting of each of ``topics`` in a document."""
    found = {}
    for topic in topics:
        match = _compiled(scan, topic).search(document.plain)
        if match:
            found[topic] = _sighting(document, topic, *match.span())
    return found


def seen_together(scan: Scan, document: Document, topics: Sequence[str], within: int) -> dict[str, Sighting]:
    """Return the sightings of the most of ``topics`` that stand under one heading, within some lines of each other."""
    opened = [heading.line for heading in document.headings]
    everywhere = sorted(
        (
            _sighting(document, topic, *match.span())
            for topic in dict.fromkeys(topics)
            for match in islice(_compiled(scan, topic).finditer(document.plain), _SIGHTINGS)
        ),
        key=lambda sighting: sighting.line,
    )
    best: dict[str, Sighting] = {}
    for index, first in enumerate(everywhere):
        place: dict[str, Sighting] = {}
        for sighting in everywhere[index:]:
            if sighting.line > first.line + within or bisect_right(opened, first.line) < bisect_right(
                opened, sighting.line
            ):
                break
            place.setdefault(sighting.topic, sighting)
        if len(place) > len(best):
            best = place
    return best


def _sighting(document: Document, topic: str, start: int, end: int) -> Sighting:
    text = document.plain
    line = document.line_of(text.count("\n", 0, start))
    return Sighting(topic, document.path, line, " ".join(text[start:end].split())[:80])


def mentions(scan: Scan, text: str, topics: Iterable[str]) -> tuple[str, ...]:
    """Return which of ``topics`` a short text mentions."""
    plain = fold(text)
    return tuple(topic for topic in topics if _compiled(scan, topic).search(plain))
