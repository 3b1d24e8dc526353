"""The tools that judge a change have versions that stay what they are."""

from __future__ import annotations

from qmslint.derive import option
from qmslint.facts.base import Scan
from qmslint.facts.pipelines import EXPECTED, pipelines
from qmslint.facts.toolchain import Pin, pins
from qmslint.model.evidence import Evidence, absent_at, in_file
from qmslint.model.outcome import Confidence, Outcome, conforming, nonconforming, not_applicable, not_assessable
from qmslint.quick import dataclass

NEEDS = frozenset({"tree", "text"})
_SHOWN = 15


@dataclass(frozen=True, slots=True)
class Params:
    """A share of the tools whose origin is seen is fixed."""

    classes: tuple[str, ...] = option("Classes of steps whose tools count (vocabulary `steps`).")
    at_least: float = option("Share of the tools that must be fixed, 0 to 1.", 0.9, minimum=0, maximum=1)


def check(params: Params, scan: Scan) -> Outcome:
    """Count tools by what fixes them; a tool whose origin is not seen is named and not counted."""
    found = pins(scan, frozenset(params.classes))
    counted = [pin for pin in found if pin.fixed != "unsaid"]
    fixed = [pin for pin in counted if pin.fixed == "fixed"]
    floating = [pin for pin in counted if pin.fixed == "floating"]
    unsaid = [pin for pin in found if pin.fixed == "unsaid"]
    measured = {"tools": len(counted), "fixed": len(fixed), "origin_not_seen": len(unsaid), "needed": params.at_least}
    if not found:
        return _none(scan)
    if not counted:
        names = ", ".join(pin.tool for pin in unsaid[:5])
        text = f"where {names} come from is not seen: they may belong to the toolchain or the image of the runner"
        return not_assessable("NO_EVIDENCE_HERE", text, [_cite(pin) for pin in unsaid[:_SHOWN]])
    rest = f"; the origin of {', '.join(pin.tool for pin in unsaid[:3])} is not seen" if unsaid else ""
    if len(fixed) >= params.at_least * len(counted):
        extra = f", not {', '.join(pin.tool for pin in floating)}" if floating else ""
        message = f"{len(fixed)} of {len(counted)} tools of the gates have a version that stays{extra}{rest}"
        sure = Confidence.MEDIUM if unsaid or floating else Confidence.HIGH
        evidence = [_cite(pin) for pin in (*fixed, *floating)[:_SHOWN]]
        return conforming(message, evidence, confidence=sure, measured=measured)
    first = floating[0]
    message = (
        f"{len(floating)} of {len(counted)} tools of the gates float, first {first.tool} "
        f"({first.place.path}:{first.place.line}: {first.why}){rest}"
    )
    return nonconforming(message, [_cite(pin) for pin in floating[:_SHOWN]], "weak", measured=measured)


def _none(scan: Scan) -> Outcome:
    found = pipelines(scan)
    if found.broken:
        path = found.broken[0]
        return not_assessable("PARSE_ERROR", f"{path} cannot be read", [in_file(path)], searched=EXPECTED)
    return not_applicable("no tool of a gate was recognised", [absent_at("", "gate in a pipeline")])


def _cite(pin: Pin) -> Evidence:
    return in_file(pin.place.path, pin.place.line, f"{pin.tool}: {pin.why}")
