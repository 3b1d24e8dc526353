"""The vocabulary of decision records, prepared for one scan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from qmslint.facts.base import Scan, fact
from qmslint.facts.lexicon import Lexicon
from qmslint.patterns import any_of


@dataclass(frozen=True)
class Words:
    """Prepared word lists of ``vocabulary/decisions.yaml``."""

    parts: Lexicon
    statuses: Mapping[str, Any]
    practice: Any
    not_titles: Any
    prompts: tuple[str, ...]
    y_statement: Any
    log: Sequence[Sequence[str]]
    indexes: frozenset[str]


@fact
def words(scan: Scan) -> Words:
    """Return the prepared word lists."""
    lists = scan.words("decisions")
    return Words(
        Lexicon(lists["parts"]),
        {name: any_of(patterns) for name, patterns in lists["statuses"].items()},
        any_of(lists["practice"]),
        any_of(lists["not_titles"]),
        tuple(str(prompt).lower() for prompt in lists["prompts"]),
        any_of([lists["y_statement"]]),
        lists["log"],
        frozenset(lists["indexes"]),
    )


_ENDING = ("superseded", "deprecated", "rejected")


def status_of(text: str, words: Words) -> str:
    """Return the class of a status as written: what ended a decision wins, else what is said first."""
    text = text[:400]
    for name in _ENDING:
        if words.statuses[name].search(text):
            return name
    hits = [(match.start(), name) for name, test in words.statuses.items() if (match := test.search(text))]
    return min(hits)[1] if hits else "other" if text.strip() else ""


def is_menu(text: str) -> bool:
    """Say whether a status still offers the choices of a template."""
    line = text.strip().split("\n", 1)[0]
    return line.count("|") >= 2 or line.strip(" \"'").startswith("{") or line.count(" / ") >= 2
