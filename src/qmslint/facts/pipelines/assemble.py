"""From what a dialect read to steps: recognise every call and join what its job and pipeline say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

from qmslint.facts.base import Scan
from qmslint.facts.pipelines import recognise
from qmslint.facts.pipelines.model import MERGE, Approval, Bypass, Call, Found, Job, Pipeline, Place, Step
from qmslint.facts.pipelines.recognise import Known
from qmslint.facts.pipelines.vocabulary import Words, classes_of, vocabulary
from qmslint.model.outcome import Confidence
from qmslint.quick import regex

_BEFORE = 500
_REMOTE = frozenset({"ssh", "scp", "rsync", "sshpass", "sftp", "lftp"})
_TRIAL = regex(
    r"test|e2e|integration|preview|review|kind|minikube|acceptance|molecule|smoke|lint|check|pull|\bpr\b|dry", re.I
)
_CLEAR = regex(r"deploy|prod|staging|release|rollout", re.I)


def pipeline(scan: Scan, found: Found) -> Pipeline:
    """Return a pipeline with its steps recognised."""
    steps: list[Step] = []
    approvals = {
        job.name: steps_of for job in found.jobs if (steps_of := [a for a in job.approvals if a.how == "step"])
    }
    needs = {job.name: job.needs for job in found.jobs}
    for job in found.jobs:
        # Most pipelines ask nobody in a job of its own: then there is nothing to follow.
        before = _before(job.name, needs) if approvals else ()
        asked = job.approvals + tuple(a for name in before for a in approvals.get(name, ()))
        vocab = vocabulary(scan)
        known = [(call, list(_known(scan, vocab, call))) for call in job.calls]
        # What was recognised in a job is what its name speaks of; the name says nothing of its other steps.
        explained = any(item.classes for _, items in known for item in items)
        own: list[Step] = []
        for call, items in known:
            names = vocab.name(call.name)
            if not names and not explained:
                names = vocab.name(job.name) or vocab.name(job.label)
            own += _steps(scan, found, job, call, items, names, asked)
        steps += _sites(own)
    return Pipeline(
        found.system,
        found.name,
        found.path,
        found.triggers,
        tuple(step for step in steps if step.classes or step.indicated),
        tuple(found.externals),
        tuple(found.versions),
        tuple(found.images),
        tuple(step for step in steps if not step.classes and not step.indicated),
    )


def _before(name: str, needs: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Return the jobs that have to end before one, at most :data:`_BEFORE`."""
    found: dict[str, None] = {}
    todo = list(needs.get(name, ()))
    while todo and len(found) < _BEFORE:
        item = todo.pop()
        if item not in found and item != name:
            found[item] = None
            todo += needs.get(item, ())
    return tuple(found)


def _sites(steps: list[Step]) -> list[Step]:
    """Take the publication of pages built in the same job for what it is: no running environment."""
    if not any("docs" in step.classes for step in steps):
        return steps
    return [
        _with(s, (s.classes - {"deploy-service"}) | {"deploy-site"}) if "deploy-service" in s.classes else s
        for s in steps
    ]


def _with(step: Step, classes: frozenset[str]) -> Step:
    from dataclasses import replace

    return replace(step, classes=classes)


def _steps(
    scan: Scan,
    found: Found,
    job: Job,
    call: Call,
    known: Sequence[Known],
    names: frozenset[str],
    approvals: tuple[Approval, ...],
) -> Iterator[Step]:
    triggers = job.triggers & call.triggers if call.triggers is not None else job.triggers
    recognised = frozenset(item for item in known if item.classes)
    wording = f"{call.name} {job.name} {job.label} {job.environment}"
    for item in known:
        indicated = item.indicated | (names if not recognised else frozenset())
        classes = _deployment(item, wording, found, job, triggers)
        unsure = found.unsure or job.unsure or call.unsure or not item.sure
        bypasses = (*job.bypasses, *call.bypasses, *((item.bypass,) if item.bypass else ()))
        yield Step(
            system=found.system,
            pipeline=found.name,
            job=job.name,
            name=call.name or job.label,
            path=call.path or job.path,
            line=call.line + item.line,
            what=" ".join(item.text.split())[:160].replace("$EXPRESSION", "${{ … }}"),
            tool=item.tool,
            classes=classes,
            indicated=indicated - classes,
            triggers=triggers,
            confidence=Confidence.MEDIUM if unsure else Confidence.HIGH,
            bypasses=tuple(bypasses),
            approvals=approvals,
            environment=job.environment,
            via=item.via,
            origin=item.origin,
            languages=_languages(scan, item, call),
            image=item.image or call.image or job.image,
            words=item.words,
            inputs=MappingProxyType(dict(call.inputs)),
        )


