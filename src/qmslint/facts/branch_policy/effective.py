"""Lay several policies over each other and say, demand by demand, whether the default branch is protected."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal

from qmslint.facts.branch_policy import model as m
from qmslint.facts.branch_policy.model import Bypass, Policy, Property
from qmslint.quick import dataclass

Answered = Literal["met", "unmet", "unseen"]
ADMINS = "admins-bound"
BYPASS = "bypass-limited"


@dataclass(frozen=True, slots=True)
class Limits:
    """The values that decide: how many approvals are needed and how many actors may bypass."""

    approvals: int = 1
    bypass_actors: int = 2


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether one demand is met, in words, and where that can be seen."""

    demand: str
    state: Answered
    text: str
    places: tuple[tuple[Policy, Property], ...] = ()
    bypass: bool = False


@dataclass(frozen=True, slots=True)
class _Demand:
    prop: str
    holds: Callable[[Policy, Property, Limits], bool]
    met: Callable[[Property], str]
    unmet: Callable[[Property], str]
    unseen: str


def _enough(policy: Policy, said: Property, limits: Limits) -> bool:
    own = policy.says(m.SELF_APPROVAL)
    return isinstance(said.value, int) and said.value >= limits.approvals and not (own and own.value)


def _approvals_missing(said: Property) -> str:
    if not said.value:
        return f"no approval by another person is required{_why(said)}"
    return f"{said.value} approval{'s' * (said.value != 1)} required, which is not enough or may be the author's own"


def _why(said: Property) -> str:
    return f" ({said.note})" if said.note else ""


def _checks(said: Property) -> str:
    names = said.value if isinstance(said.value, tuple) else ()
    shown = ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
    return f"required checks: {shown}"


def _switch(prop: str, met: str, unmet: str, unseen: str, wanted: bool = True) -> _Demand:
    return _Demand(
        prop,
        lambda _, said, __: bool(said.value) is wanted,
        lambda _: met,
        lambda said: unmet + _why(said),
        unseen,
    )


DEMANDS: Mapping[str, _Demand] = {
    "approvals": _Demand(
        m.APPROVALS,
        _enough,
        lambda said: f"{said.value} approval{'s' * (said.value != 1)} required{_why(said)}",
        _approvals_missing,
        "how many approvals are required",
    ),
    "checks": _Demand(
        m.CHECKS,
        lambda _, said, __: bool(said.value),
        _checks,
        lambda said: f"no check is required{_why(said)}",
        "which checks are required",
    ),
    "no-force-push": _switch(
        m.FORCE_PUSH, "force pushes are blocked", "force pushes are allowed", "whether force pushes are blocked", False
    ),
    "no-deletion": _switch(
        m.DELETION, "deletion is blocked", "the branch may be deleted", "whether deletion is blocked", False
    ),
    "code-owners": _switch(
        m.CODE_OWNERS, "owners must approve", "owners need not approve", "whether owners must approve"
    ),
    "stale-dismissed": _switch(
        m.STALE_DISMISSED,
        "new commits take approvals away",
        "approvals outlive new commits",
        "whether new commits take approvals away",
    ),
    "last-pusher": _switch(
        m.LAST_PUSHER,
        "who pushed last may not approve",
        "who pushed last may approve",
        "whether who pushed last may approve",
    ),
    "threads": _switch(
        m.THREADS,
        "discussions must be closed",
        "open discussions do not stop a merge",
        "whether discussions must close",
    ),
    "signatures": _switch(
        m.SIGNATURES, "commits must be signed", "unsigned commits are accepted", "whether commits must be signed"
    ),
    "linear": _switch(m.LINEAR, "history stays linear", "merge commits are accepted", "whether history stays linear"),
}
"""What can be demanded of the effective policy, beside who is exempt from it."""
_SILENT_IS_NO = frozenset({"code-owners", "stale-dismissed", "last-pusher", "threads", "signatures", "linear"})


