"""How far git shows that a change was looked at by somebody other than its authors."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from qmslint.facts.base import Scan, fact, fact_of_words
from qmslint.facts.branch_policy import policy_in_force
from qmslint.facts.people import Identities, Roles, authors_of, identities, roles
from qmslint.facts.requests import MESSAGE, SUBJECT, Request, markers
from qmslint.facts.trailers import person_in
from qmslint.patterns import any_of
from qmslint.quick import dataclass, regex
from qmslint.repo.history import Commit, Person

NONE, PLATFORM, REQUEST, SECOND, NAMED = range(5)
"""The ladder: nothing; committed by the platform; a merge request; merged by another person; a named reviewer."""
_CHANGE_ID = regex(rb"(?m)^Change-Id: I[0-9a-f]{40}\b")
_NAMES = regex(r"[,;]| and ")


@dataclass(frozen=True, slots=True)
class Judged:
    """A step of the ladder with the reason in words."""

    step: int
    reason: str
    request: Request | None = None
    reviewer: Person | None = None


@dataclass(eq=False)
class Ladder:
    """Judges changes; made once per repository.

    Parameters
    ----------
    gerrit : bool
        Whether a review server takes changes in here, so that a Change-Id stands for a request.
    squashing : bool
        Whether the platform itself usually commits the changes that end in a request's number; one that its own
        author committed may then carry the number of an issue.
    """

    judge: Roles
    same: Identities
    keys: Any
    marks: Any
    gerrit: bool
    squashing: bool
    find: Any
    vouched: dict[str, list[Person]]

    def linear(self, commit: Commit) -> Judged:
        """Judge a commit with one parent."""
        authors = authors_of([commit])
        request = self.find(commit)
        if who := self.named_reviewer([commit], authors):
            return Judged(NAMED, f"reviewed by {who.name or who.email}, who is not among its authors", request, who)
        committer = commit.committer
        other = self.judge.is_person(committer) and not self._among(committer, authors)
        if other:
            return Judged(SECOND, f"committed by {committer.name}, who is not its author", request, committer)
        if request and request.platform == "squash" and self.squashing and self.judge.is_person(committer):
            return Judged(
                PLATFORM, f"number #{request.number}, but its own author committed it; it may be an issue's", request
            )
        if request and self.only_own([commit], authors):
            return Judged(PLATFORM, f"{describe(request)}; only its own author is named as approving it", request)
        if request:
            return Judged(REQUEST, f"{describe(request)}; who approved is not visible in git", request)
        if self.gerrit and _CHANGE_ID.search(commit.message[:MESSAGE]):
            return Judged(REQUEST, "Change-Id of a review server; who approved is not visible in git", _gerrit(commit))
        platform = self.judge.platform(committer)
        if platform:
            return Judged(PLATFORM, f"committed through {platform}, without a request's number")
        return Judged(NONE, "its author committed it; no trace of a review")

    def merge(self, merge: Commit, brought: Sequence[Commit]) -> Judged:
        """Judge a merge by what it brings in."""
        work = [commit for commit in brought if len(commit.parents) < 2] or list(brought) or [merge]
        authors = authors_of(work)
        request = self.find(merge)
        if who := self.named_reviewer([merge], authors) or self.named_reviewer(work, authors):
            return Judged(NAMED, f"reviewed by {who.name or who.email}, who is not among its authors", request, who)
        merger = merge.author if self.judge.is_person(merge.author) else merge.committer
        if brought and self.judge.is_person(merger) and not self._among(merger, authors):
            return Judged(SECOND, f"merged by {merger.name}, who is not among its authors", request, merger)
        if request and self.only_own([merge], authors):
            return Judged(PLATFORM, f"{describe(request)}; only its own author is named as approving it", request)
        if request:
            return Judged(REQUEST, f"{describe(request)}; who approved is not visible in git", request)
        inner = [self.linear(commit) for commit in work]
        if brought and all(judged.step >= REQUEST for judged in inner):
            least = min(inner, key=lambda judged: judged.step)
            return Judged(least.step, f"brings in: {least.reason}", least.request, least.reviewer)
        return Judged(NONE, "merged by its own author; no trace of a review")

    def named_reviewer(self, commits: Sequence[Commit], authors: Sequence[Person]) -> Person | None:
        """Return a person whom every one of the commits names as reviewer and who is none of the authors."""
        found: Person | None = None
        for commit in commits:
            named = next((who for who in self._vouching(commit) if not self._among(who, authors)), None)
            if named is None:
                return None
            found = found or named
        return found

    def only_own(self, commits: Sequence[Commit], authors: Sequence[Person]) -> bool:
        """Say whether approvals are written down, and all of them are the authors' own."""
        named = [who for commit in commits for who in self._vouching(commit)]
        return bool(named) and all(self._among(who, authors) for who in named)

    def _vouching(self, commit: Commit) -> list[Person]:
        if commit.sha not in self.vouched:
            self.vouched[commit.sha] = self._named(commit)
        return self.vouched[commit.sha]

    def _named(self, commit: Commit) -> list[Person]:
        message = commit.message[:MESSAGE]
        people = []
        if b"eview" in message or b"EVIEW" in message or b"pproved" in message or b"r-by" in message:
            text = message.decode("utf-8", "replace")
            phabricator = "Differential Revision:" in text
            for match in self.keys.finditer(text):
                key, value = match[1].lower(), match[2]
                # `Reviewers:` are asked, not answering, unless they are given with an address.
                if key == "reviewers" and (phabricator or "@" not in value):
                    continue
                people += [who for part in _NAMES.split(value)[:20] if (who := person_in(part))]
        subject = commit.subject[:SUBJECT]
        if "r=" in subject:
            people += [Person(match[1], "") for match in self.marks.finditer(subject)]
        return [who for who in people if self.judge.is_person(who)]

    def _among(self, who: Person, authors: Sequence[Person]) -> bool:
        key = self.same.key(who)
        if any(key == self.same.key(author) for author in authors):
            return True
        if who.email:
            return False
        # A bare account name, as review tools write it.
        account = who.name.lstrip("@").casefold()
        return any(
            account in (author.email.partition("@")[0].rpartition("+")[2].casefold(), author.name.casefold())
            or account in author.name.casefold().split()
            for author in authors
        )