def _deployment(item: Known, wording: str, found: Found, job: Job, triggers: frozenset[str]) -> frozenset[str]:
    """Tell a deployment to a running environment from trials of one, and recognise copying to a host."""
    classes = item.classes
    if item.tool in _REMOTE and re.search(r"deploy|release to|rollout", f"{wording} {found.name}", re.I):
        classes |= {"deploy", "deploy-service"}
    if "deploy-service" in classes and job.environment == "github-pages":
        classes = (classes - {"deploy-service"}) | {"deploy-site"}
    if "deploy-service" in classes and not job.environment:
        clear = _CLEAR.search(wording)
        # Where the server decides what is built, a merge request among the triggers is only a guess.
        guessed = (found.unsure or job.unsure) and clear
        if (MERGE in triggers and not guessed) or (_TRIAL.search(wording) and not clear):
            classes = (classes - {"deploy-service", "deploy"}) | {"deploy-trial"}
    return classes


def _languages(scan: Scan, item: Known, call: Call) -> tuple[str, ...]:
    if call.languages is not None and "sast" in item.classes:
        table = scan.words("steps", "codeql_languages")
        return tuple(
            dict.fromkeys(language for word in call.languages for language in table.get(word.lower(), [word.lower()]))
        ) or ("none",)
    return tuple(scan.words("steps", "tool_languages").get(item.tool, ()))


def _known(scan: Scan, vocab: Words, call: Call) -> Iterable[Known]:
    at = Place(call.path, call.line)
    if call.script:
        found = recognise.script(scan, call.script, at, call.folder, call.stops_at_errors)
        return found or [Known("", call.script.strip().split("\n")[0], frozenset())]
    if not call.action:
        return []
    reader = _KINDS.get(call.kind)
    return reader(scan, vocab, call, at) if reader else []  # type: ignore[no-untyped-call]


def _action(scan: Scan, vocab: Words, call: Call, at: Place) -> list[Known]:
    name = call.action.split("@")[0]
    version = call.action.partition("@")[2]
    inputs = call.inputs
    inner = _inner_script(name.lower(), inputs)
    if inner:
        return recognise.script(scan, inner, at, call.folder)
    classes = vocab.action(name)
    if classes is None:
        return [
            Known(
                name,
                call.action,
                frozenset(),
                origin="action",
                version=version,
                indicated=vocab.name(name.rsplit("/", 1)[-1]),
            )
        ]
    if "pre-commit" in classes:
        return recognise.call_pre_commit(scan, at)
    classes, bypass = _by_inputs(name.lower(), classes, inputs, at, scan)
    return [Known(name, call.action, classes, origin="action", version=version, bypass=bypass)]


def _inner_script(name: str, inputs: Mapping[str, str]) -> str:
    """Return the command that an action runs as its input says."""
    if name in ("actions-rs/cargo", "houseabsolute/actions-rust-cross"):
        return f"cargo {inputs.get('command', 'build')} {inputs.get('args', '')}"
    if name.startswith(("nick-fields/retry", "nick-invision/retry")):
        return inputs.get("command", "")
    if name.startswith("reactivecircus/android-emulator-runner"):
        return inputs.get("script", "")
    if name.startswith(("gradle/gradle-build-action", "gradle/actions/setup-gradle", "burrunan/gradle-cache-action")):
        return f"gradle {inputs['arguments']}" if inputs.get("arguments") else ""
    if name.startswith("pulumi/actions"):
        return f"pulumi {inputs.get('command', 'preview')}"
    if name.startswith(("addnab/docker-run-action", "devcontainers/ci")):
        return inputs.get("run", inputs.get("runCmd", ""))
    if name.startswith(("borales/actions-yarn", "bahmutov/npm-install")) and inputs.get("cmd"):
        return "yarn " + inputs["cmd"]
    if name.startswith("gabrielfalcao/pyenv-action"):
        return inputs.get("command", "")
    if name.startswith(("vmactions/", "cross-platform-actions/action", "uraimo/run-on-arch-action")):
        return inputs.get("run", "")
    if name.startswith(("coactions/setup-xvfb", "gabrielbb/xvfb-action")):
        return inputs.get("run", "")
    return ""


