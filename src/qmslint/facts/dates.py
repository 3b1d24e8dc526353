"""Dates as people write them; what could be read in two ways is not read at all."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import UTC, date, datetime

from qmslint.quick import regex

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan januar janvier enero jänner",
            "february feb februar février fevrier febrero",
            "march mar märz maerz mrz mars marzo",
            "april apr avril abril",
            "may mai mayo",
            "june jun juni juin junio",
            "july jul juli juillet julio",
            "august aug août aout agosto",
            "september sep sept septembre septiembre",
            "october oct oktober okt octobre octubre",
            "november nov novembre noviembre",
            "december dec dezember dez décembre decembre diciembre",
        ),
        1,
    )
    for name in names.split()
}
"""Month names in English, German, French and Spanish."""
_MONTH = "|".join(sorted(MONTHS, key=lambda name: (-len(name), name)))
_FORMS = (
    regex(r"(?<![\d.-])(?P<y>(?:19|20)\d\d)(?P<s>[-/._])(?P<m>0?[1-9]|1[0-2])(?P=s)(?P<d>0?[1-9]|[12]\d|3[01])(?!\d)"),
    regex(r"(?<!\d)(?P<y>(?:19|20)\d\d)(?P<m>0[1-9]|1[0-2])(?P<d>0[1-9]|[12]\d|3[01])(?!\d)"),
    regex(rf"(?<![\d\w])(?P<d>0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th|er|\.|º)?\s+(?:of |de )?(?P<n>{_MONTH})\b\.?,?\s+(?:de )?(?P<y>(?:19|20)\d\d)", re.I),
    regex(rf"\b(?P<n>{_MONTH})\b\.?\s+(?P<d>0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?,?\s+(?P<y>(?:19|20)\d\d)", re.I),
    regex(rf"(?<!\d)(?P<d>0?[1-9]|[12]\d|3[01])-(?P<n>{_MONTH})-(?P<y>(?:19|20)\d\d)", re.I),
    regex(r"(?<![\d.])(?P<d>0?[1-9]|[12]\d|3[01])\.(?P<m>0?[1-9]|1[0-2])\.(?P<y>(?:19|20)\d\d)(?!\d)"),
    regex(r"(?<![\d/])(?P<a>0?[1-9]|[12]\d|3[01])(?P<s>[/-])(?P<b>0?[1-9]|[12]\d|3[01])(?P=s)(?P<y>(?:19|20)\d\d)(?!\d)"),
)  # fmt: skip
_PERIODS = (
    regex(r"(?<![\d-])(?P<y>(?:19|20)\d\d)[-/._](?P<m>0[1-9]|1[0-2])(?![\d-])"),
    regex(rf"\b(?P<n>{_MONTH})\b\.?,?\s+(?:de )?(?P<y>(?:19|20)\d\d)", re.I),
    regex(r"(?<!\d)(?P<y>20\d\d)[-_/ ]?[QT](?P<q>[1-4])\b", re.I),
    regex(r"\b[QT](?P<q>[1-4])[-_/ ]*(?P<y>20\d\d)(?!\d)", re.I),
    regex(r"(?<![\d.])(?P<q>[1-4])\.? ?(?:Quartal|quarter|trimestre)(?: de| of)? (?P<y>20\d\d)(?!\d)", re.I),
    regex(r"(?<!\d)(?P<y>20\d\d)[-_ ]?(?:W|KW)[-_ ]?(?P<w>[0-5]?\d)\b", re.I),
    regex(r"\bKW[-_ ]?(?P<w>[0-5]?\d)[-_/ ]+(?P<y>20\d\d)(?!\d)", re.I),
)
_AHEAD = 400


def parse_date(text: str, end: bool = False) -> date | None:
    """Return the first date in ``text`` that can be read in one way only.

    Parameters
    ----------
    text : str
        What somebody wrote; only the beginning is looked at.
    end : bool
        For a month, quarter or week return its last day instead of its first, as for a due date.
    """
    text = text[:_AHEAD]
    if not any(letter.isdigit() for letter in text):
        return None
    hits = [(match.start(), index, match) for index, form in enumerate(_FORMS) if (match := form.search(text))]
    for _, _, match in sorted(hits, key=lambda hit: hit[:2]):
        found = _day(match.groupdict())
        if found:
            return found
    for form in _PERIODS:
        match = form.search(text)
        if match:
            return _period(match.groupdict(), end)
    return None


def has_date(text: str) -> bool:
    """Say whether ``text`` holds something written as a date, even one that could be read in two ways."""
    return any(form.search(text[:_AHEAD]) for form in (*_FORMS, *_PERIODS)) or bool(_SHORT.search(text[:_AHEAD]))


_SHORT = regex(r"(?<!\d)\d{1,2}/\d{1,2}/\d\d(?!\d)")


def _day(parts: dict[str, str | None]) -> date | None:
    year = int(parts["y"] or 0)
    if parts.get("a"):
        first, second = int(parts["a"] or 0), int(parts["b"] or 0)
        if first <= 12 and second <= 12 and first != second:
            return None
        day, month = (first, second) if second <= 12 else (second, first)
    else:
        day = int(parts["d"] or 0)
        month = int(parts["m"] or 0) if parts.get("m") else MONTHS[(parts["n"] or "").lower()]
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _period(parts: dict[str, str | None], end: bool) -> date | None:
    year = int(parts["y"] or 0)
    if parts.get("w"):
        try:
            return date.fromisocalendar(year, int(parts["w"] or 0), 7 if end else 1)
        except ValueError:
            return None
    if parts.get("q"):
        month = int(parts["q"] or 0) * 3 if end else int(parts["q"] or 0) * 3 - 2
    else:
        month = int(parts["m"] or 0) if parts.get("m") else MONTHS[(parts["n"] or "").lower()]
    return date(year, month, monthrange(year, month)[1] if end else 1)


def day_of(moment: int) -> date:
    """Return the UTC day of a moment in seconds since 1970."""
    return datetime.fromtimestamp(moment, UTC).date()
