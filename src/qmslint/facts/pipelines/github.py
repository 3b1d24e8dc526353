"""GitHub Actions, and Gitea and Forgejo, which speak the same dialect."""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from qmslint.facts.base import Scan
from qmslint.facts.pipelines import reading
from qmslint.facts.pipelines.conditions import Branch, decide
from qmslint.facts.pipelines.model import (
    CALLED,
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
    External,
    Found,
    Job,
    Place,
)
from qmslint.lineyaml import Map, Seq
from qmslint.quick import regex

FOLDERS = ((".github", "GitHub Actions"), (".gitea", "Gitea Actions"), (".forgejo", "Forgejo Actions"))
_MAX_NESTING = 4
_VALUES = 12
_INTERPRETERS = {"Rscript": "-e", "python": "-c", "python3": "-c"}
"""Interpreters a step may be given to instead of a shell, and the option that takes a program."""
"""Values of a matrix for which a script is read."""
_EXPRESSION = regex(r"\$\{\{[^}]{0,2000}(?:\}[^}]{1,500}){0,20}\}\}")
_MATRIX = regex(r"\$\{\{[ \t]*matrix\.([\w-]{1,60}(?:\.[\w-]{1,60}){0,3})[ \t]*\}\}")

# Events and the values conditions may ask for; "branch" is a push to any topic branch.
SITUATIONS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "pull_request": (MERGE, {"github.event_name": "pull_request", "github.ref": "refs/pull/1/merge", "github.ref_name": "1/merge", "github.ref_type": "branch", "github.head_ref": Branch(False), "github.base_ref": Branch(True), "github.event.pull_request": True, "github.event.merged": False, "github.event.pull_request.merged": False}),
    "merge_group": (MERGE, {"github.event_name": "merge_group", "github.ref": "refs/heads/gh-readonly-queue/x", "github.ref_type": "branch"}),
    "branch": (MERGE, {"github.event_name": "push", "github.ref": Branch(False, "refs/heads/"), "github.ref_name": Branch(False), "github.ref_type": "branch", "github.event.pull_request": None, "github.head_ref": "", "github.base_ref": ""}),
    "push": (PUSH, {"github.event_name": "push", "github.ref": Branch(True, "refs/heads/"), "github.ref_name": Branch(True), "github.ref_type": "branch", "github.event.pull_request": None, "github.head_ref": "", "github.base_ref": ""}),
    "tag": (TAG, {"github.event_name": "push", "github.ref": "refs/tags/v1.0.0", "github.ref_name": "v1.0.0", "github.ref_type": "tag", "github.event.pull_request": None, "github.head_ref": ""}),
    "release": (RELEASE, {"github.event_name": "release", "github.ref": "refs/tags/v1.0.0", "github.ref_type": "tag", "github.head_ref": ""}),
    "schedule": (SCHEDULE, {"github.event_name": "schedule", "github.ref": Branch(True, "refs/heads/"), "github.ref_name": Branch(True), "github.head_ref": ""}),
    "workflow_dispatch": (MANUAL, {"github.event_name": "workflow_dispatch", "github.head_ref": ""}),
    "workflow_call": (CALLED, {}),
    "other": (OTHER, {}),
}  # fmt: skip
Situations = frozenset[str]


def read(scan: Scan) -> list[Found]:
    """Return the workflows of the repository."""
    found = []
    for folder, system in FOLDERS:
        paths = scan.glob(f"/{folder}/workflows/*.yml", f"/{folder}/workflows/*.yaml")
        reader = _Reader(scan, system)
        documents = {path: reading.mapping(reading.load(scan, path)) for path in paths}
        for path, document in documents.items():
            if document:
                found.append(reader.workflow(path, document))
    return found


def _names(events: Any) -> dict[str, Map]:
    if isinstance(events, Map):
        return {str(name): reading.mapping(value) for name, value in events.items()}
    return dict.fromkeys(reading.words(events), Map())


