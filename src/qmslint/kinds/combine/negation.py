"""The opposite of another check, for things that must not be there."""

from __future__ import annotations

from qmslint.derive import option
from qmslint.facts.base import Scan
from qmslint.kinds import run
from qmslint.model.outcome import Outcome, State
from qmslint.model.rule import Check
from qmslint.quick import dataclass

NEEDS: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Params:
    """Conforming exactly when the inner check is nonconforming."""

    of: Check = option("The check that must not hold.", bare=True)
    message: str = option("What to say when it does hold, as a whole sentence.", "")


def check(params: Params, scan: Scan) -> Outcome:
    """Swap conforming and nonconforming; what could not be seen stays unseen."""
    inner = run(params.of, scan)
    if inner.state is State.CONFORMING:
        message = params.message or inner.message
        return inner.but(state=State.NONCONFORMING, gap="present", message=message)
    if inner.state is State.NONCONFORMING:
        return inner.but(state=State.CONFORMING, gap="")
    return inner
