"""Automation, assistants and platforms are told from people; one person's identities are joined."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from qmslint.facts.base import Scan
from qmslint.facts.people import Identities, active_people, authors_of, co_authors, roles
from qmslint.packs.load import Library
from qmslint.repo.history import Commit, History, Person
from qmslint.settings import Settings

VOCABULARY = Library().vocabulary
DAY = 86_400


def scan_of(commits: list[Commit] | None = None, **settings: Any) -> Scan:
    history = History(tuple(commits or ()), head=commits[0].sha if commits else "")
    repo = SimpleNamespace(history=history, shallow=False, shadow=None)
    return Scan(repo, Settings(**settings), 1000 * DAY, VOCABULARY)  # type: ignore[arg-type]


def commit(sha: str, author: Person, day: int, message: str = "x") -> Commit:
    return Commit(sha, (), author, day * DAY, author, day * DAY, message.encode())


@pytest.mark.parametrize(
    ("name", "email", "role"),
    [
        ("Ada Lovelace", "ada@example.org", "person"),
        ("ada", "12345+ada@users.noreply.github.com", "person"),
        ("Abbot Botwright", "abbot@example.org", "person"),
        ("Claude Monet", "claude@example.org", "person"),
        ("Robot Ski", "ski@example.org", "person"),
        ("Cici", "ci.lee@example.org", "person"),
        ("dependabot[bot]", "49699333+dependabot[bot]@users.noreply.github.com", "bot"),
        ("renovate", "bot@renovateapp.com", "bot"),
        ("Release Bot", "infra@example.org", "bot"),
        ("Translation Robot", "sysadmin@example.org", "bot"),
        ("k8s-ci-robot", "k8s-ci-robot@users.noreply.github.com", "bot"),
        ("Zuul", "zuul@review.example.org", "bot"),
        ("CI", "ci@example.org", "bot"),
        ("A. Nonymous", "noreply@weblate.org", "bot"),
        ("Claude", "noreply@anthropic.com", "assistant"),
        ("Claude Opus 4.6", "claude@example.org", "assistant"),
        ("Copilot", "198982749+Copilot@users.noreply.github.com", "assistant"),
        ("Cursor", "cursoragent@cursor.com", "assistant"),
        ("aider (gpt-5)", "noreply@aider.chat", "assistant"),
        ("GitHub", "noreply@github.com", "platform"),
        ("Gerrit Code Review", "review@example.org", "platform"),
        ("GitLab", "noreply@gitlab.example.org", "platform"),
    ],
)
def test_role_of_an_identity(name: str, email: str, role: str) -> None:
    assert roles(scan_of()).role(Person(name, email)) == role


def test_configuration_names_more_that_are_no_people() -> None:
    judge = roles(scan_of(bots=("Build Server", "*@ci.example.org")))
    assert not judge.is_person(Person("build server", "x@example.org"))
    assert not judge.is_person(Person("Anything", "a@ci.example.org"))
    assert judge.is_person(Person("Builder", "x@example.org"))


def test_identities_with_a_shared_name_or_address_are_one_person() -> None:
    same = Identities(["root", ""])
    people = [
        Person("Ada Lovelace", "ada@work.example"),
        Person("ada lovelace", "ada@home.example"),
        Person("al", "ada@home.example"),
        Person("Grace", "grace@work.example"),
        Person("root", "a@host"),
        Person("root", "b@host"),
    ]
    for who in people:
        same.add(who)
    keys = [same.key(who) for who in people]
    assert keys[0] == keys[1] == keys[2]
    assert len({keys[0], keys[3], keys[4], keys[5]}) == 4
    assert same.key(Person("Ada Lovelace", "")) == keys[0]


def test_platform_address_with_and_without_number_is_one_account() -> None:
    same = Identities()
    one, other = Person("a", "1+ada@users.noreply.github.com"), Person("b", "ada@users.noreply.github.com")
    same.add(one)
    same.add(other)
    assert same.key(one) == same.key(other)


def test_co_authors_are_found_in_any_line() -> None:
    text = "Title\n\nCo-authored-by: Grace <grace@example.org>\n\nbody\nco-developed-by: Linus <linus@example.org>\n"
    found = co_authors(commit("a", Person("Ada", "ada@example.org"), 1, text))
    assert [who.name for who in found] == ["Grace", "Linus"]


def test_authors_are_listed_once() -> None:
    ada = Person("Ada", "ada@example.org")
    assert authors_of([commit("a", ada, 1), commit("b", ada, 2)]) == (ada,)


def test_only_people_of_the_window_are_active() -> None:
    scan = scan_of(
        [
            commit("d", Person("dependabot[bot]", "d@example.org"), 999),
            commit("c", Person("Grace", "grace@example.org"), 990),
            commit("b", Person("Ada", "ada@example.org"), 900),
            commit("a", Person("Old Hand", "old@example.org"), 100),
        ]
    )
    assert [who.name for who in active_people(scan)] == ["Ada", "Grace"]
