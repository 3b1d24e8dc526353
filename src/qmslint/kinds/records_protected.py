"""Records stay as they were when they were closed, and it is said how long they are kept."""

from __future__ import annotations

from qmslint.derive import option
from qmslint.facts.base import Scan
from qmslint.facts.record_keeping import alterations, artefact_days, retention, single_records
from qmslint.model.evidence import Evidence, absent_at, at_commit, in_file, in_record
from qmslint.model.outcome import Confidence, Outcome, conforming, nonconforming, not_applicable
from qmslint.quick import dataclass

NEEDS = frozenset({"tree", "text", "history", "diffs"})
_LISTED = 20


@dataclass(frozen=True, slots=True)
class Params:
    """No record lost what it said after it was closed, none was removed, and a retention time is stated and kept."""

    kinds: tuple[str, ...] = option("Kinds of record in the vocabulary `records` that are files of their own.")
    days: int = option("Days after closing in which a record may still be completed.", 30, minimum=0)
    words: int = option("Words of the earlier version that have to be gone for a rewriting.", 15, minimum=1)
    share: float = option("… and the share of the earlier version, 0 to 1.", 0.1, minimum=0, maximum=1)


def check(params: Params, scan: Scan) -> Outcome:
    """Look at later changes first, then at the retention time."""
    items = single_records(scan, params.kinds)
    if not items:
        return not_applicable("no records that are files of their own are kept here", [absent_at("", "records")])
    altered = alterations(scan, params.kinds, params.days, params.words, params.share)
    measured: dict[str, float | int | str] = {"records": len(items), "altered": len(altered), "days": params.days}
    if altered:
        evidence: list[Evidence] = []
        for item in altered[:_LISTED]:
            text = f"{item.what} {(item.on - item.closed).days} days after it was closed: {item.note}"
            evidence += [in_record(item.path, 1, text), at_commit(item.commit, f"{item.path} {item.what}")]
        count = len({item.path for item in altered})
        message = f"{count} records were {altered[0].what if count == 1 else 'rewritten or removed'} more than {params.days} days after they were closed"
        return nonconforming(message, evidence, "altered", confidence=Confidence.MEDIUM, measured=measured)
    said = retention(scan)
    held = [in_record(record.path, record.line, "not altered since it was closed") for record in items[:_LISTED]]
    if not said:
        place = absent_at("docs/document-control.md", "how long records are kept")
        message = f"{len(items)} records were not altered, but it is not said how long records are kept"
        return nonconforming(message, [*held[:5], place], "incomplete", measured=measured)
    wanted = max((kept for kept in said if kept.artefacts), key=lambda kept: kept.days, default=None)
    results = wanted is not None and ("result" in wanted.text.lower() or "ergebnis" in wanted.text.lower())
    short = [(days, path, line) for days, path, line in artefact_days(scan, results) if wanted and days < wanted.days]
    if wanted and short:
        places = [in_file(path, line, f"artefacts are kept for {days} days") for days, path, line in short[:10]]
        evidence = [in_file(wanted.path, wanted.line, f"says: {wanted.text[:100]}"), *places]
        message = f"artefacts are kept for {short[0][0]} days where {wanted.days} are stated"
        return nonconforming(message, evidence, "contradiction", measured=measured)
    stated = [in_file(kept.path, kept.line, f"says: {kept.text[:100]}") for kept in said[:5]]
    message = f"{len(items)} records were not altered after they were closed, and a retention time is stated"
    return conforming(message, [*stated, *held], confidence=Confidence.MEDIUM, measured=measured)
