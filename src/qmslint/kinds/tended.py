"""Somebody cared for documents of some keys not long ago."""

from __future__ import annotations

from qmslint.derive import option
from qmslint.facts.base import Scan
from qmslint.facts.dates import day_of
from qmslint.facts.document_register import Entry, Life, entry_of, lives_of
from qmslint.facts.documents import find
from qmslint.facts.records import records
from qmslint.facts.topics import seen
from qmslint.model.evidence import absent_at, in_file
from qmslint.model.outcome import Confidence, Outcome, conforming, nonconforming, none_found, not_assessable
from qmslint.quick import dataclass

NEEDS = frozenset({"tree", "text", "history", "diffs"})


@dataclass(frozen=True, slots=True)
class Params:
    """The newest substantive change, or stated review, of any of the documents lies within the window."""

    keys: tuple[str, ...] = option("Keys of the documents; the document that holds a part counts for the part.")
    kinds: tuple[str, ...] = option("Kinds of record whose files count as well.", ())
    months: int = option("Window before the examination, in months.", 12, minimum=1)
    about: tuple[str, ...] = option("A document has to speak of one of these topics to be one of them.", ())
    what: str = option("What to call them in messages.", "document")


def check(params: Params, scan: Scan) -> Outcome:
    """Look at the newest of them."""
    found = (item for key in params.keys for item in find(scan, key) if item.substantial and item.how != "template")
    places = [item for item in found if not params.about or seen(scan, item.document, params.about)]
    kept = [path for kind in params.kinds for path in records(scan, kind).files]
    entries = [
        entry
        for path in dict.fromkeys([*(i.path for i in places), *kept])
        if (entry := entry_of(scan, path)) is not None
    ]
    if not entries:
        return nonconforming(none_found(params.what), [absent_at("docs/", params.what)], "absent")
    known = lives_of(scan, entries)
    told: list[tuple[Life, Entry]] = [(known[e.path], e) for e in entries if e.path in known]
    if not told:
        text = f"the {params.what} at {entries[0].path} is not committed yet"
        return not_assessable("TOO_FEW", text, [in_file(entries[0].path)])
    life, entry = max(told, key=lambda pair: (pair[0].alive.when, pair[1].path))
    measured: dict[str, float | int | str] = {"newest": str(life.alive.day), "months": params.months}
    since = day_of(scan.since(params.months))
    note = f"last substantive change or review {life.alive.day} ({life.alive.commit[:10]})"
    if life.date_only:
        note += ", which nothing but a date shows"
    if life.alive.day < since:
        message = f"the {params.what} at {entry.path} was last changed or reviewed on {life.alive.day}, more than {params.months} months ago"
        return nonconforming(message, [in_file(entry.path, 0, note)], "stale", measured=measured)
    sure = Confidence.MEDIUM if life.imported or life.date_only else Confidence.HIGH
    return conforming(
        f"the {params.what} at {entry.path} was changed or reviewed on {life.alive.day}",
        [in_file(entry.path, 0, note)],
        confidence=sure,
        measured=measured,
    )
