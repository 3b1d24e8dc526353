"""SARIF held against the official schema and the rules of Microsoft's validator."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from qmslint.report import render

from ..formats_data import nasty_report

_OPTIONS = ("--rule-kind", "Sarif;Ghas", "--level", "Error;Warning", "--log", "ForceOverwrite")
PACKAGE = "@microsoft/sarif-multitool@5.7.0"
pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture(scope="session")
def multitool(npm: Callable[[str], Path]) -> Path:
    home = npm(PACKAGE) / "@microsoft" / "sarif-multitool-linux"
    (home / "Sarif.Multitool").chmod(0o755)
    return home


def test_official_schema(multitool: Path) -> None:
    from jsonschema import Draft202012Validator

    schema = json.loads((multitool / "sarif-2.1.0.json").read_text(encoding="utf-8-sig"))
    Draft202012Validator(schema).validate(json.loads(render("sarif", nasty_report())))


def test_rules_of_the_format_and_of_code_scanning(multitool: Path, tmp_path: Path) -> None:
    file, out = tmp_path / "report.sarif", tmp_path / "findings.sarif"
    file.write_text(render("sarif", nasty_report()), encoding="utf-8")
    subprocess.run(
        [str(multitool / "Sarif.Multitool"), "validate", str(file), *_OPTIONS, "--output", str(out)],
        check=True,
        capture_output=True,
        env={**os.environ, "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"},
    )
    found = json.loads(out.read_text(encoding="utf-8-sig"))["runs"][0]["results"]
    assert [(r["ruleId"], r["message"]) for r in found] == []
