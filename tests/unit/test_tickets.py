"""References from commit messages to items of a tracker."""

from __future__ import annotations

import pytest

from qmslint.facts.tickets import Reference, _issues, catch_all
from qmslint.packs.load import Library
from qmslint.patterns import any_of

PATTERNS = [any_of([pattern]) for pattern in Library().vocabulary["tickets"]["issues"]]


@pytest.mark.parametrize(
    ("text", "item"),
    [
        ("Fixes #12", "#12"),
        ("closes: #12", "#12"),
        ("resolve owner/repo#7", "owner/repo#7"),
        ("See GH-99 for more", "gh-99"),
        ("Work AB#451", "ab#451"),
        ("https://tracker.example/browse/QMS-12", "qms-12"),
        ("https://host.example/g/p/-/issues/77", "77"),
        ("https://bugs.example/show_bug.cgi?id=4711", "4711"),
        ("https://bugs.launchpad.example/p/+bug/123456", "123456"),
        ("Bug 1234567 - crash", "1234567"),
        ("Closes-Bug: #2131652", "#2131652"),
        ("Implements: blueprint limit-retries", "limit-retries"),
        ("Bug: T12345", "t12345"),
        ("[sc-123] do it", "sc-123"),
        ("Merge branch '45-fix-login' into 'main'", "45"),
        ("refs #9", "#9"),
    ],
)
def test_an_item_is_recognised(text: str, item: str) -> None:
    assert item in _issues(PATTERNS, text, "")


@pytest.mark.parametrize("text", ["Add part 12", "Use UTF-8", "See section 3.2", "Released 1.2.3", "color #fff", "a#b"])
def test_what_is_no_item(text: str) -> None:
    assert _issues(PATTERNS, text, "") == []


def test_the_merge_request_itself_is_no_item() -> None:
    assert _issues(PATTERNS, "Limit retries (#12)", "12") == []
    assert "#9" in _issues(PATTERNS, "Limit retries (#12)\n\nCloses #9", "12")


def test_an_item_for_everything_is_found() -> None:
    refs = [Reference(("ops-1",))] * 12 + [Reference((f"#{n}",)) for n in range(12)]
    assert catch_all(refs, 0.2, 10) == {"ops-1": 12}
    assert catch_all(refs, 0.6, 10) == {}
    assert catch_all(refs[:5], 0.2, 10) == {}
