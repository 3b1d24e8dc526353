"""Entries of release notes in the forms projects use."""

from __future__ import annotations

import pytest

from qmslint.facts.notes import Entry, entries_of
from qmslint.facts.precedence import Version, version_of

PRE, FINAL = frozenset({"rc", "alpha", "beta", "a", "b"}), frozenset({"final"})


def read(text: str) -> Version | None:
    return version_of(text, PRE, FINAL)


def entries(path: str, text: str) -> tuple[Entry, ...]:
    return entries_of(path, text, read)


@pytest.mark.parametrize(
    ("path", "text", "versions"),
    [
        ("CHANGELOG.md", "# Changelog\n\n## [Unreleased]\n\n## [1.1.0] - 2024-01-02\n\n- Add a b\n\n## 1.0.0\n", ["", "1.1.0", "1.0.0"]),
        ("CHANGELOG.md", "## [26.1.0](https://x.example/tree/26.1.0) - 2026-03-19\n", ["26.1.0"]),
        ("CHANGELOG.md", "### [1.3.0](https://x/compare/v1.2...v1.3.0) (2024-01-01)\n\n### Bug Fixes\n\n* a 1.2.0 thing\n", ["1.3.0"]),
        ("CHANGELOG.md", "## @scope/pkg@1.2.0\n\n### Minor Changes\n\n- 123abc: Add\n", ["1.2.0"]),
        ("CHANGELOG.md", "* 6.4.12 (2024-09-21)\n\n * bug #1 fix\n\n* 6.4.11 (2024-08-30)\n", ["6.4.12", "6.4.11"]),
        ("CHANGES.rst", "Changes\n=======\n\n2.0.0 (2024-01-02)\n------------------\n\n- x\n\n1.9\n---\n", ["2.0.0", "1.9"]),
        ("HISTORY.md", "1.2.3 / 2020-01-01\n==================\n * fix\n", ["1.2.3"]),
        ("NEWS", "Version 1.2.3 (2024-01-02)\n\n  * thing\n\nVersion 1.2.2\n", ["1.2.3", "1.2.2"]),
        ("NEWS", "CHANGES WITH 255:\n\n  * x\n\nCHANGES WITH 254:\n", ["255", "254"]),
        ("NEWS", "* Noteworthy changes in release 9.4 (2023-08-29) [stable]\n\n** Bug fixes\n", ["9.4"]),
        ("a.adoc", "== Unreleased\n\n* x\n\n== 1.2.3 - 2020-01-01\n", ["", "1.2.3"]),
        ("RELEASE-NOTES.txt", "Apache Commons Lang 3.20.0 Release Notes\n-----\n\no Fix x\n\nApache Commons Lang 3.19.0 Release Notes\n-----\n\no Fix y, see Apache Commons Lang 3.18.0 Release Notes\n", ["3.20.0", "3.19.0"]),
        ("CHANGELOG.md", "## 2024-05-06\n\nwords\n", ["2024-05-06"]),
        ("debian/changelog", "p (1:1.2.3-1) unstable; urgency=low\n\n  * x\n\n -- A <a@b>  Mon, 1 Jan 2024\n", ["1.2.3"]),
        ("p.spec", "Name: p\n%changelog\n* Tue Jan 02 2024 A B <a@b> - 1.2.3-1\n- x\n", ["1.2.3"]),
        ("x.metainfo.xml", '<release date="2023-01-01" version="1.1"><description><p>New</p></description></release>', ["1.1"]),
    ],
)  # fmt: skip
def test_versions_of_entries(path: str, text: str, versions: list[str]) -> None:
    assert [entry.version for entry in entries(path, text)] == versions


@pytest.mark.parametrize(
    "text",
    [
        "We plan 1.0.0 for spring.\n",
        "- 1.0.0 works with older servers\n",
        "## Breaking changes\n\n#### Use tool v1.79.0 or later to compile your sheets\n",
        "```\n## 1.0.0\n```\n",
        "> ## 1.0.0\n",
        "    1.0.0\n",
        "### Development\n",
    ],
)
def test_versions_in_running_text_are_no_entries(text: str) -> None:
    assert entries("CHANGELOG.md", text) == ()


def test_entry_has_lines_date_and_own_words() -> None:
    first, second = entries(
        "CHANGELOG.md", "# Log\n\n## 1.1.0 - 2024-01-02\n\nSee https://x.example/a/b/c\n\n- Two words\n\n## 1.0.0\n"
    )
    assert (first.line, first.end_line, first.date, first.words) == (3, 8, "2024-01-02", 3)
    assert (second.line, second.words) == (9, 0)


@pytest.mark.parametrize(
    "text",
    ["[" * 200_000, "<release " * 50_000, "1.1" * 100_000, "# 1." + "1." * 100_000, ("a" * 250 + " 1.0 x\n") * 8_000],
)
def test_hostile_text_is_read_to_its_end(text: str) -> None:
    """What grows with the square of the length would run into the time limit of the tests."""
    for path in ("CHANGELOG.md", "x.metainfo.xml", "debian/changelog", "p.spec"):
        entries(path, "%changelog\n" + text)
