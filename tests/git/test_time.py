"""Any revision, what changed between two, and a development over time."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from qmslint.cli import run
from qmslint.repo.build import Step, moment, person

RULE = ("--select", "req.licence-declared")


def commit(day: str, **files: str | None) -> Step:
    content = {name.replace("__", "/"): None if body is None else body.encode() for name, body in files.items()}
    return Step("commit", f"On {day}", moment(day), person("Ada"), files=content)


@pytest.fixture
def repository(make_repo: Callable[..., Path]) -> Path:
    text = "MIT License\n\nPermission is hereby granted, free of charge, to any person obtaining a copy\n" * 3
    return make_repo(
        [
            commit("2026-01-10", README="x"),
            commit("2026-02-10", LICENSE=text),
            Step("tag", "v1.0.0", moment("2026-02-11"), person("Ada"), message="Release"),
            commit("2026-03-10", README="y"),
            commit("2026-04-10", LICENSE=None),
        ]
    )


def test_each_revision_is_judged_as_it_was(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    states = []
    for rev in ("HEAD~3", "v1.0.0", "HEAD"):
        run(["check", str(repository), "--rev", rev, "--format", "json", *RULE])
        report = json.loads(capsys.readouterr().out)
        states.append((report["subject"]["as_of"], report["results"][0]["state"]))
    assert states == [
        ("2026-01-10", "nonconforming"),
        ("2026-02-10", "conforming"),
        ("2026-04-10", "nonconforming"),
    ]


def test_diff_names_the_regression_and_the_commit_that_did_it(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run(["diff", "v1.0.0", "--repo", str(repository), "--format", "json", "--fail-on", "ofi", *RULE])
    found = json.loads(capsys.readouterr().out)
    assert code == 1
    assert found["summary"]["worse"] == 1
    change = found["changes"][0]
    assert (change["rule"], change["direction"], change["regression"]) == ("req.licence-declared", "worse", "ofi")
    assert len(change["commits"]) == 1


def test_diff_fails_only_for_regressions(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["diff", "HEAD~3", "v1.0.0", "--repo", str(repository), "--fail-on", "ofi", *RULE]) == 0
    assert "1 better" in capsys.readouterr().out
    assert run(["diff", "v1.0.0", "HEAD~1", "--repo", str(repository), "--fail-on", "ofi", *RULE]) == 0
    assert run(["diff", "v1.0.0", "--repo", str(repository), "--fail-on", "minor", *RULE]) == 0


def test_trend_follows_the_months(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["trend", str(repository), "--format", "json", *RULE]) == 0
    points = json.loads(capsys.readouterr().out)["points"]
    assert [(p["label"], p["results"]["req.licence-declared"]) for p in points] == [
        ("2026-01", "nonconforming"),
        ("2026-02", "conforming"),
        ("2026-03", "conforming"),
        ("2026-04", "nonconforming"),
    ]


def test_trend_point_is_what_check_says_of_that_commit(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["trend", str(repository), "--every", "release", "--format", "json"])
    point = json.loads(capsys.readouterr().out)["points"][-1]
    run(["check", str(repository), "--rev", point["commit"], "--format", "json"])
    report = json.loads(capsys.readouterr().out)
    assert {r["rule"]: r["state"] for r in report["results"]} == point["results"]
    assert {c["id"]: c["state"] for c in report["clauses"]} == point["clauses"]


@pytest.mark.parametrize("form", ["table", "csv", "svg"])
def test_trend_has_every_form(repository: Path, form: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["trend", str(repository), "--format", form, *RULE]) == 0
    assert "2026-02" in capsys.readouterr().out


def test_unrelated_revisions_are_told(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["diff", "nope", "--repo", str(repository)]) == 2
    assert "unknown revision" in capsys.readouterr().err
    assert run(["diff", "--repo", str(repository)]) == 2
