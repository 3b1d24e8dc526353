"""Decide which rules are judged, and what has to be read for them."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable

from qmslint import kinds
from qmslint.derive import suggest
from qmslint.errors import UsageError
from qmslint.model.clause import Catalogue
from qmslint.model.rule import PlannedRule, Rule
from qmslint.packs.load import Loaded
from qmslint.quick import dataclass


@dataclass(frozen=True, slots=True)
class Plan:
    """The rules to judge, the union of what their kinds look at, and rules left out for what they would look at."""

    rules: tuple[PlannedRule, ...]
    needs: frozenset[str]
    left_out: tuple[str, ...] = ()


def plan(
    loaded: Loaded,
    catalogue: Catalogue,
    select: Iterable[str] = (),
    ignore: Iterable[str] = (),
    clauses: Iterable[str] = (),
    without: Iterable[str] = (),
) -> Plan:
    """Choose rules.

    Parameters
    ----------
    loaded : Loaded
        What the packs select.
    catalogue : Catalogue
        The 2015 catalogue, whose numbers the rules carry.
    select, ignore : iterable of str
        Globs over rule ids.
    clauses : iterable of str
        Clause numbers; rules of these and of the clauses below them are kept.
    without : iterable of str
        Needs, such as ``history``; rules that have one of them are left out and listed in the plan.

    Raises
    ------
    UsageError
        If a glob matches no rule: a misspelt name must not silently examine nothing.
    """
    ids = [planned.rule.id for planned in loaded.rules]
    chosen = _matching(ids, select, "--select") if select else set(ids)
    chosen -= _matching(ids, ignore, "--ignore")
    wanted = {number for clause in clauses for number in catalogue.below(clause)}
    rules = tuple(
        planned
        for planned in loaded.rules
        if planned.rule.id in chosen and (not wanted or wanted & set(planned.rule.clauses))
    )
    unwanted = frozenset(without)
    needs = {planned.rule.id: needs_of(planned.rule) for planned in rules}
    kept = tuple(planned for planned in rules if not needs[planned.rule.id] & unwanted)
    left_out = tuple(planned.rule.id for planned in rules if needs[planned.rule.id] & unwanted)
    return Plan(kept, frozenset().union(*(needs[planned.rule.id] for planned in kept)), left_out)


def needs_of(rule: Rule) -> frozenset[str]:
    """Return what a rule looks at, such as ``text`` and ``history``."""
    found = kinds.needs(rule.check)
    return found | kinds.needs(rule.when) if rule.when else found


def _matching(ids: list[str], globs: Iterable[str], option: str) -> set[str]:
    found: set[str] = set()
    for glob in globs:
        hits = fnmatch.filter(ids, glob)
        if not hits:
            raise UsageError(f"{option} {glob!r} matches no rule of the chosen packs", hint=suggest(glob, ids))
        found.update(hits)
    return found
