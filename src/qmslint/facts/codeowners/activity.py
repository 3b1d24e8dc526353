"""Whether the owners named in ownership files are around: what the history can say about a handle.

A handle is tied to an identity of the history by an address, by what a platform writes into merge commits, or by
a name that yields it and no other.  A handle that cannot be tied is *unknown*: its owner may well work elsewhere.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field
from operator import attrgetter
from types import MappingProxyType
from typing import Literal

from qmslint.facts.base import DAY, Scan, fact, fact_of_objects
from qmslint.facts.people import co_authors, identities, roles
from qmslint.facts.trailers import person_in, trailers_of
from qmslint.quick import dataclass, regex
from qmslint.repo.history import Commit, Person

_MERGED = regex(rb"Merge (?:pull request|PR) #\d+ from ([A-Za-z0-9][A-Za-z0-9-]{0,60})/")
_COMMON = frozenset(
    {"info", "me", "mail", "hello", "hi", "contact", "admin", "dev", "git", "github", "root", "office", "team", "code"}
)
_REVIEWERS = frozenset({"reviewed-by", "approved-by", "acked-by", "tested-by"})
_SHORTEST = 4
_COMMITTED = attrgetter("committed")


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known about one owner.

    Parameters
    ----------
    owner : str
        As written.
    state : str
        ``active``, ``inactive`` (tied to an identity that did nothing lately), ``machine`` or ``unknown``.
    last : int or None
        When the identity last did something (seconds since 1970).
    why : str
        How that is known.
    """

    owner: str
    state: Literal["active", "inactive", "machine", "unknown"]
    last: int | None
    why: str


@dataclass(slots=True)
class _Index:
    """Last activity of each identity, and what leads to an identity."""

    last: dict[str, int] = field(default_factory=dict)
    handles: dict[str, set[str]] = field(default_factory=dict)
    addresses: dict[str, set[str]] = field(default_factory=dict)
    names: dict[str, set[str]] = field(default_factory=dict)
    merged: dict[str, int] = field(default_factory=dict)
    newest: int = 0


@fact
def standings(scan: Scan, owners: tuple[str, ...], days: float) -> Mapping[str, Standing]:
    """Return what is known about each owner.

    Parameters
    ----------
    scan : Scan
        The examination.
    owners : tuple of str
        Handles, teams and addresses as written.
    days : float
        How recently somebody must have authored, merged or reviewed a change to be around, counted back from the
        newest change: in a quiet repository nobody is missing.

    Raises
    ------
    Unassessable
        ``SHALLOW`` when the clone is cut off inside that window.
    """
    index = _index(scan)
    since = int(index.newest - days * DAY)
    scan.need_history_since(since)
    alive = any(last >= since for last in index.last.values())
    return MappingProxyType({owner: _standing(scan, owner, index, since, alive) for owner in owners})


def _standing(scan: Scan, owner: str, index: _Index, since: int, alive: bool) -> Standing:
    name = owner.lstrip("@").casefold()
    if "/" in name or owner.startswith("@@"):
        why = "a team; people push here" if alive else "a team; nobody pushed here"
        return Standing(owner, "active" if alive else "inactive", None, why)
    plain = name.partition("@")[0] if "@" in name else name
    if not roles(scan).is_person(Person(plain, "")):
        return Standing(owner, "machine", None, "automation, not a person")
    for how, found in _ways(name, index):
        moments = [index.last[key] for key in found if key in index.last]
        moments += [index.merged[name]] if name in index.merged else []
        if moments:
            last = max(moments)
            return Standing(owner, "active" if last >= since else "inactive", last, how)
    if name in index.merged:
        last = index.merged[name]
        return Standing(owner, "active" if last >= since else "inactive", last, "merge commits name the account")
    return Standing(owner, "unknown", None, "it cannot be tied to anybody in the history")


def _ways(name: str, index: _Index) -> Iterator[tuple[str, set[str]]]:
    """Yield the identities that a handle or address leads to, the surest way first."""
    if "@" in name:
        yield "the address", index.addresses.get(name, set())
        name = name.partition("@")[0]
        if name in _COMMON:
            return
    yield "the account's address", index.handles.get(name, set())
    letters = _letters(name)
    stripped = letters.rstrip("0123456789")
    for form in dict.fromkeys((letters, stripped)):
        found = index.names.get(form, set()) if len(form) >= _SHORTEST else set()
        # A name that several people share ties nobody.
        if len(found) == 1:
            yield "the name", found


@fact
def _index(scan: Scan) -> _Index:
    index = _Index()
    judge, same = roles(scan), identities(scan)
    keys: dict[Person, str] = {}

    def seen(who: Person, moment: int) -> None:
        if who not in keys:
            keys[who] = same.key(who) if judge.is_person(who) else ""
            if keys[who]:
                _lead(index, who, keys[who])
        key = keys[who]
        if key:
            index.last[key] = max(moment, index.last.get(key, 0))
            index.newest = max(moment, index.newest)

    commits = scan.history.commits
    for who, moment in _latest(commits):
        seen(who, min(moment, scan.as_of))
    for commit in commits:
        moment = min(commit.committed, scan.as_of)
        if b"-by:" in commit.message or b"-By:" in commit.message:
            for who in _named_in(scan, commit.sha):
                seen(who, moment)
        if len(commit.parents) > 1 and (match := _MERGED.match(commit.message)):
            handle = match[1].decode("ascii").casefold()
            index.merged[handle] = max(moment, index.merged.get(handle, 0))
    return index


def _latest(commits: Iterable[Commit]) -> Iterator[tuple[Person, int]]:
    """Yield everybody who authored or committed with the moment of the last time.

    Few objects stand for all people of a history, so that they are told apart by what they are and not by what they hold.
    """
    rising = sorted(commits, key=_COMMITTED)
    for commit in {id(c.author): c for c in rising}.values():
        yield commit.author, commit.committed
    for commit in {id(c.committer): c for c in rising}.values():
        yield commit.committer, commit.committed


@fact_of_objects
def _named_in(scan: Scan, sha: str) -> tuple[Person, ...]:
    """Return who is named in the trailers of a commit."""
    commit = scan.history.by_sha[sha]
    named = (person_in(trailer.value) for trailer in trailers_of(commit) if trailer.key in _REVIEWERS)
    return (*co_authors(commit), *(who for who in named if who and who.email))


def _lead(index: _Index, who: Person, key: str) -> None:
    mail = who.email.strip().casefold()
    local, _, host = mail.partition("@")
    index.addresses.setdefault(mail, set()).add(key)
    account = local.rpartition("+")[2] if "noreply" in host else local
    if "noreply" in host and re.match(r"\d+-", account):
        account = account.partition("-")[2]
    if account and (account not in _COMMON):
        index.handles.setdefault(account, set()).add(key)
    for form in _forms(who.name):
        index.names.setdefault(form, set()).add(key)


def _forms(name: str) -> set[str]:
    """Return what account names people make of a name: whole, reversed, with an initial."""
    parts = [letters for part in re.split(r"[\s._-]+", name.strip()) if (letters := _letters(part))][:4]
    if not parts:
        return set()
    first, last = parts[0], parts[-1]
    forms = {"".join(parts)}
    if len(parts) > 1:
        forms |= {first + last, last + first, first[0] + last, first + last[0], last + first[0]}
    return forms


def _letters(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in plain if letter.isalnum())
