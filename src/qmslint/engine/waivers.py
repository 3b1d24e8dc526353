"""Waivers (concessions): read, checked, applied; the check has always run, and nothing is hidden.

A waiver never changes a result's state: it adds a disposition.  One that has expired does nothing, and is a
finding itself.
"""

from __future__ import annotations

import dataclasses
import fnmatch
import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from qmslint import lineyaml
from qmslint.derive import Builder, suggest
from qmslint.engine.findings import places_of
from qmslint.errors import ConfigError, Place
from qmslint.forms import Subject, Waiver, WaiverFile
from qmslint.model.evidence import Evidence, in_file
from qmslint.model.outcome import REASONS, Confidence, Grade, Reason, State
from qmslint.model.report import Result
from qmslint.patterns import compile_pattern, glob_source
from qmslint.quick import dataclass

PATH = ".qms/waivers.yml"
RULE = "waiver.in-order"
CLAUSES = ("8.7.1", "8.7.2")
TITLE = "Waivers are approved, limited in time and used"
_FINGERPRINT = RULE.encode().hex().ljust(32, "0")[:32]
_REASON_WORDS = 5


@dataclass(frozen=True, slots=True)
class Held:
    """A waiver with its place and its dates as dates."""

    waiver: Waiver
    line: int
    approved: date
    expires: date

    def days_left(self, today: date) -> int:
        """Return how many days it still counts after ``today``; negative when it has expired."""
        return (self.expires - today).days


@dataclass(frozen=True, slots=True)
class Limits:
    """What the policy allows.

    Parameters
    ----------
    horizon_days, soon_days : int
        Longest time from approval to expiry, and from when on an expiry is near.
    whole : bool
        Whether whole findings may be waived.
    never : tuple of str
        Globs over the ids of rules whose findings cannot be waived.
    """

    horizon_days: int = 180
    soon_days: int = 14
    whole: bool = True
    never: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Past:
    """What the history shows of one waiver.

    Parameters
    ----------
    committed_by : tuple of str
        Who committed it as it is now; empty while it is not committed.
    renewals : int
        How often its last day was moved.
    authors_of_subject : tuple of str
        Everybody who wrote what it covers.
    prolonged : bool
        Its last day was moved without a new date of approval.
    unseen : str
        Reason code, where the history cannot be looked at.
    """

    committed_by: tuple[str, ...] = ()
    renewals: int = 0
    authors_of_subject: tuple[str, ...] = ()
    prolonged: bool = False
    unseen: str = ""


def read(text: str, known: Iterable[str], name: str = PATH) -> tuple[Held, ...]:
    """Return the waivers written in ``text``.

    Raises
    ------
    ConfigError
        For anything that is not understood: an unreadable date must stop the run, not waive for ever.
    """
    try:
        data = lineyaml.load(text, name, strict=True)
    except lineyaml.YamlError as error:
        raise ConfigError(error.message, error.place) from None
    form: WaiverFile = Builder(name, error=ConfigError).build(WaiverFile, data or {}, 1, "the waiver file")
    rows = data.get("waivers") if isinstance(data, dict) else []
    lines = [rows.line_of(i) if isinstance(rows, lineyaml.Seq) else 1 for i in range(len(form.waivers))]
    return tuple(_held(waiver, line, set(known), name) for waiver, line in zip(form.waivers, lines, strict=True))


def read_leniently(text: str, name: str = PATH) -> tuple[Held, ...]:
    """Return the waivers of an earlier version of the file; what is not understood there is passed over."""
    data = lineyaml.load(text, name)
    rows = data.get("waivers") if isinstance(data, dict) else None
    found = []
    for row in rows if isinstance(rows, list) else []:
        try:
            waiver: Waiver = Builder(name, error=ConfigError).build(Waiver, row, 1, "the waiver")
            found.append(_held(waiver, 1, {waiver.rule}, name))
        except ConfigError:
            continue
    return tuple(found)


