"""Put waivers and the baseline over the results; the states stay as they are."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from datetime import UTC, date, datetime

from qmslint.engine import baseline, waivers
from qmslint.errors import ConfigError, Place, QmslintError, Unassessable
from qmslint.facts.attestations import Attestation, attestations, covers
from qmslint.facts.base import Scan
from qmslint.model.outcome import State
from qmslint.model.report import Result
from qmslint.quick import dataclass
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
    no_baseline_for : tuple of str
        Globs over the ids of rules whose findings a baseline cannot hold.
    """

    known: tuple[str, ...]
    limits: waivers.Limits = waivers.Limits()
    waivers: bool = True
    baseline: bool = True
    no_baseline_for: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Disposed:
    """Results with their dispositions, what a reader has to know about them, and whether there is a baseline."""

    results: tuple[Result, ...]
    notes: tuple[str, ...] = ()
    baseline: bool = False


def dispose(scan: Scan, results: Iterable[Result], exceptions: Exceptions) -> Disposed:
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
    notes = []
    if waivers.PATH in scan.snapshot and exceptions.waivers:
        held = waivers.read(_text(scan, waivers.PATH), [*exceptions.known, waivers.RULE])
        today = datetime.fromtimestamp(scan.as_of, UTC).date()
        past = {item.line: _past(scan, item, done) for item in held}
        done, own = waivers.apply(done, held, today, past, exceptions.limits)
        done = (*done, own) if own else done
    elif waivers.PATH in scan.snapshot:
        notes.append(f"{waivers.PATH} is set aside: every finding is shown as if there were no waivers")
    done = _attested(scan, done)
    known = None
    if baseline.PATH in scan.snapshot and exceptions.baseline:
        known = baseline.read(_text(scan, baseline.PATH))
        done = baseline.apply(done, known, scan, (waivers.RULE, *exceptions.no_baseline_for))
        if gone := baseline.gone(done, known, scan):
            notes.append(f"{gone} findings of {baseline.PATH} are gone; qmslint baseline takes them out")
    elif baseline.PATH in scan.snapshot:
        notes.append(f"{baseline.PATH} is set aside: every finding is shown as if there were no baseline")
    return Disposed(done, tuple(notes), known is not None)


def _text(scan: Scan, path: str) -> str:
    text = scan.text(path)
    if text is None:
        raise ConfigError(f"cannot be read ({scan.snapshot.unread.get(path, 'not text')})", Place(path))
    return text


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


def _past(scan: Scan, item: waivers.Held, results: Iterable[Result] = ()) -> waivers.Past:
    """Ask the history who committed the waiver, how often it was renewed, and who wrote what it covers."""
    if scan.repo.shadow is None or not scan.repo.commit:
        return waivers.Past(unseen="NO_GIT" if scan.repo.shadow is None else "NO_COMMITS")
    if scan.repo.shallow:
        return waivers.Past(unseen="SHALLOW")
    waived = [r for r in results if r.rule == item.waiver.rule and r.state is State.NONCONFORMING]
    cited = {e.path for r in waived for e in r.evidence if e.path and waivers.covers(item.waiver.subject, e)}
    try:
        versions = versions_of(scan.repo.git, scan.repo.commit, waivers.PATH)
        paths = tuple(sorted(cited)) or scan.glob(*item.waiver.subject.paths)
        subject = authors_of(scan.repo.git, scan.repo.commit, paths)
    except Unassessable as trouble:
        return waivers.Past(unseen=trouble.code)
    steps: list[tuple[date, date, str]] = []
    for version in reversed(versions):
        for other in _earlier(version.text):
            same = other.waiver.rule == item.waiver.rule and other.waiver.subject == item.waiver.subject
            if same and all(other.expires != seen for seen, _, _ in steps):
                steps.append((other.expires, other.approved, version.author))
    committed = tuple(author for expires, _, author in steps if expires == item.expires)
    earlier = [approved for expires, approved, _ in steps if expires < item.expires]
    return waivers.Past(committed, max(len(steps) - 1, 0), subject, item.approved in earlier)


def _earlier(text: str | None) -> tuple[waivers.Held, ...]:
    try:
        data = waivers.read_leniently(text or "")
    except QmslintError:
        return ()
    return data
