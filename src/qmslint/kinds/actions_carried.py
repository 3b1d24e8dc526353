"""What one record of a kind agreed on, the next one comes back to."""

from __future__ import annotations

from qmslint.derive import option
from qmslint.facts.base import Scan
from qmslint.facts.dates import day_of
from qmslint.facts.records import records
from qmslint.facts.records.followed import followed, predecessors
from qmslint.kinds.recorded import none_found
from qmslint.model.evidence import in_record
from qmslint.model.outcome import Confidence, Outcome, conforming, nonconforming, not_applicable
from qmslint.quick import dataclass

NEEDS = frozenset({"tree", "text"})
_LISTED = 40


@dataclass(frozen=True, slots=True)
class Params:
    """Records of a kind say what became of the actions of the record before."""

    kind: str = option("Kind of record in the vocabulary `records`.")
    share: float = option("Share of the earlier actions that has to be told of, 0 to 1.", 0.9, minimum=0, maximum=1)
    months: float = option("Records of this many months are looked at.", 12, minimum=1)
    what: str = option("What such a record is called, in the plural.", "records")


def check(params: Params, scan: Scan) -> Outcome:
    """List the actions of which no later record speaks."""
    found = records(scan, params.kind)
    if not found.items:
        return none_found(scan, (params.kind,), params.what, optional=True)
    since = day_of(scan.since(params.months))
    pairs = [(a, b) for a, b in predecessors(scan, params.kind) if b.date and b.date >= since and a.actions]
    if not pairs:
        first = found.items[-1]
        text = f"none of the {params.what} follows one that agreed on actions"
        return not_applicable(text, [in_record(first.path, first.line, first.name)])
    told = followed(scan, params.kind)
    every = [(earlier, later, action) for earlier, later in pairs for action in earlier.actions if not action.done]
    lost = [item for item in every if (item[0].path, item[2].line) not in told]
    share = 1 - len(lost) / len(every) if every else 1.0
    measured: dict[str, float | int | str] = {
        "earlier actions": len(every), "told of": len(every) - len(lost), "share": round(share, 3), "needed": params.share,
    }  # fmt: skip
    kept = [
        in_record(told[key].path, told[key].line, f"{action.text[:60]}: {told[key].text[:80]}")
        for earlier, _, action in every
        if (key := (earlier.path, action.line)) in told
    ]
    gone = [in_record(a.path, action.line, f"not told of in {b.path}: {action.text[:90]}") for a, b, action in lost]
    if share < params.share:
        message = f"{len(lost)} of {len(every)} actions of earlier {params.what} are not mentioned again"
        evidence = [*gone, *kept[:5]][:_LISTED]
        return nonconforming(message, evidence, "incomplete", confidence=Confidence.MEDIUM, measured=measured)
    message = f"{len(every) - len(lost)} of {len(every)} actions of earlier {params.what} are told of"
    evidence = [*kept, *gone][:_LISTED] or [in_record(pairs[0][1].path, pairs[0][1].line, pairs[0][1].name)]
    return conforming(message, evidence, confidence=Confidence.MEDIUM, measured=measured)
