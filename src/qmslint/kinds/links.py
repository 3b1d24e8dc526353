"""Links between documents of the repository lead somewhere."""

from __future__ import annotations

from qmslint.derive import option
from qmslint.facts.base import Scan
from qmslint.facts.links import links
from qmslint.model.evidence import absent_at, from_history, in_file
from qmslint.model.outcome import Outcome, conforming, nonconforming, not_assessable
from qmslint.quick import dataclass

NEEDS = frozenset({"tree", "text"})


@dataclass(frozen=True, slots=True)
class Params:
    """The share of relative links that resolve at the examined revision; addresses elsewhere are not fetched."""

    at_least: float = option("Share that must resolve, 0 to 1.", 0.98, minimum=0, maximum=1)
    minimum: int = option("Links below which there is nothing to judge.", 3, minimum=1)


def check(params: Params, scan: Scan) -> Outcome:
    """Return the links that lead nowhere."""
    found = links(scan)
    share = 1 - len(found.broken) / found.checked if found.checked else 1.0
    measured = {
        "links": found.checked,
        "broken": len(found.broken),
        "share": round(share, 3),
        "needed": params.at_least,
    }
    text = f"{found.checked} links in {found.documents} documents"
    if found.checked < params.minimum:
        return not_assessable(
            "TOO_FEW", f"only {text} could be followed", [absent_at("README.md", text)], measured=measured
        )
    if share < params.at_least:
        evidence = [in_file(item.path, item.line, f"leads nowhere: {item.target}") for item in found.broken[:60]]
        return nonconforming(f"{len(found.broken)} of {text} lead nowhere", evidence, "broken", measured=measured)
    rest = [in_file(item.path, item.line, f"leads nowhere: {item.target}") for item in found.broken[:10]]
    seen = [in_file(path) for path in sorted(found.reached)[:20]] or [from_history(text)]
    return conforming(f"{text} were followed, {len(found.broken)} lead nowhere", [*seen, *rest], measured=measured)
