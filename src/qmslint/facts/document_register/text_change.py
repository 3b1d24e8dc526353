"""How much of a text changed, dates and version numbers left out."""

from __future__ import annotations

from collections import Counter

from qmslint.facts.dates import MONTHS
from qmslint.facts.markup import fold
from qmslint.quick import dataclass, regex

_TARGET = regex(r"\]\([^()\n]{0,400}\)|\bhttps?://[^\s)>\]]{1,400}")
_DATE = regex(
    r"\b(?:19|20)\d\d[-/.]\d{1,2}[-/.]\d{1,2}\b|\b\d{1,2}[-/.]\d{1,2}[-/.](?:19|20)\d\d\b|\bv?\d{1,4}(?:\.\d{1,4}){1,3}\b|\b(?:19|20)\d\d\b"
)
_WORD = regex(r"[^\W_]+")
_LIMIT = 400_000


@dataclass(frozen=True, slots=True)
class Difference:
    """What lies between two versions of a text.

    Parameters
    ----------
    words : int
        Words that were added or removed, whichever is more.
    share : float
        Of the words of the longer version.
    removed : int
        Words of the earlier version that are gone.
    dates : bool
        Whether a date, a year or a version number changed.
    """

    words: int
    share: float
    removed: int
    dates: bool


def difference(old: str, new: str) -> Difference:
    """Compare two versions by the words they hold; order, white space and link targets make no difference."""
    before, stamps = _words(old)
    after, later = _words(new)
    added = sum((after - before).values())
    removed = sum((before - after).values())
    most = max(added, removed)
    size = max(sum(before.values()), sum(after.values()), 1)
    return Difference(most, most / size, removed, stamps != later)


def _words(text: str) -> tuple[Counter[str], Counter[str]]:
    plain = fold(_TARGET.sub("]", text[:_LIMIT]))
    stamps = Counter(_DATE.findall(plain))
    words = _WORD.findall(_DATE.sub(" ", plain))
    return Counter(word for word in words if word not in MONTHS and not (word.isdigit() and len(word) <= 2)), stamps
