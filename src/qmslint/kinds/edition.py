"""The edition of the standard that is reported by."""

from __future__ import annotations

from qmslint.derive import option
from qmslint.facts.base import Scan
from qmslint.model.evidence import from_setting
from qmslint.model.outcome import Outcome, conforming, nonconforming
from qmslint.quick import dataclass

NEEDS: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Params:
    """True where one of the editions is chosen; a precondition for claims that only some editions know."""

    is_: tuple[str, ...] = option("Editions for which the claim stands.")


def check(params: Params, scan: Scan) -> Outcome:
    """Compare the chosen edition."""
    chosen = scan.settings.edition
    evidence = [from_setting(f"edition: {chosen}")]
    if chosen in params.is_:
        return conforming(f"edition {chosen} is chosen", evidence)
    return nonconforming(
        f"edition {chosen} is chosen; the claim is of edition {', '.join(params.is_)}", evidence, "other"
    )
