"""What fixes the environment in which a product is built and tested, and the versions of the tools that judge it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from typing import Literal

from qmslint.facts.base import Scan, fact
from qmslint.facts.dependencies import manifests
from qmslint.facts.pipelines import Place, Step, pipelines, reading
from qmslint.facts.pipelines.model import OTHER
from qmslint.facts.sources import evidence_paths
from qmslint.quick import dataclass, regex

Fixed = Literal["fixed", "floating", "unsaid"]
_LIMIT = 512 * 1024
_LANGUAGES = "python|node|node_js|java|jdk|go|golang|ruby|rvm|dotnet|php|rust|toolchain|elixir|otp|deno|bun|swift|flutter|dart|julia|perl|ghc|zig"
_INPUT = regex(
    rf"(?m)(?:^[ \t]*(?:-[ \t]*)?|[{{,][ \t]*)[\"']?(?P<name>(?:{_LANGUAGES})(?:[-_](?:version|channel)s?)?|versionSpec)[\"']?[ \t]*[:=][ \t]*"
    r"(?P<value>[^\n#}]{1,200})"
)
_FROM = regex(r"(?mi)^[ \t]*FROM[ \t]+(?:--platform=\S+[ \t]+)?(?P<image>\S+)")
_ARGUMENT = regex(r"(?m)^[ \t]*ARG[ \t]+(\w+)=[\"']?([\w./:@-]+)")
_STAGE = regex(r"(?mi)^[ \t]*FROM[ \t][^\n]{1,300}?[ \t]AS[ \t]+([\w.-]{1,80})[ \t]*$")
_TESTING = frozenset({"test", "tests", "testing", "dev", "development", "ci", "lint", "check"})
_IMAGE = regex(r"(?m)^[ \t]*(?:-[ \t]*)?[\"']?image[\"']?[ \t]*:[ \t]*[\"']?(?P<image>[\w./:@${}-]+)")
_LATEST = regex(r"(?<![\w/.@-])(?:@?[\w.-]{1,60}/){0,4}[\w.-]{1,60}@latest(?![\w.-])")
_FLOATING = frozenset(
    {"latest", "master", "main", "head", "develop", "trunk", "edge", "nightly", "dev", "stable", "current"}
)
_MOVING = ("refs/heads/", "master-", "main-", "latest-")
_ENV_LIST = regex(r"(?mi)^[ \t]*env_?list[ \t]*=|\bnox\.session\b|^[ \t]*\[env\.|^\[testenv")


@dataclass(frozen=True, slots=True)
class Definition:
    """One thing that defines where the product is built and tested.

    Parameters
    ----------
    what : str
        In words.
    fixed : str
        ``fixed``, ``floating`` or ``unsaid``.
    environment : bool
        Whether it describes an environment; a lock file alone fixes components only.
    """

    what: str
    fixed: Fixed
    place: Place
    environment: bool = True


@dataclass(frozen=True, slots=True)
class Pin:
    """A tool of a gate and what fixes its version."""

    tool: str
    step: Step
    fixed: Fixed
    why: str
    place: Place


@fact
def definitions(scan: Scan) -> tuple[Definition, ...]:
    """Return what fixes or describes the environment of build and test, by place."""
    found = [*_version_files(scan), *_pipeline_parts(scan), *_containers(scan), *_runners(scan), *_locks(scan)]
    return tuple(sorted(dict.fromkeys(found), key=lambda d: (d.place.path, d.place.line, d.what)))


def fixed_reference(reference: str) -> Fixed:
    """Say whether the version behind ``@`` or ``:`` of an action, image or package stays what it is."""
    if "@sha256:" in reference:
        return "fixed"
    _, mark, version = reference.rpartition("@")
    if not mark:
        _, mark, version = reference.rpartition("/")[2].partition(":")
    version = version.strip("\"' ").lower()
    if not version:
        return "floating"
    if version in _FLOATING or version.startswith(_MOVING) or version.endswith(("-latest", "-nightly", "-edge")):
        return "floating"
    if "$" in version:
        return "unsaid"
    # A name such as ``alpine`` or ``ubuntu`` leads to whatever carries it today.
    return "fixed" if any(letter.isdigit() for letter in version) else "floating"


def _version_files(scan: Scan) -> Iterator[Definition]:
    names: Mapping[str, str] = scan.words("toolchain", "version_files")
    for glob, what in names.items():
        for path in evidence_paths(scan, (glob,))[:5]:
            text = scan.text(path) or ""
            if re.search(r"\d", text[:20_000]):
                yield Definition(what, "fixed", Place(path, 1))


def _pipeline_parts(scan: Scan) -> Iterator[Definition]:
    found = pipelines(scan)
    # What only answers items or comments says nothing of how the product is built and tested.
    idle = {item.path for item in found.pipelines if item.triggers and item.triggers <= {OTHER}}
    for pipeline in found.pipelines:
        for image, place in pipeline.images:
            if place.path not in idle:
                yield Definition(f"image {image}", fixed_reference(image), place)
    for path in found.paths:
        if path in idle:
            continue
        text = (scan.text(path) or "")[:_LIMIT]
        for match in list(_INPUT.finditer(text))[:40]:
            value = match["value"].strip()
            state = _version_state(value)
            if state != "unsaid":
                line = text.count("\n", 0, match.start()) + 1
                yield Definition(f"{match['name']}: {value[:60]}", state, Place(path, line))
        for match in list(_LATEST.finditer(text))[:20]:
            yield Definition(match[0], "floating", Place(path, text.count("\n", 0, match.start()) + 1))


def _version_state(value: str) -> Fixed:
    bare = value.strip("\"'[] ").lower()
    # A range leads to whatever its newest release is on the day; one within a minor version is like that version.
    if re.fullmatch(r"\d+[.]?[x*]|[\^>].*\d.*", bare):
        return "floating"
    if re.search(r"\d", bare) and not bare.startswith("latest"):
        return "fixed"
    return "floating" if bare in _FLOATING or bare.startswith(("lts", "latest")) else "unsaid"


def _containers(scan: Scan) -> Iterator[Definition]:
    named = evidence_paths(scan, tuple(scan.words("toolchain", "test_containers")))
    staged = evidence_paths(scan, tuple(scan.words("toolchain", "staged_containers")))
    for path in dict.fromkeys((*named, *staged)):
        text = (scan.text(path) or "")[:_LIMIT]
        if path not in named and not _has_test_stage(text):
            continue
        stages = set(re.findall(r"(?i)\bAS[ \t]+(\S+)", text))
        images = [
            match
            for match in (*_FROM.finditer(text), *_IMAGE.finditer(text))
            if match["image"] not in stages and _untagged(match["image"]) not in _built_here(scan)
        ]
        for match in images[:10]:
            line = text.count("\n", 0, match.start()) + 1
            image = _with_defaults(match["image"], text)
            if image != "scratch":
                yield Definition(f"image {image}", fixed_reference(image), Place(path, line))
        if not images:
            yield Definition("container description", "unsaid", Place(path, 1))


def _with_defaults(image: str, text: str) -> str:
    """Return the name of an image with the defaults of a description's arguments in their places."""
    defaults = dict(_ARGUMENT.findall(text)) if "$" in image else {}
    return re.sub(r"\$\{?(\w+)\}?", lambda match: defaults.get(match[1], match[0]), image)


