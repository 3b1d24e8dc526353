"""The baseline: known findings by their content, which become fewer, and more only on purpose."""

from __future__ import annotations

import dataclasses
import fnmatch
import json
from collections.abc import Iterable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, Literal

from qmslint.derive import Builder, option
from qmslint.engine.findings import Entry, day_of, findings_of, newest_commit, no_more, said_before, same_elsewhere
from qmslint.errors import ConfigError, Place, UsageError
from qmslint.facts.base import Scan
from qmslint.model.outcome import State
from qmslint.model.report import Result
from qmslint.quick import dataclass

PATH = ".qms/baseline.json"
REASON_WORDS = 5
_UNSEEN = ("SHALLOW", "PARTIAL_CLONE", "UNREADABLE")


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one rule."""

    said: str = option("Sentence of the finding when it was taken in.")
    findings: tuple[Entry, ...] = option("The known findings.")


@dataclass(frozen=True, slots=True)
class BaselineFile:
    """Known findings of a repository (``.qms/baseline.json``), written by ``qmslint baseline``."""

    version: Literal[1] = option("Version of this form.")
    written: str = option("Day of the examination it rests on, YYYY-MM-DD (UTC).")
    rules: Mapping[str, Known] = option("Rule id to its known findings.")


@dataclass(frozen=True, slots=True)
class Update:
    """A baseline as it is to be written, with what changes.

    Parameters
    ----------
    text : str
        Content of the file.
    kept, added, removed : int
        Number of findings.
    left : tuple of str
        Rules with findings that are not taken in.
    """

    text: str
    kept: int
    added: int
    removed: int
    left: tuple[str, ...]


EMPTY = BaselineFile(1, "", MappingProxyType({}))


def read(text: str, name: str = PATH) -> BaselineFile:
    """Return a baseline file; raises :class:`ConfigError` when it is not understood."""
    try:
        data: Any = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"not a baseline file: {error}", Place(name), "make it with qmslint baseline") from None
    form: BaselineFile = Builder(name, error=ConfigError).build(BaselineFile, data, 0, "the baseline")
    for known in form.rules.values():
        for entry in known.findings:
            try:
                date.fromisoformat(entry.since)
            except ValueError:
                raise ConfigError(f"since {entry.since!r} is not a date", Place(name)) from None
    return form


def apply(
    results: Iterable[Result], baseline: BaselineFile, scan: Scan, never: tuple[str, ...] = ()
) -> tuple[Result, ...]:
    """Mark results all of whose findings are known; one with a new finding stays open and says what is known.

    ``never`` are globs over the ids of rules whose findings a baseline cannot hold.
    """
    return tuple(
        _marked(result, baseline.rules[result.rule], scan)
        if result.state is State.NONCONFORMING
        and not result.disposition
        and result.rule in baseline.rules
        and not any(fnmatch.fnmatchcase(result.rule, glob) for glob in never)
        else result
        for result in results
    )


def gone(results: Iterable[Result], baseline: BaselineFile, scan: Scan) -> int:
    """Return how many known findings are seen to be gone."""
    done = {result.rule: result for result in results}
    return sum(
        len(known.findings) - len(_still(known, done[rule], scan))
        for rule, known in baseline.rules.items()
        if rule in done
    )


def update(results: Iterable[Result], before: BaselineFile | None, scan: Scan, reason: str | None) -> Update:
    """Return the baseline that follows ``before``.

    Parameters
    ----------
    results : iterable of Result
        All results, judged without a baseline.
    before : BaselineFile or None
        The one there is; ``None`` writes the first, with every open finding.
    scan : Scan
        What they rest on.
    reason : str or None
        Why new findings are taken in; without it an existing baseline only becomes smaller.

    Raises
    ------
    UsageError
        If a rule is in error, could not look far enough, or the reason says too little.
    """
    items = list(results)
    _refuse(items)
    if reason is not None and len(reason.split()) < REASON_WORDS:
        raise UsageError(f"--reason must say why, in at least {REASON_WORDS} words")
    old = before or EMPTY
    done = {result.rule: result for result in items}
    rules: dict[str, Known] = {rule: known for rule, known in old.rules.items() if rule not in done}
    total = added = removed = 0
    left = []
    for rule, result in sorted(done.items()):
        known = old.rules.get(rule, Known("", ()))
        still = {entry.key: entry for entry in _still(known, result, scan)}
        removed += len(known.findings) - len(still)
        new = [] if result.state is not State.NONCONFORMING or result.disposition else _new(known, result, scan)
        same = result.state is not State.NONCONFORMING or not still or said_before(known.said, result)
        said = known.said
        if (new or not same) and (before is None or reason is not None):
            still |= {entry.key: dataclasses.replace(entry, reason=reason or "") for entry in new}
            added, said = added + len(new), result.message
        elif new or not same:
            left.append(rule)
        elif result.state is State.NONCONFORMING:
            said = result.message
        total += len(still)
        if still:
            rules[rule] = Known(said, tuple(still[key] for key in sorted(still)))
    return Update(_text(rules, day_of(scan.as_of)), total - added, added, removed, tuple(left))


def _refuse(items: list[Result]) -> None:
    broken = [r.rule for r in items if r.state is State.ERROR]
    if broken:
        raise UsageError(f"no baseline is written while rules are in error: {', '.join(broken)}")
    unseen = [r.rule for r in items if r.reason and r.reason.code in _UNSEEN]
    if unseen:
        raise UsageError(
            f"no baseline is written from a clone that is not whole; not seen: {', '.join(unseen[:5])}",
            hint="fetch the whole history with its tags",
        )


def _marked(result: Result, known: Known, scan: Scan) -> Result:
    found = findings_of(result, scan)
    new = _new(known, result, scan)
    if not new and said_before(known.said, result):
        keys = {entry.key for entry in found}
        since = min((e.since for e in known.findings if e.key in keys), default=known.findings[0].since)
        return dataclasses.replace(result, disposition={"kind": "baselined", "since": since, "path": PATH})
    if len(new) == len(found):
        return result
    fresh = f"{len(new)} are new" if new else "it has become more"
    note = f"{len(found) - len(new)} of {len(found)} places are in the baseline, {fresh}"
    return dataclasses.replace(result, message=f"{result.message} ({note})")


def _new(known: Known, result: Result, scan: Scan) -> list[Entry]:
    """Return the findings that are not known; a finding of a renamed file is."""
    mine = {entry.key: entry for entry in known.findings}
    moved = [entry for entry in known.findings if entry.path and entry.path not in scan.snapshot]
    recent = newest_commit(result, scan)
    new = []
    for entry in findings_of(result, scan):
        old = mine.get(entry.key)
        in_time = entry.path or entry.anchor or not recent or (old and recent <= old.since)
        if old is not None and in_time and no_more(old, entry):
            continue
        origin = next((item for item in moved if same_elsewhere(item, entry)), None)
        if origin:
            moved.remove(origin)
            continue
        new.append(entry)
    return new


def _still(known: Known, result: Result, scan: Scan) -> tuple[Entry, ...]:
    """Return the known findings that are not seen to be gone: what could not be looked at stays."""
    if result.state in (State.NOT_ASSESSABLE, State.ERROR):
        return known.findings
    if result.state is not State.NONCONFORMING:
        return ()
    now = findings_of(result, scan)
    mine = {entry.key: entry for entry in now}
    still = []
    for entry in known.findings:
        if entry.key in mine:
            fresh = mine[entry.key]
            still.append(dataclasses.replace(entry, says=fresh.says) if no_more(entry, fresh) else entry)
        elif entry.path and entry.path not in scan.snapshot:
            there = next((item for item in now if same_elsewhere(entry, item)), None)
            if there:
                still.append(dataclasses.replace(entry, path=there.path, blob=there.blob))
    return tuple(still)


def _text(rules: Mapping[str, Known], day: str) -> str:
    data = {
        "version": 1,
        "written": day,
        "rules": {
            rule: {"said": known.said, "findings": [_row(entry) for entry in known.findings]}
            for rule, known in sorted(rules.items())
        },
    }
    return json.dumps(data, indent=2) + "\n"


def _row(entry: Entry) -> dict[str, str]:
    return {name: value for name, value in dataclasses.asdict(entry).items() if value}
