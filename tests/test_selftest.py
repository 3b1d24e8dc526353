"""The packaged cases run where the program is installed, and the record says what was run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from qmslint import __version__
from qmslint.cli import run
from qmslint.packs.load import Library

TOP = Path(__file__).parents[1]
AREA = ("--select", "req.licence-declared")


def test_the_record_is_dated_and_says_what_was_run(tmp_path: Path) -> None:
    file = tmp_path / "record.json"
    assert run(["selftest", "--record", str(file), "--by", "Grace Example", *AREA]) == 0
    data = json.loads(file.read_text())
    assert abs((datetime.now(UTC) - datetime.fromisoformat(data["on"])).total_seconds()) < 600
    assert (data["tool"]["version"], data["by"]) == (__version__, "Grace Example")
    assert data["environment"]["git"][:1].isdigit() and data["packages"]["click"]
    assert data["digests"]["pack iso9001"] == Library().load(["iso9001"]).packs[0].digest
    assert data["summary"]["cases"] == data["summary"]["as_expected"] == len(data["results"]) > 1
    assert {row["rule"] for row in data["results"]} == {"req.licence-declared"}


def test_a_case_that_comes_out_otherwise_fails_and_is_recorded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from qmslint.kinds import licence
    from qmslint.model.evidence import absent_at
    from qmslint.model.outcome import conforming

    monkeypatch.setattr(licence, "check", lambda params, scan: conforming("x", [absent_at("x", "x")]))
    file = tmp_path / "record.json"
    assert run(["selftest", "--record", str(file), *AREA]) == 1
    data = json.loads(file.read_text())
    assert data["summary"]["otherwise"] > 0
    assert any("expected" in row["complaints"][0] for row in data["results"] if not row["as_expected"])
    assert "✗ req.licence-declared" in capsys.readouterr().out


def test_a_rule_without_cases_is_said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    real = Path.rglob
    monkeypatch.setattr(Path, "rglob", lambda self, glob: iter(()) if "licence" in glob else real(self, glob))
    assert run(["selftest", *AREA]) == 4
    assert "has no cases" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [("--select", "nothing.*"), ("--record", "/nowhere/at/all.json")])
def test_wrong_use_is_refused(arguments: tuple[str, ...]) -> None:
    assert run(["selftest", *arguments]) == 2


@pytest.mark.slow
def test_the_wheel_holds_the_cases_and_passes_its_own_test(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", str(tmp_path), str(TOP)]
    done = subprocess.run(build, capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"no wheel can be built here: {done.stderr[-300:]}")
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if name.endswith(".cases.yaml")}
        archive.extractall(tmp_path / "site")
    assert {name.rsplit("/", 1)[-1] for name in held} == {f"{rule}.cases.yaml" for rule in Library().rule_ids}
    env = {**os.environ, "PYTHONPATH": str(tmp_path / "site")}
    record = tmp_path / "record.json"
    command = [sys.executable, "-c", "import sys; from qmslint.cli import run; sys.exit(run(sys.argv[1:]))"]
    done = subprocess.run(
        [*command, "selftest", "--record", str(record), *AREA], env=env, cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(record.read_text())["summary"]["cases"] > 1
