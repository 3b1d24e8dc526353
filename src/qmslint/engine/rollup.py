"""Roll results up to the clauses of the edition that is reported by; the worst state wins."""

from __future__ import annotations

from collections.abc import Iterable

from qmslint.model.clause import Catalogue
from qmslint.model.outcome import State
from qmslint.model.report import ClauseLine, Result
from qmslint.packs.catalogue import crosswalk

_WORST = tuple(State)


def roll_up(results: Iterable[Result], own: Catalogue, edition: Catalogue) -> tuple[ClauseLine, ...]:
    """Return one line per clause of ``edition``; a clause nobody looked at is *not assessable*.

    Parameters
    ----------
    results : iterable of Result
        With clause numbers of ``own``.
    own, edition : Catalogue
        The edition the rules are written against, and the one to report by.
    """
    direct: dict[str, list[Result]] = {number: [] for number in edition.clauses}
    for result in results:
        for original in result.clauses:
            for number in crosswalk(own, edition, original):
                direct[number].append(result)
    lines = []
    for number, clause in edition.clauses.items():
        inside = edition.below(number)
        found = [result for inner in inside for result in direct[inner]]
        states = {result.state for result in found}
        unseen = any(not direct[inner] and not any(direct[deep] for deep in edition.below(inner)) for inner in inside)
        if unseen:
            states.add(State.NOT_ASSESSABLE)
        lines.append(
            ClauseLine(
                id=number,
                title=clause.title,
                state=min(states, key=_WORST.index),
                assessability=clause.assessability,
                rules=tuple(dict.fromkeys(result.rule for result in found)),
                settled_by=clause.settled_by,
                level=len(edition.chain(number)),
            )
        )
    return tuple(lines)


def translate(result_clauses: Iterable[str], own: Catalogue, edition: Catalogue) -> tuple[str, ...]:
    """Return clause numbers of ``own`` as numbers of ``edition``, in printed order."""
    wanted = {number for clause in result_clauses for number in crosswalk(own, edition, clause)}
    return tuple(number for number in edition.clauses if number in wanted)
