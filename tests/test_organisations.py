"""Whole organisations: as they are they conform, and each mutant flips exactly the rules it means."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from qmslint.cli.ask import Ask
from qmslint.cli.session import Session
from qmslint.engine import meeting
from qmslint.model.report import Report
from qmslint.repo.build import moment
from qmslint.repo.open import open_repository

ROOT = Path(__file__).parent.parent / "examples" / "organisations"


def _load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("organisations_build", ROOT / "build.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


BUILD = _load()
NAMES = sorted(path.parent.name for path in ROOT.glob("*/history.yaml"))
MUTANTS = [
    # Where the program is known to answer differently the mutant says so; when it no longer does, the test fails.
    pytest.param(
        name,
        mutant,
        id=f"{name}: {mutant['name']}",
        marks=[pytest.mark.xfail(reason=mutant["differs"], strict=True)] if mutant.get("differs") else [],
    )
    for name in NAMES
    for mutant in BUILD.mutants(name)
]
_baseline: dict[str, dict[str, str]] = {}


def _states(whole: Any, folder: Path) -> dict[str, str]:
    repository = open_repository(BUILD.make(whole, folder / "repository"))
    try:
        report: Report = Session(Ask(pack=whole.packs)).examine(repository, moment(whole.as_of) + 43_199)[0]
    finally:
        repository.close()
    return {r.rule: f"{r.state.value} {r.grade.value}" if r.grade else r.state.value for r in report.results}


def _whole(name: str, folder: Path) -> dict[str, str]:
    if name not in _baseline:
        _baseline[name] = _states(BUILD.load(name), folder)
    return _baseline[name]


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_every_rule_comes_out_as_it_should(name: str, tmp_path: Path) -> None:
    found = _whole(name, tmp_path)
    odd = {rule: state for rule, state in found.items() if state not in ("conforming", "not_applicable")}
    assert odd == BUILD.load(name).beside


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="processes are split off on Linux only")
@pytest.mark.parametrize("name", NAMES)
def test_two_processes_come_to_the_same(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meeting, "SMALL", 0)
    whole = BUILD.load(name)
    folder = BUILD.make(whole, tmp_path / "repository")
    reports = []
    for processes in (1, 2):
        repository = open_repository(folder)
        session = Session(Ask(pack=whole.packs))
        reports.append(session.examine(repository, moment(whole.as_of) + 43_199, processes=processes)[0])
        repository.close()
    assert reports[0] == reports[1]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "mutant"), MUTANTS)
def test_a_mutant_flips_what_it_means_and_nothing_else(name: str, mutant: dict[str, Any], tmp_path: Path) -> None:
    before = _whole(name, tmp_path / "whole")
    after = _states(BUILD.mutate(BUILD.load(name), mutant), tmp_path / "mutant")
    changed = {rule: state for rule, state in after.items() if state != before.get(rule)}
    assert changed == dict(mutant["flips"])
