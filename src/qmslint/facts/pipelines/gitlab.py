"""GitLab CI: local includes and ``extends`` are resolved, offered templates are recognised by name."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from typing import Any

from qmslint.facts.base import Scan
from qmslint.facts.pipelines import reading
from qmslint.facts.pipelines.conditions import Branch, decide
from qmslint.facts.pipelines.gitlab_values import expand, overrides
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
from qmslint.lineyaml import Map, Seq

_GLOBAL = frozenset(
    ("include", "stages", "variables", "default", "workflow", "image", "services", "before_script", "after_script",
     "cache", "spec", "pages:deploy")
)  # fmt: skip
_SETTINGS = {"CI": "true", "GITLAB_CI": "true", "CI_DEFAULT_BRANCH": Branch(True)}
SITUATIONS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "merge_requests": (MERGE, {**_SETTINGS, "CI_PIPELINE_SOURCE": "merge_request_event", "CI_MERGE_REQUEST_ID": "1", "CI_MERGE_REQUEST_IID": "1", "CI_COMMIT_BRANCH": None, "CI_COMMIT_TAG": None, "CI_COMMIT_REF_NAME": Branch(False), "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": Branch(True), "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": Branch(False)}),
    "branch": (MERGE, {**_SETTINGS, "CI_PIPELINE_SOURCE": "push", "CI_COMMIT_BRANCH": Branch(False), "CI_COMMIT_TAG": None, "CI_COMMIT_REF_NAME": Branch(False), "CI_MERGE_REQUEST_ID": None, "CI_MERGE_REQUEST_IID": None, "CI_OPEN_MERGE_REQUESTS": None}),
    "push": (PUSH, {**_SETTINGS, "CI_PIPELINE_SOURCE": "push", "CI_COMMIT_BRANCH": Branch(True), "CI_COMMIT_TAG": None, "CI_COMMIT_REF_NAME": Branch(True), "CI_MERGE_REQUEST_ID": None, "CI_MERGE_REQUEST_IID": None, "CI_OPEN_MERGE_REQUESTS": None}),
    "tags": (TAG, {**_SETTINGS, "CI_PIPELINE_SOURCE": "push", "CI_COMMIT_BRANCH": None, "CI_COMMIT_TAG": "v1.0.0", "CI_COMMIT_REF_NAME": "v1.0.0", "CI_MERGE_REQUEST_ID": None, "CI_MERGE_REQUEST_IID": None}),
    "schedules": (SCHEDULE, {**_SETTINGS, "CI_PIPELINE_SOURCE": "schedule", "CI_COMMIT_BRANCH": Branch(True), "CI_COMMIT_TAG": None, "CI_COMMIT_REF_NAME": Branch(True), "CI_MERGE_REQUEST_ID": None, "CI_MERGE_REQUEST_IID": None}),
    "web": (MANUAL, {**_SETTINGS, "CI_PIPELINE_SOURCE": "web", "CI_COMMIT_TAG": None, "CI_MERGE_REQUEST_ID": None, "CI_MERGE_REQUEST_IID": None}),
}  # fmt: skip
_LIMIT = 60


def read(scan: Scan) -> list[Found]:
    """Return the pipelines of ``.gitlab-ci.yml`` and the child pipelines it starts."""
    found: list[Found] = []
    for path in (".gitlab-ci.yml", ".gitlab-ci.yaml"):
        if path in scan.snapshot:
            _Reader(scan, path, found).read(frozenset(SITUATIONS))
    return found


class _Reader:
    def __init__(self, scan: Scan, path: str, out: list[Found], seen: frozenset[str] = frozenset()) -> None:
        self.scan = scan
        self.path = path
        self.out = out
        self.pipeline = Found("GitLab CI", path, path, frozenset())
        self.jobs: dict[str, tuple[Map, str, int]] = {}
        self.globals: Map = Map()
        self.templates: list[tuple[str, Place]] = []
        self.files: list[str] = []
        self.seen = seen

    def read(self, allowed: frozenset[str]) -> None:
        self.out.append(self.pipeline)
        self.file(self.path)
        workflow = reading.mapping(self.globals.get("workflow"))
        started = self.by_rules(workflow.get("rules"), allowed) if "rules" in workflow else allowed
        # Without workflow rules pipelines start for branches and tags; jobs opt into merge requests.
        plain = started - {"merge_requests"} if "rules" not in workflow else started
        self.pipeline.triggers = frozenset(SITUATIONS[name][0] for name in started)
        for name, (data, path, line) in self.jobs.items():
            if not name.startswith(".") or name == ".pre":
                self.job(name, self.extended(data, 0), path, line, started, plain)
        for name, place in self.templates:
            template = Job(name, place.line, place.path, triggers=frozenset(SITUATIONS[s][0] for s in started))
            template.bypasses = overrides(self.jobs, name)
            template.calls.append(Call(place.line, action=name, kind="gitlab_templates", path=place.path))
            self.pipeline.jobs.append(template)

    def file(self, path: str) -> None:
        if path in self.files or len(self.files) >= _LIMIT:
            return
        self.files.append(path)
        document = None
        for part in reading.load_all(self.scan, path):
            if isinstance(part, Map) and "spec" not in part:
                document = part
        if document is None:
            return
        for item, line in reading.items(document.get("include"), document.line_of("include")):
            self.include(item, line, path)
        for key, value in document.items():
            name = str(key)
            if name in _GLOBAL:
                self.globals[name] = value
                self.globals.lines[name] = document.line_of(key)
            elif isinstance(value, Map):
                self.jobs[name] = (value, path, document.line_of(key))

    def include(self, item: Any, line: int, path: str) -> None:
        place = Place(path, line)
        if isinstance(item, str):
            item = Map(line) | {"remote" if "://" in item else "local": item}
        data = item if isinstance(item, dict) else {}
        for local, _ in reading.items(data.get("local")):
            inner = str(local).lstrip("/")
            for found in self.scan.glob("/" + inner) if "*" in inner else (inner,):
                if found in self.scan.snapshot:
                    self.file(found)
                elif "$" not in found:
                    self.scan.problem(found, "PARSE_ERROR", f"{path}:{line} includes {found}, which is not there")
        for kind in ("template", "component"):
            if data.get(kind):
                self.templates.append((str(data[kind]), place))
        if data.get("component"):
            self.pipeline.versions.append((str(data["component"]), place))
        for kind in ("remote", "project"):
            if data.get(kind):
                files = ", ".join(reading.words(data.get("file")))
                name = f"{data[kind]} {files}".strip()
                self.pipeline.externals.append(External(name, place))

    def extended(self, data: Map, depth: int) -> Map:
        """Return a job with what it extends below it."""
        result = Map(data.line)
        for base in reading.words(data.get("extends")):
            if base in self.jobs and depth < 10:
                parent = self.extended(self.jobs[base][0], depth + 1)
                result.update(parent)
                result.lines.update(parent.lines)
        result.update(data)
        result.lines.update(data.lines)
        return result

    def by_rules(self, rules: Any, allowed: frozenset[str]) -> frozenset[str]:
        found = set()
        for name in allowed:
            for rule, _ in reading.items(rules):
                options = reading.mapping(rule)
                holds = decide(options["if"], SITUATIONS[name][1]) if "if" in options else True
                if holds is False:
                    continue
                if options.get("when") == "never":
                    if holds and not {"changes", "exists"} & options.keys():
                        break
                    continue
                found.add(name)
                break
        return frozenset(found)

    def situations(self, data: Map, started: frozenset[str], plain: frozenset[str]) -> frozenset[str]:
        if "rules" in data:
            return self.by_rules(data["rules"], started)
        if "only" not in data and "except" not in data:
            return plain
        only, excepted = data.get("only"), data.get("except")
        found = _references(only, started) if only is not None else plain
        return found - _references(excepted, started, True) if excepted is not None else found

    def job(self, name: str, data: Map, path: str, line: int, started: frozenset[str], plain: frozenset[str]) -> None:
        situations = self.situations(data, started, plain)
        job = Job(name, line, path, triggers=frozenset(SITUATIONS[s][0] for s in situations))
        job.bypasses = self.bypasses(data, path, situations)
        environment = data.get("environment")
        job.environment = (
            str(reading.mapping(environment).get("name") or "")
            if isinstance(environment, Map)
            else str(environment or "")
        )
        approvals = []
        if job.environment:
            approvals.append(Approval("environment", job.environment, Place(path, data.line_of("environment"))))
        manual = [rule for rule, _ in reading.items(data.get("rules")) if reading.mapping(rule).get("when") == "manual"]
        if data.get("when") == "manual" or manual:
            at = manual[0].line_of("when") if manual else data.line_of("when")
            approvals.append(Approval("button", "when: manual", Place(path, at)))
            job.triggers = (job.triggers - {MERGE}) | {MANUAL} if not self.some_automatic(data) else job.triggers
        job.approvals = tuple(approvals)
        image = data.get("image", self.globals.get("image", reading.mapping(self.globals.get("default")).get("image")))
        job.image = str(reading.mapping(image).get("name") or "") if isinstance(image, Map) else str(image or "")
        job.image = expand(
            job.image, reading.mapping(data.get("variables")), reading.mapping(self.globals.get("variables"))
        )
        if job.image:
            at = data.line_of("image") if "image" in data else line
            self.pipeline.images.append((job.image, Place(path, at)))
        self.scripts(job, data, path)
        self.shared(job, data, path)
        if "coverage" in data:
            job.calls.append(Call(data.line_of("coverage"), action="coverage", kind="classes", path=path))
        self.child(data, situations)
        self.pipeline.jobs.append(job)

    def some_automatic(self, data: Map) -> bool:
        rules = [reading.mapping(rule) for rule, _ in reading.items(data.get("rules"))]
        return any(rule.get("when", data.get("when")) not in ("manual", "never") for rule in rules)

    def bypasses(self, data: Map, path: str, situations: frozenset[str]) -> tuple[Bypass, ...]:
        value = data.get("allow_failure")
        found = []
        if value is True or value == "true":
            found.append(Bypass("allow_failure: true", Place(path, data.line_of("allow_failure"))))
        rules = [reading.mapping(rule) for rule, _ in reading.items(data.get("rules"))]
        for rule in rules:
            if rule.get("allow_failure") is True:
                found.append(
                    Bypass("allow_failure: true in a rule", Place(path, rule.line_of("allow_failure")), len(rules) > 1)
                )
        if not situations and (data.get("when") == "never" or any(rule.get("when") == "never" for rule in rules)):
            at = next((rule.line_of("when") for rule in rules if rule.get("when") == "never"), data.line_of("when"))
            found.append(Bypass("when: never", Place(path, at)))
        return tuple(found)

    def scripts(self, job: Job, data: Map, path: str) -> None:
        lines = (self.scan.text(path) or "").split("\n")
        before = data.get(
            "before_script",
            self.globals.get("before_script", reading.mapping(self.globals.get("default")).get("before_script")),
        )
        for value, key in ((before, "before_script"), (data.get("script"), "script")):
            for text, line in self.texts(value, data.line_of(key), lines, 0):
                job.calls.append(Call(line, script=text, path=path, image=job.image))

    def texts(self, value: Any, line: int, lines: list[str], depth: int) -> list[tuple[str, int]]:
        found = []
        for item, at in reading.items(value, line):
            if isinstance(item, Seq) and len(item) in (2, 3) and str(item[0]) in self.jobs and depth < 8:
                # `!reference [job, script]`
                data, _, _ = self.jobs[str(item[0])]
                found += [
                    (text, at) for text, _ in self.texts(self.extended(data, 0).get(str(item[1])), at, [], depth + 1)
                ]
            elif isinstance(item, Seq):
                found += self.texts(item, at, lines, depth + 1) if depth < 8 else []
            elif isinstance(item, str):
                found.append((item, reading.first_line(lines, at)))
        return found

    def shared(self, job: Job, data: Map, path: str) -> None:
        """Recognise jobs of well-known shared templates that a job extends."""
        bases = reading.words(data.get("extends"))
        for external in self.pipeline.externals:
            for part, jobs in self.scan.words("steps", "gitlab_shared").items():
                for base in bases:
                    if part in external.name and base in jobs:
                        value = jobs[base]
                        classes = value if isinstance(value, str) else " ".join(value)
                        job.calls.append(
                            Call(
                                data.line_of("extends"),
                                action=classes,
                                kind="classes",
                                path=path,
                                unsure=True,
                                name=f"{base} of {part}",
                            )
                        )

    def child(self, data: Map, situations: frozenset[str]) -> None:
        trigger = reading.mapping(data.get("trigger"))
        for item, _ in reading.items(trigger.get("include")):
            local = item.get("local") if isinstance(item, dict) else item
            inner = posixpath.normpath(str(local).lstrip("/")) if isinstance(local, str) else ""
            if inner in self.scan.snapshot and inner not in self.seen and len(self.seen) < 20:
                _Reader(self.scan, inner, self.out, self.seen | {self.path, inner}).read(
                    situations | {"branch"} if "branch" in situations else situations
                )


def _references(value: Any, started: frozenset[str], excepting: bool = False) -> frozenset[str]:
    """Return the situations that ``only:`` or ``except:`` name."""
    options = reading.mapping(value)
    refs = reading.words(options.get("refs")) if options else reading.words(value)
    if options and "refs" not in options:
        # Only `changes:` or `variables:`: every kind of pipeline, under a condition.
        return frozenset() if excepting else started - {"merge_requests"}
    found = set()
    for ref in refs:
        name = ref.split("@")[0]
        if name == "branches":
            found |= {"branch", "push", "schedules"}
        elif name in SITUATIONS:
            found.add(name)
        elif name == "pushes":
            found |= {"branch", "push"}
        elif name.startswith("/"):
            wide = decide(f'$CI_COMMIT_REF_NAME =~ "{name.strip("/")}"', {"CI_COMMIT_REF_NAME": "zz-topic"})
            found |= (
                {"branch", "push"}
                if wide
                else {"push"} | ({"tags"} if "v" in name or "\\d" in name or "[0-9]" in name else set())
            )
        elif name not in ("api", "triggers", "pipelines", "external", "chat", "external_pull_requests"):
            found.add("push")
    return frozenset(found) & started if not excepting else frozenset(found)
