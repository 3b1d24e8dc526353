"""CI systems whose files are lists of commands: Travis, Buildkite, Bitbucket, Drone, Woodpecker, Tekton, Cirrus …"""

from __future__ import annotations

from collections.abc import Callable, Iterator
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
    Approval,
    Bypass,
    Call,
    Found,
    Job,
    Place,
)
from qmslint.lineyaml import Map

_EVERY = frozenset({MERGE, PUSH})
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


def _scripts(scan: Scan, data: Any, line: int, path: str) -> Iterator[Call]:
    lines = (scan.text(path) or "").split("\n")
    for text, at in reading.scripts(data, line, lines):
        yield Call(at, script=text, path=path)


def travis(scan: Scan) -> list[Found]:
    """Read ``.travis.yml``; branches and merge requests are built by default."""
    found = []
    for path in scan.glob("/.travis.yml"):
        document = reading.mapping(reading.load(scan, path))
        if not document:
            continue
        pipeline = Found("Travis CI", path, path, _EVERY)
        base = Job("build", 1, path, triggers=_EVERY)
        matrix = reading.mapping(document.get("jobs") or document.get("matrix"))
        _travis_job(scan, pipeline, base, document, path)
        defaults = {
            "python": "pytest",
            "go": "go test ./...",
            "rust": "cargo test",
            "node_js": "npm test",
            "ruby": "rake",
            "java": "mvn test",
            "php": "phpunit",
        }
        language = str(document.get("language") or "")
        included = [reading.mapping(item) for item, _ in reading.items(matrix.get("include"))]
        if language in defaults and "script" not in document and not any("script" in item for item in included):
            base.calls.append(
                Call(
                    document.line_of("language"),
                    script=defaults[language],
                    path=path,
                    unsure=True,
                    name="default script",
                )
            )
        allowed = [reading.mapping(item) for item, _ in reading.items(matrix.get("allow_failures"))]
        for item in included:
            job = Job(str(item.get("name") or item.get("stage") or "job"), item.line, path, triggers=_travis_if(item))
            for rule in allowed:
                if rule and all(item.get(key) == value for key, value in rule.items()):
                    job.bypasses = (Bypass("allow_failures", Place(path, rule.line), False),)
            _travis_job(scan, pipeline, job, item, path)
        found.append(pipeline)
    return found


def _travis_if(item: Map) -> frozenset[str]:
    condition = str(item.get("if") or "")
    if "tag" in condition and "tag IS NOT" not in condition.replace("IS NOT PRESENT", ""):
        return frozenset({TAG})
    if "type = cron" in condition or "type = cron" in condition.replace("==", "="):
        return frozenset({SCHEDULE})
    if "type = push" in condition or "branch =" in condition:
        return frozenset({PUSH})
    return _EVERY


def _travis_job(scan: Scan, pipeline: Found, job: Job, data: Map, path: str) -> None:
    for key in ("install", "before_script", "script"):
        job.calls += _scripts(scan, data.get(key), data.line_of(key), path)
    for key in ("after_success",):
        job.calls += _scripts(scan, data.get(key), data.line_of(key), path)
    pipeline.jobs.append(job)
    for item, line in reading.items(data.get("deploy")):
        provider = str(reading.mapping(item).get("provider") or "script")
        classes = (
            "deploy publish"
            if provider
            in (
                "pypi",
                "npm",
                "releases",
                "rubygems",
                "hackage",
                "cargo",
                "bintray",
                "chocolatey",
                "snap",
                "puppetforge",
            )
            else "deploy deploy-site"
            if provider in ("pages", "surge", "s3", "gcs")
            else "deploy deploy-service"
        )
        deploy = Job(
            "deploy",
            line,
            path,
            triggers=frozenset({TAG if reading.mapping(reading.mapping(item).get("on")).get("tags") else PUSH}),
        )
        deploy.calls.append(Call(line, action=classes, kind="classes", path=path, name=f"deploy: {provider}"))
        pipeline.jobs.append(deploy)


