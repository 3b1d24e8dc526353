"""Requirements that documents or the configuration set aside, with the reason they give."""

from __future__ import annotations

import re
from collections.abc import Iterator

from qmslint.facts.base import Scan, fact
from qmslint.facts.documents import find
from qmslint.facts.lexicon import own_words
from qmslint.facts.markup import Document
from qmslint.facts.sentences import sentences
from qmslint.patterns import any_of
from qmslint.quick import dataclass, regex

_CLAUSE = regex(r"(?<![\d.:/§-])((?:[4-9]|10)(?:\.\d{1,2}){1,3})(?![\d:])")


@dataclass(frozen=True, slots=True)
class SetAside:
    """One requirement that is said not to apply.

    Parameters
    ----------
    words : int
        Own words beside the number and the word that sets it aside.
    partial : bool
        Whether it is set aside for a part of the products only.
    """

    clause: str
    path: str
    line: int
    text: str
    words: int
    partial: bool
    approver: str = ""


@fact
def set_aside(scan: Scan, keys: tuple[str, ...]) -> tuple[SetAside, ...]:
    """Return what the configuration and the documents of ``keys`` set aside, each clause and place once."""
    found = [
        SetAside(
            e.clause, "", 0, f"{e.reason} (approved by {e.approved_by})", own_words(e.reason), False, e.approved_by
        )
        for e in scan.settings.exclusions
    ]
    for item in (item for key in keys for item in find(scan, key) if item.how != "template"):
        found += _in(scan, item.document)
    return tuple(dict.fromkeys(found))


def _in(scan: Scan, parsed: Document) -> Iterator[SetAside]:
    words = scan.words("exclusions")
    said, denied, partial = (any_of(words[name], False) for name in ("said", "denied", "partial"))
    under = any_of(words["headings"], False)
    spans = [(h.line, parsed.end_of(h)) for h in parsed.headings if under.search(h.text)]
    clauses: list[str] = []
    for line in sentences(parsed):
        inside = any(first <= line.line <= last for first, last in spans)
        if not said.search(line.text) and not inside:
            continue
        if line.text.rstrip(" |*").endswith("?"):
            continue  # whoever asks whether something is set aside sets nothing aside
        numbers = _CLAUSE.findall(line.text)
        # "All other requirements apply, 8.3 among them" stands below the same heading and says the opposite.
        if denied.search(line.text) and (not numbers or not said.search(line.text)):
            continue
        if denied.search(line.text) and re.search(r"(?i)\bnot (?:be )?excluded|nicht ausgeschlossen", line.text):
            continue
        clauses = numbers
        rest = said.sub(" ", _CLAUSE.sub(" ", line.text))
        for number in clauses:
            yield SetAside(
                number, parsed.path, line.line, line.text[:160], own_words(rest), partial.search(line.text) is not None
            )
