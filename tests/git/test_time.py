"""Any revision, what changed between two, and a development over time."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

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


@pytest.mark.parametrize("form", ["table", "csv", "svg", "html"])
def test_trend_has_every_form(repository: Path, form: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["trend", str(repository), "--format", form, *RULE]) == 0
    assert "2026-02" in capsys.readouterr().out


def test_unrelated_revisions_are_told(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["diff", "nope", "--repo", str(repository)]) == 2
    assert "unknown revision" in capsys.readouterr().err
    assert run(["diff", "--repo", str(repository)]) == 2


def compared(
    repository: Path, capsys: pytest.CaptureFixture[str], *options: str, rule: str = "req.licence-declared"
) -> tuple[int, dict[str, Any]]:
    code = run(["diff", *options, "--repo", str(repository), "--format", "json", "--select", rule])
    return code, json.loads(capsys.readouterr().out)


def test_fail_on_decides_about_the_grade_of_a_regression(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for fail_on, expected in (("ofi", 1), ("minor", 0), ("major", 0), ("never", 0)):
        code, found = compared(repository, capsys, "v1.0.0", "--fail-on", fail_on)
        assert (code, found["summary"]["regressions"]) == (expected, 1)


def test_an_old_gap_is_no_regression(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, found = compared(repository, capsys, "HEAD~3", "HEAD", "--fail-on", "ofi")
    assert (code, found["summary"]["same"], found["changes"]) == (0, 1, [])


def test_only_what_the_branch_itself_did_counts_from_the_merge_base(
    make_repo: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    text = "MIT License\n\nPermission is hereby granted, free of charge, to any person obtaining a copy\n" * 3
    topic = Step("commit", "Topic", moment("2026-02-01"), person("Grace"), files={"b": b"b"}, branch="topic")
    folder = make_repo([commit("2026-01-10", LICENSE=text), topic, commit("2026-02-10", LICENSE=None)])
    assert compared(folder, capsys, "main", "topic", "--fail-on", "ofi")[1]["summary"]["better"] == 1
    code, found = compared(folder, capsys, "--since-merge-base", "main", "topic", "--fail-on", "ofi")
    assert (code, found["summary"]["same"]) == (0, 1)
    code, found = compared(folder, capsys, "--since-merge-base", "topic", "main", "--fail-on", "ofi")
    assert (code, found["summary"]["worse"]) == (1, 1)


def test_commits_that_did_it_are_named_for_findings_about_commits(
    make_repo: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    landed = [
        Step("merge", f"Merge pull request #{n} from x/y", moment(f"2026-03-{n:02}"), person("Ada"), files={f"f{n}": b"x"},
             topic_author=person("Grace"), topic_text="Work")
        for n in range(1, 25)
    ]  # fmt: skip
    direct = Step("commit", "Straight in", moment("2026-04-02"), person("Linus"), files={"direct": b"x"})
    folder = make_repo([commit("2026-01-10", README="x"), *landed, direct])
    code, found = compared(folder, capsys, "HEAD~1", rule="branch.no-direct-push")
    assert code == 1
    (change,) = found["changes"]
    assert change["direction"] == "worse"
    assert len(change["commits"]) == 1


def test_one_more_file_that_was_searched_is_no_regression(
    make_repo: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    flow = "on: push\njobs: {a: {runs-on: ubuntu-latest, steps: [{run: make test}]}}\n"
    names = [f".github/workflows/{name}.yml" for name in "ab"]
    folder = make_repo(
        [
            commit(f"2026-01-1{n}", **{"main.py": "x = 1\n", name.replace("/", "__"): flow})
            for n, name in enumerate(names)
        ]
    )
    code, found = compared(folder, capsys, "HEAD~1", "--fail-on", "ofi", rule="ci.sast")
    assert (code, found["changes"]) == (0, [])


@pytest.mark.parametrize("form", ["terminal", "markdown"])
def test_diff_says_in_every_form_what_got_worse(
    repository: Path, form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    run(["diff", "v1.0.0", "--repo", str(repository), "--format", form, *RULE])
    said = capsys.readouterr().out
    assert "Worse" in said
    assert "req.licence-declared" in said
    assert "1 worse, 0 new, 0 no longer assessable, 0 better, 0 gone, 0 unchanged; 1 regressions" in said
