"""What is odd about the numbers of decisions and about who supersedes whom."""

from __future__ import annotations

import itertools
import posixpath
from collections import defaultdict
from collections.abc import Iterable, Iterator

from qmslint.facts.decisions.model import Decision
from qmslint.quick import regex

_NUMBER = regex(r"\d{1,5}")
_GAP = 5
"""More missing numbers in a row than this are another numbering, not a gap."""


def oddities(found: Iterable[Decision]) -> tuple[tuple[str, str], ...]:
    """Return pairs of a path and what is odd there: doubled and missing numbers, broken chains."""
    folders: dict[str, list[Decision]] = defaultdict(list)
    for decision in found:
        if decision.dialect != "log" and decision.line == 1:
            folders[posixpath.dirname(decision.path)].append(decision)
    notes: list[tuple[str, str]] = []
    for _, records in sorted(folders.items()):
        notes += _numbers(records)
        notes += _chains(records)
    return tuple(notes)


def _by_number(records: Iterable[Decision]) -> dict[int, list[Decision]]:
    numbers: dict[int, list[Decision]] = defaultdict(list)
    for decision in records:
        if decision.id.isdecimal() and len(decision.id) <= 5:
            numbers[int(decision.id)].append(decision)
    return numbers


def _numbers(records: Iterable[Decision]) -> Iterator[tuple[str, str]]:
    numbers = _by_number(records)
    for number, same in sorted(numbers.items()):
        if len(same) > 1:
            yield same[1].path, f"number {number} is used {len(same)} times"
    known = sorted(numbers)
    for before, after in itertools.pairwise(known):
        if 1 < after - before <= _GAP:
            missing = ", ".join(str(number) for number in range(before + 1, after))
            yield numbers[after][0].path, f"number {missing} is missing"


def _chains(records: Iterable[Decision]) -> Iterator[tuple[str, str]]:
    """Follow both directions: a successor has to exist, and a replaced record has to say so."""
    numbers = _by_number(records)
    names = {posixpath.basename(decision.path).lower(): decision for decision in records}
    for decision in records:
        if decision.status == "superseded" and not decision.superseded_by:
            yield decision.path, "it is superseded, but not said by what"
        for name in decision.superseded_by:
            if _target(name, numbers, names) is None and _looks_local(name):
                yield decision.path, f"its successor {name} was not found"
        for name in decision.supersedes:
            target = _target(name, numbers, names)
            if target and target.path != decision.path and target.status in ("accepted", "proposed"):
                yield (
                    target.path,
                    f"{posixpath.basename(decision.path)} supersedes it, but its status is {target.status}",
                )


def _looks_local(name: str) -> bool:
    return bool(_NUMBER.search(name)) and "/" not in name.strip("./")


def _target(name: str, numbers: dict[int, list[Decision]], names: dict[str, Decision]) -> Decision | None:
    found = names.get(posixpath.basename(name).lower())
    match = _NUMBER.search(posixpath.basename(name))
    if found is None and match and int(match[0]) in numbers:
        found = numbers[int(match[0])][0]
    return found
