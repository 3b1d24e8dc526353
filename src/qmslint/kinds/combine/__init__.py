"""Kinds that combine other checks."""

from __future__ import annotations

from collections.abc import Iterable

from qmslint.errors import Unassessable
from qmslint.facts.base import Scan
from qmslint.kinds import run
from qmslint.model.evidence import absent_at
from qmslint.model.outcome import Confidence, Outcome, not_assessable
from qmslint.model.rule import Check

ASIDE = "aside"
"""The gap of a way that is not meant for what is examined."""
_ORDER = (Confidence.LOW, Confidence.MEDIUM, Confidence.HIGH)


def answers(checks: Iterable[Check], scan: Scan) -> list[Outcome]:
    """Return the answer of every check; one that cannot look says so instead of stopping the others."""
    found = []
    for check in checks:
        try:
            found.append(run(check, scan))
        except Unassessable as trouble:
            found.append(not_assessable(trouble.code, trouble.text, [absent_at("", trouble.text)]))
    return found


def merge(outcomes: Iterable[Outcome], main: Outcome, **changes: object) -> Outcome:
    """Return ``main`` with the evidence, searches and figures of all ``outcomes``."""
    items = list(outcomes)
    evidence = dict.fromkeys(item for outcome in (main, *items) for item in outcome.evidence)
    searched = dict.fromkeys(item for outcome in items for item in outcome.searched)
    measured = {key: value for outcome in items for key, value in outcome.measured.items()}
    confidence = min((o.confidence for o in items), key=_ORDER.index)
    fields: dict[str, object] = {
        "evidence": tuple(evidence),
        "searched": tuple(searched),
        "measured": measured,
        "confidence": confidence,
    }
    return main.but(**{**fields, **changes})
