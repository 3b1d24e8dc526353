"""Figures about delivery, each with what it means, over which window, from how many events and from which source."""

from __future__ import annotations

from qmslint.quick import dataclass

LEAST = 5
"""Releases or deployments below which a figure says nothing."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure.

    Parameters
    ----------
    id : str
        Short name for machines.
    title : str
        Name for people, with the older name where there is one.
    value : float or None
        The number, ``None`` where the data is not enough.
    unit : str
        Its unit.
    definition : str
        How it is counted here.
    count : int
        Number of events it rests on.
    of : str
        What these events are.
    caveat : str
        What it cannot tell.
    """

    id: str
    title: str
    value: float | None
    unit: str
    definition: str
    count: int
    of: str
    caveat: str

    @property
    def text(self) -> str:
        """The value in words."""
        return "insufficient data" if self.value is None else f"{self.value:g} {self.unit}"


@dataclass(frozen=True, slots=True)
class Metrics:
    """All figures of one window.

    Parameters
    ----------
    source : str
        What the events are and where they were read.
    merging : str
        How changes came onto the line, which decides what lead times mean.
    since, until : str
        First and last day of the window.
    """

    source: str
    merging: str
    since: str
    until: str
    months: float
    events: int
    figures: tuple[Figure, ...]
    notes: tuple[str, ...] = ()
