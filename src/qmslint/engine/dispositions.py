"""Put waivers and the baseline over the results; the states stay as they are."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from qmslint.engine import baseline, waivers
from qmslint.errors import QmslintError, Unassessable
from qmslint.facts.attestations import Attestation, attestations, covers
from qmslint.facts.base import Scan
from qmslint.model.outcome import State
from qmslint.model.report import Result
from qmslint.repo.versions import authors_of, versions_of


@dataclass(frozen=True, slots=True)
class Exceptions:
    """How exceptions are treated.

    Parameters
    ----------
    known : tuple of str
        All rule ids, so that a misspelt waiver stops the run.
    limits : Limits
        What the policy allows.
    waivers, baseline : bool
        Whether they count.
    """

    known: tuple[str, ...]
    limits: waivers.Limits = waivers.Limits()
    waivers: bool = True
    baseline: bool = True


def dispose(scan: Scan, results: Iterable[Result], exceptions: Exceptions) -> tuple[Result, ...]:
    """Return the results with their dispositions, and one more result where there are waivers.

    Parameters
    ----------
    scan : Scan
        The examined repository; waivers and baseline count only as they are in it.
    results : iterable of Result
        What the rules gave.
    exceptions : Exceptions
        How they are treated.

    Raises
    ------
    ConfigError
        If the waiver or baseline file is not understood.
    """
    done = tuple(results)
    text = scan.text(waivers.PATH) if exceptions.waivers and waivers.PATH in scan.snapshot else None
    if text is not None:
        held = waivers.read(text, [*exceptions.known, waivers.RULE])
        today = datetime.fromtimestamp(scan.as_of, UTC).date()
        past = {item.line: _past(scan, item) for item in held}
        done, own = waivers.apply(done, held, today, past, exceptions.limits)
        done = (*done, own) if own else done
    done = _attested(scan, done)
    if exceptions.baseline and baseline.PATH in scan.snapshot:
        done = baseline.apply(done, baseline.read(scan.text(baseline.PATH) or ""))
    return done


def _attested(scan: Scan, results: tuple[Result, ...]) -> tuple[Result, ...]:
    """Mark results that cannot be assessed here and that a valid attestation covers; their state stays."""
    if not any(result.state is State.NOT_ASSESSABLE for result in results):
        return results
    valid = [item for item in attestations(scan) if item.valid]
    if not valid:
        return results
    done = []
    for result in results:
        covering = [item for item in valid if any(covers(item, clause) for clause in result.clauses)]
        absent = result.reason is not None and result.reason.code in ("NO_EVIDENCE_HERE", "EXTERNAL", "SETTINGS_ONLY")
        if covering and absent and not result.disposition:
            result = dataclasses.replace(result, disposition=_statement(covering[0]))
        done.append(result)
    return tuple(done)


def _statement(item: Attestation) -> dict[str, str]:
    return {
        "kind": "attested",
        "statement": item.statement,
        "attested_by": item.name,
        "role": item.role,
        "on": item.on,
        "valid_until": item.valid_until,
        "identity": item.identity,
        "path": item.path,
    }


def _past(scan: Scan, item: waivers.Held) -> waivers.Past:
    """Ask the history who committed the waiver, how often it was renewed, and who wrote what it covers."""
    if scan.repo.shadow is None or not scan.repo.commit or scan.repo.shallow:
        return waivers.Past()
    try:
        versions = versions_of(scan.repo.git, scan.repo.commit, waivers.PATH)
        subject = authors_of(scan.repo.git, scan.repo.commit, scan.glob(*item.waiver.subject.paths))
    except Unassessable:
        return waivers.Past()
    expiries: list[tuple[date, str]] = []
    for version in reversed(versions):
        for other in _earlier(version.text):
            same = other.waiver.rule == item.waiver.rule and other.waiver.subject == item.waiver.subject
            if same and all(other.expires != seen for seen, _ in expiries):
                expiries.append((other.expires, version.author))
    committed = tuple(author for expires, author in expiries if expires == item.expires)
    return waivers.Past(committed, max(len(expiries) - 1, 0), subject)


def _earlier(text: str | None) -> tuple[waivers.Held, ...]:
    try:
        data = waivers.read_leniently(text or "")
    except QmslintError:
        return ()
    return data
