"""Sentences over line ends, the measure of a change, and names of products and standards."""

from __future__ import annotations

import time

import pytest

from qmslint.facts.document_register.text_change import difference
from qmslint.facts.markup import parse
from qmslint.facts.sentences import sentences


def test_sentences_go_over_line_ends_and_know_their_line() -> None:
    text = "# Title\n\nRecords are kept for\nten years. Reports are kept for\n365 days.\n\n- One item. It has two.\n- Another\n\n| a | b |\n|---|---|\n| c | d |\n"
    found = [(line.line, line.text) for line in sentences(parse("a.md", text))]
    assert (3, "Records are kept for ten years.") in found
    assert (4, "Reports are kept for 365 days.") in found
    assert (7, "One item.") in found
    assert (8, "Another") in found


def test_sentences_are_linear() -> None:
    parsed = parse("a.md", "word. Word " * 60_000)
    start = time.perf_counter()
    assert list(sentences(parsed))
    assert time.perf_counter() - start < 3


@pytest.mark.parametrize(
    ("old", "new", "words", "dates"),
    [
        ("One two three.", "one  two\nthree", 0, False),
        ("See [it](a.md).", "See [it](b.md).", 0, False),
        ("Version 1.2 of 2025-01-01", "Version 1.3 of 2026-01-01", 0, True),
        ("Reviewed on 3 March 2025", "Reviewed on 4 May 2026", 0, True),
        ("One two", "One two three four", 2, False),
        ("One two three", "Four five", 3, False),
    ],
)
def test_difference(old: str, new: str, words: int, dates: bool) -> None:
    change = difference(old, new)
    assert (change.words, change.dates) == (words, dates)
