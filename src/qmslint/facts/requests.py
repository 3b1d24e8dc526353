"""Traces that a merge request leaves in commit messages and refs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qmslint.facts.base import Scan, fact, fact_of_words
from qmslint.patterns import any_of
from qmslint.quick import dataclass
from qmslint.repo.history import Commit

SUBJECT = 500
"""Characters of a subject that are looked at."""
_RECENT = 36
"""Months in which heads of requests are of interest: a large mirror has a hundred thousand of them."""
MESSAGE = 100_000
"""Bytes of a message that are looked at."""


@dataclass(frozen=True, slots=True)
class Request:
    """A merge request as far as a commit tells.

    Parameters
    ----------
    platform : str
        Name of the custom by which it was recognised.
    number : str
        Its number or identifier, as written.
    """

    platform: str
    number: str


class Texts:
    """Finds traces of merge requests in messages; patterns come from the vocabulary."""

    def __init__(self, words: Mapping[str, Any]) -> None:
        self._subjects = [(name, any_of(patterns)) for name, patterns in words["request_subjects"].items()]
        self._lines = [(name, any_of(patterns)) for name, patterns in words["request_lines"].items()]
        self._any_line = any_of([pattern for patterns in words["request_lines"].values() for pattern in patterns])
        self._merge = any_of(words["merge_numbers"])
        self._known: dict[str, Request | None] = {}

    def of(self, commit: Commit) -> Request | None:
        """Return the request a commit names."""
        if commit.sha not in self._known:
            self._known[commit.sha] = self._read(commit)
        return self._known[commit.sha]

    def _read(self, commit: Commit) -> Request | None:
        subject = commit.subject[:SUBJECT]
        if any(sign in subject for sign in ("#", "PR ", "!", "request")):
            for name, pattern in self._subjects:
                if match := pattern.search(subject):
                    return Request(name, _number(match))
        message = commit.message[:MESSAGE]
        likely = b": " in message or b"request" in message or b"loses #" in message
        if likely and self._any_line.search(message):
            text = message.decode("utf-8", "replace")
            for name, pattern in self._lines:
                if match := pattern.search(text):
                    return Request(name, _number(match))
        if len(commit.parents) > 1 and (match := self._merge.search(subject)):
            return Request("merge", _number(match))
        return None


@dataclass(frozen=True, slots=True)
class Markers:
    """Finds traces of merge requests: in messages, and in the refs of the clone."""

    texts: Texts
    heads: Mapping[str, str]

    def of(self, commit: Commit) -> Request | None:
        """Return the request a commit names, or whose head it is."""
        if named := self.texts.of(commit):
            return named
        head = next((n for sha in (commit.sha, *commit.parents[1:]) if (n := self.heads.get(sha))), "")
        return Request("ref", head) if head else None


@fact_of_words
def _texts(scan: Scan) -> Texts:
    return Texts(scan.words("changes"))


@fact
def markers(scan: Scan) -> Markers:
    """Return the finder of merge requests for this repository."""
    shadow = scan.repo.shadow
    test = any_of(scan.words("changes", "request_refs"))
    since = scan.since(_RECENT)
    wanted = {commit.sha for commit in scan.history.commits if commit.committed >= since}
    heads: dict[str, str] = {}
    for ref, sha in shadow.refs.items() if shadow else ():
        if sha in wanted and not ref.startswith(("refs/heads/", "refs/tags/")) and (match := test.search(ref)):
            heads[sha] = _number(match)
    return Markers(_texts(scan), heads)


def _number(match: Any) -> str:
    for text in match.groups():
        if text:
            return text if isinstance(text, str) else text.decode("utf-8", "replace")
    return ""
