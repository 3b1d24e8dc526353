"""The register of controlled documents as the list people ask for."""

from __future__ import annotations

from datetime import UTC, date, datetime

from qmslint import __version__
from qmslint.facts.base import Scan
from qmslint.facts.document_register import Entry, register
from qmslint.facts.document_register.controlled import LIMIT
from qmslint.facts.documents import keys, unreadable
from qmslint.model.document_list import DocumentLine, DocumentList, Review


def document_list(scan: Scan) -> DocumentList:
    """Return the master list; what cannot be seen is in its notes."""
    today = datetime.fromtimestamp(scan.as_of, UTC).date()
    found = register(scan)
    notes = []
    if found.trouble:
        notes.append(f"changes, approvals and reviews are not known: {found.trouble.text}")
    if len(found.entries) >= LIMIT:
        notes.append(f"only the first {LIMIT} documents are listed")
    for key in keys(scan):
        pointer = scan.settings.documents.get(key, "")
        if "://" in pointer:
            notes.append(f"{key} is declared to live at {pointer}; it was not looked at")
        notes += [f"{path} carries the name of {key}; its content is not text and was not looked at"
                  for path in unreadable(scan, key)]  # fmt: skip
    lines = tuple(_line(entry, today) for entry in found.entries)
    return DocumentList(
        __version__, scan.repo.name, scan.repo.commit, today.isoformat(), lines, tuple(dict.fromkeys(notes))
    )


def _line(entry: Entry, today: date) -> DocumentLine:
    life, owner = entry.life, entry.owner or entry.author
    changed = life.changed if life else None
    confirmed = life.confirmed if life else None
    approval = life.approval if life else None
    due = entry.due
    return DocumentLine(
        keys=entry.keys,
        title=entry.title,
        path=entry.path,
        owner=owner.text if owner else "",
        owner_how=(owner.how or f"stated at {owner.path}:{owner.line}") if owner else "",
        version=entry.version.text if entry.version else "",
        changed=changed.day.isoformat() if changed else "",
        changed_commit=changed.commit if changed else "",
        reviewed=confirmed.day.isoformat() if confirmed else "",
        approval=approval.state if approval else "unknown",
        approval_note=approval.note if approval else "",
        approval_commit=approval.commit if approval else "",
        due=due.isoformat() if due else "",
        review=_review(entry, due, today),
        state=entry.state,
        note=_note(entry),
    )


def _review(entry: Entry, due: date | None, today: date) -> Review:
    if due is not None:
        return "overdue" if due < today else "in date"
    return "when something changes" if entry.interval == 0 else "unknown"


def _note(entry: Entry) -> str:
    notes = []
    if entry.pending:
        notes.append("the text differs from the examined commit's")
    if entry.life and entry.life.imported:
        notes.append("came with an import; it may be older")
    if entry.life and entry.life.date_only:
        notes.append("only a date says that it was reviewed")
    if entry.successor:
        notes.append(f"superseded by {entry.successor}")
    return "; ".join(notes)