def _by_inputs(
    name: str, classes: frozenset[str], inputs: Mapping[str, str], at: Place, scan: Scan
) -> tuple[frozenset[str], Bypass | None]:
    text = " ".join(f"{key}={value}" for key, value in inputs.items()).lower()
    if name.startswith("aquasecurity/trivy-action"):
        kind = inputs.get("scan-type", "image").lower()
        classes = frozenset({"iac-scan"} if kind == "config" else {"sca"})
        scanners = inputs.get("scanners", "")
        classes |= frozenset(
            c
            for word, c in (("secret", "secret"), ("license", "licence"), ("misconfig", "iac-scan"))
            if word in scanners
        )
        if scanners and "vuln" not in scanners:
            classes -= {"sca"}
        if inputs.get("format") in ("cyclonedx", "spdx", "spdx-json"):
            classes = frozenset({"sbom"})
    elif name.startswith("actions/dependency-review-action"):
        config = inputs.get("config-file", "")
        policy = text + (scan.text(config.lstrip("./")) or "" if config else "")
        if "allow-licenses" in policy or "deny-licenses" in policy:
            classes |= {"licence"}
    elif name.startswith("docker/build-push-action") and inputs.get("push", "false") not in ("false", ""):
        classes |= {"deploy", "publish"}
    elif name.startswith("goreleaser") and ("snapshot" in text or "check" in text or "build" in inputs.get("args", "")):
        classes -= {"deploy", "publish"}
    elif name.startswith("embarkstudios/cargo-deny-action"):
        command = inputs.get("command", "check")
        classes = (
            frozenset({"sca"})
            if "advisories" in command
            else frozenset({"licence"})
            if "licenses" in command
            else classes
        )
    for key, value in inputs.items():
        low = key.lower().replace("_", "-")
        off = (low in ("fail-build", "fail-on-error", "fail-on-findings") and value == "false") or (
            low in ("soft-fail", "continue-on-error", "warn-only", "allow-failure", "nofail", "no-fail")
            and value == "true"
        )
        if off or (low in ("exit-code",) and value == "0"):
            return classes, Bypass(f"{key}: {value}", at)
    return classes, None


def _external(scan: Scan, vocab: Words, call: Call, at: Place) -> list[Known]:
    words = [call.action.split("@")[0].rsplit("/", 1)[-1].rsplit(".", 1)[0]]
    words += [key for key, value in call.inputs.items() if value == "true"]
    by_name = vocab.action(call.action.split("@")[0])
    classes = by_name if by_name else vocab.external(words)
    return [
        Known(
            call.action.split("@")[0],
            call.action,
            classes,
            origin="template",
            sure=False,
            version=call.action.partition("@")[2],
        )
    ]


def _template(scan: Scan, vocab: Words, call: Call, at: Place) -> list[Known]:
    classes = vocab.part("gitlab_templates", call.action) or frozenset()
    return [Known(call.action, call.action, classes, origin="template")]


def _orb(scan: Scan, vocab: Words, call: Call, at: Place) -> list[Known]:
    classes = vocab.part("orbs", call.action)
    if classes is None:
        return [
            Known(
                call.action, call.action, frozenset(), indicated=vocab.name(call.action.split("/")[-1]), origin="action"
            )
        ]
    return [Known(call.action, call.action, classes, origin="action")]


