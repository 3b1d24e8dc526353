"""Release tags, their versions and their order."""

from __future__ import annotations

import itertools
from types import SimpleNamespace

import pytest
from packaging.version import Version as Pep440

from qmslint.facts.base import Scan
from qmslint.facts.precedence import Version, version_of
from qmslint.facts.releases import is_calendar, major_step, predecessor, read_version, releases, sample
from qmslint.packs.load import Library
from qmslint.repo.history import Tag
from qmslint.settings import Settings

VOCABULARY = Library().vocabulary
DAY = 86_400


def scan_of(*names: str, settings: Settings | None = None, days: int = 30, shallow: bool = False) -> Scan:
    tags = tuple(
        Tag(name, f"{i:040x}", True, "Ada <a@x>", i * days * DAY, "", False) for i, name in enumerate(names, 1)
    )
    repo = SimpleNamespace(tags=tags, shallow=shallow)
    return Scan(repo, settings or Settings(), 10_000 * DAY, VOCABULARY)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("tag", "version", "component", "pre"),
    [
        ("v1.2.3", "1.2.3", "", False),
        ("1.2.3-rc.1", "1.2.3-rc.1", "", True),
        ("v1.2.0+build.5", "1.2.0+build.5", "", False),
        ("release-1.2", "1.2", "", False),
        ("release/v2.0.0", "2.0.0", "", False),
        ("REL_15_2", "15.2", "", False),
        ("pkg@1.2.3", "1.2.3", "pkg", False),
        ("@scope/pkg@1.2.3-beta.1", "1.2.3-beta.1", "scope/pkg", True),
        ("pkg/v1.2.3", "1.2.3", "pkg", False),
        ("sdk/go/v3.1.0", "3.1.0", "sdk/go", False),
        ("my-lib-2-1.0.0", "1.0.0", "my-lib-2", False),
        ("2024-09-17", "2024-09-17", "", False),
        ("2024.09", "2024.09", "", False),
        ("1.0a1", "1.0a1", "", True),
        ("1.0.post1", "1.0.post1", "", False),
        ("5.0.0.RELEASE", "5.0.0.RELEASE", "", False),
        ("33.0.0-jre", "33.0.0-jre", "", False),
    ],
)
def test_version_of_a_tag(tag: str, version: str, component: str, pre: bool) -> None:
    (release,) = releases(scan_of(tag))
    assert (release.version, release.component, release.pre) == (version, component, pre)


@pytest.mark.parametrize(
    "tag",
    ["latest", "nightly", "v1", "v1.x", "2024.2-eol", "wallaby-eol", "nightly-2024-01-02", "before-merge", "delete"],
)
def test_moving_tags_and_marks_are_no_releases(tag: str) -> None:
    assert [r.name for r in releases(scan_of("v1.2.3", tag))] == ["v1.2.3"]


def test_moments_with_a_name_of_their_own_are_no_releases_beside_a_series_of_numbers() -> None:
    series = [f"v1.{i}.0" for i in range(5)]
    mark = "last-good-2026-01-02-1530"
    assert [r.name for r in releases(scan_of(*series, mark))] == series
    assert mark in [r.name for r in releases(scan_of(*series[:4], mark))]
    assert "app-2026-01-02" in [r.name for r in releases(scan_of(*series, "app-2026-01-02"))]


def test_short_tags_that_follow_the_newest_are_no_releases() -> None:
    assert [r.name for r in releases(scan_of("v1.2.0", "v1.2", "v1", "v1.2.1"))] == ["v1.2.0", "v1.2.1"]


def test_whole_numbers_are_releases_where_a_project_counts_so() -> None:
    assert [r.name for r in releases(scan_of("v254", "v255"))] == ["v254", "v255"]


def test_configuration_says_what_a_release_tag_is() -> None:
    scan = scan_of("build-7", "v1.0.0", settings=Settings(release_tags="^build-([0-9]+)$"))
    assert [(r.name, r.version) for r in releases(scan)] == [("build-7", "7")]


def read(text: str) -> Version:
    found = read_version(scan_of(), text)
    assert found, text
    return found


SEMVER = ["1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "1.0.1", "1.2.0", "1.10.0", "2.0.0"]  # fmt: skip
PEP440 = ["1.0.dev1", "1.0a1", "1.0a2", "1.0b1", "1.0rc1", "1.0", "1.0.post1", "1.0.1", "1.1", "1.10", "2024.1"]


def test_precedence_of_semantic_versions_is_that_of_the_specification() -> None:
    assert sorted(SEMVER, key=lambda text: read(text).key) == SEMVER


def test_precedence_of_python_versions_is_that_of_packaging() -> None:
    for one, other in itertools.combinations(PEP440, 2):
        assert (read(one).key < read(other).key) == (Pep440(one) < Pep440(other)), (one, other)


@pytest.mark.parametrize(
    ("one", "other"), [("1.2", "1.2.0"), ("1.0rc1", "1.0.0-rc.1"), ("v3.0", "3"), ("1.0.0+a", "1.0.0+b")]
)
def test_spellings_of_one_version_are_the_same(one: str, other: str) -> None:
    assert read(one).same(read(other))


@pytest.mark.parametrize("text", ["", "x", "1.2.x y", "latest", "1" * 50, "1..2"])
def test_what_is_no_version(text: str) -> None:
    assert version_of(text, frozenset(), frozenset()) is None


def test_sample_falls_back_to_the_last_releases() -> None:
    scan = scan_of("v1.0", "v1.1", "v1.2-rc1", "v1.2", "v1.3")
    assert [r.name for r in sample(scan, 12, 2)] == ["v1.3", "v1.2"]
    assert [r.name for r in sample(scan, 12, 9)] == ["v1.3", "v1.2", "v1.1", "v1.0"]
    assert len(sample(scan, 12, 9, True)) == 5


def test_predecessor_is_by_version_not_by_date() -> None:
    scan = scan_of("v1.0.0", "v2.0.0", "v1.0.1", "v2.0.1", "other@9.0.0")
    by_name = {r.name: r for r in releases(scan)}
    before = predecessor(scan, by_name["v2.0.1"])
    assert before and before.name == "v2.0.0"
    first = predecessor(scan, by_name["v2.0.0"])
    assert first and first.name == "v1.0.1"
    assert major_step(by_name["v2.0.0"], first)
    assert not major_step(by_name["v2.0.1"], before)
    assert predecessor(scan, by_name["v1.0.0"]) is None


def test_step_from_zero_is_no_break() -> None:
    known = releases(scan_of("v0.9", "v1.0"))
    assert not major_step(known[1], known[0])


def test_numbers_that_begin_with_the_year_are_a_calendar() -> None:
    assert is_calendar(scan_of("70.1", "70.2", "71.1", days=200), "")
    assert not is_calendar(scan_of("1.0", "2.0"), "")
