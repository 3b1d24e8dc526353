"""What a user or an organisation declares about a repository; a frozen dataclass per part."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from qmslint.derive import Glob, Pattern, option
from qmslint.quick import dataclass

Kind = Literal["application", "service", "library", "documentation"]


@dataclass(frozen=True, slots=True)
class Profile:
    """What kind of product this is; a switch that is not given is guessed from evidence and printed with it."""

    kind: Kind | None = option("What is made here: decides which operational rules can apply.", None)
    deploys: bool | None = option("Whether the organisation itself operates the product.", None)
    ui: bool | None = option("Whether people use it through a graphical or web interface.", None)
    personal_data: bool | None = option("Whether personal data is processed.", None)
    customer_property: Literal["none", "some"] | None = option(
        "Whether customers entrust data, code, credentials or devices.", None
    )
    team: Literal["single", "vse", "team"] | None = option(
        "One maintainer, a very small entity (ISO/IEC 29110), or a team.", None
    )
    compensating_control: str = option("What replaces independent review where there is a single maintainer.", "")


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A requirement that is said not to apply (clause 4.3)."""

    clause: str = option("Clause number.")
    reason: str = option("Why it does not apply and conformity does not suffer.")
    approved_by: str = option("Who agreed, by name or role.")


@dataclass(frozen=True, slots=True)
class Home:
    """Where the evidence of a clause lives."""

    is_: Literal["repository", "external", "attested"] = option("Here, elsewhere, or only attested.")
    where: str = option("Address or place, for evidence that lives elsewhere.", "")
    owner: str = option("Who answers for it there.", "")


@dataclass(frozen=True, slots=True)
class RuleSetting:
    """What the repository says about one rule."""

    grade: Literal["major", "minor", "ofi"] | None = option("Grade to propose instead.", None)
    disable: bool = option("Do not judge this rule; it stays in the report.", False)
    reason: str = option("Why; needed to disable a rule or to lower its grade.", "")
    with_: Mapping[str, Any] = option("Values for the rule's parameters.", {})


@dataclass(frozen=True, slots=True)
class Settings:
    """The configuration of one repository (``qmslint.yml``, ``.qmslint.yml`` or ``[tool.qmslint]``)."""

    edition: Literal["2015", "2026"] = option("Edition of ISO 9001 to report by.", "2015")
    packs: tuple[str, ...] = option("Packs to apply, by name or by path inside the repository.", ("iso9001",))
    profile: Profile = option("What kind of product this is.", Profile())
    documents: Mapping[str, str] = option("Document key to its path here or its address elsewhere.", {})
    ticket_keys: tuple[str, ...] = option("Project keys of the tracker, such as QMS for QMS-12.", ())
    release_tags: Pattern | None = option("Pattern of the tags that are releases.", None)
    release_branches: tuple[Glob, ...] = option("Branches releases may come from, beside the default one.", ())
    default_branch: str = option("Name of the branch changes land on, where the clone does not tell.", "")
    exclude: tuple[Glob, ...] = option("Paths that are never evidence.", ())
    bots: tuple[str, ...] = option("Names or addresses that are not people.", ())
    evidence_home: Mapping[str, Home] = option("Clause number to where its evidence lives.", {})
    exclusions: tuple[Exclusion, ...] = option("Requirements that do not apply, with reason and approver.", ())
    adopt: tuple[Literal["minimum-documents", "risk-levels", "kpi-levels", "cause-buckets", "iso90003"], ...] = option(
        "Practices the organisation made part of its own criteria.", ()
    )
    intervals: Mapping[str, int] = option("Document key to its review interval in months.", {})
    rules: Mapping[str, RuleSetting] = option("Rule id to what is said about it.", {})
    select: tuple[str, ...] = option("Only these rules (globs over ids).", ())
    ignore: tuple[str, ...] = option("Not these rules (globs over ids).", ())
    fail_on: Literal["major", "minor", "ofi", "never"] = option("Lowest grade that fails a run.", "minor")
