"""The normal form into which every dialect of decision record is read."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from qmslint.quick import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    """What a record says about one thing, and where."""

    text: str
    line: int


@dataclass(frozen=True, slots=True, eq=False)
class Decision:
    """One decision.

    Parameters
    ----------
    id : str
        Its number or key, as in its file name or title.
    title : str
        What it is about.
    status : str
        ``proposed``, ``accepted``, ``rejected``, ``deferred``, ``deprecated``, ``superseded``, ``other`` for a word
        nobody knows, or empty when none is given.
    date : datetime.date or None
        The newest unambiguous date the record itself states.
    parts : mapping of str to Text
        ``status date decided_by context options outcome consequences confirmation rationale`` as far as filled in.
    supersedes, superseded_by : tuple of str
        What it names as its predecessors and successors, as written.
    by_git : frozenset of str
        Parts the record lacks and git shows: when it was written and by whom.
    unfilled : tuple of str
        Parts that are there but hold only what a template left.
    """

    id: str
    title: str
    status: str
    date: datetime.date | None
    parts: Mapping[str, Text]
    path: str
    line: int = 1
    dialect: str = ""
    supersedes: tuple[str, ...] = ()
    superseded_by: tuple[str, ...] = ()
    by_git: frozenset[str] = frozenset()
    unfilled: tuple[str, ...] = ()

    def has(self, part: str) -> bool:
        """Say whether a part is filled in, or shown by git."""
        return part in self.parts or part in self.by_git


@dataclass(frozen=True, slots=True)
class Decisions:
    """All decision records of a repository.

    Parameters
    ----------
    records : tuple of Decision
        Those about the product, in order of their paths.
    practice : tuple of Decision
        Those that only say that decisions are recorded.
    templates, others : tuple of str
        Files in the same places that are forms, or about something else.
    notes : tuple of str
        What is odd about numbers and chains of supersession.
    """

    records: tuple[Decision, ...] = ()
    practice: tuple[Decision, ...] = ()
    templates: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    notes: tuple[tuple[str, str], ...] = ()
