"""Views of the master list of documented information: terminal, CSV, Markdown and JSON."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from qmslint.model.document_list import DocumentLine, DocumentList
from qmslint.report.csv_table import cell
from qmslint.report.json_report import document_entry
from qmslint.report.markdown import code, plain
from qmslint.report.safe import harmless_start, safe

_COLUMNS = (
    "key", "title", "path", "owner", "owner from", "version", "last substantive change", "commit", "last review",
    "approval", "approval evidence", "approval commit", "next review due", "review", "state", "note",
)  # fmt: skip


def as_terminal(found: DocumentList) -> str:
    """Return the list as plain text, some lines per document."""
    return "\n".join(harmless_start(safe(line)) for line in _text(found)) + "\n"


def _text(found: DocumentList) -> Iterator[str]:
    yield f"Documented information of {found.name} at {found.commit[:12] or 'no commit'}, as of {found.as_of} (UTC)"
    for line in found.lines:
        yield ""
        yield f"{line.title or line.path}"
        yield f"  {line.path} · {', '.join(line.keys) or 'in a folder of controlled documents'} · {line.state}"
        yield f"  owner: {line.owner or 'not stated'}" + (f" ({line.owner_how})" if line.owner else "")
        yield f"  version: {line.version or 'not stated'}; last substantive change: {_change(line)}{_reviewed(line)}"
        yield f"  approval: {line.approval}" + (f", {line.approval_note}" if line.approval_note else "")
        yield f"  next review: {due(line)}"
        if line.note:
            yield f"  note: {line.note}"
    yield ""
    yield counts(found)
    for note in found.notes:
        yield f"note: {note}"


def _change(line: DocumentLine) -> str:
    return f"{line.changed} by {line.changed_commit[:12]}" if line.changed else "not known"


def _reviewed(line: DocumentLine) -> str:
    return f"; last review: {line.reviewed}" if line.reviewed else ""


def due(line: DocumentLine) -> str:
    """Return the day of the next review and how it stands to the date of the list."""
    return f"{line.due} ({line.review})" if line.due else line.review


def counts(found: DocumentList) -> str:
    """Return how many documents there are, in one sentence without its full stop."""
    live = [line for line in found.lines if line.state == "in force"]
    overdue = sum(line.review == "overdue" for line in live)
    approved = sum(line.approval == "approved" for line in live)
    unowned = sum(not line.owner for line in live)
    return (
        f"{len(found.lines)} documents, {len(live)} in force: {approved} with visible approval, {overdue} with an "
        f"overdue review, {unowned} without a stated owner"
    )


def as_markdown(found: DocumentList) -> str:
    """Return the list as a Markdown table."""
    title = f"Documented information of {plain(found.name)}"
    lines = [
        f"# {title}",
        "",
        f"At {code(found.commit[:12] or 'no commit')}, as of {found.as_of} (UTC). {counts(found)}.",
        "",
    ]
    lines += ["| document | key | owner | version | last substantive change | approval | next review | state |"]
    lines += ["|---|---|---|---|---|---|---|---|"]
    for line in found.lines:
        cells = (
            f"{plain(line.title or line.path)}<br>{code(line.path)}",
            plain(", ".join(line.keys)),
            plain(line.owner),
            plain(line.version),
            f"{line.changed} {code(line.changed_commit[:12])}" if line.changed else "not known",
            plain(f"{line.approval}: {line.approval_note}" if line.approval_note else line.approval),
            plain(due(line)),
            plain(f"{line.state}; {line.note}" if line.note else line.state),
        )
        lines.append(f"| {' | '.join(cells)} |")
    lines += ["", *(f"- {plain(note)}" for note in found.notes)] if found.notes else []
    return "\n".join(lines) + "\n"


def as_csv(found: DocumentList) -> str:
    """Return a row per document, safe for spreadsheets."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for line in found.lines:
        row = (
            " ".join(line.keys), line.title, line.path, line.owner, line.owner_how, line.version, line.changed,
            line.changed_commit, line.reviewed, line.approval, line.approval_note, line.approval_commit, line.due,
            line.review, line.state, line.note,
        )  # fmt: skip
        writer.writerow([cell(text) for text in row])
    return out.getvalue()


def as_json(found: DocumentList) -> str:
    """Return the list as JSON."""
    data = {
        "schema_version": "1.0",
        "tool": {"name": "qmslint", "version": found.tool_version},
        "subject": {"name": safe(found.name), "commit": found.commit, "as_of": found.as_of},
        "documents": [document_entry(line) for line in found.lines],
        "notes": [safe(note) for note in found.notes],
    }
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


FORMATS: Mapping[str, Callable[[DocumentList], str]] = MappingProxyType(
    {"csv": as_csv, "json": as_json, "markdown": as_markdown, "terminal": as_terminal}
)
