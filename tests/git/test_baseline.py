"""The baseline knows findings by content, only becomes smaller by itself, and is never silent."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from qmslint.cli import run

AREA = ("--select", "doc.no-placeholders", "--select", "risk.register", "--as-of", "2026-06-30")
ROW = "| {id} | {text} | 2 | 4 | {owner} | open | 2026-05-01 |\n"
HEAD = "# Risk register\n\n| id | risk | likelihood | impact | owner | status | reviewed |\n|---|---|---|---|---|---|---|\n"


def git(folder: Path, *arguments: str) -> str:
    env = {
        **os.environ,
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_AUTHOR_DATE": "2026-05-01T12:00:00Z",
        "GIT_COMMITTER_DATE": "2026-05-01T12:00:00Z",
    }
    who = ("-c", "user.name=Ada Example", "-c", "user.email=ada@example.org")
    done = subprocess.run(["git", *who, *arguments], cwd=folder, env=env, capture_output=True, text=True, check=True)
    return done.stdout


def risks(*rows: tuple[str, str]) -> str:
    texts = {"R-1": "The supplier stops", "R-2": "A key leaks", "R-3": "The only tester leaves"}
    return HEAD + "".join(ROW.format(id=name, text=texts[name], owner=owner) for name, owner in rows)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    folder = tmp_path / "product"
    (folder / "docs").mkdir(parents=True)
    git(folder, "init", "-q", "-b", "main")
    (folder / "README.md").write_text("# Product\n\nIt measures water levels for dam operators and tells them.\n")
    (folder / "SECURITY.md").write_text("# Security\n\nReport to security@dams.invalid within a day.\n\nOwner: TBD\n")
    (folder / "docs" / "risks.md").write_text(risks(("R-1", ""), ("R-2", "Grace Hopper")))
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "Start")
    return folder


def write(folder: Path, *more: str) -> int:
    return run(["baseline", str(folder), *AREA, *more])


def check(folder: Path, capsys: pytest.CaptureFixture[str], *more: str) -> dict:
    capsys.readouterr()
    code = run(["check", str(folder), *AREA, "--format", "json", *more])
    report = json.loads(capsys.readouterr().out)
    return {"code": code, "notes": report["notes"], "summary": report["summary"]} | {
        r["rule"]: r for r in report["results"]
    }


def test_known_findings_do_not_fail_and_are_counted(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(tree, capsys)["code"] == 1
    assert write(tree) == 0
    seen = check(tree, capsys)
    assert seen["code"] == 0
    assert seen["summary"]["baselined"] == 2 and seen["summary"]["nonconforming"] == 2
    assert seen["doc.no-placeholders"]["disposition"]["since"] == "2026-06-30"
    without = check(tree, capsys, "--no-baseline")
    assert without["code"] == 1 and without["summary"]["baselined"] == 0
    assert any("set aside" in note for note in without["notes"])


@pytest.mark.parametrize("name", ["terminal", "markdown", "junit", "sarif"])
def test_it_has_its_own_mark_in_every_format(tree: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    write(tree)
    capsys.readouterr()
    run(["check", str(tree), *AREA, "--format", name])
    text = capsys.readouterr().out
    if name == "sarif":
        results = json.loads(text)["runs"][0]["results"]
        assert {r.get("baselineState") for r in results if r["kind"] == "fail"} == {"unchanged"}
        assert not any("suppressions" in r for r in results)
        assert json.loads(text)["runs"][0]["properties"]["summary"]["baselined"] == 2
    else:
        assert "baselined" in text and "known since 2026-06-30" in text


def test_lines_commits_and_renames_do_not_reopen(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tree)
    security = tree / "SECURITY.md"
    security.write_text("# Security\n\nWe answer.\n\n" + security.read_text().split("\n", 2)[2])
    git(tree, "add", "-A")
    git(tree, "commit", "-q", "--amend", "-m", "Squashed")
    assert check(tree, capsys)["code"] == 0
    (tree / ".github").mkdir()
    git(tree, "mv", "SECURITY.md", ".github/SECURITY.md")
    assert check(tree, capsys)["code"] == 0
    assert write(tree) == 0
    assert ".github/SECURITY.md" in (tree / ".qms/baseline.json").read_text()


def test_another_finding_in_place_of_a_known_one_is_new(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tree)
    security = tree / "SECURITY.md"
    security.write_text(security.read_text().replace("Owner: TBD", "Deputy: TBD"))
    seen = check(tree, capsys)
    assert seen["code"] == 1 and not seen["doc.no-placeholders"]["disposition"]
    (tree / "docs/risks.md").write_text(risks(("R-1", "Grace Hopper"), ("R-2", "")))
    seen = check(tree, capsys)
    assert not seen["risk.register"]["disposition"]


def test_a_new_finding_beside_known_ones_says_how_many_are_known(
    tree: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tree)
    (tree / "SECURITY.md").write_text((tree / "SECURITY.md").read_text() + "\nDeputy: TBD\n")
    seen = check(tree, capsys)
    assert seen["code"] == 1
    assert "1 of 2 places are in the baseline, 1 are new" in seen["doc.no-placeholders"]["message"]
    capsys.readouterr()
    run(["check", str(tree), *AREA, "--format", "sarif"])
    results = json.loads(capsys.readouterr().out)["runs"][0]["results"]
    assert next(r for r in results if r["ruleId"] == "doc.no-placeholders")["baselineState"] == "new"


def test_an_update_removes_and_adds_only_with_a_reason(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tree)
    (tree / "SECURITY.md").write_text("# Security\n\nReport to security@dams.invalid.\n")
    assert any("gone" in note for note in check(tree, capsys)["notes"])
    (tree / "docs/risks.md").write_text(risks(("R-1", ""), ("R-2", "Grace Hopper"), ("R-3", "")))
    assert write(tree) == 0
    said = capsys.readouterr().out
    assert "(2 kept, 0 added, 1 removed)" in said and "still open: risk.register" in said
    assert check(tree, capsys)["code"] == 1
    assert write(tree, "--accept-new") == 2
    assert write(tree, "--accept-new", "--reason", "later") == 2
    assert write(tree, "--accept-new", "--reason", "The new risk gets its owner in May") == 0
    rows = json.loads((tree / ".qms/baseline.json").read_text())["rules"]["risk.register"]["findings"]
    assert [row.get("reason", "") for row in rows if row["anchor"].startswith("R-3")] == [
        "The new risk gets its owner in May"
    ]
    assert check(tree, capsys)["code"] == 0


def test_deleting_it_does_not_let_it_grow(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tree)
    git(tree, "add", "-A")
    git(tree, "commit", "-qm", "Baseline")
    (tree / ".qms/baseline.json").unlink()
    assert write(tree) == 0
    assert "0 known findings" in capsys.readouterr().out
    assert check(tree, capsys)["code"] == 1


def test_what_was_not_judged_stays(tree: Path) -> None:
    write(tree)
    before = (tree / ".qms/baseline.json").read_text()
    assert run(["baseline", str(tree), "--select", "req.security-contact", "--as-of", "2026-06-30"]) == 0
    assert json.loads((tree / ".qms/baseline.json").read_text())["rules"] == json.loads(before)["rules"]


def test_it_is_not_written_while_a_rule_is_in_error(
    tree: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from qmslint.kinds import placeholders

    def broken(params: object, scan: object) -> None:
        raise RuntimeError("a defect")

    monkeypatch.setattr(placeholders, "check", broken)
    assert write(tree) == 2
    assert "in error: doc.no-placeholders" in capsys.readouterr().err
    assert not (tree / ".qms").exists()


def test_it_is_not_written_from_a_shallow_clone(
    make_repo: Callable[..., Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from ..conftest import commit

    source = make_repo([commit(f"Change {n}", on=f"2026-0{n}-05", README_dot_md=f"# A {n}\n") for n in range(1, 6)])
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{source}", str(clone))
    assert run(["baseline", str(clone), "--select", "branch.no-direct-push", "--as-of", "2026-06-30"]) == 2
    assert "not whole" in capsys.readouterr().err


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "{",
        '{"version": 2, "written": "2026-01-01", "rules": {}}',
        '{"version": 1, "written": "2026-01-01", "rules": {"a.b": {"said": "x", "findings": [{"gap": "weak"}]}}}',
        '{"version": 1, "written": "x", "rules": {"a.b": {"said": "x", "findings": [{"gap": "a", "since": "May"}]}}}',
    ],
)
def test_what_is_not_understood_stops_the_run(tree: Path, text: str, capsys: pytest.CaptureFixture[str]) -> None:
    (tree / ".qms").mkdir()
    (tree / ".qms/baseline.json").write_text(text)
    assert run(["check", str(tree), *AREA]) == 2
    assert "baseline.json" in capsys.readouterr().err


def test_it_follows_no_link_out(tree: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tree / ".qms").symlink_to(tmp_path / "elsewhere")
    assert write(tree) == 2
    assert not list((tmp_path / "elsewhere").iterdir())


def test_a_later_commit_is_a_new_finding(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is about the history is known up to the day it was written."""
    for number in range(12):
        (tree / "a.txt").write_text(str(number))
        git(tree, "add", "-A")
        git(tree, "commit", "-qm", f"Change number {number}")
    area = ["--select", "branch.no-direct-push"]
    assert run(["baseline", str(tree), *area, "--as-of", "2026-05-02"]) == 0
    assert run(["check", str(tree), *area, "--as-of", "2026-05-02"]) == 0
    who = ("-c", "user.name=Ada Example", "-c", "user.email=ada@example.org")
    env = {**os.environ, "GIT_AUTHOR_DATE": "2026-05-09T12:00:00Z", "GIT_COMMITTER_DATE": "2026-05-09T12:00:00Z"}
    (tree / "a.txt").write_text("later")
    subprocess.run(["git", *who, "commit", "-qam", "Later"], cwd=tree, env=env, check=True)
    assert run(["check", str(tree), *area, "--as-of", "2026-05-10"]) == 1
