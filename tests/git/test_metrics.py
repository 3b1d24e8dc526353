"""Delivery figures: counted by hand for small histories, and silent where the data is not enough."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from qmslint.cli.group import cli
from qmslint.facts.base import Scan
from qmslint.facts.delivery import deliveries
from qmslint.facts.figures import metrics
from qmslint.model.metrics import Metrics
from qmslint.repo.build import Step, build, moment, person
from qmslint.report.metrics import FORMATS
from tests.conftest import commit

Make = Callable[..., Path]
Open = Callable[..., Scan]


def tag(name: str, day: str) -> Step:
    return Step("tag", name, moment(day), person("Grace"), message=f"Release {name}")


def work(number: int, day: str, text: str = "") -> Step:
    return commit(text or f"Part {number}", day, **{f"src__a{number}_dot_py": f"x = {number}\n"})


SIX = [
    commit("First", "2026-01-01", src__a_dot_py="x\n"),
    tag("v1.0.0", "2026-01-02"),
    work(1, "2026-02-01"), tag("v1.1.0", "2026-02-05"),
    work(2, "2026-03-01"), tag("v1.2.0", "2026-03-03"),
    work(3, "2026-04-01"), tag("v1.3.0", "2026-04-07"),
    work(4, "2026-04-08", "hotfix: payments are taken twice"), tag("v1.3.1", "2026-04-08T18:00:00"),
    work(5, "2026-05-01"), tag("v1.4.0", "2026-05-11"),
]  # fmt: skip


def value(found: Metrics, name: str) -> float | None:
    return next(figure.value for figure in found.figures if figure.id == name)


def test_figures_counted_by_hand(make_repo: Make, scan_of: Open) -> None:
    found = metrics(scan_of(make_repo(SIX)), 6)
    assert found.events == 6
    assert value(found, "deployment_frequency") == 0.23
    # 1, 4, 2, 6, 0.25 and 10 days.
    assert value(found, "change_lead_time") == 3.0
    assert value(found, "change_fail_rate") == round(100 / 6, 1)
    assert value(found, "deployment_rework_rate") == round(100 / 6, 1)
    assert value(found, "failed_deployment_recovery_time") is None
    assert any(note.startswith("failed: v1.3.0 (repaired by v1.3.1") for note in found.notes)


def test_below_five_releases_nothing_is_said(make_repo: Make, scan_of: Open) -> None:
    found = metrics(scan_of(make_repo(SIX[:8])), 6)
    assert found.events == 4
    assert {figure.value for figure in found.figures} == {None}
    assert {figure.text for figure in found.figures} == {"insufficient data"}


@pytest.mark.parametrize(
    ("text", "failed"),
    [
        ("Update the dependency of colours", 0),
        ("hotfix: wrong total", 1),
        ('Revert "Part 2"', 1),
        ("Handle INC-2031 in the gateway", 1),
        ("fix: wrong total", 0),
    ],
)
def test_what_counts_as_a_repair(make_repo: Make, scan_of: Open, text: str, failed: int) -> None:
    steps = [*SIX[:6], work(7, "2026-03-04", text), tag("v1.2.1", "2026-03-05")]
    events = deliveries(scan_of(make_repo(steps))).events
    assert sum(1 for event in events if event.failed) == failed
    assert not failed or next(e.name for e in events if e.failed) == "v1.2.0"


def test_undoing_what_was_never_delivered_is_no_failure(make_repo: Make, scan_of: Open) -> None:
    steps = [
        *SIX[:6],
        work(8, "2026-03-04"),
        work(8, "2026-03-04T13:00:00", 'Revert "Part 8"'),
        tag("v1.2.1", "2026-03-05"),
    ]
    assert not [event for event in deliveries(scan_of(make_repo(steps))).events if event.failed]


def test_a_repair_of_tests_is_none_of_the_product(make_repo: Make, scan_of: Open) -> None:
    steps = [
        *SIX[:6],
        commit("hotfix: flaky test", "2026-03-04", tests__test_a_dot_py="y\n"),
        tag("v1.2.1", "2026-03-05"),
    ]
    assert not [event for event in deliveries(scan_of(make_repo(steps))).events if event.failed]


def test_a_late_repair_counts_only_when_it_says_what_it_reverts(make_repo: Make, tmp_path: Path, scan_of: Open) -> None:
    base = [*SIX[:4]]
    first = scan_of(build(tmp_path / "first", base))
    guilty = first.history.by_sha[first.history.head]
    late = work(9, "2026-04-20", f'Revert "Part 1"\n\nThis reverts commit {guilty.sha}.')
    events = deliveries(scan_of(make_repo([*base, late, tag("v1.2.0", "2026-04-21")]))).events
    assert [event.name for event in events if event.failed] == ["v1.1.0"]
    vague = work(9, "2026-04-20", "hotfix: something")
    events = deliveries(scan_of(make_repo([*base, vague, tag("v1.2.0", "2026-04-21")], "vague"))).events
    assert not [event for event in events if event.failed]


def test_lines_beside_each_other_do_not_repair_each_other(make_repo: Make, scan_of: Open) -> None:
    steps = [
        *SIX[:6],
        work(7, "2026-03-04", "fix: old line"), tag("v0.9.9", "2026-03-04T14:00:00"),
        work(8, "2026-03-05", "hotfix: newer line"), tag("v1.2.1", "2026-03-05T14:00:00"),
    ]  # fmt: skip
    events = deliveries(scan_of(make_repo(steps))).events
    assert [event.name for event in events if event.failed] == ["v1.2.0"]


def test_a_planned_release_with_a_revert_is_no_rework(make_repo: Make, scan_of: Open) -> None:
    steps = [*SIX[:6], work(7, "2026-03-04", 'Revert "some idea of old"'), tag("v1.3.0", "2026-03-05")]
    assert not [event for event in deliveries(scan_of(make_repo(steps))).events if event.repair]


def test_a_withdrawn_release_failed(make_repo: Make, scan_of: Open) -> None:
    notes = "# Changelog\n\n## [1.2.0] - 2026-03-03 [YANKED]\n\n- Part two of everything\n"
    steps = [*SIX, commit("Notes", "2026-05-12", CHANGELOG_dot_md=notes)]
    events = deliveries(scan_of(make_repo(steps))).events
    assert [event.name for event in events if event.failed] == ["v1.2.0", "v1.3.0"]


def test_exported_deployments_go_before_tags(make_repo: Make, scan_of: Open) -> None:
    first = scan_of(make_repo(SIX, "first"))
    shas = [c.sha for c in first.history.commits][::-1]
    rows = [
        {"id": n, "sha": sha, "ref": "main", "environment": {"name": "production"}, "status": status,
         "created_at": f"2026-05-{day:02}T12:00:00Z"}
        for n, (sha, status, day) in enumerate(
            [(shas[0], "success", 2), (shas[1], "success", 4), (shas[2], "failed", 6), (shas[3], "success", 7),
             (shas[2], "success", 8), (shas[4], "success", 20)], 1,
        )
    ]  # fmt: skip
    rows.append(
        {"id": 9, "sha": shas[4], "environment": "staging", "status": "failed", "created_at": "2026-05-21T12:00:00Z"}
    )
    export = json.dumps({"kind": "deployments", "collected_at": "2026-06-01", "data": rows})
    steps = [*SIX, commit("Export", "2026-06-01", _dot_qms__evidence__deployments_dot_json=export)]
    found = metrics(scan_of(make_repo(steps)), 3)
    assert found.events == 6
    assert found.source == "deployments exported in .qms/evidence/deployments.json"
    # The third failed.
    assert value(found, "change_fail_rate") == round(100 / 6, 1)


def test_as_many_passes_as_commits(make_repo: Make, scan_of: Open) -> None:
    events = deliveries(scan_of(make_repo(SIX))).events
    assert sum(len(event.commits) for event in events) == 6


@pytest.mark.parametrize("format", sorted(FORMATS))
def test_command_tells_definition_window_count_and_source(make_repo: Make, format: str) -> None:
    folder = make_repo(SIX)
    arguments = ["metrics", str(folder), "--as-of", "2026-06-30", "--months", "6", "--format", format]
    done = CliRunner().invoke(cli, arguments)
    assert done.exit_code == 0, done.output
    for text in ("divided by its weeks", "2026-06-30", "final release tags", "insufficient data", "lower bound"):
        assert text in done.output
    assert CliRunner().invoke(cli, arguments).output == done.output


def test_nobody_is_named(make_repo: Make) -> None:
    folder = make_repo(SIX)
    for format in FORMATS:
        done = CliRunner().invoke(cli, ["metrics", str(folder), "--format", format])
        assert "Ada" not in done.output
        assert "Grace" not in done.output


def test_a_cut_clone_tells_nothing(make_repo: Make) -> None:
    done = CliRunner().invoke(cli, ["metrics", str(make_repo(SIX, "cut", 3))])
    assert done.exit_code
    assert "cut off" in str(done.exception)