@fact
def ladder(scan: Scan, gerrit: bool, squashing: bool) -> Ladder:
    """Return the judge of changes for a repository with these customs."""
    words = scan.words("changes")
    keys = "|".join(re.escape(key) for key in words["review_keys"])
    return Ladder(
        roles(scan),
        identities(scan),
        any_of([rf"^[ \t]*({keys})[ \t]*:[ \t]*(\S[^\n]{{0,400}})$"]),
        any_of(words["review_marks"]),
        gerrit,
        squashing,
        markers(scan).of,
        _vouched(scan),
    )


@fact_of_words
def _vouched(scan: Scan) -> dict[str, list[Person]]:
    """Return the memory of whom each commit names as reviewers: that only depends on its message."""
    return {}


def has_change_id(commit: Commit) -> bool:
    """Say whether a commit carries the identifier that a review server asks for."""
    return b"Change-Id: I" in commit.message and _CHANGE_ID.search(commit.message[:MESSAGE]) is not None


def describe(request: Request) -> str:
    """Return a request in words."""
    if request.platform == "mail":
        return "posted to a mailing list"
    sign = "!" if request.platform == "gitlab" else "D" if request.platform == "phabricator" else "#"
    return f"merge request {sign}{request.number}"


def approval_policy(scan: Scan) -> int | None:
    """Return since when a branch policy that asks for an approval is seen, 0 where it does not tell, or ``None``."""
    demanded, since = policy_in_force(scan)
    return (since or 0) if demanded else None


def _gerrit(commit: Commit) -> Request:
    match = _CHANGE_ID.search(commit.message[:MESSAGE])
    return Request("gerrit", match[0].decode("ascii").split()[1][:13] if match else "")
