"""What an accepted decision says is left as it is; a new one replaces it."""

from __future__ import annotations

from qmslint.derive import option
from qmslint.facts.base import Scan
from qmslint.facts.decisions.edits import Rewrite, kept
from qmslint.model.evidence import Evidence, absent_at, at_commit, in_record
from qmslint.model.outcome import Confidence, Outcome, conforming, nonconforming, not_applicable
from qmslint.quick import dataclass

NEEDS = frozenset({"tree", "text", "history", "diffs"})
_LISTED = 20


@dataclass(frozen=True, slots=True)
class Params:
    """No accepted record of the window was removed, nor its outcome changed by more than a share of its words."""

    months: float = option("Window before the examination, in months.", 12, minimum=1)
    share: float = option("Share of the words of the outcome that may change, 0 to 1.", 0.15, minimum=0, maximum=1)
    days: float = option("Days after the acceptance in which a text may still settle.", 7, minimum=0)


def check(params: Params, scan: Scan) -> Outcome:
    """List commits and files; lines of status, links and spelling are left alone."""
    found = kept(scan, params.months, params.share, params.days)
    measured: dict[str, float | int | str] = {
        "records": len(found.looked_at),
        "rewritten": len(found.rewrites),
        "window_months": params.months,
        "share": params.share,
    }
    if found.rewrites:
        first = found.rewrites[0]
        message = f"{len(found.rewrites)} accepted decisions were rewritten or removed, first {first.path}"
        evidence = [item for rewrite in found.rewrites[:_LISTED] for item in _cite(rewrite)]
        return nonconforming(message, evidence, "present", confidence=Confidence.MEDIUM, measured=measured)
    if not found.looked_at:
        return not_applicable("no decision was accepted yet", [absent_at("docs/decisions/", "accepted decisions")])
    message = f"none of {len(found.looked_at)} accepted decisions was rewritten within {params.months:g} months"
    evidence = [in_record(d.path, d.line, f"{d.title[:80]}: {d.status}") for d in found.looked_at[:_LISTED]]
    return conforming(message, evidence, measured=measured)


def _cite(rewrite: Rewrite) -> list[Evidence]:
    if rewrite.gone:
        note = f"removes {rewrite.path}, an accepted decision"
        return [absent_at(rewrite.path, "accepted decision that was removed"), at_commit(rewrite.commit, note)]
    note = f"changes {rewrite.share:.0%} of the outcome of {rewrite.path}"
    return [in_record(rewrite.path, 1, note), at_commit(rewrite.commit, note)]
