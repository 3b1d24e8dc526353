"""The master list of documented information."""

from __future__ import annotations

from typing import Literal

from qmslint.quick import dataclass

Review = Literal["in date", "overdue", "when something changes", "unknown"]


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """One controlled document.

    Parameters
    ----------
    keys : tuple of str
        What it is, by the keys of the vocabulary.
    owner, owner_how : str
        Who answers for it, and what says so; an author stands in where nobody is named as owner.
    version : str
        As stated; empty where none is.
    changed, changed_commit : str
        UTC day and commit of the last substantive change; empty where the history does not tell.
    reviewed : str
        UTC day on which it was last confirmed without a substantive change; empty where it was not.
    approval, approval_note, approval_commit : str
        ``approved``, ``requested``, ``unapproved`` or ``unknown``, and what it rests on.
    due : str
        UTC day of the next review; empty where none is set.
    review : str
        How that day stands to the date of the examination.
    state : str
        ``in force``, ``draft``, ``superseded`` or ``template``.
    note : str
        What else a reader should know, such as that the text is not committed yet.
    """

    keys: tuple[str, ...]
    title: str
    path: str
    owner: str
    owner_how: str
    version: str
    changed: str
    changed_commit: str
    reviewed: str
    approval: str
    approval_note: str
    approval_commit: str
    due: str
    review: Review
    state: str
    note: str


@dataclass(frozen=True, slots=True)
class DocumentList:
    """All controlled documents by path, with what was looked at and what could not be seen."""

    tool_version: str
    name: str
    commit: str
    as_of: str
    lines: tuple[DocumentLine, ...]
    notes: tuple[str, ...]
