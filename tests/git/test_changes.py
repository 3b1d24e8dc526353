"""Changes of real repositories: which line is looked at, and that a cut-off clone decides nothing."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from qmslint.errors import Unassessable
from qmslint.facts.base import Scan
from qmslint.facts.changes import changes
from qmslint.facts.landing import landed
from qmslint.kinds import changes as kind
from qmslint.model.outcome import State
from qmslint.packs.load import Library
from qmslint.repo.build import Step, build, moment, person
from qmslint.repo.open import open_repository
from qmslint.settings import Settings

VOCABULARY = Library().vocabulary
START = moment("2026-01-01")
DAY = 86_400


def commit(text: str, day: int, by: str = "Ada", branch: str = "main", committer: str = "") -> Step:
    return Step("commit", text, START + day * DAY, person(by), committer, {f"f{day}": b"x"}, branch=branch)


def merge(text: str, day: int, by: str = "Grace", topic_by: str = "Ada") -> Step:
    files = {f"f{day}": b"x"}
    return Step(
        "merge", text, START + day * DAY, person(by), files=files, topic_author=person(topic_by), topic_text="Work"
    )


def scan_of(folder: Path, steps: list[Step], cut: int = 0, **settings: object) -> Scan:
    build(folder, steps, cut)
    return Scan(open_repository(folder), Settings(**settings), START + 100 * DAY, VOCABULARY)  # type: ignore[arg-type]


FIRST = commit("First version", 0)


def test_each_step_of_the_ladder(tmp_path: Path) -> None:
    scan = scan_of(
        tmp_path,
        [
            FIRST,
            commit("pushed", 1),
            commit("edited in the browser", 2, committer="GitHub <noreply@github.com>"),
            commit("squashed (#7)", 3, committer="GitHub <noreply@github.com>"),
            merge("Merge pull request #8 from ada/x", 4),
            commit("read\n\nReviewed-by: Grace Example <grace@example.org>", 5),
            merge("Merge pull request #9 from ada/y", 6, by="Ada"),
        ],
    )
    found = {c.commit.subject: c.step for c in changes(scan, 12).items}
    assert found == {
        "pushed": 0,
        "edited in the browser": 1,
        "squashed (#7)": 2,
        "Merge pull request #8 from ada/x": 3,
        "read": 4,
        "Merge pull request #9 from ada/y": 2,
    }


def test_automation_and_releases_are_left_out_and_counted(tmp_path: Path) -> None:
    steps = [FIRST, commit("Bump a", 1, by="dependabot[bot]"), commit("Release 1.2.0", 2), commit("Work", 3)]
    found = changes(scan_of(tmp_path, steps), 12)
    assert [c.commit.subject for c in found.items] == ["Work"]
    assert (found.bots, found.releases) == (1, 1)


@pytest.mark.parametrize(
    ("subject", "release"),
    [
        ("Release 1.2.0", True), ("v1.2.0", True), ("Bumped v6.0.0-alpha.2", True), ("chore(release): 1.2.3", True),
        ("Bump version to 1.2.3", True), ("[maven-release-plugin] prepare release p-1.0", True), ("chore(main): release 1.4.0", True),
        ("Prepare for next development iteration", True), ("build: bump version from 1.0.0 to 1.1.0", True),
        ("Bump lodash from 1.0.0 to 1.1.0", False), ("Fix crash of 1.2.0", False), ("Release the lock", False),
        ("Drop support for 3.8", False), ("Update parser to 2.0.1", False),
    ],
)  # fmt: skip
def test_subjects_of_commits_that_only_make_a_release(subject: str, release: bool, tmp_path: Path) -> None:
    found = changes(scan_of(tmp_path, [FIRST, commit(subject, 1)]), 12)
    assert (found.releases, len(found.items)) == ((1, 0) if release else (0, 1))


def test_work_on_a_topic_branch_has_not_landed(tmp_path: Path) -> None:
    steps = [FIRST, commit("landed (#1)", 1), commit("not yet", 2, branch="topic-x")]
    build(tmp_path, steps)
    (tmp_path / "HEAD").write_text("ref: refs/heads/topic-x\n")
    scan = Scan(open_repository(tmp_path), Settings(default_branch="main"), START + 100 * DAY, VOCABULARY)
    line = landed(scan, 12)
    assert [c.subject for c in line.commits] == ["landed (#1)"]
    assert "left main" in line.note


def test_a_default_branch_that_went_on_is_followed_to_the_fork(tmp_path: Path) -> None:
    steps = [FIRST, commit("landed (#1)", 1), commit("not yet", 2, branch="topic-x"), commit("newer (#2)", 3)]
    build(tmp_path, steps)
    (tmp_path / "HEAD").write_text("ref: refs/heads/topic-x\n")
    scan = Scan(open_repository(tmp_path), Settings(default_branch="main"), START + 100 * DAY, VOCABULARY)
    assert [c.subject for c in landed(scan, 12).commits] == ["landed (#1)"]


def test_a_release_branch_is_looked_at_itself(tmp_path: Path) -> None:
    steps = [FIRST, commit("backport (#2)", 2, branch="release/1.0")]
    build(tmp_path, steps)
    (tmp_path / "HEAD").write_text("ref: refs/heads/release/1.0\n")
    scan = Scan(open_repository(tmp_path), Settings(default_branch="main"), START + 100 * DAY, VOCABULARY)
    assert [c.subject for c in landed(scan, 12).commits] == ["backport (#2)"]


def test_a_head_of_a_request_among_the_refs_is_a_trace(tmp_path: Path) -> None:
    build(tmp_path, [FIRST, commit("fast-forwarded", 1)])
    tip = subprocess.run(["git", "-C", str(tmp_path), "rev-parse", "main"], capture_output=True, text=True, check=True)
    (tmp_path / "refs" / "merge-requests" / "5").mkdir(parents=True)
    (tmp_path / "refs" / "merge-requests" / "5" / "head").write_text(tip.stdout)
    scan = Scan(open_repository(tmp_path), Settings(), START + 100 * DAY, VOCABULARY)
    (only,) = changes(scan, 12).items
    assert only.step == 2 and only.request and only.request.number == "5"


REVIEWED = [FIRST, *(merge(f"Merge pull request #{n} from ada/t{n}", n) for n in range(1, 25))]
PUSHED = [FIRST, *(commit(f"Push {n}", n, by="Ada" if n % 2 else "Grace") for n in range(1, 25))]
MIXED = [
    FIRST,
    *(commit(f"Push {n}", n) for n in range(1, 13)),
    *(merge(f"Merge pull request #{n} from x/y", n) for n in range(13, 25)),
]


@pytest.mark.parametrize("steps", [REVIEWED, PUSHED, MIXED], ids=["reviewed", "pushed", "mixed"])
@pytest.mark.parametrize("cut", [1, 5, 12, 13, 20, 24])
@pytest.mark.parametrize("measure", ["reviewed", "referenced", "direct"])
def test_a_cut_off_clone_never_decides_otherwise(steps: list[Step], cut: int, measure: str, tmp_path: Path) -> None:
    params = kind.Params(measure=measure, at_least=0.9)  # type: ignore[arg-type]
    whole = kind.check(params, scan_of(tmp_path / "whole", steps))
    scan = scan_of(tmp_path / "cut", steps, cut)
    try:
        state = kind.check(params, scan).state
    except Unassessable as trouble:
        assert trouble.code == "SHALLOW"
    else:
        assert state in (whole.state, State.NOT_ASSESSABLE)


def test_a_clone_cut_off_before_the_window_is_enough(tmp_path: Path) -> None:
    old = [FIRST, commit("old", 1), commit("older still whole", 2)]
    new = [merge(f"Merge pull request #{n} from ada/t{n}", 500 + n) for n in range(1, 13)]
    build(tmp_path, [*old, *new], 13)
    scan = Scan(open_repository(tmp_path), Settings(), START + 520 * DAY, VOCABULARY)
    outcome = kind.check(kind.Params(measure="reviewed", at_least=0.9), scan)
    assert outcome.state is State.CONFORMING