def assess(
    policies: Sequence[Policy], need: Iterable[str], limits: Limits, idle: Sequence[Policy] = ()
) -> tuple[Answer, ...]:
    """Return an answer to every demand, made of all policies that are in force on the default branch.

    Parameters
    ----------
    policies : sequence of Policy
        Those in force; the platform applies all of them, so one that meets a demand is enough.
    need : iterable of str
        Names of :data:`DEMANDS`, ``admins-bound`` and ``bypass-limited``.
    limits : Limits
        The values that decide.
    idle : sequence of Policy
        Those for the branch that are not in force: where only they speak of a demand, it is not met.
    """
    need = tuple(need)
    answers, suppliers = [], {}
    for name in need:
        if name in DEMANDS:
            answer, suppliers[name] = _answer(name, policies, limits)
            answers.append(_idle(answer, idle) if answer.state == "unseen" else answer)
    protecting = [found for found in suppliers.values() if found]
    if ADMINS in need:
        answers.append(_admins(protecting, policies))
    if BYPASS in need:
        answers.append(_bypass(protecting, limits, ADMINS in need))
    return tuple(answers)


def _answer(name: str, policies: Sequence[Policy], limits: Limits) -> tuple[Answer, list[Policy]]:
    demand = DEMANDS[name]
    speaking = [(p, said) for p in policies if (said := p.says(demand.prop)) is not None]
    # A merge tool binds only those who use it: where the platform itself speaks, the platform counts.
    platform = [(p, said) for p, said in speaking if not p.gatekeeper]
    speaking = platform or speaking
    if not speaking:
        silent = tuple((p, p.properties[demand.prop]) for p in policies if demand.prop in p.properties)
        if name in _SILENT_IS_NO and policies and not silent:
            said = Property(False, policies[0].line, "it is not asked for")
            return Answer(name, "unmet", demand.unmet(said), ((policies[0], said),)), []
        reason = f"{demand.unseen} ({silent[0][1].note})" if silent else demand.unseen
        return Answer(name, "unseen", reason, silent), []
    good = [(p, said) for p, said in speaking if demand.holds(p, said, limits)]
    if good:
        return Answer(name, "met", demand.met(good[0][1]), tuple(good[:1])), [p for p, _ in good]
    return Answer(name, "unmet", demand.unmet(speaking[0][1]), tuple(speaking[:3])), []


def _idle(answer: Answer, idle: Sequence[Policy]) -> Answer:
    demand = DEMANDS[answer.demand]
    speaking = [(p, said) for p in idle if (said := p.says(demand.prop)) is not None]
    if not speaking:
        return answer
    text = f"{demand.met(speaking[0][1])}, but only by a policy that is not in force"
    return Answer(answer.demand, "unmet", text, tuple(speaking[:1]))


def _admins(protecting: list[list[Policy]], policies: Sequence[Policy]) -> Answer:
    """Say whether every met demand is met by a policy that also holds administrators."""
    unseen = not protecting
    for suppliers in protecting or [list(policies)]:
        said = [(p, bound) for p in suppliers if (bound := p.says(m.ADMINS_BOUND)) is not None]
        if any(bound.value for _, bound in said):
            continue
        if said:
            return Answer(ADMINS, "unmet", f"administrators are exempt{_why(said[0][1])}", tuple(said[:2]), True)
        unseen = True
    if unseen:
        return Answer(ADMINS, "unseen", "whether administrators are held to it")
    first = next(p for suppliers in protecting for p in suppliers if (b := p.says(m.ADMINS_BOUND)) and b.value)
    return Answer(ADMINS, "met", "administrators are held to it", ((first, first.properties[m.ADMINS_BOUND]),))


def _bypass(protecting: list[list[Policy]], limits: Limits, admins_apart: bool) -> Answer:
    for suppliers in protecting:
        trouble = [(p, _holes(p, limits, admins_apart)) for p in suppliers]
        if trouble and all(text for _, (text, _) in trouble):
            policy, (text, line) = trouble[0]
            return Answer(BYPASS, "unmet", text, ((policy, Property(False, line, text)),), True)
    return Answer(BYPASS, "met", "nobody is generally exempt")


def _holes(policy: Policy, limits: Limits, admins_apart: bool) -> tuple[str, int]:
    """Return who may always go past a policy, or that too many may in some way."""
    actors = [b for b in policy.bypass if not b.host]
    always = [b for b in actors if b.person and b.mode != "pull_request" and not (b.admin and admins_apart)]
    if always:
        return f"{_list(always)} may always bypass it", always[0].line
    if len(actors) > limits.bypass_actors:
        return f"{len(actors)} actors may bypass it: {_list(actors)}", actors[0].line
    return "", 0


def _list(actors: Sequence[Bypass]) -> str:
    names = [actor.who for actor in actors]
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
