"""What each kind of call does: scripts, actions, templates, orbs, tasks, images."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from qmslint.facts.base import Scan
from qmslint.facts.pipelines import recognise
from qmslint.facts.pipelines.known import Known
from qmslint.facts.pipelines.model import Bypass, Call, Place
from qmslint.facts.pipelines.vocabulary import Words, classes_of
from qmslint.quick import regex


def known(scan: Scan, vocab: Words, call: Call) -> Iterable[Known]:
    """Return what a call is known to do, one entry for each command or action in it."""
    at = Place(call.path, call.line)
    if call.script:
        found = recognise.script(scan, call.script, at, call.folder, call.stops_at_errors)
        return found or [Known("", call.script.strip().split("\n")[0], frozenset())]
    if not call.action:
        return []
    reader = _READERS.get(call.kind)
    return reader(scan, vocab, call, at) if reader else []  # type: ignore[no-untyped-call]


def _action(scan: Scan, vocab: Words, call: Call, at: Place) -> list[Known]:
    name = call.action.split("@")[0]
    version = call.action.partition("@")[2]
    inputs = call.inputs
    inner = _inner_script(name.lower(), inputs)
    if inner:
        return recognise.script(scan, inner, at, call.folder)
    classes = vocab.action(name)
    if classes is None and name.rsplit("/", 1)[-1].lower() in ("pre-commit", "action-pre-commit"):
        return [replace(item, sure=False) for item in recognise.call_pre_commit(scan, at)]
    if classes is None and (asked := _asked(scan, inputs, at, call.folder) + _signed(vocab, call)):
        return asked
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


def _asked(scan: Scan, inputs: Mapping[str, str], at: Place, folder: str) -> list[Known]:
    """Return what the commands do that something kept elsewhere is given to run, as its inputs are called."""
    commands = [value for key, value in inputs.items() if _COMMAND.search(key) and " " in value.strip()]
    found = recognise.script(scan, "\n".join(commands), at, folder) if commands else []
    return [replace(item, sure=False) for item in found if item.classes]


def _signed(vocab: Words, call: Call) -> list[Known]:
    """Return what something kept elsewhere is bound to do, as it is given the means of a tool."""
    signs: Mapping[str, str] = vocab.data["input_signs"]
    given = {key.lower().replace("-", "_").partition("_")[0] for key, value in call.inputs.items() if value.strip()}
    name, _, version = call.action.partition("@")
    return [
        Known(name, call.action, classes_of(signs[word]), origin="template", sure=False, version=version)
        for word in sorted(given & signs.keys())
    ]


_COMMAND = regex(r"(?:^|[-_ ])(?:commands?|cmd|scripts?|run|runcmd)$", re.I)


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
    if name.startswith("aquasecurity/trivy-action"):
        given = [f"--{key.lower()}" for key in inputs] + [inputs.get("format", "")]
        if why := recognise.lenient(scan, "trivy", given, classes):
            return classes, Bypass(why, at)
    return classes, None


def _external(scan: Scan, vocab: Words, call: Call, at: Place) -> list[Known]:
    words = [call.action.split("@")[0].rsplit("/", 1)[-1].rsplit(".", 1)[0]]
    words += [key for key, value in call.inputs.items() if value == "true"]
    by_name = vocab.action(call.action.split("@")[0])
    classes = by_name if by_name else vocab.external(words)
    whole = Known(
        call.action.split("@")[0],
        call.action,
        classes,
        origin="template",
        sure=False,
        version=call.action.partition("@")[2],
    )
    return [whole, *_asked(scan, call.inputs, at, call.folder), *_signed(vocab, call)]


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


_READERS = {
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
