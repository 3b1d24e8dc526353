"""The profile of the product has a certain value: mostly a precondition of other checks."""

from __future__ import annotations

from qmslint.derive import option
from qmslint.facts.base import Scan
from qmslint.facts.profile import Switch, switch
from qmslint.kinds.combine import ASIDE
from qmslint.model.outcome import Outcome, conforming, nonconforming
from qmslint.quick import dataclass

NEEDS = frozenset({"tree"})


@dataclass(frozen=True, slots=True)
class Params:
    """A profile switch has one of the given values."""

    switch: str = option("Name of the switch, such as `code`, `releases`, `deploys`, `kind`, `team`.")
    is_: tuple[str, ...] = option("Values under which the claim applies; `yes` and `no` for true and false.", ("yes",))


def check(params: Params, scan: Scan) -> Outcome:
    """Compare the switch, showing what its value rests on."""
    value: Switch = switch(scan, params.switch)
    if value.value in params.is_:
        return conforming(f"{value.name} is {value.value}: {value.note}", value.evidence)
    return nonconforming(f"{value.name} is {value.value}: {value.note}", value.evidence, ASIDE)
