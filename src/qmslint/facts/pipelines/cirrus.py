"""Read the files of Cirrus CI."""

from __future__ import annotations

from qmslint.facts.base import Scan
from qmslint.facts.pipelines import reading
from qmslint.facts.pipelines.model import (
    PUSH,
    TAG,
    Bypass,
    Found,
    Job,
    Place,
)
from qmslint.facts.pipelines.scripts import EVERY, scripts


def read(scan: Scan) -> list[Found]:
    """Read ``.cirrus.yml``; branches and pull requests are built unless ``only_if`` says otherwise."""
    found = []
    for path in scan.glob("/.cirrus.yml", "/.cirrus.yaml"):
        document = reading.mapping(reading.load(scan, path))
        pipeline = Found("Cirrus CI", path, path, EVERY)
        for name, item in document.items():
            task = reading.mapping(item)
            if not str(name).endswith("task"):
                continue
            condition = str(task.get("only_if") or task.get("skip") or "")
            triggers = (
                frozenset({PUSH})
                if "only_if" in task and "CIRRUS_BRANCH ==" in condition and "CIRRUS_PR" not in condition
                else EVERY
            )
            triggers = frozenset({TAG}) if "only_if" in task and "CIRRUS_TAG" in condition else triggers
            job = Job(str(task.get("name") or name), document.line_of(name), path, triggers=triggers)
            if task.get("allow_failures") in (True, "true"):
                job.bypasses = (Bypass("allow_failures: true", Place(path, task.line_of("allow_failures"))),)
            for key, value in task.items():
                if str(key) == "script" or str(key).endswith("_script"):
                    for call in scripts(scan, value, task.line_of(key), path):
                        call.name = str(key).removesuffix("_script")
                        job.calls.append(call)
            pipeline.jobs.append(job)
        found.append(pipeline)
    return found
