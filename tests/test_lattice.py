"""What must hold for every rule, asked of every case: less evidence is never greener, a cut clone never redder or greener."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from qmslint.config import settings_from
from qmslint.engine.judge import judge
from qmslint.facts.base import Scan
from qmslint.model.outcome import State
from qmslint.model.report import Result
from qmslint.model.rule import PlannedRule
from qmslint.packs.cases import Case, cases_of, make
from qmslint.packs.catalogue import load_catalogue
from qmslint.packs.load import Library
from qmslint.repo.build import moment
from qmslint.repo.open import open_repository
from qmslint.repo.snapshot import Snapshot

LIBRARY = Library(())
CATALOGUE = load_catalogue(LIBRARY.trees[0], "2015")
CONTRADICTED = {
    "aero.trace-and-coverage": "the plan that states the level asks for the analysis",
    "auto.verification-depth": "the page that assigns an ASIL asks for deeper coverage",
    "branch.policy-as-code": "the pipeline shows that no job reports the required check",
    "doc.proportionate": "two copies are only two as long as both are there",
    "med.soup-list": "the lock file shows another version than the list",
    "scope.statement": "the README names another product than the scope",
    "supplier.update-automation": "a manifest of another ecosystem is what is not covered",
    "trace.version-consistent": "the file that was forgotten states another version",
}
"""Rules in whose cases one file contradicts another: without it there is nothing to complain of."""
FILES = 8
"""Files of one case that are taken away one by one, at the most."""


def _judged(rule: str, case: Case, folder: Path, without: str = "") -> Result:
    repository = open_repository(make(case, folder))
    try:
        if without:
            source = repository.snapshot
            blobs = {path: blob for path, blob in source.blobs.items() if path != without}
            repository = dataclasses.replace(
                repository, snapshot=Snapshot(source.view, source.source, blobs, source.links, source.submodules)
            )
        settings = settings_from(dict(case.config), case.name)
        own = settings.rules.get(rule)
        planned = PlannedRule(LIBRARY.rule(rule, own.with_ if own else None), "cases")
        return judge(planned, Scan(repository, settings, moment(case.as_of) + 43_199, LIBRARY.vocabulary), CATALOGUE)
    finally:
        repository.close()


@pytest.mark.slow
@pytest.mark.parametrize("rule", LIBRARY.rule_ids)
def test_a_cut_clone_changes_nothing_to_conforming_or_nonconforming(rule: str, tmp_path: Path) -> None:
    wrong = []
    for number, case in enumerate(cases_of(LIBRARY.trees[0].root, rule)):
        if case.shallow or not case.history:
            continue
        whole = _judged(rule, case, tmp_path / f"{number}")
        for depth in (1, 3):
            cut = _judged(rule, dataclasses.replace(case, shallow=depth), tmp_path / f"{number}-{depth}")
            if cut.state in (State.CONFORMING, State.NONCONFORMING) and cut.state is not whole.state:
                wrong.append(
                    f"{case.name}: {whole.state.value} becomes {cut.state.value} at depth {depth}: {cut.message}"
                )
    assert not wrong


@pytest.mark.slow
@pytest.mark.parametrize("rule", LIBRARY.rule_ids)
def test_what_is_missing_is_not_found_by_taking_more_away(rule: str, tmp_path: Path) -> None:
    """A rule that found nothing to conform by does not conform when a file is gone that it did not complain of."""
    wrong = []
    for number, case in enumerate(cases_of(LIBRARY.trees[0].root, rule)):
        if case.expect not in ("nonconforming", "not_assessable") or case.shallow:
            continue
        whole = _judged(rule, case, tmp_path / f"{number}")
        blamed = {item.path for item in whole.evidence}
        for path in sorted(set(case.files) - blamed)[:FILES]:
            if case.files[path] is not None:
                less = _judged(rule, case, tmp_path / f"{number}-{abs(hash(path))}", without=path)
                if less.state is State.CONFORMING and rule not in CONTRADICTED:
                    wrong.append(f"{case.name}: conforming without {path}: {less.message}")
    assert not wrong
