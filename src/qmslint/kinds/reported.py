"""Reports of a kind are recent, complete, about the process, and by somebody who did not do what they look at."""

from __future__ import annotations

import re
from collections.abc import Mapping

from qmslint.derive import Pattern, option
from qmslint.errors import Unassessable
from qmslint.facts.base import Scan
from qmslint.facts.changes import changes
from qmslint.facts.dates import day_of
from qmslint.facts.people import roles
from qmslint.facts.records import Record, records
from qmslint.kinds.record_sections import Params as Sections
from qmslint.kinds.record_sections import covers
from qmslint.kinds.recorded import none_found, window
from qmslint.model.evidence import in_record
from qmslint.model.outcome import Confidence, Outcome, conforming, nonconforming, not_assessable
from qmslint.patterns import compile_pattern
from qmslint.quick import dataclass, regex
from qmslint.repo.history import Person

NEEDS = frozenset({"tree", "text", "history"})
_LISTED = 20
_SHA = regex(r"\b[0-9a-f]{7,40}\b")
_NUMBER = regex(r"[#!]([0-9]{1,7})\b")
_LIST = regex(
    r"(?i)\b(?:pull[- ]requests?|merge[- ]requests?|PRs?|MRs?)[ :]{1,3}((?:[0-9]{1,7}(?:, ?| ?(?:and|und|et|y|bis|to) )?){1,60})"
)
_LIST = regex(
    r"(?i)\b(?:pull[- ]requests?|merge[- ]requests?|PRs?|MRs?)[ :]{1,3}((?:[0-9]{1,7}(?:, ?| ?(?:and|und|et|y|bis|to) )?){1,60})"
)


@dataclass(frozen=True, slots=True)
class Params:
    """The newest reports: their parts, what they are about, and whether their author is among those they look at."""

    kind: str = option("Kind of record in the vocabulary `records`.")
    elements: Mapping[str, tuple[str, ...]] = option("Element to the fields any of which covers it.")
    by: str = option("Field that names who made the report.", "auditor")
    sample: tuple[str, ...] = option("Fields that name what was looked at.", ("sample", "findings", "scope"))
    about: Pattern = option("What a line about the process holds.", ".")
    details: Pattern = option("What a line about the code holds.", r"\b\B")
    machine: Pattern = option("Text of reports that a tool wrote.", r"\b\B")
    words: int = option("Own words an element needs.", 3, minimum=1)
    months: float = option("Longest interval between two reports, in months.", 12, minimum=1)
    interval: str = option("Key under `intervals` of the configuration that replaces it.", "")
    what: str = option("What they are called, in the plural.", "reports")


def check(params: Params, scan: Scan) -> Outcome:
    """Judge the reports of the window, newest first; what a tool or the author himself made does not count."""
    found = records(scan, params.kind)
    if not found.items:
        return none_found(scan, (params.kind,), params.what, optional=False)
    months = scan.settings.intervals.get(params.interval, params.months)
    chosen = window(scan, found.items, months)
    tools = [r for r in chosen if compile_pattern(params.machine).search(_whole(scan, r)[:20_000])]
    people = [r for r in chosen if r not in tools]
    measured: dict[str, float | int | str] = {
        "reports": len(people),
        "made by a tool": len(tools),
        "interval in months": months,
    }
    if not people:
        text = f"the {params.what} were written by a tool, which is an input and not an audit"
        return nonconforming(
            text, [in_record(r.path, r.line, "written by a tool") for r in tools], "weak", measured=measured
        )
    dated = [r for r in people if r.date]
    if not dated:
        text = f"none of the {params.what} has a date that can be read in one way only"
        return not_assessable(
            "TOO_FEW", text, [in_record(r.path, r.line, r.name) for r in people[:10]], measured=measured
        )
    newest = max(r.date for r in dated if r.date)
    measured["newest"] = str(newest)
    if newest < day_of(scan.since(months)):
        text = f"the newest of the {params.what} is of {newest}, more than {months:g} months ago"
        return nonconforming(text, [in_record(r.path, r.line, r.name) for r in dated[-10:]], "stale", measured=measured)
    return _judged(params, scan, people, measured)


