"""Attestations: dated statements of named people about what no repository can show."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, date, datetime

from qmslint import lineyaml
from qmslint.derive import Builder, option
from qmslint.errors import ConfigError, Unassessable
from qmslint.facts.base import Scan, fact
from qmslint.quick import dataclass
from qmslint.repo.history import Commit
from qmslint.repo.versions import versions_of

GLOB = "/.qms/attestations/*.{yml,yaml}"
BASIS_WORDS = 3
MAX_DAYS = 366


@dataclass(frozen=True, slots=True)
class Attester:
    """Who attests."""

    name: str = option("Name of the person.")
    role: str = option("Role in which the person speaks.")


@dataclass(frozen=True, slots=True)
class AttestationFile:
    """One attestation (``.qms/attestations/*.yml``)."""

    clause: tuple[str, ...] = option("Clause numbers it is about.")
    statement: str = option("What is attested, as a whole sentence.")
    attested_by: Attester = option("Who attests.")
    on: str = option("Date of the statement, YYYY-MM-DD.")
    basis: str = option("What the statement rests on.")
    valid_until: str = option("Last day on which it counts, YYYY-MM-DD (UTC).")
    files: Mapping[str, str] = option("Path to the SHA-256 of the file as it was attested.", {})


@dataclass(frozen=True, slots=True)
class Attestation:
    """An attestation as read, with what is wrong with it at the date of the examination.

    Parameters
    ----------
    identity : str
        How sure the identity is: ``stated``, ``committed`` (that person made the commit) or ``signed`` (the commit
        also carries a signature, which is not verified here).
    faults : tuple of str
        Why it does not count; empty when it is valid.
    """

    path: str
    clauses: tuple[str, ...]
    statement: str
    name: str
    role: str
    on: str
    valid_until: str
    basis: str
    identity: str
    faults: tuple[str, ...] = ()

    @property
    def valid(self) -> bool:
        """Whether it counts."""
        return not self.faults


@fact
def attestations(scan: Scan) -> tuple[Attestation, ...]:
    """Return all attestations of the examined view, by path; unreadable ones are noted as problems."""
    found = []
    for path in scan.glob(GLOB):
        try:
            data = lineyaml.load(scan.text(path) or "", path, strict=True)
            form: AttestationFile = Builder(path, error=ConfigError).build(AttestationFile, data, 1, "the attestation")
        except (lineyaml.YamlError, ConfigError) as error:
            scan.problem(path, "PARSE_ERROR", f"not a readable attestation: {error}")
            continue
        found.append(_attestation(scan, path, form))
    return tuple(found)


def covers(item: Attestation, clause: str) -> bool:
    """Say whether an attestation is about ``clause`` or about a clause it belongs to."""
    return any(clause == own or clause.startswith(f"{own}.") for own in item.clauses)


def _attestation(scan: Scan, path: str, form: AttestationFile) -> Attestation:
    who = form.attested_by
    return Attestation(
        path,
        form.clause,
        form.statement,
        who.name,
        who.role,
        form.on,
        form.valid_until,
        form.basis,
        _identity(scan, path, who.name),
        tuple(_faults(scan, form)),
    )


def _faults(scan: Scan, form: AttestationFile) -> list[str]:
    today = datetime.fromtimestamp(scan.as_of, UTC).date()
    faults = []
    made, until = _date(form.on), _date(form.valid_until)
    if made is None or until is None:
        faults.append("a date is not written as YYYY-MM-DD")
    else:
        if made > today:
            faults.append(f"dated {form.on}, which is still to come")
        if until < today:
            faults.append(f"expired on {form.valid_until} (UTC)")
        if (until - made).days > MAX_DAYS:
            faults.append("valid for more than twelve months")
    if len(form.attested_by.name.split()) < 2 or not form.attested_by.role.strip():
        faults.append("does not name a person and a role")
    if len(form.basis.split()) < BASIS_WORDS:
        faults.append("does not say what it rests on")
    for path, digest in form.files.items():
        content = scan.snapshot.read(path) if path in scan.snapshot else None
        if content is None or hashlib.sha256(content).hexdigest() != digest.removeprefix("sha256:").lower():
            faults.append(f"{path} has changed since it was attested")
    return faults


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


def _identity(scan: Scan, path: str, name: str) -> str:
    """Return how far the history supports that the named person made the statement."""
    if scan.repo.shadow is None or not scan.repo.commit or scan.repo.shallow:
        return "stated"
    try:
        versions = versions_of(scan.repo.git, scan.repo.commit, path)
    except Unassessable:
        return "stated"
    if not versions or versions[0].author.partition(" <")[0].lower() != name.lower():
        return "stated"
    commit: Commit | None = scan.history.by_sha.get(versions[0].commit)
    return "signed" if commit and versions[0].signed else "committed"
