"""Who is a person in the history, and which identities are the same person."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from qmslint.errors import Unassessable
from qmslint.facts.base import Scan, fact, fact_of_words
from qmslint.facts.trailers import person_in
from qmslint.patterns import compile_pattern
from qmslint.quick import regex
from qmslint.repo.history import Commit, Person

Role = Literal["person", "bot", "assistant", "platform"]
_CO_AUTHOR = regex(rb"(?im)^co-(?:authored|developed)-by:[ \t]*(\S[^\n]{0,300})")
WINDOW = 12
"""Months in which somebody has to have authored a change to count as active."""


@dataclass(eq=False)
class Roles:
    """Tells people from automation, coding assistants and the hosting platform."""

    bots: Any
    assistants: Any
    platforms: tuple[tuple[str, Any], ...]
    _known: dict[Person, Role] = field(default_factory=dict)

    def role(self, who: Person) -> Role:
        """Return what an identity stands for."""
        known = self._known.get(who)
        if known is None:
            known = self._known[who] = self._role(who)
        return known

    def _role(self, who: Person) -> Role:
        both = _both(who)
        if self.platform(who):
            return "platform"
        if self.assistants.fullmatch(both):
            return "assistant"
        return "bot" if self.bots.fullmatch(both) else "person"

    def is_person(self, who: Person) -> bool:
        """Say whether an identity is a person's."""
        return self.role(who) == "person"

    def platform(self, who: Person) -> str:
        """Return the hosting platform an identity stands for, or an empty string."""
        text = f"{who.name} <{who.email}>"[:500].replace("\n", " ")
        for name, pattern in self.platforms:
            if pattern.fullmatch(text):
                return name
        return ""


@fact_of_words
def roles(scan: Scan) -> Roles:
    """Return the judge of identities, from the vocabulary and the configuration's ``bots``."""
    words = scan.words("people")
    own = tuple(_literal(entry) for entry in scan.settings.bots)
    return Roles(
        _either((*words["bot_names"], *own), (*words["bot_addresses"], *own)),
        _either(words["assistant_names"], words["assistant_addresses"]),
        tuple((name, _whole(patterns)) for name, patterns in words["platforms"].items()),
    )


def _both(who: Person) -> str:
    return f"{who.name.strip()}\t{who.email.strip()}"[:500].replace("\n", " ")


def _either(names: Iterable[str], addresses: Iterable[str]) -> Any:
    """Compile patterns over names and over addresses into one over ``name<tab>address``."""
    parts = [rf"(?:{p})\t.*" for p in names] + [rf"[^\t]*\t(?:{p})" for p in addresses]
    return _whole(parts)


def _whole(patterns: Iterable[str]) -> Any:
    return compile_pattern("|".join(f"(?:{p})" for p in patterns) or r"\b\B")


def _literal(entry: str) -> str:
    """Return a pattern for a name or address in which ``*`` stands for anything."""
    return ".*".join(re.escape(part) for part in entry.strip().split("*"))


@fact
def own_domains(scan: Scan) -> frozenset[str]:
    """Return the domains of addresses under which several people of the history write; none where there is no history."""
    try:
        commits = scan.history.commits
    except Unassessable:
        return frozenset()
    judge, names = roles(scan), dict[str, set[str]]()
    for who in dict.fromkeys(commit.author for commit in commits):
        local, at, domain = who.email.strip().lower().partition("@")
        if at and judge.is_person(who):
            names.setdefault(domain, set()).add(local)
    return frozenset(domain for domain, people in names.items() if len(people) > 1)


class Identities:
    """Groups identities that share a name or an address: one person may commit under several."""

    def __init__(self, anonymous: Iterable[str] = ()) -> None:
        self._parent: dict[str, str] = {}
        self._anonymous = frozenset(anonymous)
        self._asked: dict[Person, str] = {}

    def add(self, who: Person) -> None:
        """Take an identity into account."""
        self._asked.clear()
        keys = self._keys(who)
        roots = [self._find(key) for key in keys]
        for root in roots[1:]:
            self._parent[root] = roots[0]

    def key(self, who: Person) -> str:
        """Return the same text for all identities of one person."""
        found = self._asked.get(who)
        if found is None:
            keys = self._keys(who)
            known = next((key for key in keys if key in self._parent), keys[0])
            found = self._asked[who] = self._find(known)
        return found

    def _keys(self, who: Person) -> list[str]:
        name, mail = " ".join(who.name.split()).casefold(), who.email.strip().casefold()
        keys = []
        if mail and "@" in mail and not mail.startswith(("noreply@", "no-reply@")):
            keys.append(f"<{_account(mail)}>")
        if name not in self._anonymous:
            keys.append(name)
        return keys or [f"{name} {mail}"]

    def _find(self, key: str) -> str:
        parent = self._parent.setdefault(key, key)
        while parent != key:
            grand = self._parent.setdefault(parent, parent)
            self._parent[key] = grand
            key, parent = parent, grand
        return key


def _account(mail: str) -> str:
    """Return an address without the number a platform puts before an account's name, and without a tag."""
    local, _, host = mail.partition("@")
    if "noreply" in host:
        local = local.rpartition("+")[2]
    return f"{local}@{host}"


@fact
def identities(scan: Scan) -> Identities:
    """Return the groups of identities of everybody who authored or committed anything."""
    found = Identities(scan.words("people", "anonymous"))
    history = scan.history
    people = {id(c.author): c.author for c in history.commits}
    people.update((id(c.committer), c.committer) for c in history.commits)
    judge = roles(scan)
    for who in people.values():
        if judge.is_person(who):
            found.add(who)
    return found


@fact
def active_people(scan: Scan, months: float = WINDOW) -> tuple[Person, ...]:
    """Return the people (no automation, no assistants) who authored changes in the last ``months``, by name.

    Raises
    ------
    Unassessable
        ``SHALLOW`` when the clone is cut off inside that window.
    """
    since = scan.since(months)
    history = scan.need_history_since(since)
    recent = {id(c.author): c.author for c in history.commits if c.committed >= since}
    judge, same = roles(scan), identities(scan)
    found: dict[str, Person] = {}
    for who in recent.values():
        if judge.is_person(who):
            found.setdefault(same.key(who), who)
    return tuple(sorted(found.values(), key=lambda who: (who.name.casefold(), who.email)))


def co_authors(commit: Commit) -> tuple[Person, ...]:
    """Return whom a commit names as co-authors.

    Looked for in every line, not only among the trailers: one that git overlooks still tells who wrote.
    """
    if b"uthored-" not in commit.message and b"eveloped-" not in commit.message:
        return ()
    named = (person_in(value.decode("utf-8", "replace")) for value in _CO_AUTHOR.findall(commit.message))
    return tuple(who for who in named if who)


def authors_of(commits: Sequence[Commit]) -> tuple[Person, ...]:
    """Return the authors and co-authors of commits, each once, in order."""
    return tuple(dict.fromkeys(who for c in commits for who in (c.author, *co_authors(c))))
