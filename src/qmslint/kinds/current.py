"""A document was changed or reviewed by a person within its interval."""

from __future__ import annotations

from dataclasses import dataclass

from qmslint.derive import option
from qmslint.facts.base import Scan
from qmslint.facts.dates import day_of
from qmslint.facts.documents import find
from qmslint.facts.edits import last_touch, stated_review
from qmslint.facts.records import records
from qmslint.model.evidence import absent_at, at_commit, in_file
from qmslint.model.outcome import Confidence, Outcome, conforming, nonconforming, not_assessable

NEEDS = frozenset({"tree", "text", "history"})
_PLACES = 4


@dataclass(frozen=True, slots=True)
class Params:
    """The newest of what git shows (changes of spelling and by automation left out) and of the review dates it states."""

    key: str = option("Key of the document in the vocabulary `documents`.")
    kinds: tuple[str, ...] = option("Kinds of record whose files count as well.", ())
    months: float = option(
        "Longest interval in months; one in `intervals` of the configuration replaces it.", 12, minimum=1
    )
    what: str = option("What to call it in messages.", "")


def check(params: Params, scan: Scan) -> Outcome:
    """Look at the best places of the document; one that is current is enough."""
    named = [item.path for item in find(scan, params.key) if item.substantial]
    kept = [path for kind in params.kinds for path in records(scan, kind).files]
    places = list(dict.fromkeys([*named, *kept]))[:_PLACES]
    what = params.what or params.key.replace("-", " ")
    if not places:
        return nonconforming(f"no {what} was found", [absent_at("docs/", what)], "absent")
    months = float(scan.settings.intervals.get(params.key, params.months))
    since = day_of(scan.since(months))
    measured: dict[str, float | int | str] = {"interval in months": months}
    notes = []
    for place in places:
        stated = stated_review(scan, place)
        if stated and stated.day >= since:
            measured["newest"] = str(stated.day)
            note = f"reviewed on {stated.day}"
            return conforming(f"the {what} was {note}", [in_file(place, stated.line, note)], measured=measured)
    for place in places:
        touch = last_touch(scan, place)
        if touch is None:
            continue
        note = f"last changed by a person on {touch.day}"
        notes += [in_file(place, note=note), at_commit(touch.commit, f"{note}: {place}")]
        measured["newest"] = max(str(measured.get("newest", "")), str(touch.day))
        if touch.day >= since:
            message = f"the {what} was {note}"
            return conforming(message, notes[-2:], confidence=Confidence.MEDIUM, measured=measured)
    if not notes:
        text = f"nothing shows when a person last changed the {what}"
        return not_assessable("TOO_FEW", text, [in_file(places[0], note=text)], measured=measured)
    message = f"the {what} was last changed by a person on {measured['newest']}, more than {months:g} months ago"
    return nonconforming(message, notes, "stale", measured=measured)