@fact
def _built_here(scan: Scan) -> frozenset[str]:
    """Return the names of the images that the repository itself builds: what is in them is fixed where they are described."""
    found = set()
    for path in evidence_paths(scan, ("**/{docker-compose,compose}*.{yml,yaml}",))[:40]:
        for service in reading.mapping(reading.mapping(reading.load(scan, path)).get("services")).values():
            image = reading.mapping(service).get("image")
            if isinstance(image, str) and reading.mapping(service).get("build") is not None:
                found.add(_untagged(image))
    return frozenset(found)


def _untagged(image: str) -> str:
    return re.sub(r"(?:@.*|:[^/:]*)$", "", image)


def _has_test_stage(text: str) -> bool:
    """Say whether a description of containers has a stage that is called after tests or development."""
    return any(not _TESTING.isdisjoint(re.split(r"[-_.]", name.lower())) for name in _STAGE.findall(text))


def _runners(scan: Scan) -> Iterator[Definition]:
    for path in evidence_paths(scan, tuple(scan.words("toolchain", "environment_runners"))):
        text = (scan.text(path) or "")[:_LIMIT]
        match = _ENV_LIST.search(text)
        if match:
            versions = re.search(r"\bpy(?:py)?-?\{?3|python[\"' =>{~]{0,4}3|[\"']3\.\d", text)
            line = text.count("\n", 0, match.start()) + 1
            yield Definition("test environments", "fixed" if versions else "unsaid", Place(path, line))
    for path in evidence_paths(scan, tuple(scan.words("toolchain", "environments_as_code"))):
        yield Definition("environment as code", "fixed" if path.endswith(".lock") else "unsaid", Place(path, 1))


def _locks(scan: Scan) -> Iterator[Definition]:
    for manifest in manifests(scan):
        if manifest.lock and manifest.dependencies:
            yield Definition(f"lock of {manifest.ecosystem} components", "fixed", Place(manifest.lock, 1), False)


def pins(scan: Scan, classes: frozenset[str]) -> tuple[Pin, ...]:
    """Return each tool of the gates once, with what fixes its version as far as the tree says."""
    found: dict[str, Pin] = {}
    for step in pipelines(scan).steps:
        if step.classes & classes and step.origin != "name":
            pin = _pin(scan, step)
            known = found.get(pin.tool) if pin else None
            # The worst of several uses counts: one floating call is enough to change a verdict.
            if pin and (known is None or (known.fixed != "floating" and pin.fixed == "floating")):
                found[pin.tool] = pin
    return tuple(found[name] for name in sorted(found))


