"""Which item of a tracker a change leads back to."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from qmslint.facts.base import Scan, fact
from qmslint.facts.changes import Change, changes
from qmslint.facts.review import has_change_id
from qmslint.patterns import any_of
from qmslint.quick import dataclass, regex

_KEY = regex(r"\b([A-Z][A-Z0-9]{1,9})-([1-9][0-9]{0,6})\b")
_TEXT = 20_000
"""Characters of one message that are looked at."""
_COMMITS = 50
"""Commits of one merge whose messages are looked at."""
_OF_REQUEST = regex(r"(?m)^Merge pull request #[0-9]+ from (?:\S{1,300})|\((?:#|!|PR #?)[0-9]+\)\s*$")
_TRAILING = regex(r"^[#!]?0*")


@dataclass(frozen=True, slots=True)
class Reference:
    """What a change leads back to.

    Parameters
    ----------
    items : tuple of str
        Items of a tracker: a strong reference.
    request : str
        The merge request: a weak one, it leads to a discussion.
    """

    items: tuple[str, ...]
    request: str = ""


@fact
def references(scan: Scan, months: float) -> Mapping[str, Reference]:
    """Return, by commit id, what every change of the window leads back to."""
    found = changes(scan, months)
    texts = {change.commit.sha: _text(change) for change in found.items}
    keys = _keys(scan, texts.values())
    patterns = [any_of([pattern]) for pattern in scan.words("tickets", "issues")]
    hint = any_of(scan.words("tickets", "issues"))
    result = {}
    for change in found.items:
        text = texts[change.commit.sha]
        number = change.request.number if change.request else ""
        known = (_issues, number, change.commit.sha, *(commit.sha for commit in change.work[:_COMMITS]))
        if known not in scan.lasting:
            scan.lasting[known] = tuple(_issues(patterns, text, number)) if hint.search(text) else ()
        items = list(scan.lasting[known])
        if keys:
            items += [match[0].upper() for match in keys.finditer(text)]
        result[change.commit.sha] = Reference(tuple(dict.fromkeys(items)), _request(change, found.gerrit))
    return MappingProxyType(result)


def catch_all(refs: Iterable[Reference], share: float, least: int) -> dict[str, int]:
    """Return items that more than ``share`` of the changes, and at least ``least``, name."""
    known = list(refs)
    counted = Counter(item for reference in known for item in reference.items)
    return {item: n for item, n in sorted(counted.items()) if n >= least and n > share * len(known)}


def _request(change: Change, gerrit: bool) -> str:
    if change.request:
        return f"{change.request.platform} {change.request.number}"
    if gerrit and any(has_change_id(commit) for commit in change.work):
        return "gerrit"
    return ""


def _text(change: Change) -> str:
    commits = dict.fromkeys((change.commit, *change.work[:_COMMITS]))
    return "\n".join(commit.message[:_TEXT].decode("utf-8", "replace") for commit in commits)


def _issues(patterns: Iterable[Any], text: str, request: str) -> list[str]:
    """Return the items named, without the merge request's own number."""
    items = []
    for pattern in patterns:
        for match in pattern.finditer(text):
            item = match[1].lower()
            if _TRAILING.sub("", item) != request.lower() or not request:
                items.append(item)
    return items


def _keys(scan: Scan, texts: Iterable[str]) -> Any:
    """Return a test for keys of a tracker: the declared ones, else those that recur with different numbers."""
    declared = [key for key in scan.settings.ticket_keys if key.strip()]
    if declared:
        return re.compile(r"\b(?:" + "|".join(map(re.escape, declared)) + r")-[0-9]{1,7}\b", re.I)
    out = frozenset(scan.words("tickets", "not_keys"))
    numbers: dict[str, set[str]] = {}
    for text in texts:
        for match in _KEY.finditer(text):
            if match[1] not in out:
                numbers.setdefault(match[1], set()).add(match[2])
    used = sorted(key for key, seen in numbers.items() if len(seen) > 1)
    return re.compile(r"\b(?:" + "|".join(used) + r")-[1-9][0-9]{0,6}\b") if used else None
