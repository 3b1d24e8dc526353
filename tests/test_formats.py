"""All formats say the same, and hostile text stays text."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import xmlschema
from jsonschema import Draft202012Validator
from junitparser import JUnitXml

from qmslint.model.outcome import State
from qmslint.packs.schema import SCHEMAS
from qmslint.report import FORMATS, render

from .formats_data import nasty_report

DATA = Path(__file__).parent / "data"
REPORT = nasty_report()
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def test_json_keeps_the_published_contract() -> None:
    data = json.loads(render("json", REPORT))
    Draft202012Validator(SCHEMAS["report"].make()).validate(data)
    summary = data["summary"]
    states = ("conforming", "nonconforming", "not_applicable", "not_assessable", "error")
    assert sum(summary[state] for state in states) == summary["planned"] == len(data["results"])


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_published_schemas_are_schemas(name: str) -> None:
    Draft202012Validator.check_schema(SCHEMAS[name].make())


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_nothing_unsafe_reaches_an_output(name: str) -> None:
    text = render(name, REPORT)
    assert not CONTROL.search(text)
    text.encode("utf-8")
    assert not re.search(r"^\s*(::|##vso\[|##teamcity\[|section_start:)", text, re.M)


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_every_rule_is_in_every_format(name: str) -> None:
    text = render(name, REPORT, verbosity=1)
    for result in REPORT.results:
        assert result.rule in text


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_rendering_twice_gives_the_same_bytes(name: str) -> None:
    assert render(name, REPORT) == render(name, nasty_report())


def test_sarif_has_what_code_scanning_demands() -> None:
    run = json.loads(render("sarif", REPORT))["runs"][0]
    driver = run["tool"]["driver"]
    assert driver["name"] == "qmslint"
    assert len(run["results"]) == len(REPORT.results)
    for rule in driver["rules"]:
        assert rule["id"] and rule["shortDescription"]["text"] and rule["help"]["text"]
        assert len(rule["properties"]["tags"]) <= 20
    for result in run["results"]:
        assert driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        place = result["locations"][0]["physicalLocation"]
        uri = place["artifactLocation"]["uri"]
        assert uri and not uri.startswith(("/", "file:")) and re.fullmatch(r"[\x21-\x7e]+", uri)
        assert place["region"]["startLine"] >= 1
        assert (result["level"] == "none") == (result["kind"] != "fail")
    waived = next(r for r in run["results"] if r["ruleId"] == "a.waived")
    assert waived["suppressions"][0]["status"] == "accepted"


def test_junit_keeps_the_strict_schema_and_the_counts() -> None:
    text = render("junit", REPORT)
    xmlschema.XMLSchema(str(DATA / "junit-ant.xsd")).validate(text)
    suites = JUnitXml.fromstring(text.encode())
    total = sum(suite.tests for suite in suites)
    failures = sum(suite.failures for suite in suites)
    skipped = sum(suite.skipped for suite in suites)
    assert total == len(REPORT.results)
    assert failures == 2
    assert skipped == 3
    names = {case.get("name") for case in ET.fromstring(text).iter("testcase")}
    assert names == {result.rule for result in REPORT.results}


def test_markdown_fits_a_comment_and_says_when_it_was_cut() -> None:
    text = render("markdown", REPORT, limit=1500)
    assert len(text) <= 1500
    assert "JSON report has all" in text


def test_markdown_shows_hostile_text_as_text() -> None:
    text = render("markdown", REPORT)
    assert "<script>" not in text
    assert "![i](" not in text
    assert "@everyone" not in text


def test_terminal_shows_findings_worst_first_and_what_was_not_seen() -> None:
    text = render("terminal", REPORT)
    assert text.index("a.bad") < text.index("a.less") < text.index("a.hint")
    assert "SHALLOW" in text
    assert text.count(State.ERROR.value) >= 1


def test_quiet_terminal_keeps_findings_and_counts() -> None:
    text = render("terminal", REPORT, verbosity=-1)
    assert "a.bad" in text and "8 rules:" in text and "Clause by clause" not in text