def _pin(scan: Scan, step: Step) -> Pin | None:
    if step.system == "GitLab CI" and step.origin in ("action", "template") and "@" not in step.what:
        return Pin(step.tool, step, "unsaid", "a template of the platform, whose version comes with it", step.place)
    if step.system == "CircleCI" and (orb := _orb(scan, step)):
        return Pin(step.tool, step, fixed_reference(orb), orb, step.place)
    if step.origin in ("action", "template") and "/" in step.what:
        return Pin(step.tool, step, fixed_reference(step.what.split()[0]), step.what.split()[0], step.place)
    hook = next((place for place in step.via if posixpath.basename(place.path).startswith(".pre-commit-config")), None)
    if hook:
        return Pin(step.tool, step, "fixed", "a hook at a stated revision", hook)
    if step.origin != "command" or not re.match(r"[A-Za-z@][\w.@/+-]{1,60}\Z", step.tool):
        return None
    if said := _said(scan, step.tool):
        return Pin(step.tool, step, *said)
    if step.image:
        return Pin(step.tool, step, fixed_reference(step.image), f"image {step.image}", step.place)
    return Pin(step.tool, step, "unsaid", "where it comes from is not seen", step.place)


def _orb(scan: Scan, step: Step) -> str:
    """Return the orb that a step of CircleCI comes from, with its version, as the head of the file names it."""
    name, slash, _ = step.what.partition("/")
    pattern = rf"(?m)^[ \t]+{re.escape(name)}[ \t]*:[ \t]*[\"']?([\w./-]+@[\w.-]+)"
    match = re.search(pattern, (scan.text(step.path) or "")[:_LIMIT]) if slash else None
    return match[1] if match else ""


@fact
def _said(scan: Scan, tool: str) -> tuple[Fixed, str, Place] | None:
    """Return what the files say of the version of a tool that is called by its name, however many steps call it."""
    for path in evidence_paths(scan, tuple(scan.words("toolchain", "tool_versions").get(tool, ()))):
        if re.search(r"\d", (scan.text(path) or "")[:20_000]):
            return "fixed", "a file states its version", Place(path, 1)
    name = re.escape(tool)
    # Searching for the plain name first leaves hardly any text to the patterns.
    texts = [(path, text) for path, text in _install_texts(scan) if tool in text]
    exact = re.compile(
        rf"(?<![\w-]){name}(?:\[[^\]\n]{{0,80}}\])?[ \t]*(?:===?|@)[ \t]*v?\d|[\"']{name}[\"'][ \t]*:[ \t]*[\"']=?v?\d"
    )
    for path, text in texts:
        if match := exact.search(text):
            return "fixed", "a stated version", _place(path, text, match.start())
    loose = re.compile(
        r"(?m)(?:\bpip3?[ \t]+install|\bpipx[ \t]+(?:install|run)|\buvx|\buv[ \t]+tool[ \t]+(?:install|run)|\bnpm[ \t]+(?:install|i)"
        r"|\byarn[ \t]+(?:global[ \t]+)?add|\bpnpm[ \t]+add|\bgem[ \t]+install|\bcargo[ \t]+install|\bgo[ \t]+install)"
        rf"(?=[ \t])(?P<rest>[^\n]{{0,300}}?(?<![\w=/.-]){name}(?:@latest)?(?![\w.@=<>~/-]))"
    )
    for path, text in texts:
        match = loose.search(text)
        if match and not re.search(r"[ \t](?:-c|--constraint|--locked|--require-hashes)[ \t=]", match[0]):
            return "floating", "installed without a version", _place(path, text, match.start())
    word = re.compile(rf"(?<![\w-]){name}(?![\w-])")
    for path, text, lock in () if tool in scan.words("toolchain", "toolchains") else _declared(scan):
        if match := word.search(text):
            why = f"fixed by {lock}" if lock else "declared, and nothing fixes the version"
            return "fixed" if lock else "floating", why, _place(path, text, match.start())
    return None


def _place(path: str, text: str, at: int) -> Place:
    return Place(path, text.count("\n", 0, at) + 1)


@fact
def _install_texts(scan: Scan) -> list[tuple[str, str]]:
    """Return the files in which tools are installed, pipelines and what they call first."""
    found = pipelines(scan)
    paths = dict.fromkeys(found.paths)
    paths.update(dict.fromkeys(place.path for step in found.steps for place in step.via))
    paths.update(dict.fromkeys(scan.glob(*scan.words("toolchain", "tool_declarations"))))
    texts = [(path, scan.text(path) or "") for path in list(paths)[:200]]
    return [(path, text) for path, text in texts if text and len(text) <= _LIMIT]


@fact
def _declared(scan: Scan) -> list[tuple[str, str, str]]:
    """Return manifests with their text and the lock that fixes them."""
    found = []
    for manifest in manifests(scan)[:60]:
        text = scan.text(manifest.path) or ""
        if len(text) <= _LIMIT:
            found.append((manifest.path, text, manifest.lock))
    # A locked manifest answers before one that is not.
    return sorted(found, key=lambda item: (not item[2], item[0]))
