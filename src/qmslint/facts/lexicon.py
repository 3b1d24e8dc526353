"""Names people give to the parts of their records, and whether such a part was filled in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from qmslint.facts.markup import count_words, normal
from qmslint.quick import regex

_WORDS = 10
_ALONE = frozenset(("for", "by", "now", "today"))
_JOINTS = frozenset(
    (
        "of",
        "for",
        "by",
        "to",
        "from",
        "after",
        "before",
        "with",
        "in",
        "on",
        "per",
        "de",
        "du",
        "des",
        "del",
        "d",
        "pour",
        "para",
        "por",
        "von",
        "für",
        "fur",
        "der",
        "zur",
        "zum",
    )
)
_VAGUE = frozenset(
    (
        "score",
        "rating",
        "level",
        "value",
        "rank",
        "description",
        "details",
        "type",
        "text",
        "wert",
        "stufe",
        "beschreibung",
        "art",
        "niveau",
        "valeur",
        "valor",
        "nivel",
    )
)
"""Words that, at the end of a name, say less than what stands before them."""
_BRACKETS = regex(
    r"\{[^{}\n]{0,300}\}|<(?!https?:|mailto:)[^<>@\n]{2,120}>"
    r"|\[(?:insert|describe|your|name|date|list|e\.g|todo|tbd|x{2,}|\.{2,}|…|who|what|when)[^\[\]\n]{0,200}\]",
    re.I,
)
_MENU = regex(r"\w[\w -]{0,20}(?:\s*[/|]\s*\w[\w -]{0,20}){2,}")
_HOLE = regex(r"[*_]{0,3}\[[^\[\]\d]{2,120}\][*_]{0,3}")
_MARKERS = regex(
    r"\b(?:DD|dd|TT|JJ)[-./](?:MM|mm)[-./](?:YYYY|yyyy|JJJJ|AAAA)\b"
    r"|\b(?:YYYY|yyyy|20xx|20XX|JJJJ|AAAA)[-./](?:MM|mm)\b[-./]?(?:DD|dd|TT|JJ)?|\b(?:TODO|TBD|TBC|FIXME|XXX)\b"
    r"|\b[Ll]orem ipsum\b|\b(?:Jane|John) Doe\b"
)
_SIGNS = ("YYYY", "yyyy", "20xx", "20XX", "JJJJ", "AAAA", "TODO", "TBD", "TBC", "FIXME", "XXX", "orem ipsum", " Doe")
_BLANK = regex(r"[\s\-–—_.…?*/|\[\]()#:;,xX]*")
_REFUSAL = regex(r"(?:n\s*/\s*a|none|not applicable|nil|keine?s?|entfällt|nicht (?:zutreffend|anwendbar)|aucune?|sans objet"
                      r"|ningun[oa]?|no aplica)\b[\s.:;,()–—-]*", re.I)  # fmt: skip

_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})


@dataclass(frozen=True)
class Lexicon:
    """Finds which of some names a heading, column or label means.

    Parameters
    ----------
    names : mapping
        Name to the phrases that mean it, as people write them, in any language.
    """

    names: Mapping[str, Iterable[str]]
    phrases: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, phrases in self.names.items():
            for phrase in (name.replace("_", " "), *map(str, phrases)):
                # Keys of data and names of attributes are often written without umlauts.
                for written in dict.fromkeys((phrase, phrase.lower().translate(_UMLAUTS))):
                    if plain := normal(written):
                        self.phrases.setdefault(plain, name)

    def exact(self, text: str) -> str:
        """Return the name that the whole ``text`` means, or an empty string."""
        return self.phrases.get(normal(text), "") if len(text) <= 120 else ""

    def find(self, text: str) -> str:
        """Return the name whose longest phrase occurs in a short ``text``, or an empty string."""
        if len(text) > 120:
            return ""
        whole = normal(text)
        if whole in self.phrases:
            return self.phrases[whole]
        words = whole.replace("/", " ").split()
        if len(words) > _WORDS:
            return ""
        # What a compound is stands at its end ("control owner"), what a phrase is before its preposition ("date of review").
        head = next((at for at, word in enumerate(words) if at and word in _JOINTS), len(words))
        for size in range(len(words), 0, -1):
            starts = range(len(words) - size, -1, -1)
            for start in sorted(starts, key=lambda at: (at + size > head, size == 1 and words[at] in _VAGUE, -at)):
                phrase = " ".join(words[start : start + size])
                # A letter or a preposition means a column only where it stands alone.
                if len(phrase) > 2 and phrase not in _ALONE and phrase in self.phrases:
                    return self.phrases[phrase]
        return ""


def _without_holes(text: str, put: str = " ") -> str:
    if "{" in text or "<" in text or "[" in text:
        text = _BRACKETS.sub(put, text)
    return _MARKERS.sub(put, text) if any(sign in text for sign in _SIGNS) else text


def is_unfilled(text: str) -> bool:
    """Say whether a value is empty, a dash, or what a template left behind."""
    if text[-1:] in "]_*" and _HOLE.fullmatch(text.strip()):
        return True
    return _BLANK.fullmatch(_without_holes(text)) is not None


def is_menu(text: str) -> bool:
    """Say whether a value still lists what could be chosen, such as ``Open / In progress / Closed``."""
    return _MENU.fullmatch(text.strip()) is not None


def refuses(text: str) -> bool:
    """Say whether a value begins by saying that there is nothing, such as ``N/A``."""
    return _REFUSAL.match(text.strip()) is not None


def own_words(text: str) -> int:
    """Return the number of words people added: no left-over of a template, no ``N/A``."""
    rest = _without_holes(text).strip()
    refusal = _REFUSAL.match(rest)
    return count_words(rest[refusal.end() :] if refusal else rest)