def situations_of(events: Any) -> Situations:
    """Return the situations in which the ``on:`` of a workflow starts it."""
    found: set[str] = set()
    for name, options in _names(events).items():
        if name == "pull_request":
            types = reading.words(options.get("types"))
            if not types or {"opened", "synchronize", "reopened"} & set(types):
                found.add("pull_request")
            else:
                found.add("push" if types == ("closed",) else "other")
        elif name == "push":
            found |= _pushes(options)
        elif name in SITUATIONS:
            found.add(name)
        else:
            found.add("other")
    return frozenset(found)


def _pushes(options: Map) -> set[str]:
    branches, ignored = reading.words(options.get("branches")), reading.words(options.get("branches-ignore"))
    tags = reading.words(options.get("tags"))
    found = {"tag"} if tags or (not branches and not ignored and "tags-ignore" not in options) else set()
    if tags and not branches and not ignored:
        return found
    if not branches and not ignored:
        return {"branch", "push", *found}
    if branches:
        wide = {"**", "*", "**/**", "*/**"} & set(branches)
        return found | ({"branch", "push"} if wide else {"push"})
    long_lived = {"main", "master", "**", "develop"} & set(ignored)
    return found | {"branch"} | (set() if long_lived else {"push"})


class _Reader:
    def __init__(self, scan: Scan, system: str) -> None:
        self.scan = scan
        self.system = system

    def workflow(self, path: str, document: Map) -> Found:
        situations = situations_of(document.get("on"))
        name = str(document.get("name") or posixpath.basename(path))
        pipeline = Found(self.system, name, path, _triggers(situations))
        self.jobs(pipeline, path, document, situations, (), ())
        return pipeline

    def jobs(
        self,
        pipeline: Found,
        path: str,
        document: Map,
        situations: Situations,
        bypasses: tuple[Bypass, ...],
        chain: tuple[str, ...],
    ) -> None:
        jobs = reading.mapping(document.get("jobs"))
        folder = _default_folder(document)
        names = {str(name): situations for name in jobs}
        for name, data in jobs.items():
            job = reading.mapping(data)
            needed = [names.get(need, situations) for need in reading.words(job.get("needs"))]
            always = "always()" in str(job.get("if", "")) or "cancelled()" in str(job.get("if", ""))
            mine = situations if always else frozenset.intersection(situations, *needed)
            mine, partly = _restricted(mine, job.get("if"))
            names[str(name)] = mine
            self.job(pipeline, path, str(name), job, jobs.line_of(name), mine, bypasses + partly, chain, folder)

    def job(
        self,
        pipeline: Found,
        path: str,
        name: str,
        data: Map,
        line: int,
        situations: Situations,
        bypasses: tuple[Bypass, ...],
        chain: tuple[str, ...],
        folder: str,
    ) -> None:
        place = Place(path, line)
        bypasses = tuple(Bypass(b.why, place, b.partial) if not b.place.path else b for b in bypasses)
        bypasses += _optional(data, path) + _never(data, path, situations)
        job = Job(
            name, line, path, triggers=_triggers(situations), bypasses=bypasses, label=str(data.get("name") or "")
        )
        job.unsure = "pull_request" not in situations and "merge_group" not in situations and "branch" in situations
        job.needs = reading.words(data.get("needs"))
        environment = data.get("environment")
        job.environment = (
            str(reading.mapping(environment).get("name") or "")
            if isinstance(environment, Map)
            else str(environment or "")
        )
        if job.environment:
            job.approvals = (Approval("environment", job.environment, Place(path, data.line_of("environment"))),)
        self.images(pipeline, path, data, job)
        if "uses" in data:
            self.called(pipeline, path, job, data, situations, bypasses, chain)
        folder = _default_folder(data) or folder
        shell = str(reading.mapping(reading.mapping(data.get("defaults")).get("run")).get("shell") or "")
        self.steps(pipeline, job, path, data.get("steps"), situations, folder, shell, data, chain)
        pipeline.jobs.append(job)

    def images(self, pipeline: Found, path: str, data: Map, job: Job) -> None:
        container = data.get("container")
        image = reading.mapping(container).get("image") if isinstance(container, Map) else container
        if image:
            job.image = str(image)
            pipeline.images.append((str(image), Place(path, data.line_of("container"))))
        for service in reading.mapping(data.get("services")).values():
            if reading.mapping(service).get("image"):
                pipeline.images.append((str(service["image"]), Place(path, service.line_of("image"))))

    def called(
        self,
        pipeline: Found,
        path: str,
        job: Job,
        data: Map,
        situations: Situations,
        bypasses: tuple[Bypass, ...],
        chain: tuple[str, ...],
    ) -> None:
        uses = str(data["uses"])
        line = data.line_of("uses")
        if uses.startswith("./"):
            inner = posixpath.normpath(uses.split("@")[0])
            document = reading.mapping(reading.load(self.scan, inner)) if inner in self.scan.snapshot else Map()
            if inner not in chain and len(chain) < _MAX_NESTING and document:
                self.jobs(pipeline, inner, document, situations, bypasses, (*chain, inner))
            return
        pipeline.externals.append(External(uses, Place(path, line)))
        pipeline.versions.append((uses, Place(path, line)))
        job.calls.append(
            Call(line, action=uses, kind="external", inputs=reading.texts(data.get("with")), path=path, unsure=True)
        )

    def steps(
        self,
        pipeline: Found,
        job: Job,
        path: str,
        data: Any,
        situations: Situations,
        folder: str,
        shell: str,
        owner: Map,
        chain: tuple[str, ...],
        inputs: Mapping[str, str] | None = None,
    ) -> None:
        lines = (self.scan.text(path) or "").split("\n")
        for item, line in reading.items(data):
            step = reading.mapping(item)
            mine, partly = _restricted(situations, step.get("if"))
            bypasses = _optional(step, path) + tuple(Bypass(b.why, Place(path, line), b.partial) for b in partly)
            bypasses += _never(step, path, mine)
            call = Call(
                line,
                name=str(step.get("name") or ""),
                path=path,
                bypasses=bypasses,
                triggers=_triggers(mine),
                image=job.image,
            )
            if "run" in step:
                script = _filled(str(step["run"] or ""), inputs)
                call.line = reading.first_line(lines, step.line_of("run"))
                call.folder = str(step.get("working-directory") or folder)
                kind = str(step.get("shell") or shell)
                call.stops_at_errors = "{0}" not in kind or "-e" in kind
                script = _as_command(script, kind)
                job.calls += [replace(call, script=one) for one in _expanded(script, owner)]
            elif "uses" in step:
                call.line = step.line_of("uses")
                self.action(pipeline, job, call, step, mine, path, owner, chain)

    def action(
        self,
        pipeline: Found,
        job: Job,
        call: Call,
        step: Map,
        situations: Situations,
        path: str,
        owner: Map,
        chain: tuple[str, ...],
    ) -> None:
        uses = str(step["uses"])
        call.inputs = reading.texts(step.get("with"))
        if uses.startswith("./"):
            self.composite(pipeline, job, posixpath.normpath(uses), situations, owner, chain, call)
            return
        call.action = uses.removeprefix("docker://")
        call.kind = "images" if uses.startswith("docker://") else "actions"
        pipeline.versions.append((uses, Place(path, call.line)))
        if "languages" in call.inputs:
            call.languages = _languages(call.inputs["languages"], owner)
        elif uses.startswith("github/codeql-action/analyze"):
            call.languages = _codeql_languages(owner)
        job.calls.append(call)

    def composite(
        self,
        pipeline: Found,
        job: Job,
        folder: str,
        situations: Situations,
        owner: Map,
        chain: tuple[str, ...],
        call: Call,
    ) -> None:
        for name in ("action.yml", "action.yaml"):
            path = posixpath.join(folder, name)
            if path in self.scan.snapshot and path not in chain and len(chain) < _MAX_NESTING:
                runs = reading.mapping(reading.mapping(reading.load(self.scan, path)).get("runs"))
                before = len(job.calls)
                self.steps(
                    pipeline, job, path, runs.get("steps"), situations, "", "", owner, (*chain, path), call.inputs
                )
                for inner in job.calls[before:]:
                    inner.bypasses = call.bypasses + inner.bypasses
                    inner.name = inner.name or call.name


