"""Requirements that are set aside have a reason, and some are never set aside."""

from __future__ import annotations

from qmslint.derive import option
from qmslint.facts.base import Scan
from qmslint.facts.documents import find
from qmslint.facts.exclusions import SetAside, set_aside
from qmslint.facts.profile import switch
from qmslint.model.evidence import Evidence, absent_at, from_setting, in_file
from qmslint.model.outcome import Confidence, Outcome, conforming, nonconforming, not_applicable
from qmslint.quick import dataclass

NEEDS = frozenset({"tree", "text", "tags"})


@dataclass(frozen=True, slots=True)
class Params:
    """Every requirement set aside gives a reason; those that are needed here are not among them."""

    keys: tuple[str, ...] = option("Keys of the documents that may set requirements aside.")
    never: tuple[str, ...] = option("Clauses that are not set aside while the switches of `holds` are on.", ())
    holds: tuple[str, ...] = option("Profile switches that all have to be `yes` for `never` to count.", ())
    words: int = option("Words a reason needs.", 8, minimum=1)


def check(params: Params, scan: Scan) -> Outcome:
    """Look for forbidden ones first, then for reasons."""
    found = set_aside(scan, params.keys)
    if not found:
        places = [in_file(i.path, i.line, "sets nothing aside") for key in params.keys for i in find(scan, key)][:5]
        return not_applicable("no requirement is set aside", places or [absent_at("qmslint.yml", "exclusions")])
    measured: dict[str, float | int | str] = {
        "set aside": len({item.clause for item in found}),
        "words needed": params.words,
    }
    wrong = [
        item for item in found if not item.partial and any(_within(item.clause, number) for number in params.never)
    ]
    if wrong and all(switch(scan, name).value == "yes" for name in params.holds):
        said = [evidence for name in params.holds for evidence in switch(scan, name).evidence[:2]]
        message = f"clause {wrong[0].clause} is set aside although this repository holds what it is about"
        sure = Confidence.HIGH if all(item.path for item in wrong) or not wrong[0].path else Confidence.MEDIUM
        return nonconforming(message, [*map(_cite, wrong), *said], "contradiction", confidence=sure, measured=measured)
    reasoned = {item.clause for item in found if item.words >= params.words}
    bare = [item for item in found if item.clause not in reasoned]
    if bare:
        names = ", ".join(dict.fromkeys(item.clause for item in bare))
        message = f"no reason of {params.words} words is given for setting aside {names}"
        return nonconforming(message, list(map(_cite, bare)), "incomplete", measured=measured)
    names = ", ".join(dict.fromkeys(item.clause for item in found))
    return conforming(
        f"what is set aside is justified: {names}",
        list(map(_cite, found)),
        confidence=Confidence.MEDIUM,
        measured=measured,
    )


def _within(clause: str, number: str) -> bool:
    return clause == number or clause.startswith(f"{number}.")


def _cite(item: SetAside) -> Evidence:
    if not item.path:
        return from_setting(f"exclusions: {item.clause}: {item.text}")
    return in_file(item.path, item.line, f"{item.clause}: {item.text[:110]}")
