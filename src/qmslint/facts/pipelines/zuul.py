"""Zuul: jobs of the project's check and gate pipelines, local jobs followed to the ones they are made from."""

from __future__ import annotations

from typing import Any

from qmslint.facts.base import Scan
from qmslint.facts.pipelines import reading
from qmslint.facts.pipelines.model import MERGE, OTHER, PUSH, RELEASE, SCHEDULE, TAG, Bypass, Call, Found, Job, Place
from qmslint.lineyaml import Map

_TRIGGERS = {
    "check": MERGE,
    "gate": MERGE,
    "check-arm64": MERGE,
    "post": PUSH,
    "promote": PUSH,
    "tag": TAG,
    "release": RELEASE,
    "pre-release": RELEASE,
    "periodic": SCHEDULE,
    "periodic-stable": SCHEDULE,
    "periodic-weekly": SCHEDULE,
    "experimental": OTHER,
}


def read(scan: Scan) -> list[Found]:
    """Return one pipeline per Zuul pipeline the project takes part in."""
    paths = scan.glob("/.zuul.yaml", "/zuul.yaml", "/.zuul.d/**/*.yaml", "/zuul.d/**/*.yaml")
    jobs: dict[str, Map] = {}
    projects: list[tuple[Map, str]] = []
    templates: dict[str, tuple[Map, str]] = {}
    for path in paths:
        for item, _ in reading.items(reading.load(scan, path)):
            entry = reading.mapping(item)
            if isinstance(entry.get("job"), Map):
                jobs[str(entry["job"].get("name"))] = entry["job"]
            elif isinstance(entry.get("project"), Map):
                projects.append((entry["project"], path))
            elif isinstance(entry.get("project-template"), Map):
                templates[str(entry["project-template"].get("name"))] = (entry["project-template"], path)
    found: dict[str, Found] = {}
    for project, path in projects:
        _project(scan, project, path, jobs, templates, found, set())
    return list(found.values())


def _pipeline(found: dict[str, Found], name: str, path: str) -> Found:
    trigger = _TRIGGERS.get(name, OTHER)
    return found.setdefault(name, Found("Zuul", name, path, frozenset({trigger})))


def _project(
    scan: Scan,
    project: Map,
    path: str,
    jobs: dict[str, Map],
    templates: dict[str, tuple[Map, str]],
    found: dict[str, Found],
    seen: set[str],
) -> None:
    for template, line in reading.items(project.get("templates")):
        name = str(template)
        if name in templates and name not in seen:
            inner, where = templates[name]
            _project(scan, inner, where, jobs, templates, found, seen | {name})
        elif name not in templates:
            trigger = (
                "periodic" if "periodic" in name else "post" if name.startswith(("publish", "promote")) else "check"
            )
            _add(scan, _pipeline(found, trigger, path), name, Map(line), line, path, jobs)
    for key, value in project.items():
        if isinstance(value, Map) and "jobs" in value:
            pipeline = _pipeline(found, str(key), path)
            for item, line in reading.items(value.get("jobs")):
                if isinstance(item, Map) and item:
                    name, options = next(iter(item.items()))
                    _add(scan, pipeline, str(name), reading.mapping(options), line, path, jobs)
                else:
                    _add(scan, pipeline, str(item), Map(line), line, path, jobs)


def _add(scan: Scan, pipeline: Found, name: str, options: Map, line: int, path: str, jobs: dict[str, Map]) -> None:
    job = Job(name, line, path, triggers=pipeline.triggers)
    chain = _chain(name, jobs)
    voting: Any = options.get("voting")
    for definition in chain:
        voting = definition.get("voting") if voting is None else voting
    if voting is False:
        job.bypasses = (
            Bypass("voting: false", Place(path, options.line_of("voting") if "voting" in options else line)),
        )
    base = str(chain[-1].get("parent") or chain[-1].get("name")) if chain else name
    environments = _environments(chain) or _by_name(scan, name) or _by_name(scan, base)
    for label in dict.fromkeys((name, base)):
        job.calls.append(Call(line, action=label, kind="zuul_jobs", path=path))
    for environment in environments:
        job.calls.append(Call(line, script=f"tox -e {environment}", path=path))
    for definition in chain:
        for key in ("run", "pre-run"):
            for playbook in reading.words(definition.get(key)):
                job.calls.append(Call(line, action=playbook, kind="playbook", path=path))
    pipeline.jobs.append(job)


def _chain(name: str, jobs: dict[str, Map]) -> list[Map]:
    chain: list[Map] = []
    while name in jobs and len(chain) < 20:
        chain.append(jobs[name])
        name = str(jobs[name].get("parent") or "")
    return chain


def _environments(chain: list[Map]) -> list[str]:
    for definition in chain:
        value = reading.mapping(definition.get("vars")).get("tox_envlist")
        if value:
            return [word for word in str(value).replace(",", " ").split() if word != "all"]
    return []


def _by_name(scan: Scan, name: str) -> list[str]:
    for part, environments in scan.words("steps", "zuul_tox").items():
        if part in name:
            own = name.rsplit("tox-", 1)[1] if "tox-" in name else ""
            return [own] if own and part == "tox-py" else list(environments)
    return []
