"""Compare two reports: what became better, worse, new or gone, and which commits did it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from qmslint.model.outcome import Grade, State
from qmslint.model.report import Report, Result
from qmslint.quick import dataclass

Direction = Literal["worse", "new", "better", "gone", "unseen", "same"]
COMMITS = 20
"""Commits that are named for one change."""
_WEIGHT = {None: 0, Grade.OFI: 1, Grade.MINOR: 2, Grade.MAJOR: 3}


@dataclass(frozen=True, slots=True)
class Change:
    """How one rule came out before and after.

    Parameters
    ----------
    direction : str
        ``worse`` (a gap opened, grew, weighs more or is no longer accepted by a waiver or baseline), ``new`` and
        ``gone`` (the rule is judged on one side only: elsewhere it did not apply or could not be assessed),
        ``better`` (a gap closed or shrank), ``unseen`` (it can no longer be assessed), ``same``.
    before, after : Result or None
        The results.
    places : tuple of str
        Paths at which the gap is new, or for an improvement gone.
    commits : tuple of str
        Commits between the two that the result now rests on, or that touched the places it rests on.
    """

    rule: str
    title: str
    direction: Direction
    before: Result | None
    after: Result | None
    places: tuple[str, ...] = ()
    commits: tuple[str, ...] = ()

    @property
    def regression(self) -> Grade | None:
        """Grade of a gap that opened or grew, else ``None``."""
        open_ = self.after and self.after.state is State.NONCONFORMING and not self.after.disposition
        return self.after.grade if open_ and self.after and self.direction in ("worse", "new") else None


def compare(
    before: Report, after: Report, touched: Mapping[str, tuple[str, ...]], between: frozenset[str] = frozenset()
) -> tuple[Change, ...]:
    """Return a change for every rule of either report, in the order of rule ids.

    Parameters
    ----------
    before, after : Report
        Reports by the same edition.
    touched : mapping of path to tuple of commit ids
        What changed between the two.
    between : frozenset of str
        The commits that lie between the two.
    """
    old = {result.rule: result for result in before.results}
    new = {result.rule: result for result in after.results}
    rules = sorted(old.keys() | new.keys())
    return tuple(_change(old.get(rule), new.get(rule), touched, between) for rule in rules)


def _change(
    before: Result | None, after: Result | None, touched: Mapping[str, tuple[str, ...]], between: frozenset[str]
) -> Change:
    known = after or before
    assert known is not None
    direction, places = _direction(before, after)
    commits: tuple[str, ...] = ()
    if direction != "same":
        paths = [*places, *_paths(after), *_paths(before)]
        own = [item.sha for item in after.evidence if item.sha in between] if after else []
        commits = tuple(dict.fromkeys([*own, *(sha for path in paths for sha in touched.get(path, ()))]))[:COMMITS]
    return Change(known.rule, known.title, direction, before, after, places, commits)


def _direction(before: Result | None, after: Result | None) -> tuple[Direction, tuple[str, ...]]:
    if before is None or after is None:
        return ("gone" if after is None else "new"), ()
    was, now = before.state is State.NONCONFORMING, after.state is State.NONCONFORMING
    added = _places(keys_of(after) - keys_of(before)) if was and now else ()
    removed = _places(keys_of(before) - keys_of(after)) if was and now else ()
    heavier = _WEIGHT[after.grade] - _WEIGHT[before.grade]
    if now and not was and before.state is not State.CONFORMING:
        return "new", _places(keys_of(after))
    if now and (not was or added or heavier > 0 or (before.disposition and not after.disposition)):
        return "worse", added or _places(keys_of(after))
    if was and not now:
        better = after.state in (State.CONFORMING, State.NOT_APPLICABLE)
        return ("better" if better else "unseen"), _places(keys_of(before))
    if was and now and (removed or heavier < 0):
        return "better", removed
    if before.state is State.CONFORMING and after.state in (State.NOT_ASSESSABLE, State.ERROR):
        return "unseen", ()
    if before.state in (State.NOT_ASSESSABLE, State.ERROR) and after.state is State.CONFORMING:
        return "better", ()
    if before.state is not after.state and State.NOT_APPLICABLE in (before.state, after.state):
        return _applies(before.state, after.state), ()
    return "same", ()


def _applies(before: State, after: State) -> Direction:
    """Say what it means that a rule only applies on one side; one that could not be assessed is no loss."""
    if before is State.NOT_APPLICABLE:
        return "new" if after is State.CONFORMING else "unseen"
    return "gone" if before is State.CONFORMING else "same"


def keys_of(result: Result) -> frozenset[str]:
    """Return what tells the findings of a result apart: kind of gap and path.

    A search that found nothing is one finding: one more place that was searched adds nothing to it.
    """
    if result.gap == "absent" and result.searched and any(item.kind == "absence" for item in result.evidence):
        return frozenset({"absent:"})
    places = {item.path for item in result.evidence if item.path} or {""}
    return frozenset(f"{result.gap}:{place}" for place in places)


def _places(keys: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({key.partition(":")[2] for key in keys} - {""}))


def _paths(result: Result | None) -> tuple[str, ...]:
    return tuple(item.path for item in result.evidence if item.path) if result else ()
