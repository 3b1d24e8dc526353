"""Read the files of Tekton."""

from __future__ import annotations

from typing import Any

from qmslint.facts.base import Scan
from qmslint.facts.pipelines import reading
from qmslint.facts.pipelines.model import (
    MERGE,
    OTHER,
    PUSH,
    Approval,
    Bypass,
    Call,
    Found,
    Job,
    Place,
)
from qmslint.facts.pipelines.scripts import scripts


def read(scan: Scan) -> list[Found]:
    """Read Pipelines-as-Code runs in ``.tekton``; their annotations say on which events they run."""
    found = []
    for path in scan.glob("/.tekton/**/*.yaml", "/.tekton/**/*.yml"):
        for document in reading.load_all(scan, path):
            data = reading.mapping(document)
            if not str(data.get("apiVersion", "")).startswith("tekton.dev"):
                continue
            metadata = reading.mapping(data.get("metadata"))
            notes = " ".join(
                f"{k}: {v}"
                for k, v in reading.mapping(metadata.get("annotations")).items()
                if "on-event" in str(k) or "on-cel" in str(k) or "on-comment" in str(k)
            )
            triggers = (
                {MERGE} if "pull_request" in notes or "pull-request" in notes or "merge_request" in notes else set()
            )
            triggers |= {PUSH} if "push" in notes else set()
            pipeline = Found(
                "Tekton",
                str(metadata.get("name") or metadata.get("generateName") or path),
                path,
                frozenset(triggers or {OTHER}),
            )
            _tekton_tasks(scan, pipeline, data, path, 0)
            found.append(pipeline)
    return found


def _tekton_tasks(scan: Scan, pipeline: Found, data: Any, path: str, depth: int) -> None:
    """Collect steps wherever they are nested: runs, pipelines and tasks embed each other."""
    if depth > 12:
        return
    if isinstance(data, list):
        for item in data:
            _tekton_tasks(scan, pipeline, item, path, depth + 1)
        return
    source = reading.mapping(data)
    reference = reading.mapping(source.get("taskRef"))
    if reference:
        name = str(
            reference.get("name")
            or next(
                (
                    reading.mapping(p).get("value")
                    for p, _ in reading.items(reference.get("params"))
                    if reading.mapping(p).get("name") == "name"
                ),
                "",
            )
        )
        job = Job(str(source.get("name") or name), source.line, path, triggers=pipeline.triggers)
        if name == "approvaltask" or reference.get("kind") == "ApprovalTask":
            job.approvals = (Approval("step", name or "ApprovalTask", Place(path, source.line)),)
        elif source.get("onError") == "continue":
            job.bypasses = (Bypass("onError: continue", Place(path, source.line_of("onError"))),)
        job.calls.append(Call(source.line_of("taskRef"), action=name, kind="task", path=path))
        pipeline.jobs.append(job)
    if isinstance(source.get("steps"), list):
        job = Job(str(source.get("name") or "task"), source.line, path, triggers=pipeline.triggers)
        for item, line in reading.items(source["steps"]):
            step = reading.mapping(item)
            bypasses = (
                (Bypass("onError: continue", Place(path, step.line_of("onError"))),)
                if step.get("onError") == "continue"
                else ()
            )
            image = str(step.get("image") or "")
            if image:
                pipeline.images.append((image, Place(path, step.line_of("image"))))
            command = " ".join([*reading.words(step.get("command")), *reading.words(step.get("args"))])
            key = "script" if "script" in step else "command"
            for call in scripts(
                scan, step.get("script") or command or None, step.line_of(key) if key in step else line, path
            ):
                call.bypasses, call.name, call.image = bypasses, str(step.get("name") or ""), image
                job.calls.append(call)
        pipeline.jobs.append(job)
    for key, value in source.items():
        if key not in ("steps", "taskRef") and isinstance(value, (dict, list)):
            _tekton_tasks(scan, pipeline, value, path, depth + 1)
