"""Migrations of databases that destroy data have a way back."""

from __future__ import annotations

from qmslint.derive import option
from qmslint.facts.base import Scan
from qmslint.facts.migrations import Migration, migrations
from qmslint.model.evidence import absent_at, in_file
from qmslint.model.outcome import Confidence, Outcome, conforming, nonconforming, not_applicable
from qmslint.quick import dataclass

NEEDS = frozenset({"tree", "text", "history"})
_LISTED = 20


@dataclass(frozen=True, slots=True)
class Params:
    """Migrations that came in within the window; where the history does not reach back so far, all of them."""

    months: float = option("Window before the examination, in months.", 12, minimum=1)
    present: bool = option("Only say whether there are any.", False)


def check(params: Params, scan: Scan) -> Outcome:
    """Return those that destroy data without a way back."""
    found = migrations(scan, params.months)
    measured = {"migrations": len(found), "window_months": params.months}
    if not found:
        text = f"no migration came in within {params.months:g} months"
        if params.present:
            return nonconforming(text, [absent_at("migrations/", text)], "absent", measured=measured)
        return not_applicable(text, [absent_at("migrations/", text)])
    if params.present:
        evidence = [in_file(m.path, note="migration") for m in found[-5:]]
        return conforming(f"{len(found)} migrations came in lately", evidence, measured=measured)
    bad = [m for m in found if m.line and not m.back]
    if bad:
        message = f"{len(bad)} of {len(found)} migrations destroy data without a way back, last {bad[-1].path}: {bad[-1].what}"
        evidence = [in_file(m.path, m.line, m.what) for m in bad[::-1][:_LISTED]]
        return nonconforming(message, evidence, "bypass", confidence=Confidence.MEDIUM, measured=measured)
    evidence = [in_file(m.path, m.line, _note(m)) for m in found[::-1][:_LISTED]]
    message = f"none of {len(found)} migrations destroys data without a way back"
    return conforming(message, evidence, confidence=Confidence.MEDIUM, measured=measured)


def _note(migration: Migration) -> str:
    return f"{migration.what}, with a way back" if migration.line else "destroys nothing that was recognised"
