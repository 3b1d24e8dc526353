"""Synonyms become patterns that say what the vocabulary's head explains, and no more."""

from __future__ import annotations

import re

import pytest

from qmslint.facts.topics import expression


@pytest.mark.parametrize(
    ("synonym", "text", "found"),
    [
        ("(peer )?review", "a peer review", True),
        ("(peer )?review", "a review", True),
        ("wcag # (level )?aa", "wcag 2.2 level aa", True),
        ("wcag # (level )?aa", "wcag 2.2 aa", True),
        ("(a |new )+branch", "a new branch", True),
        ("what?", "what?", True),
        ("what?", "wha", False),
        ("c++", "c++ code", True),
        ("test* plan", "testing-plan", True),
        ("must … encrypt*", "must always be encrypted", True),
        ("must … encrypt*", "must be. encrypted", False),
        ("^requirements$", "first\n2.1 requirements:\nlast", True),
        ("^requirements$", "requirements of the standard", False),
        ("^requirements", "requirements of the standard", True),
        ("^requirements", "the requirements", False),
    ],
)
def test_synonyms(synonym: str, text: str, found: bool) -> None:
    assert bool(re.search(expression(synonym), text, re.M)) is found
