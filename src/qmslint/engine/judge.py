"""Turn one rule's outcome into a result: precondition, absence policy, grade, fingerprint."""

from __future__ import annotations

import dataclasses
import hashlib
import time
from collections.abc import Callable
from datetime import date

from qmslint import kinds
from qmslint.engine.patience import patience
from qmslint.errors import Unassessable
from qmslint.facts.attestations import attestations, covers
from qmslint.facts.base import Scan
from qmslint.facts.dates import day_of
from qmslint.model.clause import Catalogue
from qmslint.model.evidence import Evidence, absent_at, from_setting
from qmslint.model.outcome import (
    Confidence,
    Grade,
    Outcome,
    State,
    not_applicable,
    not_assessable,
)
from qmslint.model.report import Result
from qmslint.model.rule import PlannedRule, Rule
from qmslint.settings import Home

EVIDENCE_LIMIT = 200
_GRADES = (Grade.OFI, Grade.MINOR, Grade.MAJOR)


def judge(planned: PlannedRule, scan: Scan, catalogue: Catalogue) -> Result:
    """Return the result of one rule; a defect of ours becomes ``error`` and never stops the others."""
    rule = planned.rule
    start = time.perf_counter()
    try:
        with patience():
            outcome = _absence(rule, _outcome(rule, scan), scan, catalogue)
    except Unassessable as trouble:
        outcome = not_assessable(trouble.code, trouble.text, [absent_at("", trouble.text)])
    except Exception as error:  # noqa: BLE001 - one rule's defect must not hide the other results
        text = f"the rule could not be run: {type(error).__name__}: {error}"
        outcome = Outcome(State.ERROR, text, (absent_at("", text),))
    scan.timings[f"rule {rule.id}"] = time.perf_counter() - start
    return _result(planned, outcome, scan, catalogue)


def _outcome(rule: Rule, scan: Scan) -> Outcome:
    setting = scan.settings.rules.get(rule.id)
    if setting and setting.disable:
        return not_applicable(
            f"disabled in the configuration: {setting.reason}", [from_setting(f"rules.{rule.id}.disable")]
        )
    excluded = _excluded(rule, scan)
    if excluded:
        return excluded
    if rule.when:
        gate = kinds.run(rule.when, scan)
        if gate.state is State.NONCONFORMING:
            return _idle(rule, scan, gate)
        if gate.state is not State.CONFORMING:
            return gate
    return kinds.run(rule.check, scan)


def _idle(rule: Rule, scan: Scan, gate: Outcome) -> Outcome:
    """Leave a rule aside whose precondition does not hold, unless that was only guessed and its evidence is there."""
    idle = not_applicable(gate.message, gate.evidence)
    if any(item.kind == "setting" for item in gate.evidence):
        return idle
    try:
        seen = kinds.run(rule.check, scan)
    except Unassessable:
        return idle
    return seen.but(confidence=Confidence.MEDIUM) if seen.state is State.CONFORMING else idle


def _excluded(rule: Rule, scan: Scan) -> Outcome | None:
    """Honour a justified exclusion (clause 4.3) when it covers every clause of the rule; never design."""
    covering = [
        item
        for clause in rule.clauses
        for item in scan.settings.exclusions
        if (clause == item.clause or clause.startswith(item.clause + ".")) and not item.clause.startswith("8.3")
    ]
    if len({item.clause for item in covering}) and len(covering) >= len(rule.clauses):
        item = covering[0]
        return not_applicable(
            f"clause {item.clause} is excluded: {item.reason} (approved by {item.approved_by})",
            [from_setting(f"exclusions: {item.clause}")],
        )
    return None


def _absence(rule: Rule, outcome: Outcome, scan: Scan, catalogue: Catalogue) -> Outcome:
    """Apply what is said about evidence that was not found: elsewhere, or not known where."""
    if outcome.state is not State.NONCONFORMING or outcome.gap != "absent":
        return outcome
    pointer = scan.settings.documents.get(rule.document, "") if rule.document else ""
    if "://" in pointer:
        return not_assessable(
            "EXTERNAL",
            f"declared to live at {pointer}; look there",
            [from_setting(f"documents.{rule.document}: {pointer}")],
            searched=outcome.searched,
        )
    number, home = _home(rule, scan, catalogue)
    if home and home.is_ == "external":
        place = home.where or "place not given"
        who = f", for which {home.owner} answers" if home.owner else ", and nobody is named who answers for it"
        return not_assessable(
            "EXTERNAL",
            f"the evidence is declared to live elsewhere: {place}{who}",
            [from_setting(f"evidence_home.{number}: {place}")],
            searched=outcome.searched,
        )
    if home and home.is_ == "attested":
        return _only_attested(rule, outcome, scan, number)
    if rule.absence == "ask" and not (home and home.is_ == "repository"):
        return not_assessable(
            "NO_EVIDENCE_HERE",
            f"{outcome.message}; it may live elsewhere: declare where, or attest it",
            outcome.evidence,
            searched=outcome.searched,
        )
    return outcome