def _judged(params: Params, scan: Scan, people: list[Record], measured: dict[str, float | int | str]) -> Outcome:
    bad, own, good = [], [], []
    for record in people:
        lacks = _lacks(params, scan, record)
        self_made = _own_work(params, scan, record)
        if self_made:
            own.append(in_record(record.path, record.line, f"{record.name}: {self_made}"))
        elif _is_code_review(params, scan, record):
            own.append(
                in_record(record.path, record.line, f"{record.name}: is about lines of code, not about the process")
            )
        elif lacks:
            bad.append(in_record(record.path, record.line, f"{record.name} lacks {', '.join(lacks)}"))
        else:
            good.append(in_record(record.path, record.line, f"{record.name} ({record.date})"))
    measured |= {"complete": len(good)}
    if own:
        message = f"{len(own)} of {len(people)} {params.what} do not count: {own[0].note}"
        return nonconforming(message, [*own, *bad][:_LISTED], "weak", confidence=Confidence.MEDIUM, measured=measured)
    if bad:
        message = f"{len(bad)} of {len(people)} {params.what} are incomplete: {bad[0].note}"
        return nonconforming(message, bad[:_LISTED], "incomplete", confidence=Confidence.MEDIUM, measured=measured)
    message = f"{len(good)} {params.what} are complete, and nobody among those they look at made them"
    return conforming(message, good[:_LISTED], confidence=Confidence.MEDIUM, measured=measured)


def _lacks(params: Params, scan: Scan, record: Record) -> list[str]:
    ask = Sections(params.kind, params.elements, params.words, figures=True)
    missing = [name for name, fields in params.elements.items() if not covers(ask, scan, record, name, fields)[0]]
    # A name is enough to say who did it.
    return [name for name in missing if not (params.by in params.elements[name] and record.text(params.by).strip())]


def _whole(scan: Scan, record: Record) -> str:
    return "\n".join((scan.text(record.path) or "").split("\n")[max(record.line - 1, 0) : max(record.end, record.line)])


def _is_code_review(params: Params, scan: Scan, record: Record) -> bool:
    lines = [line for line in _whole(scan, record).split("\n")[:3000] if line.strip()]
    about, details = compile_pattern(params.about), compile_pattern(params.details)
    code = sum(1 for line in lines if details.search(line[:1000]))
    process = sum(1 for line in lines if about.search(line[:1000]) and not details.search(line[:1000]))
    return code >= 3 and code > process


def _own_work(params: Params, scan: Scan, record: Record) -> str:
    """Return what the author of a report looked at although it is the author's own, as far as the history tells."""
    named = record.text(params.by)
    if not named or not scan.repo.commit:
        return ""
    text = "\n".join(record.text(name) for name in params.sample)[:50_000]
    try:
        for what, person in _authors(scan, text):
            if roles(scan).is_person(person) and _is_named(named, person):
                return f"{what} is by {person.name}, who also made the report"
    except Unassessable as trouble:
        # What a cut clone hides may be the author's own work: then nobody can say that it is not.
        if trouble.code in ("NO_GIT", "NO_COMMITS"):
            return ""
        raise
    return ""


def _authors(scan: Scan, text: str) -> list[tuple[str, Person]]:
    """Return who authored the commits and merge requests that a text names."""
    found: list[tuple[str, Person]] = []
    wanted = {match[0] for match in _SHA.finditer(text) if any(c.isdigit() for c in match[0])}
    numbers = {*_NUMBER.findall(text), *re.findall(r"[0-9]+", " ".join(_LIST.findall(text)))}
    if wanted or numbers:
        scan.need_whole_history()
    for commit in scan.history.commits if wanted else ():
        if any(commit.sha.startswith(sha) for sha in wanted):
            found.append((commit.sha[:12], commit.author))
    for change in changes(scan, 36).items if numbers else ():
        if change.request and change.request.number in numbers:
            found += [(f"#{change.request.number}", author) for author in change.authors]
    return found


def _is_named(text: str, person: Person) -> bool:
    """Say whether a field names a person: in full, with an initial, or by account."""
    parts = person.name.casefold().split()
    said = text.casefold()
    if not parts:
        return False
    full = " ".join(parts)
    short = rf"\b{re.escape(parts[0][0])}\.? ?{re.escape(parts[-1])}\b"
    account = person.email.partition("@")[0].rpartition("+")[2].casefold()
    return (
        full in said
        or (len(parts) > 1 and bool(re.search(short, said)))
        or (len(account) > 2 and f"@{account}" in said)
    )
