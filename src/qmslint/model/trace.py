"""How changes of a release lead from what asked for them to what tells of them."""

from __future__ import annotations

from typing import Literal

from qmslint.quick import dataclass

LinkState = Literal["covered", "broken", "ambiguous", "unauthorised", "unseen"]
STEPS = ("story", "commit", "merge", "review", "run", "tag", "note")
"""The steps of a chain, in order."""
STATES: dict[LinkState, str] = {
    "covered": "the evidence is there and names the change",
    "broken": "the evidence was looked for and is not there, or says the opposite",
    "ambiguous": "there is evidence, but it does not say so clearly or not of this change alone",
    "unauthorised": "nothing shows that anybody but its author agreed",
    "unseen": "it may exist, but nothing of it was given to look at",
}
"""What the states of a link mean."""
FAULTS: frozenset[LinkState] = frozenset({"broken", "unauthorised"})
"""States that break a chain."""


@dataclass(frozen=True, slots=True)
class Link:
    """One step of a chain: its state, a sentence, and what to look up."""

    step: str
    state: LinkState
    text: str
    path: str = ""
    line: int = 0
    sha: str = ""


@dataclass(frozen=True, slots=True)
class Chain:
    """One change with its links, in the order of :data:`STEPS`; ``product`` says whether it changes the product itself."""

    commit: str
    title: str
    items: tuple[str, ...]
    request: str
    commits: tuple[str, ...]
    links: tuple[Link, ...]
    product: bool = True

    @property
    def fault(self) -> Link | None:
        """The first link that breaks the chain."""
        return next((link for link in self.links if link.state in FAULTS), None)

    @property
    def unseen(self) -> bool:
        """Whether a step could not be looked at."""
        return any(link.state == "unseen" for link in self.links)


@dataclass(frozen=True, slots=True)
class Story:
    """An item of a tracker without a change of the range that names it, and where it is named instead."""

    item: str
    title: str
    text: str
    path: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class Matrix:
    """The chains of all changes of a range.

    Parameters
    ----------
    label : str
        The release or range, in words.
    release : str
        Name of the tag it ends in, empty where it ends in none.
    base, tip : str
        Object ids; an empty base is the beginning of the history.
    stories : tuple of Story
        Items without a change.
    left_out : int
        Commits by automation, and such that only make a release, that no chain is about.
    """

    label: str
    release: str
    base: str
    tip: str
    as_of: str
    chains: tuple[Chain, ...]
    stories: tuple[Story, ...]
    left_out: int = 0
    notes: tuple[str, ...] = ()

    def unclaimed(self) -> tuple[Chain, ...]:
        """Return the changes that no item of a tracker asked for."""
        return tuple(chain for chain in self.chains if not chain.items)
