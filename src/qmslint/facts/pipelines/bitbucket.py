"""Read the files of Bitbucket Pipelines."""

from __future__ import annotations

from typing import Any

from qmslint.facts.base import Scan
from qmslint.facts.pipelines import reading
from qmslint.facts.pipelines.model import (
    MANUAL,
    MERGE,
    OTHER,
    PUSH,
    TAG,
    Approval,
    Bypass,
    Call,
    Found,
    Job,
    Place,
)
from qmslint.facts.pipelines.scripts import EVERY
from qmslint.lineyaml import Map


def read(scan: Scan) -> list[Found]:
    """Read ``bitbucket-pipelines.yml``: default, branches, tags, pull requests and custom pipelines."""
    found = []
    for path in scan.glob("/bitbucket-pipelines.yml"):
        document = reading.mapping(reading.load(scan, path))
        sections = reading.mapping(document.get("pipelines"))
        kinds = {
            "default": EVERY,
            "pull-requests": frozenset({MERGE}),
            "tags": frozenset({TAG}),
            "custom": frozenset({MANUAL}),
            "branches": frozenset({PUSH}),
        }
        for section, value in sections.items():
            triggers = kinds.get(str(section), frozenset({OTHER}))
            groups = [(str(section), value)] if section == "default" else list(reading.mapping(value).items())
            for name, steps in groups:
                wide = section == "branches" and name in ("*", "**")
                pipeline = Found("Bitbucket Pipelines", f"{section} {name}", path, EVERY if wide else triggers)
                _bitbucket_steps(scan, pipeline, steps, path, document)
                found.append(pipeline)
    return found


def _bitbucket_steps(scan: Scan, pipeline: Found, steps: Any, path: str, document: Map) -> None:
    asked: tuple[Approval, ...] = ()
    for item, line in reading.items(steps):
        data = reading.mapping(item)
        for key in ("parallel", "stage"):
            if key in data:
                inner = data[key] if not isinstance(data[key], Map) else data[key].get("steps")
                _bitbucket_steps(scan, pipeline, inner, path, document)
        step = reading.mapping(data.get("step"))
        if not step:
            continue
        if step.get("trigger") == "manual":
            asked += (Approval("button", "trigger: manual", Place(path, step.line_of("trigger"))),)
        job = Job(str(step.get("name") or "step"), line, path, triggers=pipeline.triggers, approvals=asked)
        job.environment = str(step.get("deployment") or "")
        if job.environment:
            job.approvals += (Approval("environment", job.environment, Place(path, step.line_of("deployment"))),)
        if reading.mapping(step.get("on-fail")).get("strategy") == "ignore":
            job.bypasses = (Bypass("on-fail: strategy: ignore", Place(path, step.line_of("on-fail"))),)
        image = step.get("image", document.get("image"))
        name = reading.mapping(image).get("name") if isinstance(image, Map) else image
        if name:
            pipeline.images.append((str(name), Place(path, (step if "image" in step else document).line_of("image"))))
        lines = (scan.text(path) or "").split("\n")
        for command, at in reading.items(step.get("script")):
            pipe = reading.mapping(command).get("pipe")
            if pipe:
                pipeline.versions.append((str(pipe), Place(path, at)))
                job.calls.append(Call(at, action=str(pipe), kind="pipe", path=path))
            elif isinstance(command, str):
                job.calls.append(Call(reading.first_line(lines, at), script=command, path=path))
        pipeline.jobs.append(job)
