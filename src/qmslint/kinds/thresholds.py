"""Acceptance criteria are set as values that something checks."""

from __future__ import annotations

from collections.abc import Mapping

from qmslint.derive import option
from qmslint.facts.base import Scan
from qmslint.facts.documents import find
from qmslint.facts.pipelines import MERGE, pipelines
from qmslint.facts.thresholds import hosted, thresholds
from qmslint.model.evidence import Evidence, absent_at, in_file
from qmslint.model.outcome import Outcome, conforming, nonconforming, not_assessable
from qmslint.quick import dataclass, regex

NEEDS = frozenset({"tree", "text"})
_NUMBER = regex(
    r"(?:[<>≤≥=]|\bat least|\bat most|\bless than|\bmore than|\bmindestens|\bhöchstens|\bau moins|\bal menos)\s*\d|\b\d+(?:[.,]\d+)?\s?(?:%|ms|s\b|kB|MB|minutes|errors|warnings)|\bno (?:open |known )?(?:critical|high|class A|blocker)"
)


@dataclass(frozen=True, slots=True)
class Params:
    """So many different criteria are enforced: values in configuration, and steps that can stop a change."""

    at_least: int = option("How many different criteria are needed.", 2, minimum=1)
    only: tuple[str, ...] = option("Only these criteria of the vocabulary `thresholds` count; none for all.", ())
    steps: Mapping[str, tuple[str, ...]] = option(
        "Name of a yes-or-no criterion to the classes of steps that check it.", {}
    )
    keys: tuple[str, ...] = option("Documents whose list items with numbers are named as near misses.", ())


def check(params: Params, scan: Scan) -> Outcome:
    """Count the different criteria that can stop something."""
    found = [item for item in thresholds(scan) if not params.only or item.name in params.only]
    good: dict[str, Evidence] = {}
    idle: list[Evidence] = []
    for item in found:
        note = f"{item.name}: {item.value or 'on'}"
        if item.effective:
            good.setdefault(item.name, in_file(item.path, item.line, note))
        else:
            idle.append(in_file(item.path, item.line, f"{note}, which stops nothing"))
    for step in pipelines(scan).steps:
        for name, classes in params.steps.items():
            if step.classes & frozenset(classes) and MERGE in step.triggers and step.blocking:
                good.setdefault(name, in_file(step.path, step.line, f"{name}: {step.what[:80]}"))
    measured: dict[str, float | int | str] = {
        "criteria": len(good),
        "needed": params.at_least,
        "without effect": len(idle),
    }
    names = ", ".join(good)
    if len(good) >= params.at_least:
        return conforming(f"{len(good)} criteria are enforced: {names}", list(good.values()), measured=measured)
    services = hosted(scan)
    if services:
        text = f"gates of a service are configured at {services[0]}, their values are kept there: add an export"
        return not_assessable("SETTINGS_ONLY", text, [in_file(path) for path in services[:5]], measured=measured)
    broken = pipelines(scan).broken
    if broken:
        return not_assessable("PARSE_ERROR", f"{broken[0]} cannot be read", [in_file(broken[0])], measured=measured)
    said = _said(params, scan)
    evidence = [*good.values(), *idle, *said] or [absent_at("", "acceptance criteria as values")]
    gap = "incomplete" if good else "weak" if idle or said else "absent"
    message = f"{len(good) or 'no'} acceptance criteri{'on is' if len(good) == 1 else 'a are'} enforced as values where {params.at_least} are needed"
    if params.only and not good:
        message = f"no setting was found by which {' or '.join(params.only)}"
    if said:
        message += f"; {len(said)} numbers are only written down"
    return nonconforming(
        message, evidence, gap, searched=tuple(scan.words("thresholds", "criteria")), measured=measured
    )


def _said(params: Params, scan: Scan) -> list[Evidence]:
    found = []
    for item in (item for key in params.keys for item in find(scan, key) if item.substantial):
        found += [
            in_file(item.path, line.line, f"written down: {line.text[:80]}")
            for line in item.document.items
            if _NUMBER.search(line.text[:300])
        ]
    return found[:10]
