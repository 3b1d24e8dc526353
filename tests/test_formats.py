"""All formats say the same, and hostile text stays text."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import xmlschema
from jsonschema import Draft202012Validator
from junitparser import JUnitXml

from qmslint.model.evidence import in_file
from qmslint.model.outcome import State
from qmslint.packs.schema import SCHEMAS
from qmslint.report import FORMATS, html, render
from qmslint.report.csv_table import cell

from .formats_data import moments, nasty_report

DATA = Path(__file__).parent / "data"
REPORT = nasty_report()
COMMAND = re.compile(r"^::(error|warning|notice) (\w+=[^:,\n]*)(,\w+=[^:,\n]*)*::(?!%(?!25|0A|0D|3A|2C)).*$", re.M)
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
    if name == "github":
        text, count = COMMAND.subn("", text)
        assert count == len([r for r in REPORT.results if r.rule in ("a.bad", "a.oops", "a.less", "a.hint")])
    assert not re.search(r"^\s*(::|##vso\[|##teamcity\[|section_start:)", text, re.M)


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_every_rule_is_in_every_format(name: str) -> None:
    text = render(name, REPORT, verbosity=1)
    for result in REPORT.results:
        # GitLab's format holds issues only; what is closed there has no place in it.
        closed = result.disposition or result.state in (State.CONFORMING, State.NOT_APPLICABLE)
        assert (result.rule in text) == (name != "gitlab" or not closed)


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


def test_no_cell_of_the_table_is_a_formula() -> None:
    rows = list(csv.DictReader(io.StringIO(render("csv", REPORT))))
    assert [row["rule"] for row in rows if row["rule"]] == [result.rule for result in REPORT.results]
    assert [row["message"] for row in rows if not row["rule"]] == [cell(note) for note in REPORT.lowered]
    hostile = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "  =1", "\r=1", "＝1", "|cmd", '=HYPERLINK("x")']
    assert [text for text in hostile if not cell(text).startswith("'") and not cell(text).startswith("\\")] == []
    assert cell("a = b") == "a = b"


def test_annotations_come_worst_first_and_within_what_is_shown() -> None:
    many = [
        dataclasses.replace(result, rule=f"{result.rule}.{number:02}")
        for number in range(15)
        for result in REPORT.results
    ]
    text = render("github", dataclasses.replace(REPORT, results=tuple(many)))
    levels = re.findall(r"^::(\w+) ", text, re.M)
    assert levels == ["error"] * 10 + ["warning"] * 10 + ["notice"] * 10
    assert "30 more findings" in text
    assert text.count("%0ATo do: Do it.") == 10
    for result in many:
        assert re.search(rf"^[a-z][^:].*{re.escape(result.rule)} ", text, re.M)


def test_annotations_escape_what_would_end_them() -> None:
    result = dataclasses.replace(
        REPORT.results[0], message="50 % of\nall", evidence=(in_file("a,b:c%.md", 3, end_line=5),)
    )
    line = render("github", dataclasses.replace(REPORT, results=(result,))).splitlines()[0]
    assert line.startswith("::error file=a%2Cb%3Ac%25.md,line=3,endLine=5,title=")
    assert "::50 %25 of\\x0aall" in line


def test_code_quality_has_what_gitlab_demands_and_keeps_its_fingerprints() -> None:
    issues = json.loads(render("gitlab", REPORT))
    schema = json.loads((DATA / "gitlab-code-quality.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(issues)
    assert len({issue["fingerprint"] for issue in issues}) == len(issues)
    assert {issue["check_name"]: issue["severity"] for issue in issues} == {
        "a.bad": "major", "a.oops": "info", "a.less": "minor", "a.hint": "info", "a.unseen": "info",
        "configuration": "info",
    }  # fmt: skip
    later = dataclasses.replace(REPORT, subject=dataclasses.replace(REPORT.subject, commit="d" * 40, commits=99))
    assert render("gitlab", later) == render("gitlab", REPORT)


def test_command_line_offers_every_format() -> None:
    from qmslint.cli.check import FORMATS as offered

    assert sorted(offered) == sorted(FORMATS)


def test_the_page_shows_how_it_came_to_this() -> None:
    page = html.render(REPORT, moments=moments(REPORT))
    text = re.sub(r"<[^>]*>|\s+", " ", page)
    assert page.count("<rect") == sum(bool(moment.report.count(state)) for moment in moments(REPORT) for state in State)
    assert "Since 2026-12" in text and re.search(r"a\.bad *✓ *conforming *then, *✗ *nonconforming *now \(major\)", text)
    assert not CONTROL.search(page) and "<script>alert" not in page
    assert 'href="#development"' in page and 'href="#development"' not in html.render(REPORT)
    plain = dataclasses.replace(REPORT, documents=None)
    assert 'href="#documents"' in page and 'id="documents"' not in html.render(plain)
