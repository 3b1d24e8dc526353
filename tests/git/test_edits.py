"""Changes of single files: many in one pass, through renames, down to where they came in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from qmslint.facts.base import Scan
from qmslint.facts.edits import edits, text_at
from qmslint.repo.build import Step, moment, person
from tests.conftest import commit

WORDS = " ".join(f"word{n}" for n in range(60))


def test_many_files_in_one_pass(make_repo: Callable[..., Path], scan_of: Callable[..., Scan]) -> None:
    steps = [
        commit("First", "2026-01-05", a_dot_md="one", b_dot_md="one"),
        commit("Second", "2026-01-06", a_dot_md="two"),
        commit("Third", "2026-01-07", a_dot_md=None, b_dot_md="three"),
    ]
    scan = scan_of(make_repo(steps))
    found = edits(scan, ("a.md", "b.md", "c.md"))
    assert {path: len(items) for path, items in found.items()} == {"a.md": 3, "b.md": 2}
    assert [text_at(scan, edit) for edit in found["a.md"]] == [None, "two", "one"]


def test_names_with_odd_signs(make_repo: Callable[..., Path], scan_of: Callable[..., Scan]) -> None:
    odd = ":100644 100644 a b M"
    step = Step("commit", "First", moment("2026-01-05"), person("Ada"), files={odd: b"x", "ü.md": b"y"})
    found = edits(scan_of(make_repo([step])), (odd, "ü.md"))
    assert {path: len(items) for path, items in found.items()} == {odd: 1, "ü.md": 1}


def test_through_a_rename(make_repo: Callable[..., Path], scan_of: Callable[..., Scan]) -> None:
    steps = [
        commit("First", "2026-01-05", old_dot_md=WORDS),
        commit("Move", "2026-01-06", old_dot_md=None, new_dot_md=WORDS),
        commit("Change", "2026-01-07", new_dot_md=WORDS + " more"),
    ]
    scan = scan_of(make_repo(steps))
    assert [text_at(scan, edit) for edit in edits(scan, ("new.md",))["new.md"]] == [WORDS + " more", WORDS, WORDS]
