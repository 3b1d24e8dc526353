"""The register of controlled documents: owner, last substantive change, next review, approval and state of each."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass

from qmslint.errors import Unassessable
from qmslint.facts.base import Scan, fact
from qmslint.facts.document_register.controlled import controlled, entry_of, git_is_version, single_keys
from qmslint.facts.document_register.lives import lives, lives_of
from qmslint.facts.document_register.model import Approval, Entry, Life, Moment, Said

__all__ = [
    "Approval",
    "Entry",
    "Life",
    "Moment",
    "Register",
    "Said",
    "controlled",
    "entry_of",
    "git_is_version",
    "lives_of",
    "register",
    "single_keys",
]


@dataclass(frozen=True)
class Register:
    """All controlled documents.

    Parameters
    ----------
    entries : tuple of Entry
        By path; those whose text is not committed yet have no life.
    trouble : Unassessable or None
        Why the history of none of them can be told.
    """

    entries: tuple[Entry, ...]
    trouble: Unassessable | None = None

    def about(self, keys: Iterable[str]) -> tuple[Entry, ...]:
        """Return the entries of some keys; of all where none is given."""
        wanted = frozenset(keys)
        return tuple(e for e in self.entries if not wanted or wanted & set(e.keys))

    def need_history(self) -> None:
        """Raise why the history cannot be told, if it cannot."""
        if self.trouble is not None:
            raise self.trouble


@fact
def register(scan: Scan) -> Register:
    """Return the register; what the history would add is missing, with the reason, where it cannot be looked at."""
    found = controlled(scan)
    try:
        known = lives(scan)
    except Unassessable as trouble:
        return Register(found, trouble)
    committed = scan.repo.head_blobs
    entries = []
    for entry in found:
        blob = scan.snapshot.blob_id(entry.path)
        pending = committed.get(entry.path, "") != blob
        entries.append(dataclasses.replace(entry, life=known.get(entry.path), pending=pending))
    return Register(tuple(entries))
