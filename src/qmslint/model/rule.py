"""A rule as data: a claim about a repository, what it is good for, and the check that decides it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any, Literal

from qmslint.model.outcome import Grade
from qmslint.quick import dataclass

Basis = Literal["requirement", "guidance", "practice", "sector"]
Question = Literal["document", "alive", "record", "control", "history", "attestation"]


@dataclass(frozen=True, slots=True)
class Check:
    """A check kind with its parameters, an instance of the kind's own dataclass."""

    kind: str
    params: Any
    line: int = 0


@dataclass(frozen=True, slots=True)
class Guide:
    """What a person needs to act on a rule; all texts are plain sentences."""

    why: str
    looks_for: str
    fix: str
    example: str = ""
    traps: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """One claim.

    Parameters
    ----------
    id : str
        Dotted mnemonic, never reused.
    title : str
        The claim as a short sentence.
    clauses : tuple of str
        Clause numbers of the pack's own edition (ISO 9001:2015 for the bundled rules).
    questions : tuple of str
        Whether it asks for a document, that it is alive, records, a control, a history fact or an attestation.
    basis : str
        ``requirement``, ``guidance``, ``practice`` or ``sector``; only the first and last may exceed *ofi*.
    grades : mapping of str to Grade
        Grade by gap; ``default`` is always there.
    absence : str
        ``finding``: when nothing is found the rule is nonconforming; ``ask``: it is not assessable unless
        the clause's evidence is declared to live in this repository.
    check : Check
        What decides.
    when : Check or None
        Precondition; where it does not hold the rule is not applicable.
    document : str
        Key of the document the rule is about, so that a declared pointer elsewhere can be honoured.
    adopt : str
        Practice that the organisation has to adopt before a gap can exceed *ofi*; adopted, a gap is *minor* at least.
    source : str
        The text a sector rule goes back to.
    applies_from : str
        Day from which the duty applies; before it a gap says something about readiness and is *ofi* at most.
    """

    id: str
    title: str
    clauses: tuple[str, ...]
    questions: tuple[Question, ...]
    basis: Basis
    grades: Mapping[str, Grade]
    absence: Literal["finding", "ask"]
    check: Check
    guide: Guide
    when: Check | None = None
    document: str = ""
    adopt: str = ""
    since: str = ""
    source: str = ""
    applies_from: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PlannedRule:
    """A rule as one pack selects it: with the highest grade it may propose there, and the lowest."""

    rule: Rule
    pack: str
    cap: Grade | None = None
    floor: Grade | None = None


@dataclass(frozen=True, slots=True)
class PackInfo:
    """Identity of a loaded pack: id, version and the digest of everything it consists of."""

    id: str
    version: str
    title: str
    digest: str
