"""Changes of single files: many in one process, spelling and automation left out, a cut-off clone decides nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from qmslint.errors import Unassessable
from qmslint.facts.base import Scan
from qmslint.facts.edits import changed_share, edits, last_touch, stated_review, text_at
from qmslint.repo.build import Step, moment, person
from tests.conftest import commit

WORDS = " ".join(f"word{n}" for n in range(60))


def test_many_files_in_one_process(make_repo: Callable[..., Path], scan_of: Callable[..., Scan]) -> None:
    steps = [
        commit("First", "2026-01-05", a_dot_md="one", b_dot_md="one"),
        commit("Second", "2026-01-06", a_dot_md="two"),
        commit("Third", "2026-01-07", a_dot_md=None, b_dot_md="three"),
    ]
    scan = scan_of(make_repo(steps))
    found = edits(scan, ("a.md", "b.md", "c.md"))
    assert {path: len(items) for path, items in found.items()} == {"a.md": 3, "b.md": 2}
    assert [edit.removed for edit in found["a.md"]] == [True, False, False]
    assert [text_at(scan, "a.md", edit) for edit in found["a.md"]] == [None, "two", "one"]


def test_names_with_odd_signs(make_repo: Callable[..., Path], scan_of: Callable[..., Scan]) -> None:
    odd = ":100644 100644 a b M"
    step = Step("commit", "First", moment("2026-01-05"), person("Ada"), files={odd: b"x", "ü.md": b"y"})
    found = edits(scan_of(make_repo([step])), (odd, "ü.md"))
    assert {path: len(items) for path, items in found.items()} == {odd: 1, "ü.md": 1}


def test_spelling_and_automation_are_no_care(make_repo: Callable[..., Path], scan_of: Callable[..., Scan]) -> None:
    bot = "dependabot[bot] <49699333+dependabot[bot]@users.noreply.github.com>"
    steps = [
        commit("First", "2026-01-05", a_dot_md=WORDS),
        commit("Spelling", "2026-02-05", a_dot_md=WORDS.replace("word7", "word")),
        commit("Machine", "2026-03-05", by=bot, a_dot_md="all new words here"),
    ]
    touch = last_touch(scan_of(make_repo(steps)), "a.md")
    assert touch is not None and str(touch.day) == "2026-01-05"


def test_a_cut_off_clone_decides_nothing(make_repo: Callable[..., Path], scan_of: Callable[..., Scan]) -> None:
    steps = [
        commit("First", "2026-01-05", a_dot_md=WORDS),
        *(commit("x", f"2026-02-0{n}", b_dot_md=str(n)) for n in range(1, 4)),
    ]
    with pytest.raises(Unassessable) as trouble:
        last_touch(scan_of(make_repo(steps, cut=1)), "a.md")
    assert trouble.value.code == "SHALLOW"


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Last reviewed: 2026-02-01", "2026-02-01"),
        ("---\nlast_reviewed: 2026-02-01\n---\n# A", "2026-02-01"),
        ("Zuletzt geprüft am 01.02.2026", "2026-02-01"),
        ("Last reviewed: 2027-02-01", ""),
        ("Released on 2026-02-01", ""),
    ],
)
def test_stated_reviews(make_repo: Callable[..., Path], scan_of: Callable[..., Scan], text: str, day: str) -> None:
    touch = stated_review(scan_of(make_repo([commit(a_dot_md=text)])), "a.md")
    assert str(touch.day if touch else "") == day


def test_changed_share() -> None:
    assert changed_share("a b c", "a  b\nc") == 0
    assert changed_share("a b c d", "e f g h") == 1
    assert changed_share("a b c d", "") == 1
