"""The same report through every format: the same results, counts and places, within what the platforms hold."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import pytest

from qmslint.model.outcome import State
from qmslint.model.report import Report
from qmslint.report import FORMATS, render
from qmslint.report.json_report import summary
from qmslint.report.sarif import _KINDS
from qmslint.report.terminal import NATURE

from .formats_data import nasty_report, wide_report

REPORT = wide_report()
STATES = {result.rule: result.state.value for result in REPORT.results}
PLACES = {result.rule: [(item.path, item.line) for item in result.evidence if item.path] for result in REPORT.results}
OPEN = {
    result.rule
    for result in REPORT.results
    if result.state in (State.NONCONFORMING, State.ERROR, State.NOT_ASSESSABLE) and not result.disposition
}


class Page(HTMLParser):
    """Collect the results of the HTML report with state and places."""

    def __init__(self) -> None:
        super().__init__()
        self.states: dict[str, str] = {}
        self.places: dict[str, list[tuple[str, int]]] = {}
        self._rule = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "article":
            self._rule = found["data-rule"] or ""
            assert self._rule not in self.states
            self.states[self._rule] = found["data-state"] or ""
            self.places[self._rule] = []
        elif path := found.get("data-path"):
            self.places[self._rule].append((path, int(found.get("data-line") or 0)))


def page() -> Page:
    found = Page()
    found.feed(render("html", REPORT))
    return found


def sarif() -> list[dict[str, Any]]:
    return json.loads(render("sarif", REPORT))["runs"][0]["results"]


def oscal() -> dict[str, Any]:
    return json.loads(render("oscal", REPORT))["assessment-results"]["results"][0]


def props(item: dict[str, Any]) -> dict[str, str]:
    return {prop["name"]: prop["value"] for prop in item["props"]}


def rows() -> list[dict[str, str]]:
    return [row for row in csv.DictReader(io.StringIO(render("csv", REPORT))) if row["rule"]]


def issues() -> list[dict[str, Any]]:
    """Return the issues of GitLab's format that are about rules."""
    found: list[dict[str, Any]] = json.loads(render("gitlab", REPORT))
    return [issue for issue in found if issue["check_name"] != "configuration"]


def junit_states() -> dict[str, str]:
    signs = {"error": "error", "failure": "nonconforming", "skipped": "not judged"}
    found = {}
    for case in ET.fromstring(render("junit", REPORT)).iter("testcase"):
        found[case.attrib["name"]] = next(
            (word for name, word in signs.items() if case.find(name) is not None), "passed"
        )
    return found


def github_states() -> dict[str, str]:
    line = re.compile(r"^([a-z ]+?)(?:, \w+)*: (area\.\S+) \(", re.M)
    return {rule: state.replace(" ", "_") for state, rule in line.findall(render("github", REPORT))}


STATES_OF: dict[str, Callable[[], dict[str, str]]] = {
    "json": lambda: {r["rule"]: r["state"] for r in json.loads(render("json", REPORT))["results"]},
    "sarif": lambda: {r["ruleId"]: r["properties"]["state"] for r in sarif()},
    "csv": lambda: {row["rule"]: row["state"] for row in rows()},
    "html": lambda: page().states,
    "oscal": lambda: {props(o)["rule"]: props(o)["state"] for o in oscal()["observations"]},
    "intoto": lambda: {r["rule"]: r["state"] for r in json.loads(render("intoto", REPORT))["predicate"]["results"]},
    "github": github_states,
}


@pytest.mark.parametrize("name", sorted(STATES_OF))
def test_states_are_the_same(name: str) -> None:
    assert STATES_OF[name]() == STATES


def test_states_are_the_same_where_a_format_knows_fewer() -> None:
    assert {r["ruleId"]: r["kind"] for r in sarif()} == {rule: _KINDS[State(state)] for rule, state in STATES.items()}
    by_rule = {result.rule: result for result in REPORT.results}
    for rule, word in junit_states().items():
        result = by_rule[rule]
        if word == "nonconforming":
            assert result.state is State.NONCONFORMING and not result.disposition and result.grade != "ofi"
        elif word == "error":
            assert result.state is State.ERROR
        elif word == "not judged":
            assert result.state in (State.NOT_APPLICABLE, State.NOT_ASSESSABLE) or result.disposition
        else:
            assert result.state is State.CONFORMING or result.grade == "ofi"
    assert set(junit_states()) == set(STATES)
    assert {issue["check_name"] for issue in issues()} == OPEN
    satisfied = {f["target"]["target-id"]: f["target"]["status"]["state"] for f in oscal()["findings"]}
    words = {"conforming": "satisfied", "nonconforming": "not-satisfied"}
    assert satisfied == {rule: words[state] for rule, state in STATES.items() if state in words}


