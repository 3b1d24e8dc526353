"""What the register says of each controlled document."""

from __future__ import annotations

import datetime
from typing import Literal

from qmslint.facts.documents import Found
from qmslint.quick import dataclass

State = Literal["in force", "draft", "superseded", "template"]
Approved = Literal["approved", "requested", "unapproved", "unknown"]


@dataclass(frozen=True, slots=True)
class Said:
    """Something a document, or an ownership file, states.

    Parameters
    ----------
    text : str
        As written.
    path, line : str, int
        Where.
    how : str
        What kind of place that is.
    on : date or None
        The date in it, if one can be read.
    """

    text: str
    path: str
    line: int
    how: str = ""
    on: datetime.date | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """A commit that did something to a document."""

    commit: str
    when: int
    who: str
    note: str = ""

    @property
    def day(self) -> datetime.date:
        """The UTC day."""
        return datetime.datetime.fromtimestamp(self.when, datetime.UTC).date()


@dataclass(frozen=True, slots=True)
class Approval:
    """How far it can be seen that the current text was approved."""

    state: Approved
    note: str
    commit: str = ""
    path: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Life:
    """What the first-parent history says of a document.

    Parameters
    ----------
    created : Moment
        When it came, under whatever name.
    changed : Moment
        Last substantive change.
    confirmed : Moment or None
        Last later commit by a person that set a new date of review.
    bumped : Moment or None
        Last later commit that changed nothing but dates or version numbers without being a stated review.
    passed : tuple of Moment
        Later commits that do not count, with the reason, newest first.
    backed : bool
        Whether the stated review has other evidence beside the date: a merge request or a second person.
    imported : bool
        Whether its text came with an import of the whole tree, so that it may be older.
    commits, people : int
        How many first-parent commits changed it, and by how many people.
    """

    created: Moment
    changed: Moment
    confirmed: Moment | None
    bumped: Moment | None
    passed: tuple[Moment, ...]
    backed: bool
    imported: bool
    commits: int
    people: int
    approval: Approval

    @property
    def alive(self) -> Moment:
        """The last moment at which somebody cared for the content."""
        if self.confirmed and self.confirmed.when > self.changed.when:
            return self.confirmed
        return self.changed

    @property
    def date_only(self) -> bool:
        """Whether only a date says that it was looked at since its last change."""
        return self.alive is not self.changed and not self.backed


@dataclass(frozen=True, slots=True)
class Entry:
    """One controlled document.

    Parameters
    ----------
    keys : tuple of str
        Keys of the vocabulary it was found by; empty for one that only lies in a controlled folder.
    interval : int
        Months between two reviews; 0 for one that is reviewed when something changes.
    own_interval : str
        Where the interval or the next date was set by the organisation itself; empty for a default.
    due_stated : date or None
        Next review as the document states it.
    life : Life or None
        ``None`` where the history does not tell.
    pending : bool
        Whether the examined text differs from the examined commit's.
    """

    path: str
    keys: tuple[str, ...]
    title: str
    words: int
    found: Found | None
    owner: Said | None
    author: Said | None
    identifier: Said | None
    version: Said | None
    date: Said | None
    reviewed: Said | None
    approved_by: Said | None
    approved_on: Said | None
    state: State
    state_said: Said | None
    successor: str
    interval: int
    own_interval: str
    due_stated: datetime.date | None
    life: Life | None = None
    pending: bool = False

    @property
    def name(self) -> str:
        """What to call it in a list."""
        return self.title or self.path

    @property
    def due(self) -> datetime.date | None:
        """When the next review is due; ``None`` where that cannot be told or nothing is due."""
        if self.due_stated is not None:
            return self.due_stated
        if self.life is None or self.interval <= 0:
            return None
        last = self.life.alive.day
        month = last.month - 1 + self.interval
        year, month = last.year + month // 12, month % 12 + 1
        # The last day that every month has.
        return datetime.date(min(year, 9999), month, min(last.day, 28))
