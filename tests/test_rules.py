"""Every case of every bundled rule, and that rules and cases are complete."""

from __future__ import annotations

import pytest

from qmslint.engine.casework import run_case
from qmslint.packs.cases import Case, cases_of
from qmslint.packs.catalogue import load_catalogue
from qmslint.packs.load import Library

LIBRARY = Library()
CATALOGUE = load_catalogue(LIBRARY.trees[0], "2015")
RULES = LIBRARY.rule_ids
CASES = [(rule_id, case) for rule_id in RULES for case in cases_of(LIBRARY.tree_of(rule_id).root, rule_id)]


@pytest.mark.parametrize(("rule_id", "case"), CASES, ids=[f"{rule_id}: {case.name}" for rule_id, case in CASES])
def test_case_gives_what_it_must(rule_id: str, case: Case) -> None:
    verdict = run_case(rule_id, case, LIBRARY, CATALOGUE)
    assert not verdict.complaints, "\n".join(verdict.complaints)


@pytest.mark.parametrize("rule_id", RULES)
def test_rule_is_seen_to_hold_and_to_fail(rule_id: str) -> None:
    states = {case.expect for owner, case in CASES if owner == rule_id}
    assert (
        {"conforming", "nonconforming"} <= states
        or (
            # Rules that ask where the evidence lives say so instead of failing.
            LIBRARY.rule(rule_id).absence == "ask" and {"conforming", "not_assessable"} <= states
        )
        or (
            # What is only attested is never conforming.
            LIBRARY.rule(rule_id).questions == ("attestation",) and {"nonconforming", "not_assessable"} <= states
        )
    )


@pytest.mark.parametrize("rule_id", RULES)
def test_rule_says_what_a_person_needs(rule_id: str) -> None:
    rule = LIBRARY.rule(rule_id)
    for text in (rule.guide.why, rule.guide.looks_for, rule.guide.fix):
        assert len(text.split()) >= 5, text
    assert rule.guide.example.strip()
    assert set(rule.clauses) <= set(CATALOGUE.clauses)
    assert len(rule_id) <= 40


@pytest.mark.parametrize("rule_id", RULES)
def test_guidance_is_never_more_than_an_opportunity(rule_id: str) -> None:
    rule = LIBRARY.rule(rule_id)
    if rule.basis in ("guidance", "practice") and not rule.adopt:
        assert set(rule.grades.values()) == {"ofi"}


def test_every_rule_is_in_a_pack() -> None:
    selected = {planned.rule.id for name in LIBRARY.pack_ids for planned in LIBRARY.load([name]).rules}
    assert selected == set(RULES)