def _as_command(script: str, shell: str) -> str:
    """Return what another interpreter than a shell is given as the command that gives it that."""
    name = posixpath.basename(shell.split(" ")[0]) if shell else ""
    option = _INTERPRETERS.get(name)
    lines = (line.strip() for line in script.splitlines())
    return f"{name} {option} {shlex.quote('; '.join(line for line in lines if line))}" if option else script


def _filled(script: str, inputs: Mapping[str, str] | None) -> str:
    for name, value in (inputs or {}).items():
        script = script.replace("${{ inputs." + name + " }}", value).replace("${{inputs." + name + "}}", value)
    return script


def _expanded(script: str, owner: Map) -> list[str]:
    """Return the script once for each value of the matrix that decides what it runs, other expressions blanked."""
    scripts = [script]
    match = _MATRIX.search(script)
    if match:
        values = _matrix_values(owner, match[1].split("."))
        scripts = [script.replace(match[0], value) for value in values[:_VALUES]] or scripts
    return [_EXPRESSION.sub(_blank, one) for one in scripts]


def _blank(match: re.Match[str]) -> str:
    # Line numbers of what follows have to stay right.
    return "$EXPRESSION" + "\\\n" * match[0].count("\n")


def _matrix_values(owner: Map, names: list[str]) -> list[str]:
    matrix = reading.mapping(reading.mapping(owner.get("strategy")).get("matrix"))
    rows = [item for item, _ in reading.items(matrix.get(names[0]))]
    rows += [reading.mapping(row).get(names[0]) for row, _ in reading.items(matrix.get("include"))]
    for name in names[1:]:
        rows = [reading.mapping(row).get(name) for row in rows]
    return list(dict.fromkeys(str(row) for row in rows if isinstance(row, (str, int)) and not isinstance(row, bool)))


