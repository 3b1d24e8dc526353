"""What identifies a finding over time: its content, not line numbers, commits or counts."""

from __future__ import annotations

import dataclasses
import hashlib
import re
from collections.abc import Iterable
from datetime import UTC, datetime

from qmslint.derive import option
from qmslint.errors import Unassessable
from qmslint.facts.base import Scan
from qmslint.model.evidence import Evidence
from qmslint.model.report import Result
from qmslint.quick import dataclass

# Gaps of which every place is one finding of its own, so that the text of its line tells it from the next.
_BY_LINE = frozenset({"placeholder", "broken", "present", "bypass", "contradiction"})


@dataclass(frozen=True, slots=True)
class Entry:
    """One known finding, by content: no line numbers, no commits, no counts."""

    since: str = option("Day it was taken in, YYYY-MM-DD (UTC).")
    gap: str = option("Kind of gap; empty where the anchor says enough.", "")
    path: str = option("Path the finding is at; empty where it is about the history.", "")
    anchor: str = option("What it is at there: name of a record, of a tag, or digest of the line.", "")
    says: str = option("What is said of the record; less of it is the same finding, more is a new one.", "")
    blob: str = option("Object id of the file when it was taken in, by which a renamed file is known again.", "")
    reason: str = option("Why it was taken in after the baseline was first written.", "")

    @property
    def key(self) -> tuple[str, str, str]:
        """What identifies the finding."""
        return self.gap, self.path, self.anchor


def places_of(result: Result) -> tuple[Evidence, ...]:
    """Return the evidence that bears the gap, all of it where none is marked so."""
    return tuple(item for item in result.evidence if item.lacks) or result.evidence


def findings_of(result: Result, scan: Scan) -> tuple[Entry, ...]:
    """Return the findings of a nonconforming result, each once, in order."""
    day = day_of(scan.as_of)
    found: dict[tuple[str, str, str], Entry] = {}
    for item in places_of(result):
        anchor = _anchor(result.gap, item, scan)
        says = item.note if item.kind == "record" else ""
        entry = Entry(day, "" if anchor else result.gap, item.path, anchor, says, item.blob)
        if before := found.get(entry.key):
            entry = dataclasses.replace(before, says="; ".join(filter(None, (before.says, says))))
        found[entry.key] = entry
    return tuple(found[key] for key in sorted(found))


def same_elsewhere(old: Entry, new: Entry) -> bool:
    """Say whether ``new`` is the finding ``old`` in a renamed file."""
    if old.gap != new.gap or not new.path or new.path == old.path:
        return False
    same_file = bool(old.blob) and old.blob == new.blob
    return old.anchor == new.anchor and (same_file or bool(new.anchor))


def _anchor(gap: str, item: Evidence, scan: Scan) -> str:
    if item.kind in ("tag", "record"):
        return item.ref
    if gap in _BY_LINE and item.line and item.path:
        lines = (scan.text(item.path) or "").splitlines()
        text = " ".join(lines[item.line - 1].split()) if item.line <= len(lines) else ""
        return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:16] if text else ""
    return ""


def newest_commit(result: Result, scan: Scan) -> str:
    """Return the day of the newest commit the result cites: commits are known by when they were made."""
    shas = [item.sha for item in result.evidence if item.kind == "commit"]
    if not shas:
        return ""
    try:
        commits = [scan.history.by_sha[sha] for sha in shas if sha in scan.history.by_sha]
    except Unassessable:
        return ""
    return day_of(max((commit.authored for commit in commits), default=0))


def said_before(before: str, result: Result) -> bool:
    """Say whether the sentence names nothing that it did not name before; counts and places do not matter."""
    paths = [item.path for item in result.evidence if item.path]
    return _words(result.message, paths) <= _words(before, paths)


def no_more(old: Entry, new: Entry) -> bool:
    """Say whether nothing is said of a record that was not said of it before."""
    return _words(new.says, [new.path]) <= _words(old.says, [old.path])


def _words(text: str, paths: Iterable[str]) -> frozenset[str]:
    for path in sorted({path for path in paths if path}, key=len, reverse=True):
        text = text.replace(path, " ")
    text = re.sub(r"\S*[/\\]\S*|\S+\.[a-z]{1,5}\b(?::\d+)?", " ", text)
    return frozenset(word.rstrip("s") for word in re.findall(r"[^\W\d_]{4,}", text.lower()))


def day_of(moment: int) -> str:
    """Return the day (UTC) of seconds since 1970."""
    return datetime.fromtimestamp(min(max(moment, 0), 253402300799), UTC).date().isoformat()