def _only_attested(rule: Rule, outcome: Outcome, scan: Scan, number: str) -> Outcome:
    """Leave what is declared to be attested to a valid attestation; where none covers it the gap stays."""
    valid = any(item.valid and covers(item, clause) for item in attestations(scan) for clause in rule.clauses)
    if not valid:
        text = f"{outcome.message}; it is declared to be attested (evidence_home.{number}), and no valid attestation covers it"
        return outcome.but(message=text)
    text = f"{outcome.message}; it is declared to be attested only"
    return not_assessable("NO_EVIDENCE_HERE", text, outcome.evidence, searched=outcome.searched)


def _home(rule: Rule, scan: Scan, catalogue: Catalogue) -> tuple[str, Home | None]:
    for clause in rule.clauses:
        for number in catalogue.chain(clause):
            if number in scan.settings.evidence_home:
                return number, scan.settings.evidence_home[number]
    return "", None


def _grade(planned: PlannedRule, outcome: Outcome, scan: Scan, catalogue: Catalogue) -> Grade | None:
    """Propose a grade: by gap, limited by basis, confidence, evidence home, pack and configuration."""
    if outcome.state is not State.NONCONFORMING:
        return None
    rule, settings = planned.rule, scan.settings
    grade = rule.grades.get(outcome.gap, rule.grades["default"])
    adopted = set(settings.adopt)
    if rule.basis in ("guidance", "practice") and not (
        ("iso90003" in adopted and rule.basis == "guidance") or (rule.adopt and rule.adopt in adopted)
    ):
        grade = Grade.OFI
    elif rule.adopt and rule.adopt in adopted and grade is Grade.OFI:
        # What the organisation made part of its own criteria is more than advice.
        grade = Grade.MINOR
    if grade is Grade.MAJOR:
        _, home = _home(rule, scan, catalogue)
        declared = home is not None and home.is_ == "repository"
        if outcome.confidence is not Confidence.HIGH or not (declared or rule.basis == "sector"):
            grade = Grade.MINOR
    if _early(rule, scan):
        grade = Grade.OFI
    if planned.cap:
        grade = min(grade, planned.cap, key=_GRADES.index)
    setting = settings.rules.get(rule.id)
    grade = Grade(setting.grade) if setting and setting.grade else grade
    return max(grade, planned.floor, key=_GRADES.index) if planned.floor else grade


def _result(planned: PlannedRule, outcome: Outcome, scan: Scan, catalogue: Catalogue) -> Result:
    rule = planned.rule
    evidence = tuple(_identified(item, scan) for item in outcome.evidence[:EVIDENCE_LIMIT])
    bad = outcome.state is State.NONCONFORMING
    return Result(
        rule=rule.id,
        title=rule.title,
        clauses=rule.clauses,
        state=outcome.state,
        message=_sentence(f"readiness: {outcome.message}" if bad and _early(rule, scan) else outcome.message),
        evidence=evidence,
        confidence=outcome.confidence,
        pack=planned.pack,
        grade=_grade(planned, outcome, scan, catalogue),
        gap=outcome.gap,
        reason=outcome.reason,
        searched=outcome.searched,
        measured=outcome.measured,
        remediation=" ".join(rule.guide.fix.split()) if bad or outcome.state is State.NOT_ASSESSABLE else "",
        fingerprint=_fingerprint(rule.id, outcome),
        source=_source(rule, scan),
    )


def _early(rule: Rule, scan: Scan) -> bool:
    """Say whether the examination takes place before the day from which the rule's duty applies."""
    return bool(rule.applies_from) and day_of(scan.as_of) < date.fromisoformat(rule.applies_from)


def _source(rule: Rule, scan: Scan) -> str:
    if not rule.applies_from:
        return rule.source
    until = ", until then readiness" if _early(rule, scan) else ""
    return f"{rule.source}; applies from {rule.applies_from}{until}"


def _identified(item: Evidence, scan: Scan) -> Evidence:
    """Add the blob id, so that a statement about a file can be looked up again."""
    if item.kind in ("file", "record", "export", "attestation") and item.path in scan.snapshot:
        return dataclasses.replace(item, blob=scan.snapshot.blob_id(item.path))
    return item


def _fingerprint(rule_id: str, outcome: Outcome) -> str:
    """Identify a finding by its content: independent of line numbers, commits and counts."""
    places = sorted({item.path or item.ref for item in outcome.evidence})
    text = "\0".join((rule_id, outcome.gap, *places))
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:32]


def _sentence(text: str) -> str:
    text = " ".join(text.split())
    return text[:1].upper() + text[1:] if text[:1].islower() and not text.split(" ", 1)[0].count(".") else text


Judge = Callable[[PlannedRule, Scan, Catalogue], Result]
