"""Waivers: they expire to the day, are never hidden, and cannot be approved by whoever they serve."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from qmslint.engine import waivers
from qmslint.engine.waivers import Limits, Past
from qmslint.errors import ConfigError
from qmslint.model.evidence import in_file
from qmslint.model.outcome import Confidence, Grade, State
from qmslint.model.report import Result

RULES = ("a.one", "a.two")


def text(**changes: str) -> str:
    """Return a waiver file with one waiver."""
    fields = {
        "rule": "a.one",
        "subject": "{paths: [docs/INC-1.md]}",
        "reason": "The supplier delivers the scanner in March",
        "ticket": "QMS-7",
        "approved_by": "Grace Example",
        "approved_on": "2026-06-01",
        "expires": "2026-06-30",
        **changes,
    }
    lines = [f"{key}: {value}" for key, value in fields.items() if value]
    return "waivers:\n  - " + "\n    ".join(lines) + "\n"


def finding(*paths: str, rule: str = "a.one") -> Result:
    """Return a nonconforming result at the given places."""
    return Result(
        rule,
        "A claim",
        ("8.1",),
        State.NONCONFORMING,
        "Not so",
        tuple(in_file(path, 3) for path in paths),
        Confidence.HIGH,
        "p",
        grade=Grade.MINOR,
        gap="absent",
    )


def run(file: str, day: str, *results: Result, past: Past | None = None) -> tuple[list[Result], Result]:
    held = waivers.read(file, RULES)
    done, own = waivers.apply(results, held, date.fromisoformat(day), {held[0].line: past or Past()}, Limits())
    assert own
    return list(done), own


@pytest.mark.parametrize(("day", "waived"), [("2026-06-29", True), ("2026-06-30", True), ("2026-07-01", False)])
def test_it_counts_through_its_last_day(day: str, waived: bool) -> None:
    done, own = run(text(), day, finding("docs/INC-1.md"))
    assert bool(done[0].disposition) is waived
    assert done[0].state is State.NONCONFORMING
    assert own.grade is (Grade.OFI if waived else Grade.MINOR)


def test_it_touches_only_its_subject() -> None:
    done, _ = run(text(), "2026-06-10", finding("docs/INC-10.md"), finding("docs/INC-1.md", rule="a.two"))
    assert [r.disposition for r in done] == [None, None]


def test_a_finding_with_more_places_stays_open_and_says_how_many_are_waived() -> None:
    done, _ = run(text(), "2026-06-10", finding("docs/INC-1.md", "docs/INC-2.md"))
    assert not done[0].disposition
    assert "1 of 2 places are waived" in done[0].message


def test_it_dies_when_nothing_is_left_to_waive() -> None:
    _, own = run(text(), "2026-06-10")
    assert "waives nothing" in own.message and own.grade is Grade.OFI


@pytest.mark.parametrize(
    "past",
    [
        Past(committed_by=("Grace Example <g@example.org>",)),
        Past(authors_of_subject=("Grace Example <g@example.org>",)),
    ],
)
def test_whoever_it_serves_cannot_approve_it(past: Past) -> None:
    _, own = run(text(), "2026-06-10", finding("docs/INC-1.md"), past=past)
    assert own.grade is Grade.MINOR


def test_renewals_and_long_horizons_are_shown() -> None:
    _, own = run(text(expires="2027-06-30"), "2026-06-10", finding("docs/INC-1.md"), past=Past(renewals=2))
    notes = " ".join(item.note for item in own.evidence)
    assert "renewed 2 times" in notes and "180 days" in notes


@pytest.mark.parametrize(
    "changes",
    [
        {"expires": "30.06.2026"},
        {"expires": "2026-02-30"},
        {"expires": "2026-W12-1"},
        {"expires": "20260630"},
        {"expires": ""},
        {"expires": "2026-05-01"},
        {"rule": "a.onee"},
        {"subject": "{}"},
        {"reason": "later"},
        {"ticket": ""},
        {"approved_by": ""},
        {"colour": "blue"},
    ],
)
def test_what_is_not_understood_stops_the_run(changes: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match=r"waivers\.yml:\d+"):
        waivers.read(text(**changes), RULES)


def test_history_shows_who_committed_it_and_how_often_it_was_renewed(
    make_repo: Callable[..., Path], scan_of: Callable[..., object]
) -> None:
    from qmslint.engine.dispositions import _past
    from qmslint.repo.build import Step, moment, person

    def at(day: str, who: str, **changes: str) -> Step:
        return Step("commit", "w", moment(day), person(who), files={waivers.PATH: text(**changes).encode()})

    docs = Step("commit", "d", moment("2026-01-01"), person("Linus"), files={"docs/INC-1.md": b"x"})
    path = make_repo([docs, at("2026-03-01", "Ada", expires="2026-06-01"), at("2026-05-01", "Grace")])
    scan = scan_of(path)
    held = waivers.read(text(), RULES)[0]
    past = _past(scan, held)  # type: ignore[arg-type]
    assert past.renewals == 1
    assert past.committed_by == ("Grace Example <grace@example.org>",)
    assert past.authors_of_subject == ("Linus Example <linus@example.org>",)
