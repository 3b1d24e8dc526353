"""The hosted service that runs the hooks of pre-commit on every merge request, where its file speaks to it."""

from __future__ import annotations

from qmslint.facts.base import Scan
from qmslint.facts.pipelines import reading, recipes
from qmslint.facts.pipelines.model import MERGE, PUSH, Call, Found, Job

_FILES = ("/.pre-commit-config.yaml", "/.pre-commit-config.yml")


def read(scan: Scan) -> list[Found]:
    """Return the run that the section ``ci`` of the configuration of hooks asks for, without the hooks it leaves out."""
    for path in scan.glob(*_FILES)[:1]:
        data = reading.mapping(reading.load(scan, path))
        if "ci" not in data:
            return []
        left_out = frozenset(reading.words(reading.mapping(data["ci"]).get("skip")))
        triggers = frozenset({MERGE, PUSH})
        found = Found("pre-commit.ci", path, path, triggers)
        job = Job("pre-commit.ci", data.line_of("ci"), path, triggers=triggers)
        job.calls = [
            Call(hook.place.line, script=f"pre-commit run {hook.id}", path=path)
            for hook in recipes.hooks(scan)
            if hook.id not in left_out
        ]
        found.jobs.append(job)
        return [found]
    return []
