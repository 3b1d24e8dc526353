"""Clauses of a standard: numbers and short titles of the standard, everything else in our own words."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Literal

from qmslint.quick import dataclass

Assessability = Literal["repository", "partial", "attestation"]


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause of one edition.

    Parameters
    ----------
    number, title : str
        As printed in the standard; ``working_title`` marks parts that carry no title there.
    parent : str
        Number of the clause it belongs to, empty for a chapter.
    assessability : str
        How far the clause can be seen in a repository at all.
    settled_by : str
        What would settle it where a repository cannot show it.
    crosswalk : tuple of str
        Clause numbers with the same content in the other edition.
    """

    number: str
    title: str
    parent: str
    pdca: str
    intent: str
    software: str
    assessability: Assessability
    settled_by: str
    crosswalk: tuple[str, ...] = ()
    change: str = ""
    working_title: bool = False
    maintain: tuple[str, ...] = ()
    retain: tuple[str, ...] = ()


@dataclass(frozen=True)
class Catalogue:
    """All clauses of one edition in printed order."""

    id: str
    title: str
    clauses: Mapping[str, Clause]
    digest: str = ""
    nature: str = ""

    @cached_property
    def _chains(self) -> dict[str, tuple[str, ...]]:
        chains: dict[str, tuple[str, ...]] = {"": ()}
        for number, clause in self.clauses.items():
            chains[number] = (number, *chains.get(clause.parent, ()))
        return chains

    @cached_property
    def _below(self) -> dict[str, tuple[str, ...]]:
        below: dict[str, list[str]] = {number: [] for number in self.clauses}
        for number in self.clauses:
            for parent in self._chains[number]:
                below[parent].append(number)
        return {number: tuple(found) for number, found in below.items()}

    def chain(self, number: str) -> tuple[str, ...]:
        """Return ``number`` and the numbers of all clauses it belongs to, innermost first."""
        return self._chains.get(number, ())

    def below(self, number: str) -> tuple[str, ...]:
        """Return ``number`` and all clauses that belong to it, in printed order."""
        return self._below.get(number, ())
