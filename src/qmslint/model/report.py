"""The finished report: the only input of every output format."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any

from qmslint.model.document_list import DocumentList
from qmslint.model.evidence import Evidence
from qmslint.model.outcome import Confidence, Grade, Reason, State
from qmslint.model.rule import PackInfo
from qmslint.quick import dataclass


@dataclass(frozen=True, slots=True)
class Result:
    """One planned rule and how it came out."""

    rule: str
    title: str
    clauses: tuple[str, ...]
    state: State
    message: str
    evidence: tuple[Evidence, ...]
    confidence: Confidence
    pack: str
    grade: Grade | None = None
    gap: str = ""
    reason: Reason | None = None
    searched: tuple[str, ...] = ()
    measured: Mapping[str, float | int | str] = field(default_factory=dict)
    disposition: Mapping[str, Any] | None = None
    remediation: str = ""
    fingerprint: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class ClauseLine:
    """One clause of the edition with the worst state of what looks at it."""

    id: str
    title: str
    state: State
    assessability: str
    rules: tuple[str, ...]
    settled_by: str = ""
    level: int = 1


@dataclass(frozen=True, slots=True)
class SubjectLine:
    """What exactly was examined."""

    name: str
    commit: str
    view: str
    branch: str
    dirty: bool
    shallow: bool
    as_of: str
    commits: int
    tags: int


@dataclass(frozen=True, slots=True)
class Switch:
    """A profile switch with where its value comes from (declared, or guessed from evidence)."""

    name: str
    value: str
    origin: str
    note: str


@dataclass(frozen=True, slots=True)
class Report:
    """Everything the formats may show.

    ``baseline`` says that findings were compared with a baseline; ``documents`` is the register of controlled documents
    where a format that shows it was asked for.
    """

    tool_version: str
    edition: str
    edition_title: str
    packs: tuple[PackInfo, ...]
    subject: SubjectLine
    clauses: tuple[ClauseLine, ...]
    results: tuple[Result, ...]
    switches: tuple[Switch, ...] = ()
    notes: tuple[str, ...] = ()
    lowered: tuple[str, ...] = ()
    baseline: bool = False
    documents: DocumentList | None = None

    def count(self, state: State) -> int:
        """Return how many results are in ``state``."""
        return sum(1 for result in self.results if result.state is state)

    def graded(self, grade: Grade) -> int:
        """Return how many nonconforming results carry ``grade``."""
        return sum(1 for result in self.results if result.grade is grade)

    def disposed(self, kind: str) -> int:
        """Return how many results carry the disposition ``kind``."""
        return sum(1 for r in self.results if r.disposition and r.disposition.get("kind") == kind)


@dataclass(frozen=True, slots=True)
class Moment:
    """A report with the label of the moment it is of."""

    label: str
    report: Report


def accumulated(report: Report) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return the clauses on which minors pile up, each with the rules, in printed order.

    Three open minors on one clause may together show a systemic failure (ISO/IEC 17021-1, definition of a major
    nonconformity): that is for a person to decide, and the report only says where.
    """
    found = []
    for line in report.clauses:
        rules = tuple(
            result.rule
            for result in report.results
            if result.grade is Grade.MINOR and not result.disposition and line.id in result.clauses
        )
        if len(rules) >= 3:
            found.append((line.id, rules))
    return tuple(found)