def _held(waiver: Waiver, line: int, known: set[str], name: str) -> Held:
    place = Place(name, line)
    if waiver.rule not in known:
        raise ConfigError(f"there is no rule {waiver.rule!r}", place, suggest(waiver.rule, known))
    if not waiver.subject.paths and not waiver.subject.record and not waiver.subject.all:
        raise ConfigError("the subject needs paths or a record, or `all: true` for the whole finding", place)
    if len(waiver.reason.split()) < _REASON_WORDS:
        raise ConfigError(f"the reason must say why, in at least {_REASON_WORDS} words", place)
    if not (waiver.risk or waiver.ticket):
        raise ConfigError("a waiver needs a risk or a ticket it is followed up under", place)
    approved, expires = (_date(waiver, field, place) for field in ("approved_on", "expires"))
    if expires < approved:
        raise ConfigError("expires before it was approved", place)
    return Held(waiver, line, approved, expires)


def _date(waiver: Waiver, field: str, place: Place) -> date:
    text = getattr(waiver, field)
    try:
        if len(text) == 10:
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise ConfigError(f"{field} {text!r} is not a date", place, "write it as YYYY-MM-DD")


def apply(
    results: Iterable[Result], held: tuple[Held, ...], today: date, past: Mapping[int, Past], limits: Limits
) -> tuple[tuple[Result, ...], Result | None]:
    """Give results their dispositions.

    Returns
    -------
    tuple
        The results, and the result about the waivers themselves (``None`` when there are none).
    """
    used: set[int] = set()
    live = [item for item in held if item.days_left(today) >= 0 and not _refused(item, limits)]
    done = tuple(_waived(result, live, today, used) for result in results)
    return done, _in_order(held, today, used, past, limits) if held else None


def _waived(result: Result, live: list[Held], today: date, used: set[int]) -> Result:
    if result.state is not State.NONCONFORMING:
        return result
    places = places_of(result)
    open_: list[Evidence] = list(places)
    taken: list[Held] = []
    for item in live:
        if item.waiver.rule != result.rule:
            continue
        rest = [] if item.waiver.subject.all else [e for e in open_ if not covers(item.waiver.subject, e)]
        if len(rest) < len(open_):
            taken.append(item)
            used.add(item.line)
            open_ = rest
    if not taken:
        return result
    if open_:
        note = f"{len(places) - len(open_)} of {len(places)} places are waived"
        return dataclasses.replace(result, message=f"{result.message} ({note})")
    first = min(taken, key=lambda item: item.expires)
    return dataclasses.replace(result, disposition=_disposition(first, today))


def covers(subject: Subject, evidence: Evidence) -> bool:
    """Say whether a piece of evidence is among what is waived."""
    if subject.all:
        return True
    if subject.record and not _is_record(subject.record, evidence):
        return False
    return not subject.paths or (
        bool(evidence.path)
        and any(compile_pattern(f"^(?:{glob_source(glob)})$").search(evidence.path) for glob in subject.paths)
    )


def _is_record(name: str, evidence: Evidence) -> bool:
    """Say whether evidence is about the record ``name``: INC-1 is neither INC-10 nor INC-1-2."""
    own = evidence.ref if evidence.kind == "record" else ""
    stem = evidence.path.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    token = re.compile(rf"(?<![A-Za-z0-9]){re.escape(name)}(?![A-Za-z0-9]|[-.][0-9])", re.IGNORECASE)
    return bool(token.search(own) or token.search(stem))


def _disposition(item: Held, today: date) -> dict[str, Any]:
    waiver = item.waiver
    return {
        "kind": "waived",
        "reason": waiver.reason,
        "approved_by": waiver.approved_by,
        "approved_on": waiver.approved_on,
        "expires": waiver.expires,
        "days_left": item.days_left(today),
        "followed_under": waiver.risk or waiver.ticket,
        "path": PATH,
        "line": item.line,
    }


def _refused(item: Held, limits: Limits) -> str:
    """Return why the policy does not let a waiver count at all; empty when it does."""
    if any(fnmatch.fnmatchcase(item.waiver.rule, glob) for glob in limits.never):
        return "the policy lets nobody waive this rule; the finding counts"
    if item.waiver.subject.all and not limits.whole:
        return "the policy lets nobody waive a whole finding; it counts"
    if (item.expires - item.approved).days > limits.horizon_days:
        return f"runs longer than the {limits.horizon_days} days the policy allows; the finding counts"
    return ""


