"""Several things are needed together."""

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
    """Conforming only if all of the checks are; those that are not applicable do not count."""

    of: tuple[Check, ...] = option("The checks, all of which the claim needs.", bare=True)
    first: bool = option("Where the first of them is a gap, its gap names the whole.", False)


def check(params: Params, scan: Scan) -> Outcome:
    """Return the worst answer, with what the others showed."""
    found = answers(params.of, scan)
    for state in (State.NONCONFORMING, State.NOT_ASSESSABLE):
        chosen = [outcome for outcome in found if outcome.state is state]
        if chosen:
            gaps = {outcome.gap for outcome in chosen}
            # That something bad was not found is no part of what was looked for.
            shown = [e for outcome in found if outcome.state is State.CONFORMING for e in outcome.evidence]
            seen = any(e.kind != "absence" for e in shown)
            mixed = len(gaps) > 1 or (seen and "absent" in gaps)
            gap = "incomplete" if state is State.NONCONFORMING and mixed else chosen[0].gap
            gap = ASIDE if ASIDE in gaps else gap
            if params.first and found[0] is chosen[0]:
                gap = found[0].gap
            message = "; ".join(dict.fromkeys(outcome.message for outcome in chosen))
            if state is State.NOT_ASSESSABLE:
                return chosen[0]
            return merge(chosen, chosen[0], message=message, gap=gap)
    good = [outcome for outcome in found if outcome.state is State.CONFORMING]
    if not good:
        return found[0]
    return merge(good, good[0], message="; ".join(dict.fromkeys(o.message for o in good)))
