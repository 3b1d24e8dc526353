"""CircleCI: workflows, jobs, reusable commands and orbs."""

from __future__ import annotations

from typing import Any

from qmslint.facts.base import Scan
from qmslint.facts.pipelines import reading
from qmslint.facts.pipelines.model import MERGE, PUSH, SCHEDULE, TAG, Approval, Call, Found, Job, Place
from qmslint.lineyaml import Map

_EVERY = frozenset({MERGE, PUSH})


def read(scan: Scan) -> list[Found]:
    """Return the workflows of ``.circleci``; every pushed branch is built, which is how merge requests are."""
    found = []
    for path in scan.glob("/.circleci/*.yml", "/.circleci/*.yaml", "/circle.yml"):
        document = reading.mapping(reading.load(scan, path))
        if {"jobs", "workflows"} & document.keys():
            found.append(_Reader(scan, path, document).read())
    return found


class _Reader:
    def __init__(self, scan: Scan, path: str, document: Map) -> None:
        self.scan = scan
        self.path = path
        self.document = document
        self.lines = (scan.text(path) or "").split("\n")
        self.pipeline = Found("CircleCI", path, path, frozenset())

    def read(self) -> Found:
        for name, version in reading.mapping(self.document.get("orbs")).items():
            if isinstance(version, str):
                self.pipeline.versions.append((version, Place(self.path, self.document["orbs"].line_of(name))))
        workflows = reading.mapping(self.document.get("workflows"))
        for name, data in workflows.items():
            if isinstance(data, Map):
                self.workflow(str(name), data)
        if not any(isinstance(value, Map) for value in workflows.values()):
            for name in reading.mapping(self.document.get("jobs")):
                self.job(str(name), Map(), _EVERY, {}, self.document["jobs"].line_of(name))
        self.pipeline.triggers = frozenset(t for job in self.pipeline.jobs for t in job.triggers)
        return self.pipeline

    def workflow(self, name: str, data: Map) -> None:
        scheduled = any("schedule" in reading.mapping(item) for item, _ in reading.items(data.get("triggers")))
        base = frozenset({SCHEDULE}) if scheduled else _EVERY
        approvals: dict[str, tuple[Approval, ...]] = {}
        triggers: dict[str, frozenset[str]] = {}
        for item, line in reading.items(data.get("jobs")):
            if isinstance(item, Map) and item:
                (job, options) = next(iter(item.items()))
            else:
                job, options = item, Map(line)
            options = reading.mapping(options)
            label = str(options.get("name") or job)
            mine = _filtered(options, base)
            asked: tuple[Approval, ...] = ()
            for need in reading.words(options.get("requires")):
                asked += approvals.get(need, ())
                mine = mine & triggers.get(need, mine)
            if options.get("type") == "approval":
                asked += (Approval("step", label, Place(self.path, line)),)
            else:
                self.job(str(job), options, mine, {label: asked}, line)
            approvals[label], triggers[label] = asked, mine

    def job(
        self, name: str, options: Map, triggers: frozenset[str], asked: dict[str, tuple[Approval, ...]], line: int
    ) -> None:
        definition = reading.mapping(reading.mapping(self.document.get("jobs")).get(name))
        jobs = self.document.get("jobs")
        at = jobs.line_of(name) if isinstance(jobs, Map) and name in jobs else line
        job = Job(next(iter(asked), name), at, self.path, triggers=triggers, approvals=next(iter(asked.values()), ()))
        if not definition and "/" in name:
            job.calls.append(Call(line, action=name, kind="orbs", inputs=reading.texts(options), path=self.path))
        self.images(definition, job)
        folder = str(definition.get("working_directory") or "")
        self.steps(definition.get("steps"), job, "" if folder.startswith(("~", "/", "<")) else folder, 0, {})
        self.pipeline.jobs.append(job)

    def images(self, definition: Map, job: Job) -> None:
        executor = definition.get("executor")
        name = executor.get("name") if isinstance(executor, dict) else executor
        source = reading.mapping(reading.mapping(self.document.get("executors")).get(name)) if name else definition
        for item, line in reading.items(source.get("docker")):
            image = reading.mapping(item).get("image")
            if image:
                job.image = job.image or str(image)
                self.pipeline.images.append((str(image), Place(self.path, line)))

    def steps(self, data: Any, job: Job, folder: str, depth: int, parameters: dict[str, str]) -> None:
        for item, line in reading.items(data):
            if isinstance(item, str):
                self.named(item, Map(line), line, job, folder, depth)
            for key, value in reading.mapping(item).items():
                if key == "run":
                    self.run(value, line, item, job, folder, parameters)
                elif key in ("when", "unless"):
                    self.steps(reading.mapping(value).get("steps"), job, folder, depth, parameters)
                else:
                    self.named(str(key), reading.mapping(value), line, job, folder, depth)

    def run(self, value: Any, line: int, item: Map, job: Job, folder: str, parameters: dict[str, str]) -> None:
        data = reading.mapping(value)
        script = str(data.get("command") or "") if data else str(value or "")
        for name, text in parameters.items():
            script = script.replace("<< parameters." + name + " >>", text).replace("<<parameters." + name + ">>", text)
        at = data.line_of("command") if "command" in data else item.line_of("run")
        call = Call(
            reading.first_line(self.lines, at),
            script=script,
            name=str(data.get("name") or ""),
            path=self.path,
            image=job.image,
        )
        call.folder = str(data.get("working_directory") or folder)
        if call.folder.startswith(("~", "/", "<")):
            call.folder = ""
        job.calls.append(call)

    def named(self, name: str, options: Map, line: int, job: Job, folder: str, depth: int) -> None:
        commands = reading.mapping(self.document.get("commands"))
        if name in commands and depth < 6:
            self.steps(reading.mapping(commands[name]).get("steps"), job, folder, depth + 1, reading.texts(options))
        elif "/" in name:
            job.calls.append(Call(line, action=name, kind="orbs", inputs=reading.texts(options), path=self.path))


def _filtered(options: Map, base: frozenset[str]) -> frozenset[str]:
    filters = reading.mapping(options.get("filters"))
    branches, tags = reading.mapping(filters.get("branches")), reading.mapping(filters.get("tags"))
    found = set(base)
    only, ignored = reading.words(branches.get("only")), reading.words(branches.get("ignore"))
    if only and not any(word in ("/.*/", "/.+/", "*") for word in only):
        found.discard(MERGE)
    if ignored:
        found -= {MERGE, PUSH} if any(word in ("/.*/", "/.+/") for word in ignored) else {PUSH}
    if tags:
        found.add(TAG)
    return frozenset(found)
