"""Items of a tracker as its exports list them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from qmslint.facts.base import Scan, fact
from qmslint.facts.exports import entries, exports, first, moment
from qmslint.facts.markup import fold
from qmslint.quick import dataclass, regex

_KEY = regex(r"[A-Za-z][A-Za-z0-9]{1,9}-[0-9]{1,7}\Z")
_KINDS = regex(r"issue|ticket|stor(?:y|ies)|work.?item|backlog|tracker|requirement", re.I)
_WORD = regex(r"[^\W\d_]{4,}")
_COMMON = frozenset(
    [
        "with",
        "from",
        "that",
        "this",
        "when",
        "into",
        "have",
        "does",
        "make",
        "more",
        "only",
        "also",
        "will",
        "would",
        "should",
        "them",
        "than",
        "then",
        "after",
        "before",
        "while",
        "using",
        "merge",
        "branch",
        "pull",
        "request",
        "issue",
    ]
)


@dataclass(frozen=True, slots=True)
class Item:
    """One item.

    Parameters
    ----------
    key : str
        As references write it, in small letters: ``#12`` or ``pay-12``.
    release : tuple of str
        Names of milestones or versions it is planned for.
    closed : int
        When it was closed, seconds since 1970, 0 where it is open or does not tell.
    """

    key: str
    title: str
    release: tuple[str, ...]
    closed: int
    path: str


@fact
def stories(scan: Scan) -> Mapping[str, Item]:
    """Return the exported items by key; merge requests among them are left out."""
    found: dict[str, Item] = {}
    for export in exports(scan):
        sure = bool(_KINDS.search(export.kind) or _KINDS.search(export.path))
        for item, _ in entries(export):
            read = _item(item, export.path, sure)
            if read:
                found.setdefault(read.key, read)
    return MappingProxyType(dict(sorted(found.items())))


def _item(data: Mapping[str, Any], path: str, sure: bool) -> Item | None:
    if data.get("pull_request") or data.get("merge_request") or "merged_at" in data:
        return None
    key = first(data, "key", "identifier")
    title = first(data, "title", "fields.summary", "summary", "fields.System.Title", "name")
    if not _KEY.match(key):
        number = first(data, "number", "iid", "id") if sure else ""
        key = f"#{number}" if number.isdigit() else ""
    if not key or not title:
        return None
    planned = [first(data, "milestone.title", "milestone", "release", "fixVersion")]
    fields = data.get("fields")
    versions = fields.get("fixVersions") if isinstance(fields, dict) else None
    planned += [first(v, "name") for v in versions[:20] if isinstance(v, dict)] if isinstance(versions, list) else []
    closed = moment(first(data, "closed_at", "closedAt", "fields.resolutiondate", "resolved_at")) or 0
    return Item(key.lower(), title, tuple(name for name in planned if name), closed, path)


def significant(text: str) -> frozenset[str]:
    """Return the words of a title that say what it is about."""
    return frozenset(word for word in _WORD.findall(fold(text)) if word not in _COMMON)


def names_item(line: str, item: str) -> bool:
    """Say whether a line names an item: its number behind a sign or in an address, or its key."""
    bare = item.lower().lstrip("#!").removeprefix("gh-").removeprefix("ab#")
    if bare.isdigit():
        return bool(re.search(rf"(?:[#!]|/|\bGH-|\bPR[ -]?|\bAB#){re.escape(bare)}(?!\d)", line[:2000], re.I))
    return bool(bare) and bool(re.search(rf"(?<![\w-]){re.escape(bare)}(?![\w-])", line[:2000], re.I))
