"""Judge rules in two processes that meet in the middle, with the same results as one after the other."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain

from qmslint.engine.cores import Helper
from qmslint.engine.judge import judge
from qmslint.engine.plan import Plan, needs_of
from qmslint.errors import Unassessable
from qmslint.facts.base import Scan
from qmslint.facts.profile import Switch, switches_used, take_over
from qmslint.model.clause import Catalogue
from qmslint.model.report import Result
from qmslint.model.rule import PlannedRule
from qmslint.quick import dataclass
from qmslint.repo.snapshot import TOTAL_LIMIT

SMALL = 5_000
"""Files and commits together below which one process is done before another is of use."""
_HISTORY = frozenset({"history", "diffs"})

Progress = Callable[[str, int, int], None]


Shares = Sequence[Sequence[int]]
"""Places of rules; those of one share ask for much of the same and are judged by one process."""


@dataclass(frozen=True, slots=True)
class _Half:
    """What the other process found, and what it noted on the way."""

    results: dict[int, Result]
    switches: tuple[Switch, ...]
    timings: dict[str, float]
    spent: int


def judge_in_order(plan: Plan, scan: Scan, catalogue: Catalogue, progress: Progress) -> list[Result]:
    """Return the result of each rule of a plan, in its order."""
    results = []
    for number, planned in enumerate(plan.rules):
        progress(planned.rule.id, number, len(plan.rules))
        results.append(judge(planned, scan, catalogue))
    return results


def judge_together(plan: Plan, scan: Scan, catalogue: Catalogue, progress: Progress) -> list[Result]:
    """Return what :func:`judge_in_order` returns, found by two processes where there is enough to do.

    What could not be read is noted by the facts that meet it, and others look at these notes: where there is any, all is
    judged again in order, so that nothing depends on which process came first.
    """
    found = _together(plan.rules, scan, catalogue, progress) if _worth_it(plan, scan) else None
    if found is None:
        scan.forget()
        return judge_in_order(plan, scan, catalogue, progress)
    return [found[at] for at in range(len(plan.rules))]


def _together(
    rules: Sequence[PlannedRule], scan: Scan, catalogue: Catalogue, progress: Progress
) -> dict[int, Result] | None:
    """Return results by place; nothing where they could differ from those found in order."""
    own, rest = _shares(rules)
    turns = _turns(len(rest))
    helper = Helper(lambda: _other_half(rules, _taken(turns, rest), scan, catalogue))
    found: dict[int, Result] = {}
    try:
        for share in chain(own, _taken(turns, rest[::-1])):
            for at in share:
                progress(rules[at].rule.id, len(found), len(rules))
                found[at] = judge(rules[at], scan, catalogue)
                if _troubled(scan) or helper.failed():
                    return None
        half = helper.answer()
    finally:
        helper.end()
        os.close(turns)
    if half is None or scan.snapshot.spent + half.spent > TOTAL_LIMIT:
        return None
    take_over(scan, half.switches)
    for name, seconds in half.timings.items():
        scan.timings[name] = scan.timings.get(name, 0.0) + seconds
    return {**found, **half.results}


def _other_half(
    rules: Sequence[PlannedRule], shares: Iterable[Sequence[int]], scan: Scan, catalogue: Catalogue
) -> _Half:
    scan.timings.clear()
    found: dict[int, Result] = {}
    for share in shares:
        for at in share:
            found[at] = judge(rules[at], scan, catalogue)
            if _troubled(scan):
                raise _Troubled
    return _Half(found, switches_used(scan), scan.timings, scan.snapshot.spent)


class _Troubled(Exception):
    """Something could not be read: the process that was split off ends without an answer."""


def _shares(rules: Sequence[PlannedRule]) -> tuple[Shares, Shares]:
    """Part the rules: those that read the history, and the rest, with those that follow files through it as one share."""
    own, following, others = [], [], []
    for at, planned in enumerate(rules):
        needs = needs_of(planned.rule)
        if "diffs" in needs:
            following.append(at)
        elif "history" in needs:
            own.append((at,))
        else:
            others.append((at,))
    return own, [following, *others] if following else others


def _taken(turns: int, shares: Shares) -> Iterator[Sequence[int]]:
    """Take one share after the other until they are all taken, here or by the other process from the other end."""
    for share in shares:
        if not os.read(turns, 1):
            return
        yield share


def _turns(number: int) -> int:
    """Return the reading end of a pipe that gives out a byte so many times in all, to whoever asks first."""
    turns, filling = os.pipe()
    os.write(filling, b"." * number)
    os.close(filling)
    return turns


def _worth_it(plan: Plan, scan: Scan) -> bool:
    """Say whether there is enough to look at; what both processes need is read on the way."""
    commits = 0
    if plan.needs & _HISTORY:
        with contextlib.suppress(Unassessable):
            commits = len(scan.history.commits)
            scan.tags  # noqa: B018 - computed and kept
    return commits + len(scan.snapshot.paths) >= SMALL


def _troubled(scan: Scan) -> bool:
    return bool(scan.problems) or any(why not in ("missing", "") for why in scan.snapshot.unread.values())
