"""Dates, parts, actions and words of records: read one way or not at all, and in linear time."""

from __future__ import annotations

from datetime import date

import pytest

from qmslint.facts.dates import has_date, parse_date
from qmslint.facts.decisions.chains import oddities
from qmslint.facts.decisions.model import Decision, Text
from qmslint.facts.lexicon import Lexicon, is_unfilled, own_words, refuses
from qmslint.facts.markup import parse
from qmslint.facts.parts import parts
from qmslint.facts.records.actions import from_document, is_closed, reasoned_none
from qmslint.facts.records.words import Common
from qmslint.patterns import any_of

WORDS = Common(
    frozenset({"done", "closed", "erledigt"}),
    any_of([r"\btemplate\b"]),
    any_of([r"\bfictional\b"]),
    any_of([r"\bstructure$"]),
    frozenset({"readme"}),
    Lexicon(
        {
            "owner": ["who"],
            "due": ["due date", "frist"],
            "status": [],
            "link": ["issue"],
            "action": ["task", "maßnahme"],
        }
    ),
)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-05-03", date(2026, 5, 3)),
        ("held on 3 May 2026", date(2026, 5, 3)),
        ("May 3rd, 2026", date(2026, 5, 3)),
        ("03.05.2026", date(2026, 5, 3)),
        ("le 3 mars 2026", date(2026, 3, 3)),
        ("3 de mayo de 2026", date(2026, 5, 3)),
        ("17/08/2026", date(2026, 8, 17)),
        ("08/17/2026", date(2026, 8, 17)),
        ("20260503-retro.md", date(2026, 5, 3)),
        ("03/04/2026", None),
        ("2026-13-45", None),
        ("version 2.0.1", None),
        ("", None),
    ],
)
def test_a_date_is_read_only_where_it_can_be_read_in_one_way(text: str, day: date | None) -> None:
    assert parse_date(text) == day


def test_a_period_ends_late_for_a_due_date() -> None:
    assert parse_date("Q2 2026") == date(2026, 4, 1)
    assert parse_date("Q2 2026", end=True) == date(2026, 6, 30)
    assert parse_date("2026-02", end=True) == date(2026, 2, 28)
    assert has_date("03/04/2026")


@pytest.mark.parametrize("text", ["", "-", "TBD", "{who}", "[insert name]", "YYYY-MM-DD", "…", "| |", "xxx"])
def test_what_a_template_left_is_unfilled(text: str) -> None:
    assert is_unfilled(text)


def test_a_refusal_needs_its_reason_counted_apart() -> None:
    assert refuses("N/A: internal system only") and own_words("N/A: internal system only") == 3
    assert reasoned_none("No action needed because the team is dissolved", 4)
    assert not reasoned_none("None.", 1)


def test_closed_words_do_not_match_their_denial() -> None:
    assert is_closed("Done", WORDS) and is_closed("closed on Friday", WORDS)
    assert not is_closed("not done", WORDS) and not is_closed("open", WORDS)


def test_a_lexicon_prefers_the_longest_phrase_and_no_single_letters() -> None:
    lexicon = Lexicon({"owner": ["risk owner"], "description": ["risk"], "impact": ["i"]})
    assert lexicon.find("Risk owner (team)") == "owner"
    assert lexicon.find("Risk of loss") == "description"
    assert lexicon.exact("I") == "impact" and lexicon.find("Plan I") == ""


def test_labels_headings_front_matter_and_two_column_tables_are_parts() -> None:
    text = (
        "---\nstatus: open\n---\n# Title\n\n**Impact:** some users waited\n\n## Root cause\n\nA lock.\n\n"
        "| Field | Value |\n|---|---|\n| Owner | Ada |\n| Due | 2026-06-01 |\n"
    )
    lexicon = Lexicon({"status": [], "impact": [], "cause": ["root cause"], "owner": [], "due": []})
    found = {part.name: part for part in parts(parse("a.md", text), lexicon) if part.name}
    assert found["status"].text == "open" and found["status"].form == "front"
    assert found["impact"].text == "some users waited" and found["impact"].line == 6
    assert found["cause"].text.startswith("A lock.") and found["owner"].text == "Ada"


def actions_of(body: str) -> list[tuple[str, str, str, bool]]:
    document = parse("retro.md", "# Retro\n\n## Actions\n\n" + body)
    found = from_document(document, [(1, document.lines), (4, document.lines)], WORDS)
    return [(action.owner, action.due, action.link, action.done) for action in found]


@pytest.mark.parametrize(
    ("body", "owner", "followed"),
    [
        ("- [ ] Split the job (@grace, due 2026-06-12)\n", "grace", True),
        ("- Split the job - Grace Hopper, #311\n", "Grace Hopper", True),
        ("- Grace: split the job by 12.06.2026\n", "Grace", True),
        ("- Split the job\n  - Owner: Ada\n  - Due: 2026-06-12\n", "Ada", True),
        ("| Task | Who | Due date |\n|---|---|---|\n| Split | Ada | Q3 2026 |\n", "Ada", True),
        ("- Split the job\n", "", False),
        ("- Split the job (@grace)\n", "grace", False),
    ],
)
def test_owner_and_date_or_link_of_an_action_are_found(body: str, owner: str, followed: bool) -> None:
    ((found, due, link, _),) = actions_of(body)
    assert found == owner and bool(due or link) is followed


def test_a_standard_is_no_link() -> None:
    assert actions_of("- Read ISO-9001 and UTF-8\n")[0][2] == ""


def decision(number: str, status: str = "accepted", **more: tuple[str, ...]) -> Decision:
    return Decision(number, "t", status, None, {"status": Text(status, 1)}, f"adr/{number}-x.md", **more)  # type: ignore[arg-type]


def test_gaps_doubles_and_chains_are_noted_in_both_directions() -> None:
    found = oddities(
        [
            decision("0001"),
            decision("0003", supersedes=("0001-x.md",)),
            decision("0004", "superseded", superseded_by=("ADR-0009",)),
            decision("0004"),
        ]
    )
    said = " | ".join(note for _, note in found)
    assert "number 2 is missing" in said and "number 4 is used 2 times" in said
    assert "supersedes it, but its status is accepted" in said
    assert "successor ADR-0009 was not found" in said


@pytest.mark.parametrize(
    "piece",
    ["- status: x\n", "  " * 300 + "- owner: a\n", "# status\n", "**a:** b: c: d:", "(((@a,", "| a | b |\n|---|---|\n"],
)
def test_hostile_text_is_read_to_its_end(piece: str) -> None:
    """Bounds and linear patterns: what grows with the square would run into the time limit of the tests."""
    lexicon = Lexicon({"status": [], "owner": []})
    document = parse("a.md", (piece * 20_000)[:400_000])
    parts(document, lexicon)
    from_document(document, [(1, document.lines), (1, document.lines)], WORDS)
