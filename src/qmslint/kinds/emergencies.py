"""Changes that went a shorter way are explained, and somebody else looked at them afterwards."""

from __future__ import annotations

from qmslint.derive import option
from qmslint.facts.base import Scan
from qmslint.facts.changes import changes, leaves_no_trace
from qmslint.facts.dates import day_of
from qmslint.facts.emergencies import Emergency, emergencies
from qmslint.model.evidence import Evidence, at_commit, from_history
from qmslint.model.outcome import Confidence, Outcome, conforming, nonconforming, not_applicable, not_assessable
from qmslint.quick import dataclass

NEEDS = frozenset({"history", "tags", "tree", "text"})
_COMMAND = "git log --first-parent -i -E --grep='hotfix|emergency|revert|rollback' --since='{months:g} months ago'"


@dataclass(frozen=True, slots=True)
class Params:
    """A share of the hotfixes, reverts and marked bypasses of a window names an item or reason, and shows a second look."""

    at_least: float = option("Lowest share that is enough, 0 to 1.", 0.9, minimum=0, maximum=1)
    months: float = option("Window before the examination, in months.", 12, minimum=1)
    days: int = option("Working days within which somebody else has to have looked at them.", 5, minimum=1)


def check(params: Params, scan: Scan) -> Outcome:
    """Judge each emergency change and list the open ones."""
    found = emergencies(scan, params.months, params.days)
    population = changes(scan, params.months)
    window = f"{day_of(population.line.since)} to {day_of(scan.as_of)}"
    note = f"{len(found)} of {len(population.items)} changes are hotfixes, reverts or marked bypasses, {window}"
    figure = from_history(note, _COMMAND.format(months=params.months))
    if not found:
        return not_applicable(f"no emergency change landed from {window}", [figure])
    good = [one for one in found if one.settled]
    bad = [one for one in found if not one.settled]
    unseen = [one for one in bad if not one.looked_at and not one.undelivered]
    share = len(good) / len(found)
    measured: dict[str, float | int | str] = {
        "emergency changes": len(found), "settled": len(good), "share": round(share, 3), "needed": params.at_least,
        "without a look": len(unseen), "without a reason": sum(1 for one in bad if not one.explained),
        "window_months": params.months, "working days": params.days,
    }  # fmt: skip
    message = (
        f"{len(good)} of {len(found)} emergency changes lead to an item, a reason or a merge request, and "
        f"show a merge request, another person or a later look ({window})"
    )
    if share >= params.at_least:
        evidence = [figure, *(_cite(one) for one in (*good[:10], *bad[:5]))]
        return conforming(message, evidence, confidence=Confidence.MEDIUM, measured=measured)
    evidence = [figure, *(_cite(one) for one in bad[:20])]
    trace = leaves_no_trace(scan, population)
    if trace and unseen:
        return not_assessable("MERGE_METHOD_OPAQUE", f"{message}; {trace}", evidence, measured=measured)
    gap = "bypass" if unseen else "incomplete"
    return nonconforming(message, evidence, gap, confidence=Confidence.MEDIUM, measured=measured)


def _cite(one: Emergency) -> Evidence:
    parts = [one.explained or "no item and no reason"]
    parts.append(one.looked_at or ("undoes what nobody had got yet" if one.undelivered else "no look by somebody else"))
    return at_commit(one.change.commit.sha, f"{one.change.commit.subject[:90]}: {'; '.join(parts)}")
