"""Exports, attestations, results, ignore lists and requirements: every format read, and nothing of them trusted."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from qmslint.facts.base import Scan
from qmslint.facts.concessions import concessions
from qmslint.facts.exports import exports
from qmslint.facts.ignore_files import listed, unreadable
from qmslint.facts.measurements import measurements
from qmslint.facts.requirements import named_in_tests, requirements
from qmslint.facts.runs import deployments, latest, runs
from qmslint.facts.statements import statements
from qmslint.facts.stories import stories
from qmslint.repo.build import Step, moment, person

Open = Callable[[dict[str, str]], Scan]
SHA = "ab" * 20


@pytest.fixture
def scan(make_repo: Callable[..., Path], scan_of: Callable[..., Scan]) -> Open:
    """Return a function that makes a repository of one commit with some files and opens it."""

    def open_(files: dict[str, str]) -> Scan:
        content = {path: text.encode("utf-8", "surrogateescape") for path, text in files.items()}
        name = f"r{abs(hash(tuple(sorted(files))))}"
        return scan_of(make_repo([Step("commit", "First", moment("2026-01-05"), person("Ada"), files=content)], name))

    return open_


@pytest.mark.parametrize(
    "data",
    [
        {"workflow_runs": [{"id": 1, "name": "ci", "head_sha": SHA, "status": "completed", "conclusion": "success"}]},
        {"check_runs": [{"id": 1, "name": "ci", "head_sha": SHA, "conclusion": "success", "app": {"id": 3}}]},
        {"sha": SHA, "state": "success", "statuses": [{"id": 1, "context": "ci", "state": "success"}]},
        [{"databaseId": 1, "workflowName": "ci", "headSha": SHA, "conclusion": "success"}],
        [{"id": 1, "iid": 1, "sha": SHA, "ref": "main", "status": "success", "web_url": "https://forge.example.org/1"}],
        {"value": [{"id": 1, "sourceVersion": SHA, "result": "succeeded", "definition": {"name": "ci"}}]},
        {"values": [{"build_number": 1, "target": {"commit": {"hash": SHA}}, "state": {"name": "COMPLETED", "result": {"name": "SUCCESSFUL"}}}]},
        {"runs": [{"id": "1", "commit": SHA, "result": "passed"}]},
        {"kind": "pipeline-runs", "collected_at": "2026-01-06", "data": {"runs": [{"id": "1", "commit": SHA, "result": "ok"}]}},
    ],
)  # fmt: skip
def test_runs_of_every_platform(scan: Open, data: object) -> None:
    found = runs(scan({".qms/evidence/runs.json": json.dumps(data)}))
    assert [run.result for run in found.by_commit[SHA]] == ["passed"]


def test_other_answers_are_no_runs(scan: Open) -> None:
    files = {
        ".qms/evidence/commits.json": json.dumps([{"sha": SHA, "commit": {"message": "status: success"}}]),
        ".qms/evidence/deployments.json": json.dumps(
            [{"id": 1, "sha": SHA, "environment": "production", "status": "success"}]
        ),
        ".qms/evidence/issues.json": json.dumps([{"id": 1, "number": 4, "state": "closed", "title": "A wish"}]),
    }
    assert not runs(scan(files)).items


def test_newest_run_of_a_name_counts(scan: Open) -> None:
    data = [
        {"id": n, "name": "ci", "head_sha": SHA, "conclusion": end, "created_at": f"2026-01-0{n}T10:00:00Z"}
        for n, end in ((1, "failure"), (3, "success"), (2, "cancelled"))
    ]
    found = runs(scan({".qms/evidence/runs.json": json.dumps(data)}))
    assert [(run.id, run.result) for run in latest(found.by_commit[SHA])] == [("3", "passed")]


@pytest.mark.parametrize(
    ("data", "result"),
    [
        ([{"id": 1, "sha": SHA, "environment": "production", "created_at": "2026-01-02T10:00:00Z"}], "other"),
        ([{"id": 1, "sha": SHA, "environment": {"name": "production"}, "status": "failed", "created_at": "2026-01-02T10:00:00Z"}], "failed"),
        ([{"id": 1, "sha": SHA, "environment": "production", "created_at": "2026-01-02T10:00:00Z",
           "statuses": [{"state": "failure", "created_at": "2026-01-02T10:01:00Z"}, {"state": "inactive", "created_at": "2026-01-02T10:05:00Z"}]}], "passed"),
    ],
)  # fmt: skip
def test_deployments(scan: Open, data: object, result: str) -> None:
    found = deployments(scan({".qms/evidence/deployments.json": json.dumps(data)}))
    assert [(one.environment, one.result) for one in found] == [("production", result)]


def test_stories_of_trackers(scan: Open) -> None:
    issues = [
        {"number": 4, "title": "A wish", "milestone": {"title": "1.0"}},
        {"number": 5, "title": "x", "pull_request": {}},
    ]
    jira = {"issues": [{"key": "PAY-7", "fields": {"summary": "Pay later", "fixVersions": [{"name": "1.0"}]}}]}
    found = stories(
        scan({".qms/evidence/issues.json": json.dumps(issues), ".qms/evidence/jira.json": json.dumps(jira)})
    )
    assert {key: item.release for key, item in found.items()} == {"#4": ("1.0",), "#5": (), "pay-7": ("1.0",)}


@pytest.mark.parametrize("text", ["{", "[" * 5000, '{"a": NaN', "\0", json.dumps([[[[[[[{"sha": SHA}]]]]]]])])
def test_hostile_exports_break_nothing(scan: Open, text: str) -> None:
    opened = scan({".qms/evidence/bad.json": text})
    assert not runs(opened).items
    assert not deployments(opened)
    assert isinstance(exports(opened), tuple)


STATEMENT = {
    "_type": "https://in-toto.io/Statement/v1",
    "subject": [{"name": "app", "digest": {"sha256": "aa"}}],
    "predicateType": "https://slsa.dev/provenance/v1",
    "predicate": {
        "buildDefinition": {"resolvedDependencies": [{"uri": "git+https://x", "digest": {"gitCommit": SHA}}]},
        "runDetails": {"metadata": {"invocationId": "https://forge.example.org/runs/7"}},
    },
}


def test_statements_in_every_wrapping(scan: Open) -> None:
    payload = base64.b64encode(json.dumps(STATEMENT).encode()).decode()
    envelope = {"payloadType": "application/vnd.in-toto+json", "payload": payload, "signatures": [{"sig": "x"}]}
    files = {
        "a.intoto.jsonl": json.dumps(envelope) + "\n" + json.dumps(STATEMENT) + "\n",
        "b.sigstore.json": json.dumps({"dsseEnvelope": envelope}),
        "c/provenance.json": json.dumps(STATEMENT, indent=2),
        "d.intoto.jsonl": json.dumps({**envelope, "payload": "!!!"}),
    }
    found = statements(scan(files))
    assert [(one.path, one.commits, one.signed) for one in found] == [
        ("a.intoto.jsonl", (SHA,), True), ("a.intoto.jsonl", (SHA,), False), ("b.sigstore.json", (SHA,), True),
        ("c/provenance.json", (SHA,), False),
    ]  # fmt: skip
    assert {one.run for one in found} == {"https://forge.example.org/runs/7"}


@pytest.mark.parametrize(
    ("path", "text", "faults"),
    [
        (".trivyignore", "# only in the test tool\nCVE-1 exp:2027-01-01\n", ()),
        (".trivyignore", "CVE-1\n", ("no reason", "no end date")),
        (".trivyignore.yaml", "vulnerabilities:\n  - id: CVE-1\n    statement: only in the test tool\n    expired_at: 2025-01-01\n", ("expired",)),
        (".grype.yaml", "ignore:\n  # not reachable from outside\n  - vulnerability: CVE-1\n", ()),
        (".snyk", "ignore:\n  SNYK-1:\n    - '*':\n        reason: not used here\n        expires: 2027-01-01T00:00:00.000Z\n", ()),
        ("osv-scanner.toml", '[[IgnoredVulns]]\nid = "GHSA-1"\nignoreUntil = 2027-01-01\nreason = "not used here"\n', ()),
        ("audit-ci.jsonc", '{\n  // only in the test tool\n  "allowlist": [\n    // only in the test tool\n    "GHSA-1",\n  ],\n}\n', ("no end date",)),
        (".nsprc", '{"1234": {"active": true, "notes": "only in the test tool", "expiry": "2027-01-01"}}', ()),
        ("deny.toml", '[advisories]\nignore = [{id = "RUSTSEC-1", reason = "not used here"}]\n', ()),
        (".gitleaksignore", "# documentation example only\nabc:file:rule:3\n", ()),
        (".qms/waivers.yml", "waivers:\n  - rule: ci.sast\n    reason: replaced next month\n    expires: 2026-12-01\n", ()),
    ],
)  # fmt: skip
def test_ignore_lists(scan: Open, path: str, text: str, faults: tuple[str, ...]) -> None:
    opened = scan({path: text})
    assert [entry.faults for entry in listed(opened)] == [faults]
    assert not unreadable(opened)


@pytest.mark.parametrize("path", [".trivyignore.yaml", ".snyk", "osv-scanner.toml", ".nsprc", "deny.toml"])
@pytest.mark.parametrize("text", ["[[[", "{", "- - -\n  a: b: c", "\t"])
def test_broken_ignore_lists_are_said(scan: Open, path: str, text: str) -> None:
    opened = scan({path: text})
    assert not listed(opened) or unreadable(opened) == (path,)


def test_marks_are_found_in_linear_time(scan: Open) -> None:
    line = "x = 1  # noqa" + " " * 200 + "# nosec" + "a" * 2000 + "\n"
    start = time.perf_counter()
    found = concessions(scan({"src/a.py": line * 200}))
    assert len(found.items) == 200
    assert time.perf_counter() - start < 20


@pytest.mark.parametrize(
    ("path", "text", "count"),
    [
        ("docs/kpis/r.md", "| Indicator | 2026-Q1 | Feb 2026 |\n|---|---|---|\n| Lead time | 3 | 4 |\n", 2),
        ("docs/kpis/r.md", "| Period | Lead time | Uptime |\n|---|---|---|\n| 2026-01 | 3 days | 99.9 % |\n", 2),
        (
            "docs/kpis/r.md",
            "| Metric | Value | Period |\n|---|---|---|\n| Lead time | 3 | 2026-01 |\n| Uptime | TBD | 2026-01 |\n",
            1,
        ),
        ("docs/kpis/2026-01.md", "# Figures\n\n- Uptime: 99.9 %\n- Door: blue\n", 1),
        ("metrics/a.csv", "month;lead time;mttr\n2026-01;3;4\n", 2),
        ("kpis/a.yml", "2026-01:\n  lead_time: 3\n  uptime: 99.9\n", 2),
        ("kpis/a.json", '[{"metric": "uptime", "value": 99.9, "date": "2026-01-31"}]', 1),
        ("docs/kpis/future.md", "| Indicator | 2031-Q1 |\n|---|---|\n| Lead time | 3 |\n", 0),
        ("docs/kpis/template.md", "# KPI template\n\n| Indicator | 2026-Q1 |\n|---|---|\n| Lead time | 3 |\n", 0),
        ("src/metrics.yml", "uptime: 3\n", 0),
        ("docs/kpis/2026-01.md", "# KPIs 2026\n\n## Targets\n\n- Lead time: 24 hours\n- Uptime: 99.9 %\n", 0),
        ("docs/kpis/2026-01.md", "# KPIs\n\n- Lead time: < 24 hours\n- Change failure rate: at most 5 %\n", 0),
        (
            "docs/dora-2026.md",
            "| Tier | Deployment Frequency | Lead Time |\n|---|---|---|\n| Elite | 10 per day | 1 hour |\n",
            0,
        ),
        ("docs/dora-2026.md", "| Metric | Target | Measurement |\n|---|---|---|\n| Lead Time | 2 days | 1 log |\n", 0),
        (
            "docs/dora.md",
            "# DORA\n\n_Generated 2026-01-04T15:23:13Z._\n\n| Metric | Value | Window |\n|---|---|---|\n| Lead time | 3618 s | 21 slices |\n",
            1,
        ),
    ],
)
def test_results_in_tables_of_any_shape(scan: Open, path: str, text: str, count: int) -> None:
    found = measurements(scan({path: text}))
    assert len(found) == count
    assert all(one.day is not None for one in found)


def test_requirements_of_every_tool(scan: Open) -> None:
    files = {
        "docs/req.sdoc": "[REQUIREMENT]\nUID: SYS-1\nSTATEMENT: >>>\nx\n<<<\n",
        "docs/needs.rst": ".. req:: Fast\n   :status: open\n   :id: NEED_2\n\n   Text\n",
        "docs/oft.md": "### Fast\n`req~fast.answer~1`\n\nNeeds: impl\n",
        "reqs/.doorstop.yml": "settings: {prefix: SRS}\n",
        "reqs/SRS003.yml": "active: true\ntext: Quick\n",
        "docs/requirements.csv": "id,requirement,verification\nREQ-4,Quick,inspection\nADR-1,Other,test\n",
        "tests/test_a.py": "# SYS-1, need_2 and req~fast.answer~1\ndef test_a():\n    assert x\n\n\ndef test_srs003():\n    pass\n",
    }
    opened = scan(files)
    assert [(item.id, item.testable) for item in requirements(opened)] == [
        ("NEED_2", True), ("REQ-4", False), ("SRS003", True), ("SYS-1", True), ("req~fast.answer~1", True),
    ]  # fmt: skip
    named = named_in_tests(opened)
    assert {name: [place.empty for place in places] for name, places in named.items()} == {
        "NEED_2": [False], "SRS003": [True], "SYS-1": [False], "req~fast.answer~1": [False],
    }  # fmt: skip
