"""Trailers are read as git reads them."""

from __future__ import annotations

import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qmslint.facts.trailers import parse_trailers, person_in

MESSAGES = [
    "Title\n\nBody.\n\nSigned-off-by: A <a@x>\n",
    "Title\n\nReviewed-by: A <a@x>\nAcked-by: B <b@x>",
    "Title: not a trailer\n",
    "Title\nSecond: line\n",
    "Title\n\nfree text\nmore text\nFixes: #1\n",
    "Title\n\nfree text\nmore text\nthird\nSigned-off-by: A <a@x>\n",
    "Title\n\none\ntwo\nthree\nfour\nSigned-off-by: A <a@x>\n",
    "Title\n\nLink: https://example.org/1\n  continued\n here\nChange-Id: I0\n",
    "Title\n\nA: b\n\nC: d\n\n\n",
    "Title\n\nA: b\n# comment\nC: d\n",
    "Title\n\nA: b\n\nConflicts:\n\tfile.c\n\tother.c\n",
    "Title\n\nA: b\n(cherry picked from commit 123)\n",
    "Title\n\nfoo\n(cherry picked from commit 123)\nA: b\n",
    "Title\n\nKey with space: b\nA: b\n",
    "Title\n\nKey : b\n",
    "Title\n\nhttps://example.org/1\n",
    "Title\n\nbody\n\n---\n\nA: b\n",
    "\n\nTitle\n\nA: b\n",
    "",
    "A: b",
    "Title\n\nBREAKING CHANGE: everything\n",
    "Title\n\nA: b\n# ------------------------ >8 ------------------------\nC: d\n",
]


def by_git(message: str) -> list[str]:
    command = ["git", "interpret-trailers", "--parse", "--no-divider"]
    done = subprocess.run(command, input=message.encode(), capture_output=True, check=True)
    return [line.lower() for line in done.stdout.decode().splitlines()]


def ours(message: str) -> list[str]:
    return [f"{t.key}: {t.value}".lower().rstrip() for t in parse_trailers(message.encode())]


@pytest.mark.parametrize("message", MESSAGES)
def test_trailers_are_those_git_finds(message: str) -> None:
    assert ours(message) == [line.rstrip() for line in by_git(message)]


WORDS = ["A: b", "Signed-off-by: A <a@x>", "free text", "", " indented", "# comment", "Key with: space", "x:", "\tx"]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=9))
def test_any_mixture_of_lines_is_read_as_git_reads_it(lines: list[str]) -> None:
    message = "\n".join(["Title", "", *lines, ""])
    assert ours(message) == [line.rstrip() for line in by_git(message)]


def test_a_person_is_a_name_with_an_address_or_a_name_alone() -> None:
    who = person_in("Ada Lovelace <ada@example.org> # v2")
    assert who and (who.name, who.email) == ("Ada Lovelace", "ada@example.org")
    alone = person_in(" ada ")
    assert alone and (alone.name, alone.email) == ("ada", "")
    assert person_in("  ") is None