def _in_order(held: tuple[Held, ...], today: date, used: set[int], past: Mapping[int, Past], limits: Limits) -> Result:
    faults: list[tuple[Grade, Evidence]] = []
    for item in held:
        for grade, text in _faults(item, today, item.line in used, past.get(item.line, Past()), limits):
            faults.append((grade, in_file(PATH, item.line, f"{item.waiver.rule}: {text}")))
    order = (Grade.MAJOR, Grade.MINOR, Grade.OFI)
    faults.sort(key=lambda fault: (order.index(fault[0]), fault[1].line))
    fine = "1 waiver is in order" if len(held) == 1 else f"{len(held)} waivers are in order"
    unseen = next((p.unseen for item in held if (p := past.get(item.line, Past())).unseen), "")
    if unseen and not faults:
        return _unseen(held, unseen)
    return Result(
        rule=RULE,
        title=TITLE,
        clauses=CLAUSES,
        state=State.NONCONFORMING if faults else State.CONFORMING,
        message="; ".join(item.note for _, item in faults[:3]) if faults else fine,
        evidence=tuple(item for _, item in faults) or tuple(in_file(PATH, item.line, "waiver") for item in held),
        confidence=Confidence.HIGH,
        pack="qmslint",
        grade=faults[0][0] if faults else None,
        gap="expired" if faults and faults[0][0] is Grade.MINOR else "weak" if faults else "",
        remediation="Close the finding, or have the waiver renewed by the person with the authority." if faults else "",
        fingerprint=_FINGERPRINT,
    )


def _unseen(held: tuple[Held, ...], code: str) -> Result:
    text = f"who committed and who renewed the waivers cannot be seen: {REASONS[code]}"
    return Result(
        rule=RULE,
        title=TITLE,
        clauses=CLAUSES,
        state=State.NOT_ASSESSABLE,
        message=text,
        evidence=tuple(in_file(PATH, item.line, f"{item.waiver.rule}: dates are in order") for item in held),
        confidence=Confidence.HIGH,
        pack="qmslint",
        reason=Reason(code, text),
        remediation="Examine a whole clone.",
        fingerprint=_FINGERPRINT,
    )


def _faults(item: Held, today: date, used: bool, past: Past, limits: Limits) -> Iterable[tuple[Grade, str]]:
    waiver, left = item.waiver, item.days_left(today)
    if left < 0:
        yield Grade.MINOR, f"expired on {waiver.expires} (UTC), {-left} days ago; the finding counts again"
    elif left <= limits.soon_days:
        yield Grade.OFI, f"valid through {waiver.expires} (UTC), {left} days left"
    refused = _refused(item, limits)
    if refused:
        yield Grade.MINOR, refused
    if left >= 0 and not used and not refused:
        yield Grade.OFI, "waives nothing; the finding it was for is gone"
    if item.approved > today:
        yield Grade.MINOR, f"approved on {waiver.approved_on}, which is still to come"
    if _same(waiver.approved_by, past.committed_by):
        yield Grade.MINOR, "was committed by the person who approved it"
    if len(past.authors_of_subject) == 1 and _same(waiver.approved_by, past.authors_of_subject):
        yield Grade.MINOR, "was approved by the only author of what is waived"
    if past.prolonged:
        yield Grade.MINOR, "was prolonged without a new date of approval"
    if not past.unseen and not past.committed_by:
        yield Grade.OFI, "is not committed yet, so who committed it cannot be seen"
    if past.renewals:
        times = "once" if past.renewals == 1 else f"{past.renewals} times"
        yield Grade.OFI, f"was renewed {times}; what keeps the cause from being removed?"


def _same(name: str, people: Iterable[str]) -> bool:
    wanted = {part.strip("<>@").lower() for part in name.replace(",", " ").split() if "@" in part}
    plain = " ".join(word for word in name.lower().split() if "@" not in word).split("(")[0].strip()
    for person in people:
        label, _, mail = person.lower().partition(" <")
        mail = mail.rstrip(">")
        if plain and plain == label:
            return True
        if wanted & {mail, mail.split("@")[0], mail.split("@")[0].split("+")[-1]}:
            return True
    return False
