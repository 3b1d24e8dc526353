"""Read the files of Travis CI."""

from __future__ import annotations

from qmslint.facts.base import Scan
from qmslint.facts.pipelines import reading
from qmslint.facts.pipelines.model import (
    PUSH,
    SCHEDULE,
    TAG,
    Bypass,
    Call,
    Found,
    Job,
    Place,
)
from qmslint.facts.pipelines.scripts import EVERY, scripts
from qmslint.lineyaml import Map


def read(scan: Scan) -> list[Found]:
    """Read ``.travis.yml``; branches and merge requests are built by default."""
    found = []
    for path in scan.glob("/.travis.yml"):
        document = reading.mapping(reading.load(scan, path))
        if not document:
            continue
        pipeline = Found("Travis CI", path, path, EVERY)
        base = Job("build", 1, path, triggers=EVERY)
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
    return EVERY


def _travis_job(scan: Scan, pipeline: Found, job: Job, data: Map, path: str) -> None:
    for key in ("install", "before_script", "script"):
        job.calls += scripts(scan, data.get(key), data.line_of(key), path)
    for key in ("after_success",):
        job.calls += scripts(scan, data.get(key), data.line_of(key), path)
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