def buildkite(scan: Scan) -> list[Found]:
    """Read Buildkite pipelines; every pushed branch is built."""
    found = []
    for path in scan.glob("/.buildkite/*.yml", "/.buildkite/*.yaml", "/.buildkite/pipelines/*.yml"):
        document = reading.load(scan, path)
        steps = reading.mapping(document).get("steps") if isinstance(document, Map) else document
        if not isinstance(steps, list):
            continue
        pipeline = Found("Buildkite", path, path, _EVERY)
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
        triggers = _EVERY if (not branches or "*" in branches or branches.startswith("!")) else frozenset({PUSH})
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
            job.calls += _scripts(scan, step.get(key), step.line_of(key), path)
        for plugin, at in reading.items(step.get("plugins")):
            for full in reading.words(plugin):
                pipeline.versions.append((full, Place(path, at)))
                job.calls.append(Call(at, action=full.split("#")[0], kind="images", path=path))
        pipeline.jobs.append(job)


def bitbucket(scan: Scan) -> list[Found]:
    """Read ``bitbucket-pipelines.yml``: default, branches, tags, pull requests and custom pipelines."""
    found = []
    for path in scan.glob("/bitbucket-pipelines.yml"):
        document = reading.mapping(reading.load(scan, path))
        sections = reading.mapping(document.get("pipelines"))
        kinds = {
            "default": _EVERY,
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
                pipeline = Found("Bitbucket Pipelines", f"{section} {name}", path, _EVERY if wide else triggers)
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


def drone(scan: Scan) -> list[Found]:
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
            triggers = _drone_when(data.get("trigger", data.get("when")), _EVERY)
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
                job.calls += _scripts(scan, step.get("commands"), step.line_of("commands"), path)
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


def tekton(scan: Scan) -> list[Found]:
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
            for call in _scripts(
                scan, step.get("script") or command or None, step.line_of(key) if key in step else line, path
            ):
                call.bypasses, call.name, call.image = bypasses, str(step.get("name") or ""), image
                job.calls.append(call)
        pipeline.jobs.append(job)
    for key, value in source.items():
        if key not in ("steps", "taskRef") and isinstance(value, (dict, list)):
            _tekton_tasks(scan, pipeline, value, path, depth + 1)


def cirrus(scan: Scan) -> list[Found]:
    """Read ``.cirrus.yml``; branches and pull requests are built unless ``only_if`` says otherwise."""
    found = []
    for path in scan.glob("/.cirrus.yml", "/.cirrus.yaml"):
        document = reading.mapping(reading.load(scan, path))
        pipeline = Found("Cirrus CI", path, path, _EVERY)
        for name, item in document.items():
            task = reading.mapping(item)
            if not str(name).endswith("task"):
                continue
            condition = str(task.get("only_if") or task.get("skip") or "")
            triggers = (
                frozenset({PUSH})
                if "only_if" in task and "CIRRUS_BRANCH ==" in condition and "CIRRUS_PR" not in condition
                else _EVERY
            )
            triggers = frozenset({TAG}) if "only_if" in task and "CIRRUS_TAG" in condition else triggers
            job = Job(str(task.get("name") or name), document.line_of(name), path, triggers=triggers)
            if task.get("allow_failures") in (True, "true"):
                job.bypasses = (Bypass("allow_failures: true", Place(path, task.line_of("allow_failures"))),)
            for key, value in task.items():
                if str(key) == "script" or str(key).endswith("_script"):
                    for call in _scripts(scan, value, task.line_of(key), path):
                        call.name = str(key).removesuffix("_script")
                        job.calls.append(call)
            pipeline.jobs.append(job)
        found.append(pipeline)
    return found


_PLAIN: tuple[tuple[str, tuple[str, ...], frozenset[str], bool], ...] = (
    ("AppVeyor", ("/appveyor.yml", "/.appveyor.yml"), _EVERY, False),
    ("SourceHut", ("/.build.yml", "/.builds/*.yml"), _EVERY, True),
    ("Semaphore", ("/.semaphore/*.yml",), _EVERY, False),
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


def plain(scan: Scan) -> list[Found]:
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
            job.calls += _scripts(scan, data, line, path)
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
        job.calls += _scripts(scan, data, line, path)
        pipeline.jobs.append(job)


DIALECTS: tuple[Callable[[Scan], list[Found]], ...] = (travis, buildkite, bitbucket, drone, tekton, cirrus, plain)
"""Readers of this module."""
