"""Nothing reaches production unless somebody accountable, or a written delegation, lets it."""

from __future__ import annotations

import re

from qmslint.derive import option
from qmslint.facts.base import Scan
from qmslint.facts.documents import find
from qmslint.facts.gatekeepers import Gatekeeper, gatekeepers
from qmslint.facts.pipelines import EXPECTED, MERGE, Approval, Step, pipelines, spoken
from qmslint.facts.review import approval_policy
from qmslint.facts.topics import seen
from qmslint.model.evidence import Evidence, absent_at, in_file
from qmslint.model.outcome import Confidence, Outcome, conforming, nonconforming, not_assessable
from qmslint.quick import dataclass

NEEDS = frozenset({"tree", "text", "history"})
_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Params:
    """Steps that deploy wait for a person, or a written rule says what authorises them."""

    classes: tuple[str, ...] = option("Classes of steps that deploy (vocabulary `steps`).", ("deploy-service",))
    documents: tuple[str, ...] = option("Documents in which the rule may stand.", ("release-procedure",))
    topic: str = option("Topic whose sighting in such a document is the rule.", "deploy-authority")


@dataclass(frozen=True, slots=True)
class _Verdict:
    """How one step is held: ``person``, ``settings`` (only the platform knows), ``button`` or ``nothing``."""

    how: str
    evidence: tuple[Evidence, ...]


def check(params: Params, scan: Scan) -> Outcome:
    """Judge each deploying step; steps into environments that are named as trials do not count."""
    found = pipelines(scan)
    steps = [step for step in found.steps if step.classes & frozenset(params.classes)]
    trial = _trial(scan)
    real = [step for step in steps if step.triggers != {MERGE} and not trial.search(_names(step))]
    written = _written(params, scan)
    if not real:
        return _unseen(steps, written)
    judged = [(step, _judge(scan, step)) for step in real]
    held = [(step, verdict) for step, verdict in judged if verdict.how == "person"]
    open_ = [(step, verdict) for step, verdict in judged if verdict.how != "person"]
    measured = {"deploying": len(real), "held_by_a_person": len(held)}
    if not open_:
        return conforming(
            f"{len(held)} deploying steps wait for a person, first {_at(held[0][0])}", _cite(held), measured=measured
        )
    policy = approval_policy(scan)
    if written and policy is not None:
        message = f"it is written what authorises a deployment, and the policy of the branch asks for approval: {_at(real[0])}"
        return conforming(message, [written, *_cite(judged)], confidence=Confidence.MEDIUM, measured=measured)
    unknown = [(step, verdict) for step, verdict in open_ if verdict.how == "settings"]
    if len(unknown) == len(open_):
        names = sorted({step.environment for step, _ in unknown if "$" not in step.environment})
        which = f"environment {', '.join(names)}" if names else "environment that is chosen when it runs"
        text = f"who has to approve the {which} is a setting of the platform: commit it as code or add a dated export"
        return not_assessable("SETTINGS_ONLY", text, _cite(unknown))
    return _loose([pair for pair in open_ if pair[1].how != "settings"], written, policy is not None, measured)


def _loose(
    open_: list[tuple[Step, _Verdict]], written: Evidence | None, policy: bool, measured: dict[str, int]
) -> Outcome:
    first = open_[0][0]
    events = spoken(first.triggers, "events that are not seen")
    if open_[0][1].how == "button":
        message = f"{_at(first)} waits for a button; who may press it is not visible"
    else:
        message = f"{_at(first)} deploys on {events}; nothing visible authorises it"
    if policy:
        message += "; the branch asks for approval, but it is not written that a merge authorises a deployment"
    elif written:
        message += (
            f"; a rule is written ({written.path}:{written.line}), but no branch policy that enforces it is visible"
        )
    weak = policy or written or all(verdict.how == "button" for _, verdict in open_)
    evidence = [*_cite(open_), *([written] if written else [])]
    return nonconforming(message, evidence, "weak" if weak else "absent", measured=measured)


def _unseen(steps: list[Step], written: Evidence | None) -> Outcome:
    if steps:
        text = "only deployments into trial environments are seen; how production is reached is not in this repository"
        return not_assessable("NO_EVIDENCE_HERE", text, [in_file(s.path, s.line, s.environment) for s in steps[:5]])
    evidence = [written] if written else [absent_at(EXPECTED[0], "deploying step")]
    text = "no step that deploys was recognised: the deployment may be run elsewhere, declare where, or attest who authorises it"
    return not_assessable("NO_EVIDENCE_HERE", text, evidence, searched=EXPECTED)


def _judge(scan: Scan, step: Step) -> _Verdict:
    """Return the strongest thing that holds a step."""
    steps = [item for item in step.approvals if item.how == "step"]
    if steps:
        return _Verdict("person", tuple(_approval(item) for item in steps))
    name = step.environment.lower()
    # Which environment an expression means is known at run time only: any that is no trial may be meant.
    known = [
        item
        for item in gatekeepers(scan)
        if name and (item.environment in (name, "*") or ("$" in name and not _trial(scan).search(item.environment)))
    ]
    asked = [item for item in known if item.reviewers]
    if asked:
        return _Verdict("person", tuple(_gate(item) for item in asked))
    if any(item.how == "button" for item in step.approvals):
        return _Verdict("button", tuple(_approval(item) for item in step.approvals))
    if name and not known:
        return _Verdict("settings", tuple(_approval(item) for item in step.approvals))
    return _Verdict("nothing", tuple(_gate(item) for item in known))


def _written(params: Params, scan: Scan) -> Evidence | None:
    for key in params.documents:
        for item in find(scan, key):
            spot = seen(scan, item.document, [params.topic]).get(params.topic) if item.substantial else None
            if spot:
                return in_file(spot.path, spot.line, f"what authorises: {spot.text}")
    return None


def _trial(scan: Scan) -> re.Pattern[str]:
    names = "|".join(re.escape(str(word)) for word in scan.words("releases", "trial_environments"))
    return re.compile(rf"(?<![a-z])(?:{names})(?![a-z])")


def _names(step: Step) -> str:
    """Return the environment, or, where none is named, what job and step are called."""
    return (step.environment or f"{step.job} {step.name}").lower()


def _at(step: Step) -> str:
    return f"{step.path}:{step.line}"


def _approval(item: Approval) -> Evidence:
    return in_file(item.place.path, item.place.line, f"{item.how}: {item.name}")


def _gate(item: Gatekeeper) -> Evidence:
    note = (
        f"{item.reviewers} named for {item.environment}" if item.reviewers else f"nobody named for {item.environment}"
    )
    return in_file(item.path, item.line, note)


def _cite(judged: list[tuple[Step, _Verdict]]) -> list[Evidence]:
    found = []
    for step, verdict in judged[:_SHOWN]:
        note = f"{' '.join((step.what or step.tool).split())[:80]} on {spoken(step.triggers)}"
        found.append(in_file(step.path, step.line, note))
        found += verdict.evidence[:3]
    return list(dict.fromkeys(found))
