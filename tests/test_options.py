"""Every declared option of the configuration acts: with it, something comes out otherwise than without."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest

from qmslint.packs.cases import cases_of
from qmslint.packs.load import Library
from qmslint.settings import Exclusion, Home, Profile, RuleSetting, Settings

from .options_data import Examination, pack_files, rule_text

RUNBOOK = "doc.incident-runbook"
TEXT = "# When it is ready\n\n- reviewed by a second person\n- tests pass\n- the manual says it\n- no known defect is left\n"
PROOFS: dict[str, Callable[[Examination], None]] = {}


def proof(*names: str) -> Callable[[Callable[[Examination], None]], Callable[[Examination], None]]:
    def note(function: Callable[[Examination], None]) -> Callable[[Examination], None]:
        PROOFS.update(dict.fromkeys(names, function))
        return function

    return note


@pytest.fixture
def examine(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Examination:
    return Examination(tmp_path, capsys)


def declared() -> set[str]:
    names = {f.name.rstrip("_") for f in dataclasses.fields(Settings)} - {"profile"}
    names |= {f"profile.{f.name}" for f in dataclasses.fields(Profile)}
    for part, cls in (("evidence_home", Home), ("exclusions", Exclusion), ("rules", RuleSetting)):
        names |= {f"{part}.{f.name.rstrip('_')}" for f in dataclasses.fields(cls)}
    return names - {"evidence_home", "exclusions", "rules"}


def test_no_option_is_without_proof() -> None:
    assert set(PROOFS) == declared()


@proof("edition")
def _edition(examine: Examination) -> None:
    assert examine(RUNBOOK)["edition"] == "iso9001:2015"
    assert examine(RUNBOOK, config={"edition": "2026"})["edition"] == "iso9001:2026"


@proof("packs")
def _packs(examine: Examination) -> None:
    files = pack_files("own.thing", own_thing=rule_text("own.thing", "{files: {any: [thing.txt], what: thing}}"))
    found = examine(config={"packs": ["quality/"]}, files=files)
    assert set(found["by"]) == {"own.thing"} and found["packs"][0]["id"] == "own"
    assert "own.thing" not in examine(files=files)["by"]
    assert examine(config={"packs": ["nowhere/"]}, files=files)["code"] == 2


def _switch(name: str, value: Any, word: str) -> Callable[[Examination], None]:
    def check(examine: Examination) -> None:
        text = rule_text("own.switch", f"{{profile: {{switch: {name}, is: ['{word}']}}}}")
        files = pack_files("own.switch", own_switch=text)
        config = {"packs": ["quality/"]}
        assert examine(config=config, files=files)["by"]["own.switch"]["state"] == "nonconforming"
        found = examine(config={**config, "profile": {name: value}}, files=files)
        assert found["by"]["own.switch"]["state"] == "conforming"
        assert [s["origin"] for s in found["profile"]] == ["declared"]

    return check


PROOFS |= {
    f"profile.{name}": _switch(name, value, word)
    for name, value, word in (
        ("kind", "service", "service"),
        ("deploys", True, "yes"),
        ("ui", True, "yes"),
        ("personal_data", False, "no"),
        ("customer_property", "some", "some"),
        ("team", "vse", "vse"),
        ("compensating_control", "read again", "read again"),
    )
}


@proof("documents")
def _documents(examine: Examination) -> None:
    rule, files = "doc.definition-of-done", {"handbook/ready.md": TEXT}
    before = examine(rule, files=files)["by"][rule]
    assert (before["state"], before["gap"]) == ("nonconforming", "absent")
    here = examine(rule, config={"documents": {"definition-of-done": "handbook/ready.md"}}, files=files)["by"][rule]
    assert here["evidence"][0]["path"] == "handbook/ready.md"
    away = examine(rule, config={"documents": {"definition-of-done": "https://wiki.dams.invalid/n"}})
    assert away["by"][rule]["reason"]["code"] == "EXTERNAL"
    assert any("wiki.dams.invalid" in note for note in away["lowered"])


@proof("ticket_keys")
def _ticket_keys(examine: Examination) -> None:
    history = [{"commit": "PAY-{n}: part {n}", "by": "Ada", "repeat": 24}]
    rule = "trace.change-to-ticket"
    assert examine(rule, history=history)["by"][rule]["state"] == "conforming"
    other = examine(rule, history=history, config={"ticket_keys": ["QMS"]})
    assert other["by"][rule]["state"] == "nonconforming"


@proof("release_tags")
def _release_tags(examine: Examination) -> None:
    history = [{"commit": "Part {n}", "by": "Ada", "repeat": 3}, {"tag": "build-42", "by": "Ada", "message": "x"}]
    rule = "trace.release-notes"
    assert examine(rule, history=history)["by"][rule]["state"] == "not_applicable"
    named = examine(rule, history=history, config={"release_tags": "^build-[0-9]+$"})
    assert named["by"][rule]["state"] != "not_applicable"


STRAY = [
    {"commit": "Try something", "by": "Ada", "branch": "ada-experiment", "files": {"a.py": "x = 1\n"}},
    {"tag": "v1.0.0", "by": "Grace", "branch": "ada-experiment"},
    {"commit": "More", "by": "Ada"},
]


@proof("release_branches")
def _release_branches(examine: Examination) -> None:
    rule = "release.from-controlled-branch"
    assert examine(rule, history=STRAY)["by"][rule]["state"] == "nonconforming"
    named = examine(rule, history=STRAY, config={"release_branches": ["ada-*"]})
    assert named["by"][rule]["state"] == "conforming"


@proof("default_branch")
def _default_branch(examine: Examination) -> None:
    rule = "release.from-controlled-branch"
    named = examine(rule, history=STRAY, config={"default_branch": "ada-experiment"})
    assert named["by"][rule]["state"] == "conforming"


@proof("exclude")
def _exclude(examine: Examination) -> None:
    files = {"docs/definition-of-done.md": TEXT}
    rule = "doc.definition-of-done"
    before = examine(rule, files=files)["by"][rule]
    after = examine(rule, files=files, config={"exclude": ["docs/**"]})
    assert before["gap"] != "absent" and after["by"][rule]["gap"] == "absent"
    assert any("docs/**" in note for note in after["lowered"])


@proof("bots")
def _bots(examine: Examination) -> None:
    text = rule_text("own.team", "{profile: {switch: team, is: [single]}}")
    history = [{"commit": "Part {n}", "by": "Ada", "repeat": 3}, {"commit": "Sync {n}", "by": "Mirror", "repeat": 3}]
    given: dict[str, Any] = {"files": pack_files("own.team", own_team=text), "history": history}
    before = examine(config={"packs": ["quality/"]}, **given)["by"]["own.team"]
    after = examine(config={"packs": ["quality/"], "bots": ["Mirror"]}, **given)
    assert (before["state"], after["by"]["own.team"]["state"]) == ("nonconforming", "conforming")
    assert any("Mirror" in note for note in after["lowered"])


STATEMENT = (
    "clause: ['{clause}']\nstatement: The management review was held\nattested_by: {{name: Grace Hopper, role: director}}\n"
    "on: 2025-05-01\nbasis: minutes in the safe\nvalid_until: 2025-12-31\n"
)


@proof("evidence_home.is", "evidence_home.where", "evidence_home.owner")
def _evidence_home(examine: Examination) -> None:
    rule = "review.held"
    silent = examine(rule)["by"][rule]
    assert silent["reason"]["code"] == "NO_EVIDENCE_HERE"
    here = examine(rule, config={"evidence_home": {"9.3": {"is": "repository"}}})["by"][rule]
    assert here["state"] == "nonconforming"
    away = examine(
        rule, config={"evidence_home": {"9.3": {"is": "external", "where": "the safe", "owner": "Ada Byron"}}}
    )
    assert away["by"][rule]["reason"]["code"] == "EXTERNAL"
    assert "the safe, for which Ada Byron answers" in away["by"][rule]["message"]
    assert any("9.3" in note for note in away["lowered"])
    nobody = examine(rule, config={"evidence_home": {"9.3": {"is": "external"}}})["by"][rule]
    assert "place not given" in nobody["message"] and "nobody is named" in nobody["message"]
    attested = {"evidence_home": {"9.3": {"is": "attested"}}}
    bare = examine(RUNBOOK, rule, config=attested)["by"][rule]
    assert "no valid attestation covers it" in bare["message"] and bare["state"] == "nonconforming"
    files = {".qms/attestations/review.yml": STATEMENT.format(clause="9.3")}
    said = examine(rule, config=attested, files=files)["by"][rule]
    assert said["state"] == "not_assessable" and said["disposition"]["kind"] == "attested"


@proof("exclusions.clause", "exclusions.reason", "exclusions.approved_by")
def _exclusions(examine: Examination) -> None:
    item = {"clause": "9.3", "reason": "nothing of it applies", "approved_by": "the director"}
    text = rule_text("own.thing", "{files: {any: [thing.txt], what: thing}}", clauses='["9.3.1"]')
    files = pack_files("own.thing", own_thing=text)
    found = examine(config={"packs": ["quality/"], "exclusions": [item]}, files=files)
    assert found["by"]["own.thing"]["state"] == "not_applicable"
    for word in item.values():
        assert word in found["by"]["own.thing"]["message"]
    assert any("nothing of it applies" in note for note in found["lowered"])


@proof("adopt")
def _adopt(examine: Examination) -> None:
    words = set(get_args(get_args(get_type_hints(Settings)["adopt"])[0]))
    used = {rule.adopt for rule_id in Library().rule_ids if (rule := Library().rule(rule_id)).adopt}
    assert words == used | {"iso90003"}
    for word in sorted(words):
        more = {"basis": "guidance"} if word == "iso90003" else {"basis": "practice", "adopt": word}
        text = rule_text("own.habit", "{files: {any: [thing.txt], what: thing}}", **more)
        files = pack_files("own.habit", own_habit=text)
        grades = [
            examine(config={"packs": ["quality/"], "adopt": adopted}, files=files)["by"]["own.habit"]["grade"]
            for adopted in ([], [word])
        ]
        assert grades == ["ofi", "minor"]


@proof("intervals")
def _intervals(examine: Examination) -> None:
    cases = {case.name: case for case in cases_of(Library().trees[0].root, "review.held")}
    case = cases["minutes with management"]
    states = [
        examine(
            "review.held",
            files=case.files,
            as_of=case.as_of,
            config={"intervals": {"management-review": months}, "evidence_home": {"9.3": {"is": "repository"}}},
        )["by"]["review.held"]["state"]
        for months in (24, 1)
    ]
    assert states == ["conforming", "nonconforming"]


@proof("rules.grade", "rules.disable", "rules.reason", "rules.with")
def _rules(examine: Examination) -> None:
    rule = "doc.definition-of-done"
    plain = examine(rule)["by"][rule]
    why = "the customer agreed to it"
    lower = examine(rule, config={"rules": {rule: {"grade": "ofi", "reason": why}}})
    assert (plain["grade"], lower["by"][rule]["grade"]) == ("minor", "ofi")
    off = examine(rule, config={"rules": {rule: {"disable": True, "reason": why}}})
    assert off["by"][rule]["state"] == "not_applicable" and why in off["by"][rule]["message"]
    assert any(why in note for note in off["lowered"]) and any(why in note for note in lower["lowered"])
    assert examine(rule, config={"rules": {rule: {"disable": True}}})["code"] == 2
    share, history = (
        "trace.change-to-ticket",
        [
            {"commit": "PAY-{n}: part {n}", "by": "Ada", "repeat": 12},
            {"commit": "Part {n}", "by": "Ada", "repeat": 12},
        ],
    )
    states = [
        examine(share, history=history, config={"rules": {share: {"with": {"share": value}}}})["by"][share]["state"]
        for value in (0.4, 0.9)
    ]
    assert states == ["conforming", "nonconforming"]
    assert examine(share, config={"rules": {share: {"with": {"colour": 1}}}})["code"] == 2


@proof("select", "ignore")
def _choice(examine: Examination) -> None:
    chosen = examine(config={"select": ["doc.*"], "ignore": [RUNBOOK]})
    assert chosen["by"] and all(name.startswith("doc.") for name in chosen["by"]) and RUNBOOK not in chosen["by"]
    assert {"only these rules: doc.*", f"rules left out: {RUNBOOK}"} <= set(chosen["lowered"])
    assert examine(config={"select": ["nothing.*"]})["code"] == 2


@proof("fail_on")
def _fail_on(examine: Examination) -> None:
    rule = "doc.definition-of-done"
    assert [examine(rule, config={"fail_on": word})["code"] for word in ("minor", "major", "never")] == [1, 0, 0]
    low = {"rules": {rule: {"grade": "ofi", "reason": "the customer agreed"}}}
    assert [examine(rule, config={**low, "fail_on": word})["code"] for word in ("ofi", "minor")] == [1, 0]


@pytest.mark.parametrize("name", sorted(PROOFS))
def test_option_acts(name: str, examine: Examination) -> None:
    PROOFS[name](examine)


def test_rules_found_in_the_repository_load_no_third_party_code(examine: Examination) -> None:
    files = pack_files("own.thing", own_thing=rule_text("own.thing", "{'acme:kind': {}}"))
    found = examine(config={"packs": ["quality/"]}, files=files)
    assert found["code"] == 2 and "no check kind 'acme:kind'" in found["error"]


def test_the_schema_knows_all_options() -> None:
    from qmslint.packs.schema import SCHEMAS

    assert set(SCHEMAS["config"].make()["properties"]) == {f.name.rstrip("_") for f in dataclasses.fields(Settings)}
    json.dumps(SCHEMAS["config"].make())
