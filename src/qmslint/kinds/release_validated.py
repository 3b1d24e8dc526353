"""Releases that opened a line were tried in use before they were final."""

from __future__ import annotations

from qmslint.derive import option
from qmslint.facts.base import Scan
from qmslint.facts.records.words import kind_of
from qmslint.facts.validation import Validated, validated
from qmslint.model.evidence import Evidence, absent_at, at_tag, in_record
from qmslint.model.outcome import Confidence, Outcome, conforming, nonconforming, not_applicable
from qmslint.quick import dataclass

NEEDS = frozenset({"tree", "text", "history", "tags"})
_LISTED = 20


@dataclass(frozen=True, slots=True)
class Params:
    """A share of the releases that opened a major or minor line had a test release, or a record of validation."""

    kind: str = option("Kind of record in the vocabulary `records`.")
    months: float = option("Window before the examination, in months.", 12, minimum=1)
    days: float = option("Days between a test release and the final one.", 1.0, minimum=0)
    at_least: float = option("Lowest share that is enough, 0 to 1.", 1.0, minimum=0, maximum=1)


def check(params: Params, scan: Scan) -> Outcome:
    """Count, and call the gap `weak` where some were tried, but not all that raised the first number."""
    found = validated(scan, params.kind, params.months, params.days)
    if not found:
        text = "no release opened a major or minor line"
        return not_applicable(text, [absent_at("refs/tags", text)])
    good = [item for item in found if item.shown]
    bad = [item for item in found if not item.shown]
    measured: dict[str, float | int | str] = {
        "lines": len(found),
        "validated": len(good),
        "needed": params.at_least,
        "window_months": params.months,
        "days": params.days,
    }
    message = f"{len(good)} of {len(found)} lines of releases were offered for trial, or have a record of validation, before they were final"
    if len(good) >= params.at_least * len(found):
        sure = Confidence.MEDIUM if any(item.record is None for item in good) else Confidence.HIGH
        evidence = [e for item in good[:_LISTED] for e in _cite(item)]
        return conforming(message, evidence, confidence=sure, measured=measured)
    major = any(item.major for item in bad)
    gap = "absent" if not good else "weak" if major else "incomplete"
    evidence = [e for item in (*bad, *good)[:_LISTED] for e in _cite(item)]
    searched = ["pre-releases of the same number", *kind_of(scan, params.kind).globs[:10]]
    return nonconforming(message, evidence, gap, searched=searched, measured=measured)


def _cite(item: Validated) -> list[Evidence]:
    release = item.release
    if item.test:
        note = f"offered for trial as {item.test.name} before {release.name}; what came of it is not seen"
        return [at_tag(item.test.name, item.test.tag.commit, note), at_tag(release.name, release.tag.commit, note)]
    if item.record:
        note = f"validation of {release.name}: {item.record.name}"
        return [in_record(item.record.path, item.record.line, note)]
    return [at_tag(release.name, release.tag.commit, "neither a test release nor a record of validation before it")]
