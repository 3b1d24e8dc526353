"""What the register of controlled documents shows: identification, review in time, approval of the current text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from qmslint.derive import option
from qmslint.facts.base import Scan
from qmslint.facts.changes import changes, leaves_no_trace
from qmslint.facts.dates import day_of
from qmslint.facts.document_register import Entry, Register, git_is_version, register, single_keys
from qmslint.model.evidence import Evidence, absent_at, in_file
from qmslint.model.outcome import Confidence, Outcome, conforming, nonconforming, not_applicable, not_assessable
from qmslint.quick import dataclass, regex

NEEDS = frozenset({"tree", "text", "history", "diffs"})
_LISTED = 40
_SYSTEMIC = 3
"""Documents from which on a share of them says something about the system."""
_VERSION = regex(r"[-_ .]?(?:v?\d{1,3}(?:\.\d{1,3}){0,2}|old|new|copy|final)$")


@dataclass(frozen=True, slots=True)
class Params:
    """A share of the controlled documents in force that is identified, in date, or approved."""

    measure: Literal["identified", "in-date", "approved"] = option(
        "`identified`: title, owner, and version or date are stated; `in-date`: the last substantive change or review is "
        "not older than the interval, and no two documents claim the same place; `approved`: the commit that brought the "
        "current text shows an approval by another person, or the document states one that is not older."
    )
    keys: tuple[str, ...] = option("Only documents of these keys; without them all of the register.", ())
    at_least: float = option("Share of the documents that is enough, 0 to 1.", 1.0, minimum=0, maximum=1)
    severe: float = option("More than this share without title or owner is called `weak`.", 0.5)
    months: int = option("Interval in months instead of each document's own; 0 for its own.", 0, minimum=0)


def check(params: Params, scan: Scan) -> Outcome:
    """Look at every controlled document in force."""
    found = register(scan)
    chosen = found.about(params.keys)
    entries = [entry for entry in chosen if entry.state == "in force"]
    if not entries:
        return _none(chosen)
    if params.measure == "identified":
        return _identified(params, scan, entries)
    found.need_history()
    return _in_date(params, scan, found, entries) if params.measure == "in-date" else _approved(params, scan, entries)


def _none(chosen: Sequence[Entry]) -> Outcome:
    if chosen:
        text = f"none of the {len(chosen)} documents is in force"
        return not_applicable(text, [in_file(e.path, 0, e.state) for e in chosen[:_LISTED]])
    text = "no controlled document was found that could be looked at"
    return not_assessable("TOO_FEW", text, [absent_at("docs/", text)])


def _cite(entry: Entry, note: str) -> Evidence:
    return in_file(entry.path, 0, note)


# --- identified ---------------------------------------------------------------------------------------------------


def _identified(params: Params, scan: Scan, entries: Sequence[Entry]) -> Outcome:
    by_git = git_is_version(scan)
    gaps: list[tuple[Entry, list[str]]] = []
    good: list[Evidence] = []
    for entry in entries:
        lacks = [] if entry.title else ["title"]
        # Whoever wrote it can at least be asked.
        owner = entry.owner or entry.author
        lacks += [] if owner else ["owner"]
        stamp = entry.version or entry.date or entry.reviewed or entry.approved_on
        lacks += [] if stamp or by_git else ["version or date"]
        if lacks:
            gaps.append((entry, lacks))
        else:
            who = owner.text[:60] if owner else ""
            good.append(_cite(entry, f"owner {who}, {stamp.text[:40] if stamp else 'version by git'}"))
    unowned = [entry for entry, lacks in gaps if lacks != ["version or date"]]
    share = 1 - len(gaps) / len(entries)
    measured: dict[str, float | int | str] = {
        "documents": len(entries),
        "identified": round(share, 3),
        "needed": params.at_least,
        "without title or owner": len(unowned),
        "git declared as version": "yes" if by_git else "no",
    }
    notes = [_cite(entry, f"lacks {' and '.join(lacks)}") for entry, lacks in gaps[:_LISTED]]
    said = [in_file(by_git.path, by_git.line, "git keeps version and date")] if by_git else []
    message = f"{len(good)} of {len(entries)} controlled documents state title, owner, and version or date"
    if share >= params.at_least:
        return conforming(message, [*good[:_LISTED], *said, *notes], measured=measured)
    gap = "weak" if len(unowned) > params.severe * len(entries) and len(entries) >= _SYSTEMIC else "incomplete"
    return nonconforming(message, [*notes, *said], gap, measured=measured)


# --- in date ------------------------------------------------------------------------------------------------------


def _in_date(params: Params, scan: Scan, found: Register, entries: Sequence[Entry]) -> Outcome:
    today = day_of(scan.as_of)
    if params.months:
        entries = [replace(e, interval=params.months, due_stated=None, own_interval="") for e in entries]
    late = [e for e in entries if e.due is not None and e.due < today]
    blind = [e for e in entries if e not in late and (e.life is None or e.life.imported) and e.due_stated is None]
    own = [e for e in late if e.own_interval]
    twins = [] if params.months else _twins(scan, found, entries)
    measured: dict[str, float | int | str] = {
        "documents": len(entries),
        "overdue": len(late),
        "overdue by an own interval": len(own),
        "not told by the history": len(blind),
        "as of": str(today),
    }
    dates = [_cite(e, _story(e)) for e in entries if e not in late and e not in blind]
    notes = [_cite(e, f"due since {e.due}: {_story(e)}") for e in sorted(late, key=lambda e: (str(e.due), e.path))]
    notes += [_cite(one, f"has the same place as {other.path}, and both are in force") for one, other in twins]
    if notes and round(1 - len({item.path for item in notes}) / len(entries), 6) < params.at_least:
        parts = []
        if late:
            parts.append(
                f"{len(late)} of {len(entries)} controlled documents are past their review"
                + (f", {len(own)} of them by an interval the organisation set itself" if own else "")
            )
        if twins:
            parts.append(f"{len(twins)} documents are in force beside another of the same name")
        gap = "overdue" if own else "stale" if late else "contradiction"
        return nonconforming("; ".join(parts), [*notes[:_LISTED], *dates[:5]], gap, measured=measured)
    if len(blind) * 10 > len(entries):
        text = f"the text of {len(blind)} of {len(entries)} controlled documents came with the import of the whole tree or is not committed"
        code = "HISTORY_IMPORTED" if any(e.life for e in blind) else "TOO_FEW"
        return not_assessable(code, text, [_cite(e, _story(e)) for e in blind[:_LISTED]], measured=measured)
    bare = any(e.life and e.life.date_only for e in entries)
    message = f"{len(entries) - len(late)} of {len(entries)} controlled documents are within their review interval"
    sure = Confidence.MEDIUM if bare or blind or late else Confidence.HIGH
    return conforming(message, [*dates[:_LISTED], *notes[:5]], confidence=sure, measured=measured)


def _story(entry: Entry) -> str:
    """Return in words when somebody last cared for a document."""
    life = entry.life
    if life is None:
        return "not committed yet" if entry.pending else "the history does not tell"
    text = f"last substantive change {life.changed.day} ({life.changed.commit[:10]})"
    if life.confirmed:
        bare = "; nothing but that date shows it" if not life.backed else ""
        text += f", review stated on {life.confirmed.day} ({life.confirmed.commit[:10]}{bare})"
    elif life.bumped:
        text += f", only a date or version was changed on {life.bumped.day} ({life.bumped.commit[:10]})"
    elif life.passed:
        text += f"; {life.passed[0].day} does not count: {life.passed[0].note}"
    if entry.due_stated:
        return f"{text}, next review stated {entry.due_stated}"
    source = f" ({entry.own_interval})" if entry.own_interval else ""
    return f"{text}, interval {entry.interval} months{source}" if entry.interval else f"{text}, reviewed on change"


def _twins(scan: Scan, found: Register, entries: Sequence[Entry]) -> list[tuple[Entry, Entry]]:
    pairs = []
    for key in single_keys(scan):
        seen: dict[str, Entry] = {}
        for entry in entries:
            if key not in entry.keys:
                continue
            name = _VERSION.sub("", entry.path.rsplit("/", 1)[-1].split(".", 1)[0].lower())
            if name in seen:
                pairs.append((entry, seen[name]))
            seen.setdefault(name, entry)
    return pairs


# --- approved -----------------------------------------------------------------------------------------------------


def _approved(params: Params, scan: Scan, entries: Sequence[Entry]) -> Outcome:
    known = [(entry, entry.life.approval) for entry in entries if entry.life and not entry.pending]
    pending = len(entries) - len(known)
    by = {
        state: [(e, a) for e, a in known if a.state == state]
        for state in ("approved", "requested", "unapproved", "unknown")
    }
    measured: dict[str, float | int | str] = {
        "documents": len(entries),
        **{state: len(items) for state, items in by.items()},
    }
    measured |= {"not committed": pending, "needed": params.at_least}

    def listed(state: str) -> list[Evidence]:
        return [
            in_file(a.path or e.path, a.line, f"{e.path}: {a.note} ({a.commit[:10]})") for e, a in by[state][:_LISTED]
        ]

    head = f"the current text of {len(by['approved'])} of {len(entries)} controlled documents shows an approval"
    if by["requested"]:
        head += f", {len(by['requested'])} came by a merge request whose approval is not visible in git"
    limit = round((1 - params.at_least) * len(entries), 6)
    if len(entries) - len(by["approved"]) <= limit:
        return conforming(head, [*listed("approved"), *listed("unapproved")[:5]], measured=measured)
    if len(by["unapproved"]) > limit:
        trace = leaves_no_trace(scan, changes(scan, 12))
        if trace and all(not a.path for _, a in by["unapproved"]):
            text = f"{head}; {trace}: add trailers, an export of approvals, or approver and date in the documents"
            return not_assessable("MERGE_METHOD_OPAQUE", text, listed("unapproved"), measured=measured)
        text = f"{head}, {len(by['unapproved'])} show none"
        return nonconforming(text, [*listed("unapproved"), *listed("approved")[:5]], "unapproved", measured=measured)
    rest = [*listed("requested"), *listed("unknown"), *listed("unapproved")]
    rest += [_cite(e, "not committed yet") for e in entries if e.life is None or e.pending][:_LISTED]
    code = "MERGE_METHOD_OPAQUE" if by["requested"] else "HISTORY_IMPORTED" if by["unknown"] else "TOO_FEW"
    text = f"{head}; who approved the rest cannot be seen: name approver and date, add trailers, or commit the branch policy"
    return not_assessable(code, text, rest, measured=measured)
