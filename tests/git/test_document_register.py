"""The register of documents over real histories: what counts as a change, renames, reviews, approval, cut-off clones."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from qmslint.errors import Unassessable
from qmslint.facts.base import Scan
from qmslint.facts.document_register import Entry, Life, lives_of, register
from qmslint.repo.build import Step, moment, person
from qmslint.settings import Settings
from tests.conftest import commit

BODY = (
    "The changelog is brought up to date and the version number raised. Wait until the pipeline of the release branch is "
    "green. The commit is marked with the version and the mark is pushed. Packages are published from the mark, never from "
    "a developer's machine, and the release is announced in the channel of the team and on the status page of the product.\n"
)
MORE = "Once a quarter the way back to the previous version is rehearsed on the staging environment by whoever is on call, and what went wrong is written down beside the runbook on the same day.\n"
PATH = "docs/release-process.md"
MakeRepo = Callable[..., Path]
ScanOf = Callable[..., Scan]


def text(extra: str = "", head: str = "") -> str:
    return f"{head}# Release process\n\n{BODY}\n{extra}"


def only(scan: Scan) -> Entry:
    entries = register(scan).entries
    assert len(entries) == 1
    return entries[0]


def life(scan: Scan) -> Life:
    found = only(scan).life
    assert found is not None
    return found


def at(on: str, content: str, subject: str = "Change", by: str = "Ada") -> Step:
    return Step("commit", subject, moment(on), person(by), files={PATH: content.encode()})


def test_small_changes_pass_and_substantive_ones_count(make_repo: MakeRepo, scan_of: ScanOf) -> None:
    steps = [
        commit("First", a_dot_py="x = 1\n"),
        at("2026-01-06", text()),
        at("2026-02-01", text(MORE), by="Grace"),
        at("2026-03-01", text(MORE).replace("green.", "green.  ")),
        at("2026-04-01", text(MORE).replace("machine", "computer")),
    ]
    found = life(scan_of(make_repo(steps)))
    assert str(found.changed.day) == "2026-02-01"
    assert found.changed.who == "Grace Example"
    assert [moment_.note for moment_ in found.passed] == [
        "1 words changed, less than 5%",
        "only white space, order or link targets",
    ]
    assert (found.commits, found.people) == (4, 2)


def test_a_long_passage_counts_in_a_long_document(make_repo: MakeRepo, scan_of: ScanOf) -> None:
    long = text("".join(f"Step {n} is done after step {n - 1} by a person.\n" for n in range(200)))
    steps = [commit("First", a_dot_py="x"), at("2026-01-06", long), at("2026-02-01", long + MORE)]
    assert str(life(scan_of(make_repo(steps))).changed.day) == "2026-02-01"


def test_renames_are_followed(make_repo: MakeRepo, scan_of: ScanOf) -> None:
    move = Step(
        "commit", "Move", moment("2026-03-01"), person("Ada"),
        files={PATH: None, "docs/process/release-process.md": text(MORE).encode()},
    )  # fmt: skip
    steps = [commit("First", a_dot_py="x"), at("2026-01-06", text()), at("2026-02-01", text(MORE)), move]
    found = life(scan_of(make_repo(steps)))
    assert (str(found.created.day), str(found.changed.day)) == ("2026-01-06", "2026-02-01")
    assert found.passed[0].note == "only renamed"


def test_a_review_date_by_a_person_counts_and_says_what_it_is(make_repo: MakeRepo, scan_of: ScanOf) -> None:
    head = "---\nlast_reviewed: {}\n---\n"
    bot = "renovate[bot] <29139614+renovate[bot]@users.noreply.github.com>"
    steps = [
        commit("First", a_dot_py="x"),
        at("2026-01-06", text(head=head.format("2026-01-01"))),
        at("2026-02-01", text(head=head.format("2026-02-01")), by="Grace"),
        at("2026-03-01", text(head=head.format("2026-03-01")), by=bot),
    ]
    found = life(scan_of(make_repo(steps)))
    assert found.confirmed is not None
    assert str(found.alive.day) == "2026-02-01"
    assert found.date_only


def test_a_review_date_with_a_corrected_word_counts(make_repo: MakeRepo, scan_of: ScanOf) -> None:
    head = "---\nlast_reviewed: {}\n---\n"
    steps = [
        commit("First", a_dot_py="x"),
        at("2026-01-06", text(head=head.format("2026-01-01"))),
        at("2026-02-01", text(head=head.format("2026-02-01")).replace("machine", "computer")),
    ]
    found = life(scan_of(make_repo(steps)))
    assert (str(found.changed.day), str(found.alive.day)) == ("2026-01-06", "2026-02-01")


def test_a_review_by_merge_is_backed(make_repo: MakeRepo, scan_of: ScanOf) -> None:
    head = "---\nlast_reviewed: {}\n---\n"
    merge = Step(
        "merge", "Merge pull request #4 from ada/review", moment("2026-02-01"), person("Grace"),
        files={PATH: text(head=head.format("2026-02-01")).encode()},
        topic_author=person("Ada"), topic_text="Review",
    )  # fmt: skip
    steps = [commit("First", a_dot_py="x"), at("2026-01-06", text(head=head.format("2026-01-01"))), merge]
    found = life(scan_of(make_repo(steps)))
    assert found.confirmed is not None
    assert found.backed
    assert not found.date_only


def test_intervals_and_due_dates(make_repo: MakeRepo, scan_of: ScanOf) -> None:
    steps = [commit("First", a_dot_py="x"), at("2026-01-06", text())]
    path = make_repo(steps)
    assert str(only(scan_of(path)).due) == "2027-01-06"
    own = only(scan_of(path, Settings(intervals={"release-procedure": 3})))
    assert (str(own.due), own.own_interval) == ("2026-04-06", "intervals of the configuration")


@pytest.mark.parametrize(
    ("head", "interval", "due"),
    [
        ("---\nreview_interval: quarterly\n---\n", 3, "2026-04-06"),
        ("---\nreview_interval: 18 months\n---\n", 18, "2027-07-06"),
        ("---\nreview_cycle: alle zwei Jahre\n---\n", 24, "2028-01-06"),
        ("---\nreview: on change\n---\n", 0, "None"),
        ("---\nnext_review: 2026-05-31\n---\n", 12, "2026-05-31"),
    ],
)
def test_stated_intervals(make_repo: MakeRepo, scan_of: ScanOf, head: str, interval: int, due: str) -> None:
    entry = only(scan_of(make_repo([commit("First", a_dot_py="x"), at("2026-01-06", text(head=head))])))
    assert (entry.interval, str(entry.due)) == (interval, due)


@pytest.mark.parametrize(
    ("lines", "state"),
    [
        ("Approved by: Grace Hopper, head of quality, 2026-01-05\n", "approved"),
        ("Approved by Grace Hopper, head of quality, 2026-01-05\n", "approved"),
        ("Approved by: Ada Example, 2026-01-05\n", "unapproved"),
        ("Approved by: Grace Hopper, 2025-06-05\n", "unapproved"),
        ("Approved by: Grace Hopper\n", "unknown"),
        ("Approved by: TBD\n", "unapproved"),
        ("", "unapproved"),
    ],
)
def test_stated_approval(make_repo: MakeRepo, scan_of: ScanOf, lines: str, state: str) -> None:
    found = life(scan_of(make_repo([commit("First", a_dot_py="x"), at("2026-01-06", text(lines))])))
    assert found.approval.state == state


def test_a_cut_off_clone_tells_nothing(make_repo: MakeRepo, scan_of: ScanOf) -> None:
    steps = [commit("First", a_dot_py="x"), at("2026-01-06", text()), at("2026-02-01", text(MORE))]
    scan = scan_of(make_repo(steps, cut=1))
    found = register(scan)
    assert found.trouble is not None
    assert found.trouble.code == "SHALLOW"
    assert found.entries[0].life is None
    with pytest.raises(Unassessable):
        lives_of(scan, found.entries)


def test_a_document_that_was_removed_and_brought_back_begins_anew(make_repo: MakeRepo, scan_of: ScanOf) -> None:
    gone = Step("commit", "Remove", moment("2026-02-01"), person("Ada"), files={PATH: None})
    steps = [commit("First", a_dot_py="x"), at("2026-01-06", text()), gone, at("2026-03-01", text())]
    assert str(life(scan_of(make_repo(steps))).created.day) == "2026-03-01"


def stated(make_repo: MakeRepo, scan_of: ScanOf, path: str, content: str) -> Entry:
    steps = [
        commit("First", a_dot_py="x"),
        Step("commit", "Add", moment("2026-01-06"), person("Ada"), files={path: content.encode()}),
    ]
    entries = register(scan_of(make_repo(steps))).entries
    assert [entry.path for entry in entries] == [path]
    return entries[0]


@pytest.mark.parametrize(
    ("path", "content"),
    [
        (PATH, f"---\nowner: Grace Hopper\nversion: 3\napproved_by: Barbara Liskov\napproved_on: 2026-01-05\n---\n# R\n\n{BODY}"),
        (PATH, f"# R\n\n**Owner:** Grace Hopper\n**Version:** 3\n**Approved by:** Barbara Liskov, 2026-01-05\n\n{BODY}"),
        (PATH, f"# R\n\n| Owner | Grace Hopper |\n|---|---|\n| Version | 3 |\n| Approved by | Barbara Liskov |\n| Approved on | 2026-01-05 |\n\n{BODY}"),
        (PATH, f"# R\n\n| Document owner | Version | Approved by | Approval date |\n|---|---|---|---|\n| Grace Hopper | 3 | Barbara Liskov | 2026-01-05 |\n\n{BODY}"),
        (PATH, f"# R\n\nOwner: Grace Hopper\n\n{BODY}\n## Revision history\n\n| Version | Date | Author | Approved by |\n|---|---|---|---|\n| 1 | 2025-01-02 | Ada | Linus |\n| 3 | 2026-01-05 | Ada | Barbara Liskov |\n| 2 | 2025-06-02 | Ada | Linus |\n"),
        ("docs/release-process.rst", f"R\n=\n\n:Owner: Grace Hopper\n:Version: 3\n:Approved by: Barbara Liskov\n:Approved on: 2026-01-05\n\n{BODY}"),
        ("docs/release-process.adoc", f"= R\n\nOwner:: Grace Hopper\nVersion:: 3\nApproved by:: Barbara Liskov, 2026-01-05\n\n{BODY}"),
        ("docs/freigabeprozess.md", f"# R\n\n- Verantwortlich: Grace Hopper\n- Version: 3\n- Freigegeben von: Barbara Liskov\n- Freigegeben am: 05.01.2026\n\n{BODY}"),
    ],
)  # fmt: skip
def test_statements_in_many_forms(make_repo: MakeRepo, scan_of: ScanOf, path: str, content: str) -> None:
    entry = stated(make_repo, scan_of, path, content)
    assert entry.owner is not None and entry.owner.text == "Grace Hopper"
    assert entry.version is not None and entry.version.text == "3"
    assert entry.approved_by is not None and entry.approved_by.text.startswith("Barbara Liskov")
    assert entry.life is not None
    assert entry.life.approval.state == "approved"


@pytest.mark.parametrize(
    ("head", "state"),
    [
        ("Status: superseded by [the new one](new.md)\n", "superseded"),
        ("Status: Draft\n", "draft"),
        ("Status: approved\n", "in force"),
        ("> **Obsolete.** See [the new one](new.md).\n", "superseded"),
        ("This document was replaced by [the new one](new.md).\n", "superseded"),
        ("Old tags are archived after a year.\n", "in force"),
    ],
)
def test_states(make_repo: MakeRepo, scan_of: ScanOf, head: str, state: str) -> None:
    entry = stated(make_repo, scan_of, PATH, f"# Release process\n\n{head}\n{BODY}")
    assert entry.state == state
    if state == "superseded":
        assert entry.successor == "new.md"
