"""From what a dialect read to steps: recognise every call and join what its job and pipeline say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from qmslint.facts.base import Scan
from qmslint.facts.pipelines.calls import known as known_of
from qmslint.facts.pipelines.known import Known
from qmslint.facts.pipelines.model import MERGE, Approval, Call, Found, Job, Pipeline, Step
from qmslint.facts.pipelines.vocabulary import vocabulary
from qmslint.model.outcome import Confidence
from qmslint.quick import regex

_BEFORE = 500
_REMOTE = frozenset({"ssh", "scp", "rsync", "sshpass", "sftp", "lftp"})
_TRIAL = regex(
    r"test|e2e|integration|preview|review|kind|minikube|acceptance|molecule|smoke|lint|check|pull|\bpr\b|dry", re.I
)
_CLEAR = regex(r"deploy|prod|staging|release|rollout", re.I)


def pipeline(scan: Scan, found: Found) -> Pipeline:
    """Return a pipeline with its steps recognised."""
    steps: list[Step] = []
    approvals = {
        job.name: steps_of for job in found.jobs if (steps_of := [a for a in job.approvals if a.how == "step"])
    }
    needs = {job.name: job.needs for job in found.jobs}
    for job in found.jobs:
        # Most pipelines ask nobody in a job of its own: then there is nothing to follow.
        before = _before(job.name, needs) if approvals else ()
        asked = job.approvals + tuple(a for name in before for a in approvals.get(name, ()))
        vocab = vocabulary(scan)
        known = [(call, list(known_of(scan, vocab, call))) for call in job.calls]
        # What was recognised in a job is what its name speaks of; the name says nothing of its other steps.
        explained = any(item.classes for _, items in known for item in items)
        own: list[Step] = []
        for call, items in known:
            names = vocab.name(call.name)
            if not names and not explained:
                names = vocab.name(job.name) or vocab.name(job.label)
            own += _steps(scan, found, job, call, items, names, asked)
        steps += _sites(_trials(own, job))
    return Pipeline(
        found.system,
        found.name,
        found.path,
        found.triggers,
        tuple(step for step in steps if step.classes or step.indicated),
        tuple(found.externals),
        tuple(found.versions),
        tuple(found.images),
        tuple(step for step in steps if not step.classes and not step.indicated),
    )


def _before(name: str, needs: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Return the jobs that have to end before one, at most :data:`_BEFORE`."""
    found: dict[str, None] = {}
    todo = list(needs.get(name, ()))
    while todo and len(found) < _BEFORE:
        item = todo.pop()
        if item not in found and item != name:
            found[item] = None
            todo += needs.get(item, ())
    return tuple(found)


def _trials(steps: list[Step], job: Job) -> list[Step]:
    """Take what is deployed to a cluster that the same job has just made for a trial, unless its place is named."""
    made = next((at for at, step in enumerate(steps) if "trial-cluster" in step.classes), len(steps))
    if job.environment or made == len(steps):
        return steps
    return [
        _with(step, (step.classes - {"deploy-service", "deploy"}) | {"deploy-trial"})
        if at > made and "deploy-service" in step.classes
        else step
        for at, step in enumerate(steps)
    ]


def _sites(steps: list[Step]) -> list[Step]:
    """Take the publication of pages built in the same job for what it is: no running environment."""
    if not any("docs" in step.classes for step in steps):
        return steps
    return [
        _with(s, (s.classes - {"deploy-service"}) | {"deploy-site"}) if "deploy-service" in s.classes else s
        for s in steps
    ]


def _with(step: Step, classes: frozenset[str]) -> Step:
    from dataclasses import replace

    return replace(step, classes=classes)


def _steps(
    scan: Scan,
    found: Found,
    job: Job,
    call: Call,
    known: Sequence[Known],
    names: frozenset[str],
    approvals: tuple[Approval, ...],
) -> Iterator[Step]:
    triggers = job.triggers & call.triggers if call.triggers is not None else job.triggers
    recognised = frozenset(item for item in known if item.classes)
    wording = f"{call.name} {job.name} {job.label} {job.environment}"
    for item in known:
        indicated = item.indicated | (names if not recognised else frozenset())
        classes = _deployment(item, wording, found, job, triggers)
        unsure = found.unsure or job.unsure or call.unsure or not item.sure
        bypasses = (*job.bypasses, *call.bypasses, *((item.bypass,) if item.bypass else ()))
        yield Step(
            system=found.system,
            pipeline=found.name,
            job=job.name,
            name=call.name or job.label,
            path=call.path or job.path,
            line=call.line + item.line,
            what=" ".join(item.text.split())[:160].replace("$EXPRESSION", "${{ … }}"),
            tool=item.tool,
            classes=classes,
            indicated=indicated - classes,
            triggers=triggers,
            confidence=Confidence.MEDIUM if unsure else Confidence.HIGH,
            bypasses=tuple(bypasses),
            approvals=approvals,
            environment=job.environment,
            via=item.via,
            origin=item.origin,
            languages=_languages(scan, item, call),
            image=item.image or call.image or job.image,
            words=item.words,
            inputs=MappingProxyType(dict(call.inputs)),
        )


def _deployment(item: Known, wording: str, found: Found, job: Job, triggers: frozenset[str]) -> frozenset[str]:
    """Tell a deployment to a running environment from trials of one, and recognise copying to a host."""
    classes = item.classes
    if item.tool in _REMOTE and re.search(r"deploy|release to|rollout", f"{wording} {found.name}", re.I):
        classes |= {"deploy", "deploy-service"}
    if "deploy-service" in classes and job.environment == "github-pages":
        classes = (classes - {"deploy-service"}) | {"deploy-site"}
    if "deploy-service" in classes and not job.environment:
        clear = _CLEAR.search(wording)
        # Where the server decides what is built, a merge request among the triggers is only a guess.
        guessed = (found.unsure or job.unsure) and clear
        if (MERGE in triggers and not guessed) or (_TRIAL.search(wording) and not clear):
            classes = (classes - {"deploy-service", "deploy"}) | {"deploy-trial"}
    return classes


def _languages(scan: Scan, item: Known, call: Call) -> tuple[str, ...]:
    if call.languages is not None and "sast" in item.classes:
        table = scan.words("steps", "codeql_languages")
        return tuple(
            dict.fromkeys(language for word in call.languages for language in table.get(word.lower(), [word.lower()]))
        ) or ("none",)
    return tuple(scan.words("steps", "tool_languages").get(item.tool, ()))
