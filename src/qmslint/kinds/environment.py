"""The environment of build and test is described in the repository, and its versions are fixed."""

from __future__ import annotations

from qmslint.derive import option
from qmslint.facts.base import Scan
from qmslint.facts.toolchain import Definition, definitions
from qmslint.model.evidence import Evidence, absent_at, in_file
from qmslint.model.outcome import Confidence, Outcome, conforming, nonconforming
from qmslint.quick import dataclass

NEEDS = frozenset({"tree", "text"})
_SHOWN = 12
_MANY = 3
"""Where more than so many times as many versions float as stay, what stays decides little."""


@dataclass(frozen=True, slots=True)
class Params:
    """An environment is described and at least one description states a version that stays."""

    expected_at: str = option("Where to expect it when there is none.", "Dockerfile.test")


def check(params: Params, scan: Scan) -> Outcome:
    """Tell a fixed environment from one that floats and from none."""
    found = definitions(scan)
    places = [item for item in found if item.environment]
    fixed = [item for item in places if item.fixed == "fixed"]
    floating = [item for item in found if item.fixed == "floating"]
    locks = [item for item in found if not item.environment]
    measured = {"descriptions": len(places), "fixed": len(fixed), "floating": len(floating), "locks": len(locks)}
    # A language version says little while components or tools float and nothing locks them.
    few = bool(fixed) and len(floating) > _MANY * len(fixed)
    if not few and ((fixed and (locks or not floating)) or (locks and any(item.fixed == "unsaid" for item in places))):
        chosen = [*fixed, *locks] or places
        sure = Confidence.HIGH if fixed and not floating else Confidence.MEDIUM
        rest = f"; {len(floating)} float, first {_say(floating[0])}" if floating else ""
        message = f"{len(places)} descriptions of the environment, {len(fixed)} with a version that stays{rest}"
        if not fixed:
            message = f"{len(places)} descriptions of the environment without a version, and locks of components: {_say(locks[0])}{rest}"
        evidence = [*map(_cite, chosen[:_SHOWN]), *map(_cite, floating[:3])]
        return conforming(message, list(dict.fromkeys(evidence)), confidence=sure, measured=measured)
    if fixed and locks and few:
        message = f"{len(fixed)} of {len(fixed) + len(floating)} versions in the environment stay, first of those that float: {_say(floating[0])}"
        evidence = [*map(_cite, floating[:_SHOWN]), *map(_cite, fixed[:3])]
        return nonconforming(message, evidence, "weak", measured=measured)
    if fixed:
        message = (
            f"language versions are stated, but what is installed floats and no lock fixes it: {_say(floating[0])}"
        )
        evidence = [*map(_cite, floating[:_SHOWN]), *map(_cite, fixed[:3])]
        return nonconforming(message, evidence, "weak", measured=measured)
    if places:
        message = f"the environment is described, but no version stays: {_say(places[0])}"
        return nonconforming(message, [_cite(item) for item in places[:_SHOWN]], "weak", measured=measured)
    message = "no description of the environment in which the product is built and tested was found"
    cited = [_cite(item) for item in locks[:3]]
    searched = tuple(scan.words("toolchain", "version_files")) + tuple(scan.words("toolchain", "test_containers"))
    return nonconforming(
        message, [absent_at(params.expected_at), *cited], "absent", searched=searched, measured=measured
    )


def _say(item: Definition) -> str:
    return f"{item.what} ({item.place.path}:{item.place.line})"


def _cite(item: Definition) -> Evidence:
    return in_file(item.place.path, item.place.line, f"{item.what}: {item.fixed}")
