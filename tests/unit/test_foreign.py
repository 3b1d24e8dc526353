"""Results of other programs are read as what they say, and hostile ones are refused."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from qmslint.facts.base import Scan
from qmslint.facts.foreign import foreign, json_forms, xml_forms
from qmslint.facts.foreign.values import moment, number
from qmslint.kinds.foreign_results import Params, check
from qmslint.model.outcome import Outcome, State
from qmslint.packs.load import Library
from qmslint.repo.open import open_repository
from qmslint.settings import Settings

AS_OF = 1_782_820_800  # 2026-06-30
JUNIT = """<?xml version="1.0" encoding="UTF-8"?>
<testsuites tests="99"><testsuite name="a" timestamp="2026-06-01T10:00:00">
<testcase name="1"/><testcase name="2"><failure message="x"/><failure message="y"/></testcase>
<testsuite name="inner" timestamp="2026-06-02T10:00:00Z"><testcase name="3"><skipped/></testcase><testcase name="4"><error/></testcase></testsuite>
</testsuite></testsuites>"""
COBERTURA = '<?xml version="1.0"?><!DOCTYPE coverage SYSTEM "http://x.invalid/c.dtd"><coverage line-rate="0.81" timestamp="1780300800000"/>'
JACOCO = (
    '<!DOCTYPE report PUBLIC "-//J//D 1//EN" "report.dtd"><report name="x"><sessioninfo id="a" start="1" dump="1780300800000"/>'
    '<package name="p"><counter type="LINE" missed="90" covered="10"/></package><counter type="LINE" missed="20" covered="80"/></report>'
)
CLOVER = (
    '<coverage generated="1780300800"><project><metrics statements="50" coveredstatements="40"/></project></coverage>'
)
SARIF = {
    "version": "2.1.0",
    "runs": [
        {
            "tool": {"driver": {"name": "Lint", "rules": [{"id": "r2", "defaultConfiguration": {"level": "error"}}]}},
            "invocations": [{"executionSuccessful": True, "endTimeUtc": "2026-06-01T10:00:00Z"}],
            "versionControlProvenance": [{"revisionId": "ab" * 20}],
            "results": [
                {"ruleId": "r1", "message": {"text": "x"}},
                {"ruleId": "r2", "message": {"text": "x"}},
                {"ruleId": "r1", "level": "note"},
                {"ruleId": "r1", "kind": "pass"},
                {"ruleId": "r1", "level": "error", "suppressions": [{"kind": "external"}]},
            ],
        }
    ],
}
SCORECARD = {
    "date": "2026-06-01T00:00:00Z",
    "score": 7.1,
    "scorecard": {"version": "v5"},
    "repo": {"name": "x", "commit": "cd" * 20},
    "checks": [{"name": "Branch-Protection", "score": 8}, {"name": "Fuzzing", "score": -1}],
}


def test_tests_are_counted_and_not_believed() -> None:
    found = xml_forms.read(JUNIT)
    assert found.form == "junit" and found.made == moment("2026-06-02T10:00:00Z")
    assert found.numbers == {"tests": 4, "executed": 3, "failures": 1, "errors": 1, "skipped": 1}


@pytest.mark.parametrize(
    ("text", "tool", "share"),
    [(COBERTURA, "Cobertura", 0.81), (JACOCO, "JaCoCo", 0.8), (CLOVER, "Clover", 0.8)],
)
def test_coverage_in_xml(text: str, tool: str, share: float) -> None:
    found = xml_forms.read(text)
    assert (found.form, found.tool, found.numbers["lines"]) == ("coverage", tool, share)
    assert found.made == 1_780_300_800


@pytest.mark.parametrize(
    ("body", "share"),
    [
        ({"meta": {"timestamp": "2026-06-01T10:00:00"}, "totals": {"percent_covered": 81.0}}, 0.81),
        ({"total": {"lines": {"total": 10, "pct": 81}}}, 0.81),
        ({"type": "llvm.coverage.json.export", "data": [{"totals": {"lines": {"count": 100, "covered": 81}}}]}, 0.81),
    ],
)
def test_coverage_in_json(body: Any, share: float) -> None:
    assert json_forms.read(body).numbers["lines"] == pytest.approx(share)


def test_sarif_counts_by_level_without_what_is_suppressed_or_no_finding() -> None:
    found = json_forms.read(SARIF)
    assert (found.form, found.tool, found.commit) == ("sarif", "Lint", "ab" * 20)
    assert found.numbers == {
        "results": 3, "error": 1, "warning": 1, "note": 1, "none": 0, "suppressed": 1, "failed_runs": 0
    }  # fmt: skip


def test_a_check_that_could_not_look_is_no_number() -> None:
    found = json_forms.read(SCORECARD)
    assert (found.form, found.numbers, found.commit) == ("scorecard", {"Branch-Protection": 8}, "cd" * 20)


@pytest.mark.parametrize(
    ("body", "form", "numbers"),
    [
        ([{"user": {"login": "a"}, "state": "APPROVED"}, {"user": {"login": "b"}, "state": "COMMENTED"}], "approvals", {"approvals": 1, "people": 1}),
        ({"approved_by": [{"user": {"username": "a"}}, {"user": {"username": "b"}}]}, "approvals", {"approvals": 2, "people": 2}),
        ({"approved_by": []}, "approvals", {"approvals": 0, "people": 0}),
        ([{"id": 1, "sha": "x", "environment": "production", "created_at": "2026-06-01T10:00:00Z"}], "deployments", {"deployments": 1, "environments": 1}),
        ([{"id": 1, "ref": "main", "environment": {"name": "live"}}], "deployments", {"deployments": 1, "environments": 1}),
        ({"name": "main", "enforcement": "active"}, "ruleset", {"entries": 1}),
        ([{"name": "main", "push_access_levels": []}], "ruleset", {"entries": 1}),
        ({"a": 1}, "other", {}),
        ([], "other", {}),
        (None, "other", {}),
        ("text", "other", {}),
        (3, "other", {}),
    ],
)  # fmt: skip
def test_answers_of_platforms(body: Any, form: str, numbers: dict[str, float]) -> None:
    found = json_forms.read(body)
    assert (found.form, found.numbers) == (form, numbers)


@pytest.mark.parametrize(
    "text",
    [
        "<!DOCTYPE a [<!ENTITY b 'c'>]><testsuite>&b;</testsuite>",
        "<!DOCTYPE a [ ]><testsuite/>",
        "<testsuite>",
        "",
        "\x00",
        "<a>" * 200 + "</a>" * 200,
        "<testsuite>\udcff</testsuite>",
    ],
)
def test_hostile_xml_is_refused(text: str) -> None:
    with pytest.raises(xml_forms.Refused):
        xml_forms.read(text)


@pytest.mark.parametrize(
    "body",
    [
        {"version": "2.1.0", "runs": [None, 3, {"results": [None, {"level": 7, "suppressions": 3}], "tool": []}]},
        {"checks": [None, {"name": 3, "score": "x"}, {"name": "a", "score": float("nan")}], "score": 1},
        {"totals": {"percent_covered": "x"}},
        [{"approved_by": [None, 3, {"user": None}]}],
        [{"environment": None, "sha": None, "created_at": 10**30}],
    ],
)
def test_odd_values_do_no_harm(body: Any) -> None:
    assert all(value == value for value in json_forms.read(body).numbers.values())


def test_numbers_and_moments() -> None:
    assert [number(v) for v in ("1.5", None, "x", True, "inf", 10**400)] == [1.5, 0, 0, 0, 0, 0]
    assert moment("2026-06-01") == 1_780_272_000 == moment("1780272000000") == moment(1_780_272_000)
    assert [moment(v) for v in (None, "", "June", "9" * 39, True, "10000-01-01")] == [None] * 6


@pytest.fixture
def look(tmp_path: Path) -> Callable[..., Outcome]:
    def do(files: dict[str, str], **params: Any) -> Outcome:
        for path, text in files.items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(text)
        repository = open_repository(tmp_path)
        try:
            return check(Params(**params), Scan(repository, Settings(), AS_OF, Library().vocabulary))
        finally:
            repository.close()

    return do


def envelope(body: Any, day: str, **more: Any) -> str:
    digest = hashlib.sha256(json.dumps(body).encode()).hexdigest()
    head = {"kind": "x", "collected_at": day, "collected_by": "a", "source_url": "b", "sha256": digest, "data": body}
    return json.dumps({**head, **more})


FINE: dict[str, Any] = {"form": "scorecard", "measure": "Branch-Protection", "at_least": 7.0}


def test_the_newest_number_decides(look: Callable[..., Outcome]) -> None:
    low = {**SCORECARD, "checks": [{"name": "Branch-Protection", "score": 2}]}
    files = {
        ".qms/evidence/old.json": envelope(low, "2026-05-01"),
        ".qms/evidence/new.json": envelope(SCORECARD, "2026-06-01"),
    }
    found = look(files, **FINE)
    assert found.state is State.CONFORMING and "2026-06-01 by Scorecard" in found.message
    found = look({".qms/evidence/newer.json": envelope(low, "2026-06-02")}, **FINE)
    assert (found.state, found.gap) == (State.NONCONFORMING, "weak") and "at least 7" in found.message


@pytest.mark.parametrize(
    ("text", "gap"),
    [
        (envelope(SCORECARD, "2026-01-01"), "stale"),
        (envelope(SCORECARD, "2026-06-01", sha256="0" * 64), "contradiction"),
        (json.dumps({**SCORECARD, "date": ""}), "weak"),
        (envelope(SCORECARD, "2027-01-01"), "weak"),
        ("{}", "absent"),
    ],
)
def test_what_is_old_changed_undated_or_not_there_shows_nothing(
    look: Callable[..., Outcome], text: str, gap: str
) -> None:
    found = look({".qms/evidence/a.json": text}, **FINE)
    assert (found.state, found.gap) == (State.NONCONFORMING, gap)


def test_a_number_that_is_not_said_cannot_be_judged(look: Callable[..., Outcome]) -> None:
    found = look({".qms/evidence/a.json": json.dumps(SCORECARD)}, form="scorecard", measure="Fuzzing", at_least=1.0)
    assert found.state is State.NOT_ASSESSABLE and "it says Branch-Protection" in found.message


def test_customary_places_are_looked_at_and_tools_told_apart(look: Callable[..., Outcome]) -> None:
    files = {"build/TEST-a.xml": JUNIT, "out/x.sarif": json.dumps(SARIF)}
    assert look(files, form="junit", measure="executed", at_least=1.0).state is State.CONFORMING
    assert look(files, form="junit", measure="failures", at_most=0.0).gap == "weak"
    assert look(files, form="sarif", measure="error", at_most=1.0, tool="^Lint$").state is State.CONFORMING
    assert look(files, form="sarif", measure="error", at_most=1.0, tool="Other").gap == "absent"


def test_a_file_and_its_envelope_are_one(look: Callable[..., Outcome], tmp_path: Path) -> None:
    side = {
        "kind": "junit", "collected_at": "2026-06-20", "collected_by": "a", "source_url": "b",
        "sha256": hashlib.sha256(JUNIT.encode()).hexdigest(), "file": "a.xml",
    }  # fmt: skip
    found = look(
        {".qms/evidence/a.xml": JUNIT, ".qms/evidence/a.json": json.dumps(side)},
        form="junit",
        measure="tests",
        at_least=1.0,
    )
    assert found.state is State.CONFORMING and "2026-06-20" in found.message
    outside = {**side, "file": "../../../etc/passwd"}
    (tmp_path / ".qms/evidence/b.json").write_text(json.dumps(outside))
    scan = Scan(open_repository(tmp_path), Settings(), AS_OF, Library().vocabulary)
    assert [item.path for item in foreign(scan)] == [".qms/evidence/a.xml", ".qms/evidence/b.json"]
    assert scan.problems[".qms/evidence/b.json"][1].startswith("it names the file")
    scan.repo.close()


def test_lcov(look: Callable[..., Outcome]) -> None:
    text = "TN:\nSF:a.c\nLF:10\nLH:9\nend_of_record\nSF:b.c\nLF:10\nLH:7\nend_of_record\n"
    side = {
        "kind": "coverage",
        "collected_at": "2026-06-20",
        "collected_by": "a",
        "source_url": "b",
        "file": "lcov.info",
    }
    found = look(
        {".qms/evidence/lcov.info": text, ".qms/evidence/lcov.json": json.dumps(side)},
        form="coverage", measure="lines", at_least=0.8,
    )  # fmt: skip
    assert found.state is State.CONFORMING and "lines 0.8" in found.message
