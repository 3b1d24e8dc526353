"""Signs that documents and records arose apart from the work they are about."""

from __future__ import annotations

from collections.abc import Sequence

from qmslint.derive import option
from qmslint.facts.base import DAY, Scan
from qmslint.facts.document_register import Entry, Life, register
from qmslint.facts.document_use import late_records, only_documents, uses
from qmslint.facts.record_keeping import single_records
from qmslint.model.evidence import Evidence, absent_at, from_history, in_file, in_record
from qmslint.model.outcome import Confidence, Outcome, conforming, nonconforming, not_assessable
from qmslint.quick import dataclass

NEEDS = frozenset({"tree", "text", "history", "diffs"})
_LISTED = 8


@dataclass(frozen=True, slots=True)
class Params:
    """Fewer than so many of four signs are seen; none of them alone says anything."""

    signs: int = option("Signs from which on it is a finding.", 3, minimum=1)
    minimum: int = option("Controlled documents that are needed to judge.", 4, minimum=1)
    burst_days: int = option("Days within which documents that were never changed again make a burst.", 7, minimum=1)
    share: float = option("Share of the documents, or of the records, that makes a sign, 0 to 1.", 0.7)
    rest_days: int = option("Days that have to have passed since for a burst to count.", 120, minimum=0)
    late_days: int = option("Days after its own date from which on a record was committed late.", 30, minimum=1)
    records: tuple[str, ...] = option("Kinds of record whose dates are compared.", ())


def check(params: Params, scan: Scan) -> Outcome:
    """Gather the signs and say each in words."""
    found = register(scan)
    entries = [e for e in found.entries if e.state == "in force"]
    measured: dict[str, float | int | str] = {"documents": len(entries), "needed signs": params.signs}
    if len(entries) < params.minimum:
        text = f"only {len(entries)} controlled documents were found"
        return not_assessable(
            "TOO_FEW", text, [in_file(e.path) for e in entries] or [absent_at("docs/", text)], measured=measured
        )
    found.need_history()
    lived = [(e, e.life) for e in entries if e.life is not None]
    imported = [e for e, life in lived if life.imported]
    if len(imported) > (1 - params.share) * len(entries):
        text = f"the text of {len(imported)} of {len(entries)} documents came with an import of the whole tree; their earlier history is elsewhere"
        return not_assessable(
            "HISTORY_IMPORTED", text, [in_file(e.path) for e in imported[:_LISTED]], measured=measured
        )
    signs = [
        sign
        for sign in (_burst(params, scan, lived), _one(scan, entries), _late(params, scan), _apart(scan, entries))
        if sign
    ]
    measured["signs"] = len(signs)
    evidence = [item for _, items in signs for item in items]
    if len(signs) >= params.signs:
        message = f"{len(signs)} signs that documents live apart from the work: {'; '.join(text for text, _ in signs)}"
        return nonconforming(message, evidence, "weak", confidence=Confidence.MEDIUM, measured=measured)
    good = [in_file(e.path, 0, f"{life.commits} commits by {life.people} people") for e, life in lived[:_LISTED]]
    seen = f" ({'; '.join(text for text, _ in signs)})" if signs else ""
    message = f"{len(signs)} of 4 signs that documents live apart from the work{seen}"
    return conforming(message, [*good, *evidence], confidence=Confidence.MEDIUM, measured=measured)


def _burst(params: Params, scan: Scan, lived: Sequence[tuple[Entry, Life]]) -> tuple[str, list[Evidence]] | None:
    """Return the most documents that came within a few days and were never changed again."""
    still = sorted((life.created.when, e.path) for e, life in lived if life.commits == 1)
    still = [(when, path) for when, path in still if when < scan.as_of - params.rest_days * DAY]
    best: list[tuple[int, str]] = []
    start = 0
    for end in range(len(still)):
        while still[end][0] - still[start][0] > params.burst_days * DAY:
            start += 1
        best = max(best, still[start : end + 1], key=len)
    if len(best) < max(params.share * len(lived), 3):
        return None
    text = f"{len(best)} of {len(lived)} documents came within {params.burst_days} days and were never changed again"
    return text, [in_file(path, 0, "one commit ever") for _, path in best[:_LISTED]]


def _one(scan: Scan, entries: Sequence[Entry]) -> tuple[str, list[Evidence]] | None:
    if not only_documents(scan, entries):
        return None
    text = "one and the same author wrote all documents and changed nothing else here"
    return text, [from_history(text, "git log --first-parent -- <controlled documents>")]


def _late(params: Params, scan: Scan) -> tuple[str, list[Evidence]] | None:
    items = [record for record in single_records(scan, params.records) if record.date]
    late = late_records(scan, items, params.late_days)
    if len(items) < 3 or len(late) < params.share * len(items):
        return None
    text = f"{len(late)} of {len(items)} records were recorded more than {params.late_days} days after their date"
    return text, [in_record(r.path, r.line, f"recorded {days} days after {r.date}") for r, days in late[:_LISTED]]


def _apart(scan: Scan, entries: Sequence[Entry]) -> tuple[str, list[Evidence]] | None:
    named = uses(scan).by_work
    if any(entry.path in named for entry in entries):
        return None
    text = f"none of {len(entries)} documents is named in a template, a pipeline or the code"
    return text, [absent_at(".github/pull_request_template.md", text)]