def _task(scan: Scan, vocab: Words, call: Call, at: Place) -> list[Known]:
    name, _, version = call.action.partition("@")
    table = scan.words("steps", "azure_tasks")
    value = table.get(name)
    if value is None:
        return [Known(name, call.action, frozenset(), indicated=vocab.name(name), origin="action", version=version)]
    if isinstance(value, str) and (vocab.known(value) or value == "npm"):
        inputs = {key.lower(): text for key, text in call.inputs.items()}
        command = " ".join(
            inputs.get(key, "")
            for key in ("command", "customcommand", "custom", "goals", "tasks", "targets", "arguments", "cmakeargs")
        )
        if value == "mvn" and not inputs.get("goals"):
            command = "package"
        if value == "gradle" and not inputs.get("tasks"):
            command = "build"
        if value == "docker" and not command.strip():
            command = "build"
        if value == "docker" and "buildandpush" in command.lower():
            command = "build --push"
        command = command.replace("custom ", "", 1) if command.startswith("custom ") else command
        found = recognise.script(scan, f"{value} {command.lower() if value == 'dotnet' else command}", at)
        return [*found]
    return [Known(name, call.action, classes_of(value), origin="action", version=version)]


def _image(scan: Scan, vocab: Words, call: Call, at: Place) -> list[Known]:
    classes = vocab.part("images", call.action)
    return [Known(call.action.split(":")[0], call.action, classes or frozenset(), origin="action", image=call.action)]


def _zuul(scan: Scan, vocab: Words, call: Call, at: Place) -> list[Known]:
    classes = vocab.part("zuul_jobs", call.action) or frozenset()
    return [
        Known(
            call.action,
            call.action,
            classes,
            origin="template",
            indicated=vocab.name(call.action) if not classes else frozenset(),
        )
    ]


def _classes(scan: Scan, vocab: Words, call: Call, at: Place) -> list[Known]:
    return [
        Known(call.name or call.action, call.name or call.action, frozenset(call.action.split()), origin="template")
    ]


def _pipe(scan: Scan, vocab: Words, call: Call, at: Place) -> list[Known]:
    name = call.action.split(":")[0]
    classes = vocab.external([name.rsplit("/", 1)[-1]])
    service = re.search(r"deploy|ecs|lambda|kubernetes|heroku|azure|cloud-run|ssh|rsync|scp", name)
    if service and "s3" not in name:
        classes = frozenset({"deploy", "deploy-service"})
    for word, extra in (
        ("git-secrets", "secret"),
        ("snyk", "sca"),
        ("sonar", "sast"),
        ("trivy", "sca"),
        ("checkov", "iac-scan"),
    ):
        if word in name:
            classes = frozenset({extra})
    return [Known(name, call.action, classes, origin="action", version=call.action.partition(":")[2])]


def _named_task(scan: Scan, vocab: Words, call: Call, at: Place) -> list[Known]:
    name = call.action
    table = {
        "sast": "sast",
        "clair": "sca",
        "snyk": "sca",
        "trivy": "sca",
        "buildah": "build",
        "kaniko": "build",
        "golang-test": "test",
        "golang-build": "build",
        "golangci-lint": "lint",
        "pytest": "test",
        "maven": "build",
        "sbom": "sbom",
        "deprecated-base-image": "sca",
        "clamav": "scan",
        "rpms-signature": "verify-signature",
    }
    classes = frozenset(value for part, value in table.items() if part in name)
    if name.startswith("golang-test"):
        classes |= {"build"}
    return [Known(name, name, classes, indicated=vocab.name(name) - classes, origin="action")]


_KINDS = {
    "actions": _action,
    "external": _external,
    "gitlab_templates": _template,
    "orbs": _orb,
    "azure_tasks": _task,
    "images": _image,
    "zuul_jobs": _zuul,
    "classes": _classes,
    "pipe": _pipe,
    "task": _named_task,
    "playbook": lambda scan, vocab, call, at: [
        Known(call.action, call.action, frozenset(), indicated=vocab.name(call.action), origin="name")
    ],
    "jenkins_steps": lambda scan, vocab, call, at: [
        Known(call.action, call.action, vocab.part("jenkins_steps", call.action) or frozenset(), origin="action")
    ],
}
