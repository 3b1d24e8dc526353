"""Two processes come to the report that one comes to, whatever happens to the second."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from qmslint.cli.ask import Ask
from qmslint.cli.session import Session
from qmslint.engine import meeting
from qmslint.facts.base import Scan
from qmslint.model.report import Report
from qmslint.repo.build import moment
from qmslint.repo.open import open_repository
from tests.conftest import NOON, commit

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are split off on Linux only")

FILES = {
    "README_dot_md": "# Product\n\nIt weighs parcels for post offices.\n",
    "CONTRIBUTING_dot_md": "# Contributing\n\n- Run the tests.\n- Every change needs the approval of one maintainer.\n- Say why.\n",
    "src__weigh_dot_py": "def weigh():  # noqa\n    return 1\n",
}
BROKEN = {"_dot_github__workflows__ci_dot_yml": "on: [push\njobs: {\n"}


def examined(path: Path, processes: int, **ask: Any) -> tuple[Report, Scan]:
    repository = open_repository(path)
    try:
        return Session(Ask(**ask)).examine(repository, moment(NOON), processes=processes)
    finally:
        repository.close()


@pytest.fixture
def joined(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Record for each examination whether the results of two processes were put together."""
    together = meeting._together
    found: list[bool] = []

    def watched(*given: Any) -> Any:
        answer = together(*given)
        found.append(answer is not None)
        return answer

    monkeypatch.setattr(meeting, "SMALL", 0)
    monkeypatch.setattr(meeting, "_together", watched)
    return found


@pytest.fixture
def repository(make_repo: Callable[..., Path]) -> Path:
    return make_repo([commit(**FILES), commit("Second", "2026-02-05", src__weigh_dot_py="x = 2\n")])


def test_the_report_is_the_same(repository: Path, joined: list[bool]) -> None:
    report, scan = examined(repository, 2)
    assert joined == [True]
    assert report == examined(repository, 1)[0]
    assert sum(name.startswith("rule ") for name in scan.timings) == len(report.results)


@pytest.mark.parametrize("ask", [{"no_history": True}, {"select": ("doc.*",)}, {"select": ("change.*", "trace.*")}])
def test_a_part_of_the_rules_too(repository: Path, joined: list[bool], ask: dict[str, Any]) -> None:
    assert examined(repository, 2, **ask)[0] == examined(repository, 1, **ask)[0]
    assert joined == [True]


def test_where_something_cannot_be_read_all_is_judged_in_order(
    make_repo: Callable[..., Path], joined: list[bool]
) -> None:
    path = make_repo([commit(**FILES, **BROKEN)])
    report, _ = examined(path, 2)
    assert joined == [False]
    assert any("ci.yml" in note for note in report.notes)
    assert report == examined(path, 1)[0]


def test_a_process_that_dies_costs_nothing(
    repository: Path, joined: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*given: Any) -> None:
        raise MemoryError

    monkeypatch.setattr(meeting, "_other_half", die)
    assert examined(repository, 2)[0] == examined(repository, 1)[0]
    assert joined == [False]


def test_what_both_read_counts_together(repository: Path, joined: list[bool], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meeting, "TOTAL_LIMIT", 10)
    assert examined(repository, 2)[0] == examined(repository, 1)[0]
    assert joined == [False]


def test_little_is_done_by_one(repository: Path, joined: list[bool], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meeting, "SMALL", 6)
    examined(repository, 2)
    assert joined == []
    monkeypatch.setattr(meeting, "SMALL", 5)
    examined(repository, 2)
    assert joined == [True]
