"""A named person states what no repository can show; shown as attested, never as conforming."""

from __future__ import annotations

from qmslint.derive import option
from qmslint.facts.attestations import GLOB, Attestation, attestations, covers
from qmslint.facts.base import Scan
from qmslint.model.evidence import Evidence, absent_at
from qmslint.model.outcome import Outcome, nonconforming, not_assessable
from qmslint.quick import dataclass

NEEDS = frozenset({"tree", "text"})


@dataclass(frozen=True, slots=True)
class Params:
    """Attestations exist for the given clauses and are valid at the date of the examination."""

    clauses: tuple[str, ...] = option("Clauses that need one; a statement about a chapter covers its parts.", ())


def check(params: Params, scan: Scan) -> Outcome:
    """Return what does not count as nonconforming; otherwise what was attested, which stays not assessable."""
    found = attestations(scan)
    broken = [path for path in scan.problems if path.startswith(".qms/attestations/")]
    bad = [_at(item, "; ".join(item.faults)) for item in found if not item.valid]
    measured = {"attestations": len(found), "valid": len(found) - len(bad)}
    if bad:
        message = f"{len(bad)} of {len(found)} attestations do not count: {bad[0].note}"
        return nonconforming(message, bad, "expired", measured=measured)
    if broken:
        text = f"{broken[0]} cannot be read as an attestation"
        return not_assessable("PARSE_ERROR", text, [absent_at(broken[0], text)], measured=measured)
    if not found:
        text = "no attestation was found; a responsible person has to state what cannot be seen here"
        place = absent_at(".qms/attestations/", "attestation")
        return not_assessable("NO_EVIDENCE_HERE", text, [place], searched=[GLOB], measured=measured)
    missing = [clause for clause in params.clauses if not any(covers(item, clause) for item in found)]
    said = f"{len(found)} attestations are valid"
    text = f"{said}; none covers {', '.join(missing)}" if missing else f"{said} and cover what was asked"
    return not_assessable("EXTERNAL", text, [_at(item, _who(item)) for item in found], measured=measured)


def _who(item: Attestation) -> str:
    return (
        f"{', '.join(item.clauses)}: {item.name}, {item.role}, on {item.on}, until {item.valid_until} ({item.identity})"
    )


def _at(item: Attestation, note: str) -> Evidence:
    return Evidence("attestation", note, path=item.path)
