"""Read the files of Buildkite."""

from __future__ import annotations

from typing import Any

from qmslint.facts.base import Scan
from qmslint.facts.pipelines import reading
from qmslint.facts.pipelines.model import (
    PUSH,
    TAG,
    Approval,
    Bypass,
    Call,
    Found,
    Job,
    Place,
)
from qmslint.facts.pipelines.scripts import EVERY, scripts
from qmslint.lineyaml import Map


def read(scan: Scan) -> list[Found]:
    """Read Buildkite pipelines; every pushed branch is built."""
    found = []
    for path in scan.glob("/.buildkite/*.yml", "/.buildkite/*.yaml", "/.buildkite/pipelines/*.yml"):
        document = reading.load(scan, path)
        steps = reading.mapping(document).get("steps") if isinstance(document, Map) else document
        if not isinstance(steps, list):
            continue
        pipeline = Found("Buildkite", path, path, EVERY)
        _buildkite_steps(scan, pipeline, steps, path, ())
        found.append(pipeline)
    return found


def _buildkite_steps(scan: Scan, pipeline: Found, steps: Any, path: str, approvals: tuple[Approval, ...]) -> None:
    for item, line in reading.items(steps):
        step = reading.mapping(item)
        if "block" in step or "input" in step or item in ("block", "input"):
            approvals += (Approval("step", str(step.get("block") or step.get("input") or "block"), Place(path, line)),)
            continue
        if "steps" in step:
            _buildkite_steps(scan, pipeline, step["steps"], path, approvals)
            continue
        name = str(step.get("label") or step.get("name") or step.get("key") or "step")
        branches = str(step.get("branches") or "")
        condition = str(step.get("if") or "")
        triggers = EVERY if (not branches or "*" in branches or branches.startswith("!")) else frozenset({PUSH})
        if "build.branch ==" in condition or "build.pull_request.id == null" in condition:
            triggers = frozenset({PUSH})
        if "build.tag" in condition and "build.tag == null" not in condition:
            triggers = frozenset({TAG})
        job = Job(name, line, path, triggers=triggers, approvals=approvals)
        if step.get("soft_fail") not in (None, False):
            job.bypasses = (
                Bypass("soft_fail", Place(path, step.line_of("soft_fail")), step.get("soft_fail") is not True),
            )
        for key in ("command", "commands"):
            job.calls += scripts(scan, step.get(key), step.line_of(key), path)
        for plugin, at in reading.items(step.get("plugins")):
            for full in reading.words(plugin):
                pipeline.versions.append((full, Place(path, at)))
                job.calls.append(Call(at, action=full.split("#")[0], kind="images", path=path))
        pipeline.jobs.append(job)
