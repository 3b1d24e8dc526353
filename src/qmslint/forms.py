"""What the files look like that people write beside the configuration; their schemas are derived from here."""

from __future__ import annotations

from dataclasses import dataclass

from qmslint.derive import Glob, option


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
