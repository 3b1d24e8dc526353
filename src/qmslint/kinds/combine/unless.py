"""A check that is asked for unless another one holds."""

from __future__ import annotations

from qmslint.derive import option
from qmslint.errors import Unassessable
from qmslint.facts.base import Scan
from qmslint.kinds import run
from qmslint.model.outcome import Outcome, State, not_applicable
from qmslint.model.rule import Check
from qmslint.quick import dataclass

NEEDS: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Params:
    """Not applicable where the first check is conforming; in every other case, unseen ones included, the second decides."""

    holds: Check = option("What makes the other check needless.")
    check: Check = option("What is asked for otherwise.")


def check(params: Params, scan: Scan) -> Outcome:
    """Ask for the second check unless the first one holds."""
    try:
        reason = run(params.holds, scan)
    except Unassessable:
        outcome = run(params.check, scan)
        if outcome.state is State.NONCONFORMING:
            # It may be needless: a gap cannot be spoken of.
            raise
        return outcome
    if reason.state is State.CONFORMING:
        return not_applicable(reason.message, reason.evidence)
    return run(params.check, scan)
