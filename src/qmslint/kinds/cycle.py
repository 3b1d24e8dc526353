"""Each phase of a cycle of improvement left a trace while work went on."""

from __future__ import annotations

from collections.abc import Mapping

from qmslint.derive import option
from qmslint.facts.base import Scan
from qmslint.facts.changes import changes
from qmslint.facts.dates import day_of
from qmslint.facts.releases import releases
from qmslint.kinds.combine import answers
from qmslint.model.evidence import Evidence, absent_at, at_tag, from_history
from qmslint.model.outcome import Confidence, Outcome, State, conforming, nonconforming, not_assessable
from qmslint.model.rule import Check
from qmslint.quick import dataclass

NEEDS = frozenset({"tree", "text", "history", "tags"})


@dataclass(frozen=True, slots=True)
class Params:
    """Work was done in the window, and every phase has its trace."""

    phases: Mapping[str, Check] = option("Name of a phase to the check that finds its trace.")
    work: str = option("What the phase of doing the work is called.", "do")
    months: float = option("Window before the examination, in months.", 12, minimum=1)
    minimum: int = option("Changes in the window below which nothing can be said.", 20, minimum=0)


def check(params: Params, scan: Scan) -> Outcome:
    """Look whether work was done, then at every phase."""
    found = changes(scan, params.months)
    since = scan.since(params.months)
    made = [r for r in releases(scan) if r.tag.tagged >= since]
    measured: dict[str, float | int | str] = {
        "changes": len(found.items),
        "releases": len(made),
        "months": params.months,
    }
    figure = from_history(f"{len(found.items)} changes since {day_of(since)}", "git log --first-parent")
    if len(found.items) < params.minimum and not made:
        text = f"only {len(found.items)} changes and no release since {day_of(since)}"
        return not_assessable("TOO_FEW", text, [figure], measured=measured)
    work: list[Evidence] = [at_tag(r.tag.name, r.tag.commit, f"{params.work}: release") for r in made[-3:]] or [figure]
    outcomes = dict(zip(params.phases, answers(params.phases.values(), scan), strict=True))
    traces = {name for name, outcome in outcomes.items() if outcome.state is State.CONFORMING}
    evidence = list(work)
    for name in params.phases:
        if name in traces:
            evidence += outcomes[name].evidence[:3]
    measured["phases with a trace"] = len(traces) + 1
    empty = [name for name in params.phases if name not in traces]
    if not empty:
        names = ", ".join([*params.phases, params.work])
        return conforming(
            f"every phase left a trace: {names}", evidence, confidence=Confidence.MEDIUM, measured=measured
        )
    blind = [name for name in empty if outcomes[name].state is State.NOT_ASSESSABLE]
    if len(blind) == len(empty):
        reason = outcomes[blind[0]].reason
        code = reason.code if reason else "TOO_FEW"
        return not_assessable(code, f"{', '.join(blind)}: {outcomes[blind[0]].message}", evidence, measured=measured)
    evidence += [absent_at("", f"{name}: {outcomes[name].message}") for name in empty]
    # Where only the work itself is seen, the other phases are more likely kept elsewhere than left out.
    gap = "incomplete" if traces else "absent"
    done = f"{len(made)} releases" if made else f"{len(found.items)} changes"
    message = f"{done} were made since {day_of(since)}, but {' and '.join(empty)} left no trace here"
    return nonconforming(message, evidence, gap, confidence=Confidence.MEDIUM, measured=measured)