def _default_folder(data: Map) -> str:
    run = reading.mapping(reading.mapping(data.get("defaults")).get("run"))
    return str(run.get("working-directory") or "")


def _triggers(situations: Iterable[str]) -> frozenset[str]:
    return frozenset(SITUATIONS[name][0] for name in situations)


def _restricted(situations: Situations, condition: Any) -> tuple[Situations, tuple[Bypass, ...]]:
    """Return the situations a condition lets through, and a note where it lets only some actors through."""
    if condition is None:
        return situations, ()
    kept = frozenset(name for name in situations if decide(condition, SITUATIONS[name][1]) is not False)
    text = str(condition)
    if kept and "github.actor" in text and "!=" in text:
        return kept, (Bypass("it is skipped for some authors: " + text[:80], Place(""), True),)
    return kept, ()


def _optional(data: Map, path: str) -> tuple[Bypass, ...]:
    value = data.get("continue-on-error")
    if value in (None, False, "false"):
        return ()
    place = Place(path, data.line_of("continue-on-error"))
    return (Bypass(f"continue-on-error: {value}", place, partial=value not in (True, "true")),)


def _never(data: Map, path: str, situations: Situations) -> tuple[Bypass, ...]:
    if "if" in data and not situations and decide(data["if"], {}) is False:
        return (Bypass(f"if: {data['if']}", Place(path, data.line_of("if"))),)
    return ()


def _matrix(owner: Map, key: str) -> list[str]:
    matrix = reading.mapping(reading.mapping(owner.get("strategy")).get("matrix"))
    found = list(reading.words(matrix.get(key)))
    for row, _ in reading.items(matrix.get("include")):
        if reading.mapping(row).get(key) is not None:
            found.append(str(row[key]))
    return found


def _languages(text: str, owner: Map) -> tuple[str, ...] | None:
    if "matrix." in text:
        key = text.split("matrix.")[1].split("}")[0].strip().split(".")[0]
        found = _matrix(owner, key)
        return tuple(found) or None
    if "${{" in text:
        return None
    return tuple(word for word in text.replace("[", " ").replace("]", " ").replace(",", " ").replace("'", " ").split())


def _codeql_languages(owner: Map) -> tuple[str, ...] | None:
    steps = owner.get("steps")
    for item in steps if isinstance(steps, Seq) else ():
        step = reading.mapping(item)
        if str(step.get("uses", "")).startswith("github/codeql-action/init"):
            text = reading.texts(step.get("with")).get("languages")
            return _languages(text, owner) if text else None
    return None
