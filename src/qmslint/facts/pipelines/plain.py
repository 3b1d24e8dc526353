"""Read CI systems of a simple shape, and name those that are not read."""

from __future__ import annotations

from typing import Any

from qmslint.facts.base import Scan
from qmslint.facts.pipelines import reading
from qmslint.facts.pipelines.model import (
    PUSH,
    Call,
    Found,
    Job,
)
from qmslint.facts.pipelines.scripts import EVERY, scripts
from qmslint.lineyaml import Map

_PLAIN: tuple[tuple[str, tuple[str, ...], frozenset[str], bool], ...] = (
    ("AppVeyor", ("/appveyor.yml", "/.appveyor.yml"), EVERY, False),
    ("SourceHut", ("/.build.yml", "/.builds/*.yml"), EVERY, True),
    ("Semaphore", ("/.semaphore/*.yml",), EVERY, False),
    ("Cloud Build", ("/cloudbuild.y*ml", "/cloudbuild/*.y*ml"), frozenset({PUSH}), True),
    ("CodeBuild", ("/buildspec*.y*ml",), frozenset({PUSH}), True),
    ("Concourse", ("/ci/pipeline.yml", "/concourse/*.yml", "/.concourse/*.yml"), frozenset({PUSH}), True),
    ("Harness", ("/.harness/**/*.yaml",), frozenset({PUSH}), True),
)
_KEYS = frozenset(
    {
        "script",
        "scripts",
        "commands",
        "command",
        "run",
        "build_script",
        "test_script",
        "install",
        "before_build",
        "after_build",
        "before_test",
        "deploy_script",
        "tasks",
        "test",
        "build",
        "args",
        "on_success",
    }
)
UNREAD = (
    "/.teamcity/**",
    "/bamboo-specs/**",
    "*.gocd.yaml",
    "/.drone.star",
    "/.drone.jsonnet",
    "/.ci-operator.yaml",
    "/prow/**",
    "/.prow/*.yaml",
    "/.prow.yaml",
    "/.ci/*.groovy",
    "/codefresh.yml",
    "/.screwdriver.yaml",
    "/wercker.yml",
    "/shippable.yml",
    "/.builder.yml",
)
"""Files of CI systems that are known by name and not read."""


def read(scan: Scan) -> list[Found]:
    """Read systems of a simple shape: every text below a key that holds commands."""
    found = []
    for system, globs, triggers, unsure in _PLAIN:
        for path in scan.glob(*globs):
            pipeline = Found(system, path, path, triggers, unsure=unsure)
            for document in reading.load_all(scan, path):
                _collect(scan, pipeline, document, path, "", 0, 0)
            if pipeline.jobs:
                found.append(pipeline)
    return found


def _collect(scan: Scan, pipeline: Found, data: Any, path: str, key: str, line: int, depth: int) -> None:
    if depth > 14:
        return
    if isinstance(data, list) and key in _KEYS and all(isinstance(item, str) for item in data):
        job = Job(key, line, path, triggers=pipeline.triggers, unsure=pipeline.unsure)
        if key == "args":
            job.calls.append(Call(line, script=" ".join(str(item) for item in data), path=path))
        else:
            job.calls += scripts(scan, data, line, path)
        pipeline.jobs.append(job)
    elif isinstance(data, list):
        for index, item in enumerate(data):
            at = data.line_of(index) if hasattr(data, "line_of") else line
            _collect(scan, pipeline, item, path, key, at, depth + 1)
    elif isinstance(data, Map):
        for name, value in data.items():
            below = key if key in _KEYS and str(name) in ("cmd", "sh", "ps", "pwsh", "command") else str(name)
            _collect(scan, pipeline, value, path, below, data.line_of(name), depth + 1)
    elif isinstance(data, str) and key in _KEYS:
        job = Job(key, line, path, triggers=pipeline.triggers, unsure=pipeline.unsure)
        job.calls += scripts(scan, data, line, path)
        pipeline.jobs.append(job)
