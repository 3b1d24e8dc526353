"""One model for the pipelines of all CI systems."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field
from types import MappingProxyType

from qmslint.model.outcome import Confidence
from qmslint.quick import dataclass

MERGE, PUSH, TAG, RELEASE, SCHEDULE, MANUAL, CALLED, OTHER = (
    "merge-request",
    "push",
    "tag",
    "release",
    "schedule",
    "manual",
    "called",
    "other",
)
"""Normalised triggers.  ``push`` is a push to the default or another long-lived branch, after the merge."""


def spoken(events: Iterable[str], none: str = "no visible event") -> str:
    """Return what starts a step in words."""
    return (
        ", ".join("a call by another pipeline" if event == CALLED else event for event in sorted(set(events))) or none
    )


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a file of the repository."""

    path: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class Bypass:
    """Why a failure of a step would stop nothing; ``partial`` when that is so for some of its runs only."""

    why: str
    place: Place
    partial: bool = False


@dataclass(frozen=True, slots=True)
class Approval:
    """A point at which a person has to agree: ``step``, ``environment`` (its reviewers are settings) or ``button``."""

    how: str
    name: str
    place: Place


@dataclass(frozen=True, slots=True)
class Step:
    """One command, action or task of a job and what it is known to do.

    Parameters
    ----------
    what : str
        The command or the name of the action, on one line.
    tool : str
        What it was recognised by: the executable, action or template.
    classes : frozenset of str
        What it does.
    indicated : frozenset of str
        What only its name says; never enough on its own.
    triggers : frozenset of str
        Events on which it runs.
    confidence : Confidence
        ``medium`` where the trigger or the class is inferred.
    bypasses : tuple of Bypass
        Empty for a step that can stop a change.
    via : tuple of Place
        Files between the pipeline and the command: scripts, targets, hooks.
    origin : str
        ``action``, ``command``, ``target``, ``template`` or ``name``.
    languages : tuple of str
        Languages it analyses; empty where it is not limited to some.
    """

    system: str
    pipeline: str
    job: str
    name: str
    path: str
    line: int
    what: str
    tool: str
    classes: frozenset[str]
    indicated: frozenset[str]
    triggers: frozenset[str]
    confidence: Confidence
    bypasses: tuple[Bypass, ...] = ()
    approvals: tuple[Approval, ...] = ()
    environment: str = ""
    via: tuple[Place, ...] = ()
    origin: str = "command"
    languages: tuple[str, ...] = ()
    image: str = ""
    words: tuple[str, ...] = ()
    inputs: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def blocking(self) -> bool:
        """Whether a failure stops the pipeline in at least some of its runs."""
        return all(bypass.partial for bypass in self.bypasses)

    @property
    def place(self) -> Place:
        """The line of the pipeline that says so."""
        return Place(self.path, self.line)


@dataclass(frozen=True, slots=True)
class External:
    """A part of a pipeline that lives in another repository."""

    name: str
    place: Place


@dataclass(frozen=True, slots=True)
class Pipeline:
    """One pipeline: a file of a CI system, or a part of it with its own trigger.

    Parameters
    ----------
    unknown : tuple of Step
        Commands and actions of which nothing is known; only what they are called can say something.
    """

    system: str
    name: str
    path: str
    triggers: frozenset[str]
    steps: tuple[Step, ...]
    externals: tuple[External, ...] = ()
    versions: tuple[tuple[str, Place], ...] = ()
    images: tuple[tuple[str, Place], ...] = ()
    unknown: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class Pipelines:
    """All pipelines of the repository."""

    pipelines: tuple[Pipeline, ...]
    steps: tuple[Step, ...]
    broken: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()

    @property
    def systems(self) -> tuple[str, ...]:
        """Names of the CI systems, sorted."""
        return tuple(sorted({pipeline.system for pipeline in self.pipelines}))

    @property
    def externals(self) -> tuple[External, ...]:
        """Parts that live in other repositories."""
        return tuple(item for pipeline in self.pipelines for item in pipeline.externals)

    @property
    def unknown(self) -> tuple[Step, ...]:
        """Commands and actions of which nothing is known."""
        return tuple(step for pipeline in self.pipelines for step in pipeline.unknown)

    @property
    def paths(self) -> tuple[str, ...]:
        """Files that describe pipelines, sorted."""
        return tuple(sorted({pipeline.path for pipeline in self.pipelines}))


@dataclass(slots=True)
class Call:
    """What a dialect hands to the recogniser: a script, an action or a template with where it stands."""

    line: int
    script: str = ""
    action: str = ""
    kind: str = "actions"
    inputs: Mapping[str, str] = field(default_factory=dict)
    name: str = ""
    folder: str = ""
    image: str = ""
    triggers: frozenset[str] | None = None
    unsure: bool = False
    bypasses: tuple[Bypass, ...] = ()
    path: str = ""
    languages: tuple[str, ...] | None = None
    stops_at_errors: bool = True


@dataclass(slots=True)
class Job:
    """A job as a dialect reads it, before its steps are recognised."""

    name: str
    line: int
    path: str
    calls: list[Call] = field(default_factory=list)
    triggers: frozenset[str] = frozenset()
    unsure: bool = False
    needs: tuple[str, ...] = ()
    bypasses: tuple[Bypass, ...] = ()
    approvals: tuple[Approval, ...] = ()
    environment: str = ""
    image: str = ""
    always: bool = False
    label: str = ""


@dataclass(slots=True)
class Found:
    """A pipeline as a dialect reads it."""

    system: str
    name: str
    path: str
    triggers: frozenset[str]
    jobs: list[Job] = field(default_factory=list)
    externals: list[External] = field(default_factory=list)
    versions: list[tuple[str, Place]] = field(default_factory=list)
    images: list[tuple[str, Place]] = field(default_factory=list)
    unsure: bool = False
