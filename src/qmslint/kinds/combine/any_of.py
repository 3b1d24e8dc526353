"""One of several ways is enough."""

from __future__ import annotations

from qmslint.derive import option
from qmslint.facts.base import Scan
from qmslint.kinds.combine import ASIDE, answers, merge
from qmslint.model.outcome import Outcome, State
from qmslint.model.rule import Check
from qmslint.quick import dataclass

NEEDS: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Params:
    """Conforming as soon as one of the checks is."""

    of: tuple[Check, ...] = option("The checks, any of which satisfies the claim.", bare=True)
    gap: str = option("What to call the gap where none of them holds.", "")


def check(params: Params, scan: Scan) -> Outcome:
    """Return the conforming answers; else what could not be seen; else the answer nearest to conforming."""
    found = answers(params.of, scan)
    good = [outcome for outcome in found if outcome.state is State.CONFORMING]
    if good:
        return merge(good, good[0])
    for state in (State.NOT_ASSESSABLE, State.NOT_APPLICABLE):
        chosen = [outcome for outcome in found if outcome.state is state]
        if chosen and (state is State.NOT_ASSESSABLE or len(chosen) == len(found)):
            return merge(found, chosen[0], evidence=chosen[0].evidence)
    bad = [outcome for outcome in found if outcome.state is State.NONCONFORMING]
    bad = [outcome for outcome in bad if outcome.gap != ASIDE] or bad
    partial = [outcome for outcome in bad if outcome.gap != "absent"]
    main = (partial or bad)[0]
    message = main.message if partial else "; ".join(dict.fromkeys(part for o in bad for part in o.message.split("; ")))
    named = merge(partial or bad, main, message=message, searched=merge(bad, main).searched)
    return named.but(gap=params.gap) if params.gap else named