def test_places_are_the_same() -> None:
    assert page().places == PLACES
    for result in sarif():
        found = [place["physicalLocation"] for place in (*result["locations"], *result.get("relatedLocations", ()))]
        where = [(unquote(p["artifactLocation"]["uri"]), p["region"]["startLine"]) for p in found]
        assert where == [(path, max(line, 1)) for path, line in PLACES[result["ruleId"]]]
    for observation in oscal()["observations"]:
        links = [item["href"].partition("#L") for item in observation["relevant-evidence"] if "href" in item]
        where = [(unquote(path), int(span.partition("-")[0] or 0)) for path, _, span in links]
        assert where == PLACES[props(observation)["rule"]]
    for row in rows():
        found_first = (row["path"], int(row["line"] or 0))
        assert (found_first, int(row["places"])) == (PLACES[row["rule"]][0], len(PLACES[row["rule"]]))
    for issue in issues():
        path, line = PLACES[issue["check_name"]][0]
        assert issue["location"] == {"path": path, "lines": {"begin": max(line, 1)}}
    text = render("terminal", REPORT, verbosity=1)
    for result in REPORT.results:
        if result.state in (State.NONCONFORMING, State.ERROR, State.CONFORMING):
            assert all(f"- {path}:{line}: " in text for path, line in PLACES[result.rule][1:5])


def test_counts_are_the_same() -> None:
    counts = summary(REPORT)
    run = json.loads(render("sarif", REPORT))["runs"][0]
    assert run["properties"]["summary"] == counts
    assert json.loads(render("json", REPORT))["summary"] == counts
    assert json.loads(render("intoto", REPORT))["predicate"]["summary"] == counts
    found = props(oscal())
    assert {name: int(found[f"count-{name.replace('_', '-')}"]) for name in counts} == counts
    suites = ET.fromstring(render("junit", REPORT)).iter("testsuite")
    assert sum(int(suite.attrib["tests"]) for suite in suites) == counts["planned"]
    last = f"{counts['conforming']} conforming, {counts['nonconforming']} nonconforming"
    assert last in render("terminal", REPORT) and last in render("markdown", REPORT)
    assert ", ".join(f"{n} {name.replace('_', ' ')}" for name, n in counts.items()) in render("github", REPORT)
    shown = re.sub(r"<[^>]*>|\s", "", render("html", REPORT))
    signs = (f"✓conforming{counts['conforming']}✗nonconforming{counts['nonconforming']}", f"!error{counts['error']}")
    assert all(sign in shown for sign in signs)


def test_statement_names_the_report_that_is_written_beside_it() -> None:
    import hashlib

    statement = json.loads(render("intoto", REPORT))
    digest = hashlib.sha256(render("json", REPORT).encode()).hexdigest()
    assert statement["subject"][0]["digest"] == {"sha256": digest}
    assert statement["subject"][1]["digest"] == {"gitCommit": REPORT.subject.commit}


@pytest.mark.parametrize("changes", [{"dirty": True, "view": "worktree"}, {"view": "index"}, {"commit": ""}])
def test_statement_names_no_commit_when_something_else_was_examined(changes: dict[str, Any]) -> None:
    import dataclasses

    report = dataclasses.replace(REPORT, subject=dataclasses.replace(REPORT.subject, **changes))
    subjects = json.loads(render("intoto", report))["subject"]
    assert [set(subject["digest"]) for subject in subjects] == [{"sha256"}]


@pytest.mark.parametrize(
    "report", [nasty_report(), wide_report(), wide_report(400, 90, "word " * 60)], ids=["a", "b", "c"]
)
def test_markdown_fits_a_comment(report: Report) -> None:
    text = render("markdown", report)
    assert len(text.encode("utf-16-le")) // 2 <= 65_536


def test_markdown_says_that_it_was_cut_where_it_can_be_seen() -> None:
    whole = render("markdown", REPORT)
    for limit in range(1_500, len(whole), 500):
        text = render("markdown", REPORT, limit=limit)
        assert len(text) <= limit
        assert text.count("<details>") == text.count("</details>")
        assert "JSON report has all of it" in text.rpartition("</details>")[2]
        assert text.rstrip().endswith(f"*{NATURE}*")


def test_sarif_stays_within_what_code_scanning_takes() -> None:
    text = render("sarif", wide_report(250, 150, "word " * 10))
    assert len(gzip.compress(text.encode())) <= 10_000_000
    run = json.loads(text)["runs"][0]
    assert len(run["results"]) <= 25_000 and len(run["tool"]["driver"]["rules"]) <= 25_000
    for result in run["results"]:
        assert len(result["locations"]) + len(result.get("relatedLocations", ())) <= 1_000
    assert all(len(rule["properties"]["tags"]) <= 20 for rule in run["tool"]["driver"]["rules"])


@pytest.mark.parametrize("name", sorted(set(FORMATS) - {"json"}))
def test_no_format_claims_conformity_or_scores(name: str) -> None:
    text = render(name, REPORT).lower()
    assert not re.search(r"\b(compliant|certified|score|grade [a-f]\b|\d+ ?% (conform|complian))", text)
