"""From story to note: every state of a link, both sorts of orphans, and the command with its formats."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from qmslint.cli.group import cli
from qmslint.facts.base import Scan
from qmslint.facts.chain import matrix
from qmslint.facts.draw import draw
from qmslint.facts.releases import predecessor, releases
from qmslint.model.trace import STATES, STEPS, Matrix
from qmslint.repo.build import Step, moment, person
from qmslint.report.trace import FORMATS
from tests.conftest import commit
from tests.formats_data import nasty_matrix

Make = Callable[..., Path]
Open = Callable[..., Scan]
HUB = "GitHub <noreply@github.com>"
NOTES = """# Changelog

## [1.1.0] - 2026-02-20

- Limit retries of the gateway (#11)
- Wishes of the committee (#99)

## [1.0.0] - 2026-01-10

- The first release with all parts
"""


def pull(number: int, title: str, day: str, by: str = "Grace", item: str = "") -> Step:
    return Step(
        "merge", f"Merge pull request #{number} from ada/topic", moment(day), person(by), topic_author=person("Ada"),
        topic_text=f"{title}\n\n{item}", files={f"src/a{number}.py": b"x = 1\n"},
    )  # fmt: skip


def tag(name: str, day: str) -> Step:
    return Step("tag", name, moment(day), person("Grace"), message=f"Release {name}")


STEPS_OF_HISTORY = [
    commit(CHANGELOG_dot_md=NOTES, src__a_dot_py="x = 1\n"),
    tag("v1.0.0", "2026-01-10"),
    pull(11, "Limit retries", "2026-02-01", item="Fixes #7"),
    pull(12, "Rename the module of colours", "2026-02-03", item="Fixes #8"),
    commit("Quick repair of login", "2026-02-05", src__b_dot_py="y = 1\n"),
    tag("v1.1.0", "2026-02-20"),
]


def evidence(name: str, data: object) -> Step:
    text = json.dumps({"kind": name, "collected_at": "2026-03-01", "collected_by": "Grace", "data": data})
    return commit(f"Export {name}", "2026-03-02", **{f"_dot_qms__evidence__{name}_dot_json": text})


def of_release(scan: Scan, name: str) -> Matrix:
    known = releases(scan)
    release = next(one for one in known if one.name == name)
    before = predecessor(scan, release)
    return matrix(scan, name, before.tag.commit if before else "", release.tag.commit, release)


def states(found: Matrix, title: str) -> dict[str, str]:
    chain = next(chain for chain in found.chains if title in chain.title)
    return {link.step: link.state for link in chain.links}


def test_each_link_has_a_state_of_its_own(make_repo: Make, scan_of: Open) -> None:
    found = of_release(scan_of(make_repo(STEPS_OF_HISTORY)), "v1.1.0")
    assert [chain.title for chain in found.chains] == [
        "Quick repair of login", "Rename the module of colours", "Limit retries",
    ]  # fmt: skip
    assert states(found, "Limit retries") == {
        "story": "covered",
        "commit": "covered",
        "merge": "covered",
        "review": "covered",
        "run": "unseen",
        "tag": "covered",
        "note": "covered",
    }
    assert states(found, "Quick repair") == {
        "story": "broken",
        "commit": "covered",
        "merge": "broken",
        "review": "unauthorised",
        "run": "unseen",
        "tag": "covered",
        "note": "broken",
    }
    assert states(found, "Rename")["note"] == "broken"


def test_a_change_that_writes_its_own_note_is_told(make_repo: Make, scan_of: Open) -> None:
    own = commit("Add the blue door", "2026-02-06", src__e_dot_py="e\n", CHANGELOG_dot_md=NOTES + "\n- a door\n")
    found = of_release(scan_of(make_repo([*STEPS_OF_HISTORY[:-1], own, STEPS_OF_HISTORY[-1]])), "v1.1.0")
    assert states(found, "Add the blue door")["note"] == "covered"


def test_runs_are_tied_to_the_commit(make_repo: Make, scan_of: Open) -> None:
    first = scan_of(make_repo(STEPS_OF_HISTORY))
    shas = {chain.title: chain.commit for chain in of_release(first, "v1.1.0").chains}
    runs = [
        {"id": 1, "name": "ci", "head_sha": shas["Limit retries"], "conclusion": "success", "created_at": "2026-02-01T13:00:00Z"},
        {"id": 2, "name": "ci", "head_sha": shas["Quick repair of login"], "conclusion": "failure", "created_at": "2026-02-28T13:00:00Z"},
    ]  # fmt: skip
    again = [*STEPS_OF_HISTORY, evidence("runs", {"workflow_runs": runs})]
    found = of_release(scan_of(make_repo(again, "again")), "v1.1.0")
    assert states(found, "Limit retries")["run"] == "covered"
    assert states(found, "Quick repair")["run"] == "broken"
    # Inside the time the exported runs cover one is missing.
    assert states(found, "Rename")["run"] == "broken"


def test_a_run_of_the_release_alone_is_ambiguous(make_repo: Make, scan_of: Open) -> None:
    first = scan_of(make_repo(STEPS_OF_HISTORY))
    tip = of_release(first, "v1.1.0").tip
    status = {"sha": tip, "state": "success", "statuses": [{"context": "build", "state": "success", "id": 5}]}
    found = of_release(scan_of(make_repo([*STEPS_OF_HISTORY, evidence("status", status)], "b")), "v1.1.0")
    assert states(found, "Limit retries")["run"] == "ambiguous"
    assert states(found, "Quick repair")["run"] == "covered"


def test_orphans_of_both_sides(make_repo: Make, scan_of: Open) -> None:
    issues = [
        {"number": 7, "title": "Limit the retries", "state": "closed", "milestone": {"title": "1.1.0"}},
        {"number": 40, "title": "Export as PDF", "state": "open", "milestone": {"title": "1.1.0"}},
        {"number": 41, "title": "Something later", "state": "open", "milestone": {"title": "2.0"}},
        {"number": 8, "title": "Unrelated sentence", "state": "closed"},
        {"number": 12, "title": "Rename", "pull_request": {"url": "x"}, "milestone": {"title": "1.1.0"}},
    ]
    found = of_release(scan_of(make_repo([*STEPS_OF_HISTORY, evidence("issues", issues)])), "v1.1.0")
    assert [story.item for story in found.stories] == ["#40", "#99"]
    assert [chain.title for chain in found.unclaimed()] == ["Quick repair of login"]
    assert states(found, "Limit retries")["story"] == "covered"
    assert states(found, "Rename")["story"] == "ambiguous"


def test_the_draw_depends_on_seed_and_commits_only(make_repo: Make, scan_of: Open) -> None:
    found = of_release(scan_of(make_repo(STEPS_OF_HISTORY)), "v1.1.0")
    assert draw(found.chains, 2, 1) == draw(found.chains[::-1], 2, 1)
    assert len({draw(found.chains, 1, seed) for seed in range(20)}) > 1


@pytest.mark.parametrize("format", sorted(FORMATS))
def test_command_prints_every_format(make_repo: Make, format: str) -> None:
    folder = make_repo(STEPS_OF_HISTORY)
    done = CliRunner().invoke(cli, ["trace", "--repo", str(folder), "--format", format])
    assert done.exit_code == 0, done.output
    assert "Limit retries" in done.output
    again = CliRunner().invoke(cli, ["trace", "v1.1.0", "--repo", str(folder), "--format", format])
    assert again.output == done.output


def test_json_names_states_and_counts_them(make_repo: Make) -> None:
    folder = make_repo(STEPS_OF_HISTORY)
    data = json.loads(CliRunner().invoke(cli, ["trace", "1.1.0", "--repo", str(folder), "--format", "json"]).output)
    assert data["release"] == "v1.1.0"
    assert list(data["changes"][0]["links"]) == list(STEPS)
    assert data["summary"]["review"] == {**dict.fromkeys(STATES, 0), "covered": 2, "unauthorised": 1}


def test_range_up_to_what_is_not_released(make_repo: Make) -> None:
    folder = make_repo([*STEPS_OF_HISTORY, pull(13, "Add a new door", "2026-03-05")])
    done = CliRunner().invoke(cli, ["trace", "v1.1.0..HEAD", "--repo", str(folder), "--format", "json"])
    data = json.loads(done.output)
    assert [one["title"] for one in data["changes"]] == ["Add a new door"]
    assert data["changes"][0]["links"]["tag"]["state"] == "unseen"


def test_release_of_another_branch(make_repo: Make) -> None:
    side = replace(commit("Repair the old line (#31)", "2026-03-01", src__c_dot_py="z = 1\n"), branch="release/1.0")
    late = Step("tag", "v1.0.1", moment("2026-03-02"), person("Grace"), message="Release", branch="release/1.0")
    folder = make_repo([*STEPS_OF_HISTORY, side, late])
    done = CliRunner().invoke(cli, ["trace", "v1.0.1", "--repo", str(folder), "--format", "json"])
    assert "Repair the old line (#31)" in [one["title"] for one in json.loads(done.output)["changes"]]


def test_foreign_text_steers_nothing(make_repo: Make) -> None:
    folder = make_repo([*STEPS_OF_HISTORY, commit("=cmd|' /C calc'!A0 \x1b[2J", "2026-03-05", src__d_dot_py="d\n")])
    for format in FORMATS:
        done = CliRunner().invoke(cli, ["trace", "v1.1.0..HEAD", "--repo", str(folder), "--format", format])
        assert "\x1b" not in done.output
        if format == "csv":
            rows = list(csv.reader(io.StringIO(done.output)))
            assert all(not value.startswith("=") for row in rows for value in row)


def test_command_says_what_is_missing(make_repo: Make) -> None:
    none = make_repo([commit()], "none")
    done = CliRunner().invoke(cli, ["trace", "--repo", str(none)])
    assert done.exit_code and "nothing was released yet" in str(done.exception)
    cut = make_repo(STEPS_OF_HISTORY, "cut", 2)
    done = CliRunner().invoke(cli, ["trace", "--repo", str(cut)])
    assert done.exit_code and "cut off" in str(done.exception)
    done = CliRunner().invoke(cli, ["trace", "v9", "--repo", str(none)])
    assert "no release" in str(done.exception)


def test_evidence_may_be_given_as_files(make_repo: Make, tmp_path: Path) -> None:
    folder = make_repo(STEPS_OF_HISTORY)
    first = json.loads(CliRunner().invoke(cli, ["trace", "--repo", str(folder), "--format", "json"]).output)
    runs = [
        {
            "id": n,
            "name": "ci",
            "head_sha": change["commit"],
            "conclusion": "success",
            "created_at": "2026-02-01T13:00:00Z",
        }
        for n, change in enumerate(first["changes"])
    ]
    (tmp_path / "evidence").mkdir()
    (tmp_path / "evidence" / "runs.json").write_text(json.dumps({"workflow_runs": runs}), encoding="utf-8")
    arguments = ["trace", "--repo", str(folder), "--evidence", str(tmp_path / "evidence"), "--format", "json"]
    data = json.loads(CliRunner().invoke(cli, arguments).output)
    assert {change["links"]["run"]["state"] for change in data["changes"]} == {"covered"}
    missing = CliRunner().invoke(cli, ["trace", "--repo", str(folder), "--evidence", str(tmp_path / "nothing.json")])
    assert "cannot be read" in str(missing.exception)


def test_a_sample_says_its_seed(make_repo: Make) -> None:
    folder = make_repo(STEPS_OF_HISTORY)
    arguments = ["trace", "--repo", str(folder), "--sample", "2", "--seed", "7"]
    done = CliRunner().invoke(cli, arguments)
    assert "2 of 3 changes of the product drawn with seed 7" in done.output
    assert CliRunner().invoke(cli, arguments).output == done.output


def test_the_page_names_every_change_and_break() -> None:
    matrix = nasty_matrix()
    page = FORMATS["html"](matrix)
    assert all(page.count(f"<code>{chain.commit[:12]}</code>") >= 3 for chain in matrix.chains)
    assert "3 changes: 0 can be followed from end to end, 3 break" in page
    assert "<script>alert" not in page and "\x1b" not in page
