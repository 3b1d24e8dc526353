"""What rule, pack and catalogue files look like; the schemas are derived from these dataclasses."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal

from qmslint.derive import option
from qmslint.model.rule import Check
from qmslint.quick import dataclass

GradeWord = Literal["major", "minor", "ofi"]
QuestionWord = Literal["document", "alive", "record", "control", "history", "attestation"]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value a pack or a repository may set; used in the check as ``$name``."""

    default: Any = option("Value when nobody sets it.")
    doc: str = option("What it means, with its unit.")
    stricter: str = option(
        "Which values ask for more: `higher`, `lower`, or the values from lax to strict with `<` between them.", ""
    )


@dataclass(frozen=True, slots=True)
class RuleFile:
    """One rule: a claim that is true or false of a repository at a revision."""

    id: str = option("Dotted mnemonic `area.short-name`, at most 40 characters, never reused.")
    title: str = option("The claim as a short sentence.")
    clauses: tuple[str, ...] = option("Clause numbers of ISO 9001:2015 that the claim supports.")
    questions: tuple[QuestionWord, ...] = option("What kind of evidence the claim asks for.")
    basis: Literal["requirement", "guidance", "practice", "sector"] = option(
        "What it rests on; guidance and practice never exceed an opportunity for improvement "
        "unless the organisation adopted them."
    )
    grades: Mapping[str, GradeWord] = option("Grade by gap; `default` is needed.")
    why: str = option("Why it matters, in own words.")
    looks_for: str = option("Which evidence is looked for.")
    fix: str = option("What to do about a gap.")
    check: Check = option("What decides.")
    when: Check | None = option("Precondition; where it does not hold the rule is not applicable.", None)
    absence: Literal["finding", "ask"] = option(
        "`finding`: nothing found is a nonconformity; `ask`: it is not assessable unless the evidence is "
        "declared to live here.",
        "finding",
    )
    document: str = option("Key of the document the rule is about.", "")
    adopt: str = option(
        "Practice the organisation has to adopt before a gap can exceed `ofi`; once adopted, a gap is `minor` at least.",
        "",
    )
    parameters: Mapping[str, Parameter] = option("Values that packs and repositories may set.", {})
    example: str = option("What evidence that passes looks like.", "")
    traps: str = option("Known false alarms and false calms.", "")
    source: str = option("The text a sector rule goes back to: numbers and short titles.", "")
    applies_from: str = option(
        "Day from which the duty applies (YYYY-MM-DD); before it a gap is readiness, `ofi` at most.", ""
    )
    since: str = option("Version of the pack in which it first appeared.", "1.0")

    def __post_init__(self) -> None:
        """Refuse a day that is none; the builder adds file and line."""
        if self.applies_from:
            try:
                date.fromisoformat(self.applies_from)
            except ValueError:
                raise ValueError(f"applies_from {self.applies_from!r} is not a day like 2027-12-31") from None


@dataclass(frozen=True, slots=True)
class Selection:
    """How a pack uses one rule."""

    id: str = option("Rule id.")
    cap: GradeWord | None = option("Highest grade here.", None)
    with_: Mapping[str, Any] = option("Values for the rule's parameters.", {})


@dataclass(frozen=True, slots=True)
class PackFile:
    """A pack: which rules apply, with which values, and how far their grades may go."""

    id: str = option("Short name.")
    version: str = option("Version of the selection.")
    title: str = option("What the pack is for.")
    standard: str = option("Catalogue its clause numbers belong to.", "iso9001:2015")
    extends: tuple[str, ...] = option("Packs whose selection it takes over.", ())
    cap: GradeWord | None = option("Highest grade for all its rules.", None)
    overlay: bool = option(
        "It only tightens the packs it extends, and packs asked for beside it; else it is refused.", False
    )
    rules: tuple[Any, ...] = option("Rule ids, or mappings with `id`, `cap` and `with`.", ())
    drop: tuple[str, ...] = option("Rules of the extended packs that are left out.", ())
