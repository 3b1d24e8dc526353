"""An organisation's policy wins: a repository tightens it, says things of itself where it may, and loosens nothing."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any, get_args

import pytest

from qmslint.cli import run
from qmslint.engine.policy import merge
from qmslint.errors import ConfigError
from qmslint.forms import Matter, Policy, WaiverLimits
from qmslint.settings import Exclusion, Home, Profile, RuleSetting, Settings

from .options_data import Examination, pack_files, rule_text
from .test_waivers import text as waiver_text

DONE = "doc.definition-of-done"
WHY = "the customer agreed to it"
NOTHING: dict[str, Any] = {"name": "acme", "allow": []}


@pytest.fixture
def examine(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Examination:
    return Examination(tmp_path, capsys)


def test_name_version_and_digest_are_reported(examine: Examination) -> None:
    found = examine(DONE, policy={"name": "acme", "version": "3.1"})
    assert any(note.startswith("policy acme 3.1 (sha256:") for note in found["notes"])


OURS: dict[str, Any] = {
    "edition": "2026",
    "packs": ("ours",),
    "profile": Profile(kind="service", team="team"),
    "documents": {"roles": "docs/roles.md"},
    "ticket_keys": ("QMS",),
    "release_tags": "^v",
    "release_branches": ("stable/*",),
    "default_branch": "trunk",
    "exclude": ("old/**",),
    "bots": ("Robot",),
    "evidence_home": {"9.3": Home("repository")},
    "exclusions": (Exclusion("7.1.5", WHY, "head of quality"),),
    "adopt": ("iso90003",),
    "intervals": {"roles": 6},
    "rules": {DONE: RuleSetting(grade="minor")},
    "select": ("doc.*",),
    "ignore": ("capa.*",),
    "fail_on": "minor",
}
THEIRS = Settings(
    edition="2015",
    packs=("iso9001", "theirs"),
    profile=Profile(kind="library", team="single"),
    documents={"roles": "https://wiki.invalid"},
    release_tags="^x",
    default_branch="dev",
    evidence_home={"9.3": Home("external"), "9.3.1": Home("external")},
    intervals={"roles": 24},
    rules={DONE: RuleSetting(grade="ofi", reason=WHY)},
    select=("req.*",),
    fail_on="never",
)


@pytest.mark.parametrize("name", [f.name for f in dataclasses.fields(Settings)])
def test_every_option_of_the_policy_wins_over_the_repository(name: str) -> None:
    policy = Policy("acme", config=Settings(**{name: OURS[name]}), allow=get_args(Matter))
    value = getattr(merge(policy, frozenset({name}), THEIRS).settings, name)
    if name == "profile":
        assert (value.kind, value.team) == ("service", "team")
    elif name == "packs":
        assert value[-1] == "ours"
    elif isinstance(OURS[name], tuple):
        assert set(OURS[name]) <= set(value)
    elif isinstance(OURS[name], dict):
        assert OURS[name].items() <= value.items() and "9.3.1" not in value
    else:
        assert value == OURS[name]


TIGHTER = [
    ({"rules": {DONE: {"grade": "major"}}}, "grade", "major"),
    ({"rules": {DONE: {"grade": "ofi", "reason": WHY}}}, "grade", "minor"),
]


@pytest.mark.parametrize(("config", "field", "value"), TIGHTER)
def test_a_grade_of_the_repository_only_raises(
    examine: Examination, config: dict[str, Any], field: str, value: str
) -> None:
    config["rules"][DONE].setdefault("reason", WHY)
    assert examine(DONE, config=config, policy=NOTHING)["by"][DONE][field] == value
    both = {**NOTHING, "config": {"rules": {DONE: {"grade": "minor", "reason": WHY}}}}
    assert examine(DONE, config=config, policy=both)["by"][DONE][field] == value


def test_the_stricter_end_of_a_run_counts(examine: Examination) -> None:
    assert examine(DONE, config={"fail_on": "never"}, policy=NOTHING)["code"] == 1
    strict = {**NOTHING, "config": {"fail_on": "ofi"}}
    low = {"rules": {DONE: {"grade": "ofi", "reason": WHY}}}
    assert examine(DONE, config=low, policy={**strict, "allow": ["grades"]})["code"] == 1
    mild = {**NOTHING, "config": {"fail_on": "major"}}
    assert examine(DONE, config={"fail_on": "minor"}, policy=mild)["code"] == 1


def test_more_packs_practices_and_homes_may_be_added() -> None:
    own = Settings(packs=("iso9001", "more"), adopt=("kpi-levels",), evidence_home={"9.3": Home("repository")})
    merged = merge(Policy("acme", allow=()), frozenset(), own)
    assert (merged.settings.packs, merged.settings.adopt) == (own.packs, own.adopt)
    assert merged.settings.evidence_home == own.evidence_home and not merged.notes


MATTERS: dict[str, tuple[dict[str, Any], str]] = {
    "profile": ({"profile": {"kind": "library"}}, "profile"),
    "documents": ({"documents": {"definition-of-done": "https://wiki.invalid/x"}}, "documents"),
    "tickets": ({"ticket_keys": ["QMS"]}, "ticket_keys"),
    "releases": ({"release_tags": "^x", "release_branches": ["a"], "default_branch": "b"}, "release_tags"),
    "bots": ({"bots": ["Robot"]}, "bots"),
    "exclude": ({"exclude": ["docs/**"]}, "exclude"),
    "exclusions": (
        {"exclusions": [{"clause": "8.2", "reason": WHY, "approved_by": "head of quality"}]},
        "exclusions",
    ),
    "evidence-home": ({"evidence_home": {"8.1": {"is": "external", "where": "a safe"}}}, "evidence_home.8.1"),
    "leave-out": ({"ignore": [DONE]}, "ignore"),
    "grades": ({"rules": {DONE: {"grade": "ofi", "reason": WHY}}}, ""),
    "disable": ({"rules": {DONE: {"disable": True, "reason": WHY}}}, f"rules.{DONE}.disable"),
    "parameters": ({"rules": {DONE: {"with": {"criteria": 1}}}}, ""),
}


def test_every_matter_is_proven() -> None:
    assert set(MATTERS) | {"waivers", "baseline"} == set(get_args(Matter))


@pytest.mark.parametrize("matter", sorted(MATTERS))
def test_what_is_not_left_to_the_repository_is_set_aside_and_listed(examine: Examination, matter: str) -> None:
    from qmslint.config import settings_from

    data, name = MATTERS[matter]
    own = settings_from(data, "test")
    open_ = merge(Policy("acme", allow=(matter,)), frozenset(), own)  # type: ignore[arg-type]
    shut = merge(Policy("acme", allow=()), frozenset(), own)
    field = next(iter(data))
    assert getattr(open_.settings, field) == getattr(own, field) and not open_.notes
    assert getattr(shut.settings, field) != getattr(own, field)
    assert name == "" or any(f": {name}" in note for note in shut.notes)


def test_waivers_and_baseline_are_left_to_the_repository_or_not(examine: Examination) -> None:
    plain = examine("doc.branch-merge-policy", as_of="2026-06-20")["by"]["doc.branch-merge-policy"]
    places = {item.get("path", "") for item in plain["evidence"]}
    files = {
        ".qms/waivers.yml": waiver_text(rule=DONE, subject="{all: true}", expires="2026-06-30"),
        ".qms/baseline.json": json.dumps(
            {
                "version": 1,
                "written": "2026-06-01",
                "rules": {
                    "doc.branch-merge-policy": {
                        "said": plain["message"],
                        "findings": [
                            {"since": "2026-06-01", "gap": plain["gap"], "path": path} for path in sorted(places)
                        ],
                    }
                },
            }
        ),
    }
    history = [{"commit": "x", "by": "Ada", "on": "2026-06-05", "files": files}]
    rules = (DONE, "doc.branch-merge-policy")
    for allow, kinds in (([], []), (["waivers"], ["waived"]), (["waivers", "baseline"], ["baselined", "waived"])):
        found = examine(*rules, history=history, as_of="2026-06-20", policy={"name": "acme", "allow": allow})
        assert sorted(d["kind"] for r in found["by"].values() if (d := r["disposition"])) == kinds, dict(
            found["by"]["doc.branch-merge-policy"]
        )
    locked = {"name": "acme", "locked": ["doc.branch-*"]}
    found = examine(*rules, history=history, as_of="2026-06-20", policy=locked)
    assert found["by"]["doc.branch-merge-policy"]["disposition"] is None


LIMITS: dict[str, tuple[dict[str, Any], str]] = {
    "horizon_days": ({"horizon_days": 10}, "longer than the 10 days"),
    "soon_days": ({"soon_days": 25}, "20 days left"),
    "whole": ({"whole": False}, "waive a whole finding"),
    "never": ({"never": ["doc.*"]}, "nobody waive this rule"),
}


def test_every_limit_is_proven() -> None:
    assert set(LIMITS) == {f.name for f in dataclasses.fields(WaiverLimits)}


@pytest.mark.parametrize("name", sorted(LIMITS))
def test_limits_of_waivers_act(examine: Examination, name: str) -> None:
    limits, said = LIMITS[name]
    files = {".qms/waivers.yml": waiver_text(rule=DONE, subject="{all: true}", expires="2026-06-30")}
    history = [{"commit": "x", "by": "Ada", "on": "2026-06-05", "files": files}]
    before = examine(DONE, history=history, as_of="2026-06-10", policy={"name": "acme"})
    after = examine(DONE, history=history, as_of="2026-06-10", policy={"name": "acme", "waivers": limits})
    assert before["code"] == 0 and said not in before["by"]["waiver.in-order"]["message"]
    assert said in after["by"]["waiver.in-order"]["message"]
    assert (after["code"] == 0) is (name == "soon_days")


def test_too_many_unassessed_results_fail(examine: Examination) -> None:
    rules = ("review.held", "req.licence-declared")
    policy = {"name": "acme", "config": {"fail_on": "never"}}
    assert examine(*rules, policy=policy, config={"fail_on": "never"})["code"] != 4
    assert examine(*rules, policy={**policy, "max_unassessed": 0}, arguments=("--fail-on", "never"))["code"] == 4
    assert examine(*rules, policy={**policy, "max_unassessed": 0}, arguments=("--max-unassessed", "9"))["code"] == 4


WAYS: list[dict[str, Any]] = [
    {"rules": {DONE: {"disable": True, "reason": WHY}}},
    {"rules": {DONE: {"grade": "ofi", "reason": WHY}}},
    {"rules": {DONE: {"with": {"criteria": 1}}}},
    {"ignore": [DONE]},
    {"ignore": ["doc.*"]},
    {"ignore": ["*"]},
    {"select": ["req.*"]},
    {"exclusions": [{"clause": "8", "reason": WHY, "approved_by": "head of quality"}]},
    {"exclusions": [{"clause": "8.1", "reason": WHY, "approved_by": "head of quality"}]},
    {"evidence_home": {"8": {"is": "external", "where": "a safe"}}},
    {"evidence_home": {"8.1": {"is": "attested"}}},
    {"documents": {"definition-of-done": "https://wiki.invalid/x"}},
]


@pytest.mark.parametrize("config", WAYS, ids=range(len(WAYS)))
def test_a_locked_rule_cannot_be_loosened(examine: Examination, config: dict[str, Any]) -> None:
    allow = list(get_args(Matter))
    locked = {"name": "acme", "locked": ["doc.def*"], "allow": allow}
    locked["config"] = {"rules": {DONE: {"grade": "minor", "reason": WHY}}}
    free = {"name": "acme", "allow": allow}
    stopped = examine(DONE, config=config, policy=locked)
    assert stopped["code"] == 2 and f"locks {DONE}" in stopped["error"]
    assert examine(DONE, config=config, policy=free)["code"] != 2


SHARE = "trace.change-to-ticket"


@pytest.mark.parametrize("locked", [[], ["trace.*"]])
def test_a_stricter_value_counts_and_a_milder_one_does_not(examine: Examination, locked: list[str]) -> None:
    history = [
        {"commit": "PAY-{n}: part {n}", "by": "Ada", "repeat": 22},
        {"commit": "Part {n}", "by": "Ada", "repeat": 2},
    ]
    policy = {**NOTHING, "locked": locked}

    def state(share: float, **more: Any) -> dict[str, Any]:
        config = {"rules": {SHARE: {"with": {"share": share}}}}
        return examine(SHARE, history=history, config=config, policy={**policy, **more})

    assert examine(SHARE, history=history, policy=policy)["by"][SHARE]["state"] == "conforming"
    assert state(0.95)["by"][SHARE]["state"] == "nonconforming"
    own = {"config": {"rules": {SHARE: {"with": {"share": 0.99}}}}}
    milder = state(0.85, **own)
    if locked:
        assert milder["code"] == 2 and f"locks {SHARE}" in milder["error"]
    else:
        assert milder["by"][SHARE]["state"] == "nonconforming"
        assert any(f"rules.{SHARE}.with.share" in note for note in milder["notes"])
    free = state(0.85, **own, allow=["parameters"])
    assert (free["code"] == 2) if locked else free["by"][SHARE]["state"] == "nonconforming"


def test_a_locked_rule_may_be_tightened(examine: Examination) -> None:
    locked = {"name": "acme", "locked": ["*"], "config": {"rules": {DONE: {"grade": "minor", "reason": WHY}}}}
    found = examine(DONE, policy=locked, config={"rules": {DONE: {"grade": "major", "reason": WHY}}})
    assert found["by"][DONE]["grade"] == "major"


def test_packs_of_the_policy_decide_about_rules_they_share(examine: Examination) -> None:
    files = pack_files("own.thing", own_thing=rule_text("own.thing", "{files: {any: [x.txt], what: x}}"))
    files["quality/packs/own.yaml"] += f"drop: []\ncap: ofi\nextends: [iso9001]\n#{DONE}\n"
    found = examine(
        DONE, files=files, config={"packs": ["quality/"]}, policy={"name": "acme", "config": {"packs": ["iso9001"]}}
    )
    assert found["by"][DONE]["grade"] == "minor"
    assert {pack["id"] for pack in found["packs"]} == {"own", "iso9001"}


@pytest.mark.parametrize(
    "text", ["name: [", "colour: blue\nname: x\n", "config: {}\n", "name: x\nallow: [everything]\n", "- a\n", ""]
)
def test_a_policy_that_is_not_understood_stops_the_run(tmp_path: Path, text: str) -> None:
    (tmp_path / "policy.yml").write_text(text)
    (tmp_path / "tree").mkdir()
    assert run(["check", str(tmp_path / "tree"), "--policy", str(tmp_path / "policy.yml")]) == 2


def test_a_policy_inside_the_repository_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "policy.yml").write_text("name: acme\n")
    arguments = ["check", str(tmp_path), "--policy", str(tmp_path / "policy.yml"), "--select", DONE]
    run([*arguments, "--format", "json"])
    notes = json.loads(capsys.readouterr().out)["notes"]
    assert any("lies inside the examined repository" in note for note in notes)


def test_every_option_of_a_policy_is_named_here() -> None:
    text = Path(__file__).read_text(encoding="utf-8")
    for item in dataclasses.fields(Policy):
        assert f'"{item.name}"' in text or f"{item.name}=" in text


def test_disabling_needs_a_reason_in_a_policy_too(tmp_path: Path) -> None:
    from qmslint.config import policy_from_file

    (tmp_path / "p.yml").write_text(f"name: acme\nconfig: {{rules: {{{DONE}: {{disable: true}}}}}}\n")
    with pytest.raises(ConfigError, match="a reason is needed"):
        policy_from_file(tmp_path / "p.yml")
