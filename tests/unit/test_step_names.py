"""A job's name speaks of what was recognised in it, and of nothing else in it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from qmslint.cli import run

JOB = """\
on: pull_request
jobs:
  license-check:
    runs-on: ubuntu-24.04
    steps:
      - run: echo ready
      - run: {command}
"""


@pytest.mark.parametrize(("command", "said"), [("addlicense -check .", "none of"), ("./look.sh", "only a name says")])
def test_a_name_counts_where_nothing_was_recognised(
    command: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / ".github/workflows").mkdir(parents=True)
    (tmp_path / ".github/workflows/ci.yml").write_text(JOB.format(command=command), encoding="utf-8")
    (tmp_path / "Cargo.toml").write_text("[package]\nname = 'x'\n[dependencies]\nserde = '1'\n", encoding="utf-8")
    run(["check", str(tmp_path), "--select", "ci.licence-scan", "--format", "json", "--fail-on", "never"])
    (result,) = json.loads(capsys.readouterr().out)["results"]
    assert result["state"] == "nonconforming"
    assert result["message"].lower().startswith(said)
