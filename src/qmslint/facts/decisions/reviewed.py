"""Whether somebody other than its author looked at a decision before it was accepted."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from qmslint.facts.base import Scan, fact
from qmslint.facts.changes import Change, changes
from qmslint.facts.dates import day_of
from qmslint.facts.decisions.edits import at, history, single
from qmslint.facts.decisions.model import Decision
from qmslint.facts.edits import Edit
from qmslint.facts.markup import document
from qmslint.facts.people import authors_of
from qmslint.facts.review import REQUEST, SECOND, approval_policy
from qmslint.quick import dataclass, regex
from qmslint.repo.history import Person

_SPLIT = regex(r"[,;&\n|]|/|\band\b|\bund\b|\bet\b|\by\b")
_MACHINE = regex(r"\b(?:ai|agents?|bots?|copilot|claude|codex|cursor|gemini|gpt\S*|llm|assistant|automation)\b", re.I)
_DECIDED = ("accepted", "superseded", "deprecated")
_LOOKED_AT = 100
_NAME = regex(r"[^\W\d_][\w.'’-]+")
_TALK = regex(
    r"/(?:pull|pulls|pull-requests|merge_requests|discussions|\+/\d+|c)/\S*\d|/topic/|lists?\.|/archives?/", re.I
)


@dataclass(frozen=True, slots=True)
class Seen:
    """What shows that a decision was reviewed: ``people``, ``change``, ``request``, ``talk``, or nothing (``""``)."""

    decision: Decision
    how: str
    note: str
    commit: str = ""
    line: int = 1


@fact
def reviewed(scan: Scan, months: float) -> tuple[Seen, ...]:
    """Return the decisions that were accepted within a window, each with what shows its review."""
    since = day_of(scan.since(months))
    landed = _by_commit(scan, months)
    # One person's own requests cannot have been looked at by another who left no trace.
    policy = 0 if changes(scan, months).people >= 2 else approval_policy(scan)
    found = []
    for decision in single(scan):
        if decision.status not in _DECIDED:
            continue
        if decision.date is not None and decision.date < since:
            continue
        known = history(scan).get(decision.path, ())
        first = _acceptance(scan, decision, known)
        day = decision.date or (day_of(first.committed) if first else None)
        if day is None or day < since or day > day_of(scan.as_of):
            continue
        found.append(_judge(scan, decision, known, first, landed, policy))
    return tuple(found)


def _acceptance(scan: Scan, decision: Decision, known: tuple[Edit, ...]) -> Edit | None:
    """Return the change of a record that first said that it is accepted, or brought it in when it had been before."""
    for edit in reversed(known[:_LOOKED_AT]):
        past = at(scan, decision.path, edit)
        if past and past.status in _DECIDED:
            return edit
    return None


def _by_commit(scan: Scan, months: float) -> Mapping[str, Change]:
    found: dict[str, Change] = {}
    for change in changes(scan, months).items:
        for commit in (change.commit, *change.work):
            found.setdefault(commit.sha, change)
    return found


def _judge(
    scan: Scan,
    decision: Decision,
    known: tuple[Edit, ...],
    first: Edit | None,
    landed: Mapping[str, Change],
    policy: int | None,
) -> Seen:
    authors = _authors(scan, known[-1].commit) if known else ()
    named = decision.parts.get("decided_by")
    if named and (who := _others(named.text, authors)):
        return Seen(decision, "people", f"decided by {who}", line=named.line)
    change = landed.get(first.commit) if first else None
    if change and first:
        approved = change.step == REQUEST and policy is not None and change.commit.committed >= policy
        if change.step >= SECOND or approved:
            how = "change" if change.step >= SECOND else "request"
            return Seen(decision, how, change.judged.reason, change.commit.sha)
    parsed = document(scan, decision.path)
    for link in parsed.links if parsed else ():
        if _TALK.search(link.target[:400]):
            return Seen(decision, "talk", f"leads to its discussion: {link.target[:100]}", line=link.line)
    note = change.judged.reason if change else "nothing shows that somebody else looked at it"
    return Seen(decision, "", note, first.commit if first else "")


def _authors(scan: Scan, sha: str) -> tuple[Person, ...]:
    """Return who wrote what a commit brought."""
    commit = scan.history.by_sha.get(sha)
    if commit is None:
        return ()
    brought = scan.history.brought_in(commit) if len(commit.parents) > 1 else ()
    return authors_of([c for c in brought if len(c.parents) < 2] or [commit])


def _others(text: str, authors: Sequence[Person]) -> str:
    """Return the people a record names, when at least one of them surely did not write it.

    A single account name may be that of the author; a full name that shares no word with the author's is not.
    """
    names = [part.strip(" *_@.()[]\t") for part in _SPLIT.split(text[:600])]
    found = [name for name in names if _NAME.search(name) and len(name.split()) <= 5 and not _MACHINE.search(name)]
    people = list(dict.fromkeys(found))
    if len(people) >= 2:
        return ", ".join(people[:4])
    if people and authors and len(people[0].split()) >= 2:
        own = " ".join(f"{who.name} {who.email}" for who in authors).casefold()
        if not any(word.casefold() in own for word in _NAME.findall(people[0])):
            return people[0]
    return ""
