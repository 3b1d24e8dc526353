"""What plug-ins of Maven do at which phase, as the files of the repository bind them: untrusted XML is not parsed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from qmslint.facts.base import Scan, fact
from qmslint.facts.pipelines.model import Bypass, Place
from qmslint.facts.pipelines.vocabulary import classes_of
from qmslint.quick import dataclass, regex

_FILES = 40
_TEXT = 400_000
_PHASES = (
    "validate", "initialize", "generate-sources", "process-sources", "generate-resources", "process-resources",
    "compile", "process-classes", "generate-test-sources", "process-test-sources", "generate-test-resources",
    "process-test-resources", "test-compile", "process-test-classes", "test", "prepare-package", "package",
    "pre-integration-test", "integration-test", "post-integration-test", "verify", "install", "deploy",
)  # fmt: skip
"""Maven: The Definitive Guide, lifecycle reference; a goal of one phase runs what is bound to all before it."""
_COMMENT = regex(r"<!--.*?-->", re.S)
_TAG = regex(r"<(/?)(plugin|pluginManagement|reporting|profile)>")
_DEFAULT = regex(r"<defaultGoal>\s*([^<]{1,400}?)\s*</defaultGoal>")
_ARTIFACT = regex(r"<artifactId>\s*([\w.-]{1,100})\s*</artifactId>")
_ID = regex(r"<id>\s*([\w.-]{1,100})\s*</id>")
_PHASE = regex(r"<phase>\s*([\w-]{1,40})\s*</phase>")
_LENIENT = regex(
    r"<(failOnError|failsOnError|failOnViolation|haltOnFailure|failBuildOnAnyVulnerability)>\s*false\s*</", re.I
)


@dataclass(frozen=True, slots=True)
class Bound:
    """A plug-in that runs at a phase.

    Parameters
    ----------
    profile : str
        The profile that has to be asked for; empty where none has to be.
    skips : tuple of str
        Properties that leave it out.
    bypass : Bypass or None
        What keeps its findings from stopping the build.
    """

    plugin: str
    classes: frozenset[str]
    phase: int
    profile: str
    skips: tuple[str, ...]
    bypass: Bypass | None


@dataclass(frozen=True, slots=True)
class _Block:
    plugin: str
    text: str
    place: Place
    managed: bool
    profile: str


def plugins_of(scan: Scan, arguments: Sequence[str]) -> Iterator[Bound]:
    """Yield what a call of Maven runs beside compiling and testing."""
    phases = [_PHASES.index(word) for word in arguments if word in _PHASES]
    if not phases:
        return
    asked = _profiles(arguments)
    given = {word[2:].removesuffix("=true").strip("\"'") for word in arguments if word.startswith("-D")}
    for item in bound(scan):
        if item.phase <= max(phases) and item.profile in asked and not given.intersection(item.skips):
            yield item


def _profiles(arguments: Sequence[str]) -> set[str]:
    found = {""}
    for at, word in enumerate(arguments):
        if word == "-P" and at + 1 < len(arguments):
            found.update(arguments[at + 1].split(","))
        elif word.startswith("-P"):
            found.update(word[2:].split(","))
    return found


@fact
def default_goals(scan: Scan) -> tuple[str, ...]:
    """Return what Maven runs where a call names no goal, as the file at the top of the repository says."""
    text = _COMMENT.sub("", (scan.text("pom.xml") or "")[:_TEXT])
    match = _DEFAULT.search(text)
    return tuple(match[1].split()) if match else ()


@fact
def bound(scan: Scan) -> tuple[Bound, ...]:
    """Return the plug-ins of the vocabulary that an execution binds to a phase, or that compiling brings along."""
    blocks: dict[str, list[_Block]] = {}
    for path in scan.glob("pom.xml")[:_FILES]:
        for block in _blocks(path, (scan.text(path) or "")[:_TEXT]):
            blocks.setdefault(block.plugin, []).append(block)
    found = []
    for row in scan.words("steps", "build_plugins", "mvn"):
        own = blocks.get(row.get("inside", row["plugin"]), [])
        text = "\n".join(block.text for block in own)
        active = sorted((block for block in own if not block.managed), key=lambda block: block.profile)
        if not active or (row["plugin"] not in text) or row.get("holding", "") not in text:
            continue
        if "<execution>" not in text and "always" not in row:
            continue
        phase = next(iter(_PHASE.findall(text)), row["phase"])
        if phase not in _PHASES:
            continue
        lenient = next(((block, match) for block in own if (match := _LENIENT.search(block.text))), None)
        bypass = None
        if lenient:
            block, match = lenient
            line = block.place.line + block.text.count("\n", 0, match.start())
            bypass = Bypass(f"{match[1]} is false", Place(block.place.path, line))
        found.append(
            Bound(
                row["plugin"],
                classes_of(row["is"]),
                _PHASES.index(phase),
                active[0].profile,
                tuple(row.get("skip", ())),
                bypass,
            )
        )
    return tuple(found)


def _blocks(path: str, text: str) -> Iterator[_Block]:
    """Yield the outermost plug-ins of a Maven file."""
    text = _COMMENT.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)
    depth = managed = reporting = 0
    start, profile = 0, ""
    for tag in _TAG.finditer(text):
        step = -1 if tag[1] else 1
        if tag[2] == "pluginManagement":
            managed += step
        elif tag[2] == "reporting":
            reporting += step
        elif tag[2] == "profile":
            profile = _profile(text, tag.end()) if step > 0 else ""
        else:
            start = tag.end() if step > 0 and not depth else start
            depth = max(depth + step, 0)
            if step < 0 and not depth and not reporting:
                inside = text[start : tag.start()]
                name = _ARTIFACT.search(inside)
                place = Place(path, text.count("\n", 0, start) + 1)
                yield _Block(name[1] if name else "", inside, place, managed > 0, profile)


def _profile(text: str, start: int) -> str:
    """Return the name of a profile; nothing where it holds unless another is asked for."""
    head = text[start : text.find("</profile>", start)]
    name = _ID.search(head)
    return "" if "<activeByDefault>true" in head else name[1] if name else "?"
