"""Read the files of Drone and Woodpecker."""

from __future__ import annotations

from typing import Any

from qmslint.facts.base import Scan
from qmslint.facts.pipelines import reading
from qmslint.facts.pipelines.model import (
    MANUAL,
    MERGE,
    OTHER,
    PUSH,
    RELEASE,
    SCHEDULE,
    TAG,
    Bypass,
    Call,
    Found,
    Job,
    Place,
)
from qmslint.facts.pipelines.scripts import EVERY, scripts
from qmslint.lineyaml import Map

_EVENTS = {
    "pull_request": MERGE,
    "push": PUSH,
    "tag": TAG,
    "cron": SCHEDULE,
    "promote": OTHER,
    "deployment": OTHER,
    "manual": MANUAL,
    "release": RELEASE,
    "custom": MANUAL,
}


def read(scan: Scan) -> list[Found]:
    """Read Drone and Woodpecker pipelines; pushes and pull requests are built unless restricted."""
    found = []
    paths = scan.glob(
        "/.drone.yml",
        "/.drone.yaml",
        "/.woodpecker.yml",
        "/.woodpecker.yaml",
        "/.woodpecker/*.yml",
        "/.woodpecker/*.yaml",
    )
    for path in paths:
        system = "Woodpecker" if "woodpecker" in path else "Drone"
        for document in reading.load_all(scan, path):
            data = reading.mapping(document)
            if data.get("kind", "pipeline") != "pipeline" or not {"steps", "pipeline"} & data.keys():
                continue
            triggers = _drone_when(data.get("trigger", data.get("when")), EVERY)
            pipeline = Found(system, str(data.get("name") or path), path, triggers)
            steps = data.get("steps", data.get("pipeline"))
            pairs = list(steps.items()) if isinstance(steps, Map) else [("", item) for item, _ in reading.items(steps)]
            for name, item in pairs:
                step = reading.mapping(item)
                job = Job(
                    str(step.get("name") or name), step.line, path, triggers=_drone_when(step.get("when"), triggers)
                )
                if step.get("failure") == "ignore":
                    job.bypasses = (Bypass("failure: ignore", Place(path, step.line_of("failure"))),)
                if step.get("image"):
                    job.image = str(step["image"])
                    pipeline.images.append((job.image, Place(path, step.line_of("image"))))
                job.calls += scripts(scan, step.get("commands"), step.line_of("commands"), path)
                if not job.calls and job.image:
                    job.calls.append(Call(step.line_of("image"), action=job.image, kind="images", path=path))
                pipeline.jobs.append(job)
            found.append(pipeline)
    return found


def _drone_when(when: Any, base: frozenset[str]) -> frozenset[str]:
    found: set[str] = set()
    rules = list(reading.items(when))
    if not rules:
        return base
    for rule, _ in rules:
        options = reading.mapping(rule)
        events: Any = options.get("event")
        if isinstance(events, Map):
            left = set(base) | {TAG}
            found |= (
                left - {_EVENTS.get(word, OTHER) for word in reading.words(events.get("exclude"))}
                if "exclude" in events
                else {_EVENTS.get(word, OTHER) for word in reading.words(events.get("include"))}
            )
            continue
        named = {_EVENTS.get(word, OTHER) for word in reading.words(events)} or set(base)
        branches = options.get("branch")
        if branches is not None and PUSH in named and events is None:
            # In these systems `branch` is the target of a merge request.
            named = set(base)
        found |= named
    return frozenset(found)
