"""What the files look like that people write beside the configuration; their schemas are derived from here."""

from __future__ import annotations

from typing import Literal

from qmslint.derive import Glob, option
from qmslint.quick import dataclass
from qmslint.settings import Settings


@dataclass(frozen=True, slots=True)
class Subject:
    """What exactly is waived: places of a finding, one record, or with ``all`` the whole finding."""

    paths: tuple[Glob, ...] = option("Path patterns of the places that are waived.", ())
    record: str = option("Id of the record that is waived, such as INC-7; with paths, only there.", "")
    all: bool = option("The whole finding, whatever places it has.", False)


@dataclass(frozen=True, slots=True)
class Waiver:
    """One concession, as written in ``.qms/waivers.yml``."""

    rule: str = option("Rule id.")
    subject: Subject = option("What of the finding is waived.")
    reason: str = option("Why it can be accepted for the time being.")
    approved_by: str = option("Name or role of the person with the authority to accept it.")
    approved_on: str = option("Date of the approval, YYYY-MM-DD.")
    expires: str = option("Last day on which it counts, YYYY-MM-DD (UTC).")
    risk: str = option("Id of the risk in the register.", "")
    ticket: str = option("Id of the item under which the cause is removed.", "")
    requested_by: str = option("Who asked for it.", "")
    compensating_control: str = option("What protects meanwhile.", "")


@dataclass(frozen=True, slots=True)
class WaiverFile:
    """All waivers of a repository."""

    waivers: tuple[Waiver, ...] = option("The waivers.", ())


Matter = Literal[
    "profile",
    "documents",
    "tickets",
    "releases",
    "bots",
    "exclude",
    "exclusions",
    "evidence-home",
    "leave-out",
    "grades",
    "disable",
    "parameters",
    "waivers",
    "baseline",
]
"""What a repository may be left to say of itself although it can make a verdict milder."""


@dataclass(frozen=True, slots=True)
class WaiverLimits:
    """How far waivers may go."""

    horizon_days: int = option("Longest time from approval to the last day, in days.", 180, minimum=1)
    soon_days: int = option("From how many days before its end on a waiver is an observation.", 14, minimum=0)
    whole: bool = option("Whether a whole finding may be waived, not only places of it.", True)
    never: tuple[str, ...] = option("Rules that nobody may waive (globs over ids).", ())


@dataclass(frozen=True, slots=True)
class Policy:
    """An organisation's policy, given with ``--policy``: it wins over the configuration of a repository."""

    name: str = option("Name of the policy, shown in every report.")
    version: str = option("Version of the policy.", "")
    config: Settings = option("What holds for every repository, in the form of qmslint.yml.", Settings())
    locked: tuple[str, ...] = option(
        "Rules that a repository may neither leave out nor make milder (globs over ids); trying to stops the run.", ()
    )
    allow: tuple[Matter, ...] = option(
        "What a repository may decide itself although it can make a verdict milder; the rest is set aside and listed.",
        ("profile", "documents", "tickets", "releases", "waivers", "baseline"),
    )
    waivers: WaiverLimits = option("How far waivers may go.", WaiverLimits())
    max_unassessed: int | None = option("Exit with 4 when more results are not assessable.", None, minimum=0)
