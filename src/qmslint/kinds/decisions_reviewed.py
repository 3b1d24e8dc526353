"""Decisions were looked at by somebody other than their author before they were accepted."""

from __future__ import annotations

from qmslint.derive import option
from qmslint.facts.base import Scan
from qmslint.facts.changes import changes, leaves_no_trace
from qmslint.facts.decisions.reviewed import Seen, reviewed
from qmslint.model.evidence import Evidence, absent_at, at_commit, in_record
from qmslint.model.outcome import Confidence, Outcome, conforming, nonconforming, not_applicable, not_assessable
from qmslint.quick import dataclass

NEEDS = frozenset({"tree", "text", "history", "diffs"})
_LISTED = 20


@dataclass(frozen=True, slots=True)
class Params:
    """Of the decisions accepted within the window a share names other people, came by a reviewed change, or leads to its discussion."""

    months: float = option("Window before the examination, in months.", 12, minimum=1)
    at_least: float = option("Lowest share that is enough, 0 to 1.", 0.8, minimum=0, maximum=1)


def check(params: Params, scan: Scan) -> Outcome:
    """Count, and list the decisions that nobody else is seen to have looked at."""
    found = reviewed(scan, params.months)
    if not found:
        text = f"no decision was accepted within {params.months:g} months"
        return not_applicable(text, [absent_at("docs/decisions/", text)])
    good = [seen for seen in found if seen.how]
    bad = [seen for seen in found if not seen.how]
    measured: dict[str, float | int | str] = {
        "decisions": len(found),
        "reviewed": len(good),
        "needed": params.at_least,
        "window_months": params.months,
    }
    message = (
        f"{len(good)} of {len(found)} decisions of the last {params.months:g} months show a review by somebody else"
    )
    if len(good) >= params.at_least * len(found):
        sure = Confidence.MEDIUM if bad or any(seen.how in ("talk", "request") for seen in good) else Confidence.HIGH
        evidence = [item for seen in (*good, *bad) for item in _cite(seen)][: _LISTED * 2]
        return conforming(message, evidence, confidence=sure, measured=measured)
    trace = leaves_no_trace(scan, changes(scan, params.months))
    evidence = [item for seen in (*bad, *good) for item in _cite(seen)][: _LISTED * 2]
    if trace:
        text = f"{message}; {trace}: name the reviewers in the records"
        return not_assessable("MERGE_METHOD_OPAQUE", text, evidence, measured=measured)
    return nonconforming(message, evidence, "weak" if good else "absent", measured=measured)


def _cite(seen: Seen) -> list[Evidence]:
    note = f"{seen.decision.title[:80]}: {seen.note}"
    found = [in_record(seen.decision.path, seen.line, note)]
    return [*found, at_commit(seen.commit, note)] if seen.commit else found
