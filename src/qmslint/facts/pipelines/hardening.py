"""How far the pipeline itself is protected: what it trusts, what it may do, and what guards against slips."""

from __future__ import annotations

import re
from collections.abc import Iterator

from qmslint.facts.base import Scan, fact
from qmslint.facts.dependencies import updaters
from qmslint.facts.pipelines import pipelines, reading
from qmslint.facts.pipelines.github import FOLDERS
from qmslint.facts.templates import templates
from qmslint.lineyaml import Map
from qmslint.quick import dataclass, regex

_OUTSIDE = frozenset(
    {
        "pull_request_target",
        "workflow_run",
        "issues",
        "issue_comment",
        "discussion",
        "discussion_comment",
        "fork",
        "watch",
    }
)
"""Events that strangers start and that run with the secrets of the repository."""
# The generator of SLSA has to be named by a tag: what it proves is tied to that.
_FIRST = ("actions/", "github/", "gitea/", "forgejo/", "slsa-framework/slsa-github-generator/")
_SHA = regex(r"[0-9a-f]{40}(?:[0-9a-f]{24})?\Z")
_HEAD = regex(r"github\.event\.pull_request\.head|github\.head_ref|workflow_run\.head_|refs/pull/|pull_request\.number")
_FETCH = regex(r"\bgh\s+pr\s+checkout\b|\bgit\s+fetch\b[^\n]{0,80}\bpull/")
_FIELD = regex(
    r"\$\{\{[^}\n]{0,200}github\.(?:head_ref|event\.(?:(?:issue|comment|review|discussion|pull_request)(?:\.head)?\.(?:title|body|ref|label)"
    r"|(?:head_commit|commits[\[\]\w*]{0,8})\.(?:message|author\.(?:name|email))|workflow_run\.head_branch))\b"
)
_KEYS = frozenset({"aws-access-key-id", "aws-secret-access-key", "credentials_json", "creds", "service_account_key"})
_KEY_NAMES = frozenset(
    {"AWS_SECRET_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "GOOGLE_CREDENTIALS", "ARM_CLIENT_SECRET", "AZURE_CREDENTIALS"}
)
_FLOATING = regex(r"(?::latest|/[^:@/]+)\Z")
_DRY = regex(r"--dry-run\b|--check\b.{0,40}ansible|\bdry[_-]run\b", re.I)


@dataclass(frozen=True, slots=True)
class Weakness:
    """A weak spot: ``untrusted``, ``injection``, ``floating``, ``permissions`` or ``key``."""

    kind: str
    path: str
    line: int
    note: str


@dataclass(frozen=True, slots=True)
class Guard:
    """Something that keeps a slip from doing harm."""

    name: str
    path: str
    line: int = 0


@fact
def weaknesses(scan: Scan) -> tuple[Weakness, ...]:
    """Return the weak spots of all workflows and composite actions, by path and line."""
    found: list[Weakness] = []
    for folder, _ in FOLDERS:
        for path in scan.glob(f"/{folder}/workflows/*.yml", f"/{folder}/workflows/*.yaml"):
            document = reading.mapping(reading.load(scan, path))
            if document.get("jobs"):
                found += _workflow(path, document)
        for path in scan.glob(f"/{folder}/actions/**/action.yml", f"/{folder}/actions/**/action.yaml"):
            runs = reading.mapping(reading.mapping(reading.load(scan, path)).get("runs"))
            found += _steps(path, runs.get("steps"), frozenset(), "")
    for pipeline in pipelines(scan).pipelines:
        for image, place in pipeline.images:
            if "$" not in image and "@sha256:" not in image and _FLOATING.search(image):
                found.append(Weakness("floating", place.path, place.line, f"image without a version: {image[:80]}"))
    return tuple(sorted(set(found), key=lambda w: (w.path, w.line, w.kind, w.note)))


def _workflow(path: str, document: Map) -> Iterator[Weakness]:
    events = document.get("on")
    names = frozenset(reading.words(events))
    outside = names & _OUTSIDE
    jobs = reading.mapping(document.get("jobs"))
    yield from _permissions(path, document, jobs)
    for name, data in jobs.items():
        job = reading.mapping(data)
        condition = str(job.get("if") or "")
        if isinstance(job.get("uses"), str):
            yield from _used(path, str(job["uses"]), job.line_of("uses"))
        yield from _env(path, job)
        yield from _steps(path, job.get("steps"), outside, condition or str(name))
    yield from _env(path, document)


def _permissions(path: str, document: Map, jobs: Map) -> Iterator[Weakness]:
    for owner in (document, *(reading.mapping(job) for job in jobs.values())):
        if str(owner.get("permissions") or "") == "write-all":
            yield Weakness("permissions", path, owner.line_of("permissions"), "permissions: write-all")
    if "permissions" not in document and not all("permissions" in reading.mapping(job) for job in jobs.values()):
        yield Weakness("permissions", path, document.line_of("on"), "permissions of the token are not limited")


def _steps(path: str, data: object, outside: frozenset[str], condition: str) -> Iterator[Weakness]:
    taken = 0
    for item, line in reading.items(data):
        step = reading.mapping(item)
        given = reading.texts(step.get("with"))
        script = str(step.get("run") or "")
        if taken and (script or str(step.get("uses") or "").startswith("./")):
            note = f"on {', '.join(sorted(outside))} runs after the code of a stranger was checked out (line {taken})"
            yield Weakness("untrusted", path, line, note)
            taken = 0
        uses = str(step.get("uses") or "")
        if uses:
            yield from _used(path, uses, step.line_of("uses"))
        gated = "label" in f"{condition} {step.get('if') or ''}"
        risky = outside & {"pull_request_target", "workflow_run", "issue_comment"}
        head = uses.startswith("actions/checkout@") and _HEAD.search(given.get("ref", ""))
        if risky and not gated and (head or _FETCH.search(script)):
            taken = line
        hit = _FIELD.search(script)
        if hit:
            kind = "injection" if outside else "injection-inside"
            yield Weakness(
                kind, path, step.line_of("run"), f"text of a stranger goes into a script: {hit[0][:90]} }}}}"
            )
        for key in sorted(_KEYS & given.keys()):
            if "secrets." in given[key]:
                yield Weakness("key", path, step.line_of("with"), f"long-lived key of a cloud: {key}")
        yield from _env(path, step)


def _used(path: str, uses: str, line: int) -> Iterator[Weakness]:
    name, _, version = uses.partition("@")
    if uses.startswith(("./", "../")) or "$" in uses:
        return
    if uses.startswith("docker://"):
        if "@sha256:" not in uses:
            yield Weakness("floating", path, line, f"image without a digest: {uses[:80]}")
        return
    if not name.lower().startswith(_FIRST) and not _SHA.match(version):
        yield Weakness("floating", path, line, f"part of others without a full commit id: {uses[:80]}")


def _env(path: str, owner: Map) -> Iterator[Weakness]:
    given = reading.texts(owner.get("env"))
    for key in sorted(_KEY_NAMES & given.keys()):
        if "secrets." in given[key]:
            yield Weakness("key", path, owner.line_of("env"), f"long-lived key of a cloud: {key}")


@fact
def guards(scan: Scan) -> tuple[Guard, ...]:
    """Return what guards against slips, one place for each sort."""
    found: dict[str, Guard] = {}

    def add(name: str, path: str, line: int = 0) -> None:
        found.setdefault(name, Guard(name, path, line))

    for path in scan.glob(
        "/.pre-commit-config.y{a,}ml",
        "/{.,}lefthook.y{a,}ml",
        "/.husky/*",
        "/prek.toml",
        "/{.git,}hooks/pre-*",
        "/.githooks/*",
    ):
        add("hooks before a commit", path)
    for template in templates(scan, "change"):
        add("template of changes", template.path)
    for tool in updaters(scan):
        if not tool.ecosystems or "github-actions" in tool.ecosystems:
            add("updates of the pipeline's parts", tool.path, tool.line)
    for step in (*pipelines(scan).steps, *pipelines(scan).unknown):
        if "pipeline-scan" in step.classes:
            add("scan of the pipeline itself", step.path, step.line)
        if step.what.startswith("step-security/harden-runner"):
            add("watch over what a job reaches", step.path, step.line)
        if _DRY.search(step.what) or "plan" in step.classes:
            add("trial run", step.path, step.line)
        for approval in step.approvals:
            add("confirmation or environment of its own", approval.place.path, approval.place.line)
    for pipeline in pipelines(scan).pipelines:
        text = scan.text(pipeline.path) or ""
        hit = re.search(r"(?m)^[ \t]*(?:concurrency|resource_group|disableConcurrentBuilds|lock)\b", text)
        if hit:
            add("lock against runs at the same time", pipeline.path, text.count("\n", 0, hit.start()) + 1)
    return tuple(found[name] for name in sorted(found))
