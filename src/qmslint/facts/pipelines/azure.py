"""Azure Pipelines: stages, jobs, deployments and local templates."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from typing import Any

from qmslint.facts.base import Scan
from qmslint.facts.pipelines import reading
from qmslint.facts.pipelines.conditions import Branch, decide
from qmslint.facts.pipelines.model import (
    MANUAL,
    MERGE,
    PUSH,
    SCHEDULE,
    TAG,
    Approval,
    Bypass,
    Call,
    External,
    Found,
    Job,
    Place,
)
from qmslint.lineyaml import Map

GLOBS = (
    "/azure-pipelines*.yml",
    "/azure-pipelines*.yaml",
    "/.azure-pipelines.yml",
    "/.azure-pipelines/*.yml",
    "/.azure-pipelines/*.yaml",
    "/azure-pipelines/*.yml",
    "/.azuredevops/**/*.yml",
    "/.azuredevops/**/*.yaml",
    "/.azdo/**/*.yml",
    "/.pipelines/*.yml",
    "/pipelines/azure*.yml",
    "/build/azure-pipelines*.yml",
    "/ci/azure-pipelines*.yml",
    "/eng/azure-pipelines*.yml",
)


def _values(reason: str, branch: Any, name: Any) -> Mapping[str, Any]:
    found = {"Build.Reason": reason, "Build.SourceBranch": branch, "Build.SourceBranchName": name}
    return {**{f"variables.{key}": value for key, value in found.items()}, **found}


SITUATIONS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "pr": (MERGE, _values("PullRequest", "refs/pull/1/merge", "merge")),
    "branch": (MERGE, _values("IndividualCI", Branch(False, "refs/heads/"), Branch(False))),
    "push": (PUSH, _values("IndividualCI", Branch(True, "refs/heads/"), Branch(True))),
    "tag": (TAG, _values("IndividualCI", "refs/tags/v1.0.0", "v1.0.0")),
    "schedule": (SCHEDULE, _values("Schedule", Branch(True, "refs/heads/"), Branch(True))),
    "manual": (MANUAL, _values("Manual", Branch(True, "refs/heads/"), Branch(True))),
}
_SCRIPTS = ("script", "bash", "pwsh", "powershell")


def read(scan: Scan) -> list[Found]:
    """Return the pipelines; files that only hold templates are read where they are used."""
    found = []
    for path in scan.glob(*GLOBS):
        document = reading.mapping(reading.load(scan, path))
        if "parameters" in document and not {"trigger", "pr", "schedules", "pool", "extends"} & document.keys():
            continue
        if {"stages", "jobs", "steps", "extends"} & document.keys():
            found.append(_Reader(scan, path).read(document))
    return found


def situations_of(document: Map) -> tuple[frozenset[str], bool]:
    """Return what starts a pipeline, and whether that it runs for pull requests is only the default."""
    found = {"manual"}
    trigger = document.get("trigger")
    pull = document.get("pr")
    if trigger is None and "trigger" not in document:
        found |= {"branch", "push"}
    elif trigger not in ("none", None):
        found |= _branches(trigger)
    if "pr" in document:
        found |= {"pr"} if pull not in ("none", None) else set()
    if "schedules" in document:
        found.add("schedule")
    unsure = "pr" not in document
    # Repositories of GitHub and Bitbucket build pull requests unless told otherwise; Azure Repos by a policy.
    return frozenset(found | ({"pr"} if unsure and trigger != "none" else set())), unsure


def _branches(trigger: Any) -> set[str]:
    options = reading.mapping(trigger)
    named = options.get("branches")
    include = reading.words(reading.mapping(named).get("include")) if isinstance(named, Map) else reading.words(named)
    if not options:
        include = reading.words(trigger)
    tags = "tags" in options
    if tags and not include:
        return {"tag"}
    wide = not include or bool({"*", "refs/heads/*"} & set(include))
    return ({"branch", "push"} if wide else {"push"}) | ({"tag"} if tags else set())


class _Reader:
    def __init__(self, scan: Scan, path: str) -> None:
        self.scan = scan
        self.pipeline = Found("Azure Pipelines", path, path, frozenset())
        self.count = 0

    def read(self, document: Map) -> Found:
        situations, unsure = situations_of(document)
        self.pipeline.unsure = unsure
        self.pipeline.triggers = _triggers(situations)
        path = self.pipeline.path
        extends = reading.mapping(document.get("extends"))
        if extends:
            self.template(extends, document.line_of("extends"), path, situations, None)
            parameters = reading.mapping(extends.get("parameters"))
            document = Map(document.line) | document | parameters  # type: ignore[assignment]
            document = _as_map(document)
        self.stages(document, path, situations)
        return self.pipeline

    def stages(self, document: Map, path: str, situations: frozenset[str]) -> None:
        for item, line in reading.items(document.get("stages")):
            stage = reading.mapping(item)
            if "template" in stage:
                self.template(stage, line, path, situations, None)
                continue
            mine = _restricted(situations, stage.get("condition"))
            self.jobs(stage.get("jobs"), path, mine, _bypasses(stage, path, mine))
        self.jobs(document.get("jobs"), path, situations, ())
        if "steps" in document:
            job = Job(path, document.line_of("steps"), path, triggers=_triggers(situations))
            self.pipeline.jobs.append(job)
            self.steps(document.get("steps"), path, job, situations)

    def jobs(self, data: Any, path: str, situations: frozenset[str], bypasses: tuple[Bypass, ...]) -> None:
        for item, line in reading.items(data):
            source = reading.mapping(item)
            if "template" in source:
                self.template(source, line, path, situations, None)
                continue
            name = str(source.get("job") or source.get("deployment") or source.get("displayName") or "job")
            mine = _restricted(situations, source.get("condition"))
            job = Job(name, line, path, triggers=_triggers(mine), bypasses=bypasses + _bypasses(source, path, mine))
            job.label = str(source.get("displayName") or "")
            job.needs = reading.words(source.get("dependsOn"))
            environment = source.get("environment")
            job.environment = (
                str(reading.mapping(environment).get("name") or "")
                if isinstance(environment, Map)
                else str(environment or "")
            )
            if job.environment:
                job.approvals = (Approval("environment", job.environment, Place(path, source.line_of("environment"))),)
            container = source.get("container")
            image = reading.mapping(container).get("image") if isinstance(container, Map) else container
            if (image and "/" in str(image)) or ":" in str(image or ""):
                job.image = str(image)
                self.pipeline.images.append((job.image, Place(path, source.line_of("container"))))
            self.pipeline.jobs.append(job)
            self.steps(source.get("steps"), path, job, mine)
            for strategy in reading.mapping(source.get("strategy")).values():
                for phase in reading.mapping(strategy).values():
                    self.steps(reading.mapping(phase).get("steps"), path, job, mine)

    def steps(self, data: Any, path: str, job: Job, situations: frozenset[str]) -> None:
        lines = (self.scan.text(path) or "").split("\n")
        for item, line in reading.items(data):
            step = reading.mapping(item)
            key = next((str(name) for name in step if str(name).startswith(("${{ if", "${{if", "${{ each"))), "")
            if key and isinstance(step[key], list):
                self.steps(
                    step[key],
                    path,
                    job,
                    _restricted(situations, key.removeprefix("${{").replace(" if ", " ").rstrip("}"))
                    if " if " in key
                    else situations,
                )
                continue
            if "template" in step:
                self.template(step, line, path, situations, job)
                continue
            mine = _restricted(situations, step.get("condition"))
            call = Call(
                line, name=str(step.get("displayName") or ""), path=path, triggers=_triggers(mine), image=job.image
            )
            call.bypasses = _bypasses(step, path, mine)
            call.folder = str(step.get("workingDirectory") or "")
            script = next((name for name in _SCRIPTS if name in step), "")
            if script:
                call.script = str(step[script] or "")
                call.line = reading.first_line(lines, step.line_of(script))
                # `script:` and `bash:` run without -e: the last command decides, as far as nobody sets it.
                job.calls.append(call)
            elif "task" in step:
                call.line = step.line_of("task")
                self.task(step, call, job, path)

    def task(self, step: Map, call: Call, job: Job, path: str) -> None:
        call.action = str(step["task"])
        call.kind = "azure_tasks"
        call.inputs = reading.texts(step.get("inputs"))
        self.pipeline.versions.append((call.action, Place(path, call.line)))
        name = call.action.split("@")[0]
        if name in ("ManualValidation", "ManualIntervention"):
            approval = Approval("step", call.action, Place(path, call.line))
            job.approvals += (approval,)
            return
        if name in ("Bash", "CmdLine", "PowerShell", "ShellScript", "AzureCLI", "AzurePowerShell", "BatchScript"):
            inner = call.inputs.get("script") or call.inputs.get("inlineScript") or call.inputs.get("Inline") or ""
            inner = (
                inner
                or call.inputs.get("filePath")
                or call.inputs.get("scriptPath")
                or call.inputs.get("filename")
                or ""
            )
            call.script, call.action = inner, ""
            source = reading.mapping(step.get("inputs"))
            call.line = next((source.line_of(k) for k in ("script", "inlineScript") if k in source), call.line)
        job.calls.append(call)

    def template(self, data: Map, line: int, path: str, situations: frozenset[str], job: Job | None) -> None:
        name = str(data.get("template") or "")
        self.count += 1
        if "@" in name:
            self.pipeline.externals.append(External(name, Place(path, line)))
            target = job or Job(name, line, path, triggers=_triggers(situations))
            target.calls.append(
                Call(
                    line,
                    action=name,
                    kind="external",
                    inputs=reading.texts(data.get("parameters")),
                    path=path,
                    unsure=True,
                )
            )
            if job is None:
                self.pipeline.jobs.append(target)
            return
        inner = posixpath.normpath(
            name.lstrip("/") if name.startswith("/") else posixpath.join(posixpath.dirname(path), name)
        )
        if inner not in self.scan.snapshot or self.count > 200:
            return
        document = reading.mapping(reading.load(self.scan, inner))
        if job is not None:
            self.steps(document.get("steps"), inner, job, situations)
        else:
            self.stages(document, inner, situations)


def _as_map(data: Mapping[Any, Any]) -> Map:
    result = Map()
    result.update(data)
    return result


def _triggers(situations: frozenset[str]) -> frozenset[str]:
    return frozenset(SITUATIONS[name][0] for name in situations)


def _restricted(situations: frozenset[str], condition: Any) -> frozenset[str]:
    if condition is None:
        return situations
    return frozenset(name for name in situations if decide(condition, SITUATIONS[name][1]) is not False)


def _bypasses(data: Map, path: str, situations: frozenset[str]) -> tuple[Bypass, ...]:
    found = []
    value = data.get("continueOnError", reading.mapping(data.get("inputs")).get("continueOnError"))
    if value in (True, "true"):
        found.append(Bypass("continueOnError: true", Place(path, data.line_of("continueOnError"))))
    if (
        "condition" in data
        and decide(data["condition"], {}) is False
        and str(data["condition"]).strip().lower() in ("false", "false()")
    ):
        found.append(Bypass("condition: false", Place(path, data.line_of("condition"))))
    if data.get("enabled") in (False, "false"):
        found.append(Bypass("enabled: false", Place(path, data.line_of("enabled"))))
    return tuple(found)
