"""What a check kind answers, before a rule's grade and an organisation's policy are applied."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field, replace
from enum import StrEnum
from types import MappingProxyType

from qmslint.model.evidence import Evidence
from qmslint.quick import dataclass, regex


class State(StrEnum):
    """How a claim stands; the order is the order in which the worst wins."""

    ERROR = "error"
    NONCONFORMING = "nonconforming"
    NOT_ASSESSABLE = "not_assessable"
    CONFORMING = "conforming"
    NOT_APPLICABLE = "not_applicable"


class Grade(StrEnum):
    """Proposed weight of a nonconforming result; a person decides (ISO/IEC 17021-1, 3.12 and 3.13)."""

    MAJOR = "major"
    MINOR = "minor"
    OFI = "ofi"


class Confidence(StrEnum):
    """How sure the reading is; a heuristic is never more than medium."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


REASONS: Mapping[str, str] = MappingProxyType(
    {
        "NO_GIT": "the folder is not a git repository; check out the repository with its history",
        "NO_COMMITS": "the repository has no commits yet; commit, then examine again",
        "SHALLOW": "the clone is cut off; fetch the whole history (fetch-depth: 0, GIT_DEPTH: 0)",
        "PARTIAL_CLONE": "objects are missing in this partial clone; use a full clone",
        "NO_TAGS": "no tags are in this clone; fetch them with git fetch --tags",
        "DETACHED_PR_MERGE": "this is the platform's temporary merge commit; examine the branch itself",
        "HISTORY_IMPORTED": "one commit holds nearly all content; the earlier history is elsewhere",
        "SETTINGS_ONLY": "it lives in platform settings; add a dated export",
        "BINARY_DOC": "the content is not text; keep a text version beside it",
        "EXTERNAL": "it is declared to live elsewhere; look there",
        "PARSE_ERROR": "a file cannot be read as what it should be; repair it",
        "TOO_FEW": "too few cases to judge; wait for more",
        "MERGE_METHOD_OPAQUE": "the way of merging leaves no trace in git; add an export or trailers",
        "LIMIT": "a safety bound was reached; examine that part by hand",
        "NO_EVIDENCE_HERE": "nothing was found and it may live elsewhere; declare where, or attest it",
        "NO_CHECK": "no rule looks at this; look by hand, or attest it",
        "UNREADABLE": "an object or file could not be read; repair the repository",
    }
)
"""Every reason code with what it means and what would settle it."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a result is not assessable: a code of :data:`REASONS` and what is so in this repository."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer of one check.

    Parameters
    ----------
    state : State
        How the claim stands.
    message : str
        One sentence about this repository.
    evidence : tuple of Evidence
        Never empty: an absence is evidence too.
    gap : str
        For a nonconforming outcome, which kind of gap; rules grade by it (``absent``, ``incomplete``,
        ``weak``, ``stale``, ``contradiction`` …).
    confidence : Confidence
        How sure the reading is.
    reason : Reason or None
        Mandatory for ``not_assessable``.
    searched : tuple of str
        Places, patterns and near misses of a search that found nothing.
    measured : mapping
        Numbers that decided, with the thresholds they were compared to.
    """

    state: State
    message: str
    evidence: tuple[Evidence, ...]
    gap: str = ""
    confidence: Confidence = Confidence.HIGH
    reason: Reason | None = None
    searched: tuple[str, ...] = ()
    measured: Mapping[str, float | int | str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.evidence:
            raise ValueError(f"an outcome without evidence: {self.message}")
        if (self.state is State.NOT_ASSESSABLE) != (self.reason is not None):
            raise ValueError(f"a reason goes with not_assessable and only there: {self.message}")
        if self.reason and self.reason.code not in REASONS:
            raise ValueError(f"unknown reason code {self.reason.code}")

    def but(self, **changes: object) -> Outcome:
        """Return a copy with fields replaced."""
        return replace(self, **changes)  # type: ignore[arg-type]


def conforming(
    message: str,
    evidence: Iterable[Evidence],
    *,
    confidence: Confidence = Confidence.HIGH,
    measured: Mapping[str, float | int | str] | None = None,
) -> Outcome:
    """Say that evidence was seen for the whole claim."""
    return Outcome(State.CONFORMING, message, tuple(evidence), confidence=confidence, measured=measured or {})


def nonconforming(
    message: str,
    evidence: Iterable[Evidence],
    gap: str,
    *,
    confidence: Confidence = Confidence.HIGH,
    searched: Iterable[str] = (),
    measured: Mapping[str, float | int | str] | None = None,
) -> Outcome:
    """Say which gap was found, and where."""
    return Outcome(
        State.NONCONFORMING,
        message,
        tuple(evidence),
        gap=gap,
        confidence=confidence,
        searched=tuple(searched),
        measured=measured or {},
    )


def not_applicable(message: str, evidence: Iterable[Evidence]) -> Outcome:
    """Say which positive precondition makes the claim inapplicable."""
    return Outcome(State.NOT_APPLICABLE, message, tuple(evidence))


def not_assessable(
    code: str,
    text: str,
    evidence: Iterable[Evidence],
    *,
    searched: Iterable[str] = (),
    measured: Mapping[str, float | int | str] | None = None,
) -> Outcome:
    """Say that one could not look, why, and what would settle it."""
    return Outcome(
        State.NOT_ASSESSABLE,
        text,
        tuple(evidence),
        reason=Reason(code, text),
        searched=tuple(searched),
        measured=measured or {},
    )


_HEAD = regex(r"^.*?(?= (?:of|for|in|on|with|that|to|as|kept|defined|the)\b|$)")


def none_found(what: str) -> str:
    """Say in grammatical English that nothing of a kind was found; ``what`` begins with its noun, such as ``link to …``."""
    head = _HEAD.match(what)
    noun = head[0] if head else what
    several = noun.endswith("s") and not noun.endswith(("ss", "is", "us"))
    return f"no {what} {'were' if several else 'was'} found"
