"""The canonical form of a report: JSON, version 1; every other format is a view of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from qmslint.model.document_list import DocumentLine, DocumentList
from qmslint.model.evidence import Evidence
from qmslint.model.outcome import Grade, State
from qmslint.model.report import Report, Result, accumulated
from qmslint.report.safe import safe

SCHEMA_VERSION = "1.0"
DISPOSITIONS = ("waived", "baselined", "attested")


def render(report: Report, **_: object) -> str:
    """Return the report as indented JSON with a newline at the end."""
    return json.dumps(document(report), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def document(report: Report) -> dict[str, Any]:
    """Return the report as plain data; every text has passed :func:`qmslint.report.safe.safe`."""
    subject = report.subject
    return {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "qmslint", "version": report.tool_version},
        "edition": report.edition,
        "packs": [{"id": p.id, "version": p.version, "digest": p.digest} for p in report.packs],
        "subject": {
            "name": safe(subject.name),
            "commit": subject.commit,
            "view": subject.view,
            "branch": safe(subject.branch),
            "dirty": subject.dirty,
            "shallow": subject.shallow,
            "as_of": subject.as_of,
            "commits": subject.commits,
            "tags": subject.tags,
        },
        "profile": [
            {"name": s.name, "value": safe(s.value), "origin": s.origin, "note": safe(s.note)} for s in report.switches
        ],
        "summary": summary(report),
        "clauses": [
            {
                "id": line.id,
                "title": line.title,
                "state": line.state.value,
                "assessability": line.assessability,
                "rules": list(line.rules),
                "settled_by": line.settled_by,
            }
            for line in report.clauses
        ],
        "accumulated": [{"clause": clause, "rules": list(rules)} for clause, rules in accumulated(report)],
        "results": [_result(result) for result in report.results],
        "notes": [safe(note) for note in report.notes],
        "lowered": [safe(note) for note in report.lowered],
        **({"documents": _documents(report.documents)} if report.documents else {}),
    }


def _documents(found: DocumentList) -> dict[str, Any]:
    return {"listed": [document_entry(line) for line in found.lines], "notes": [safe(note) for note in found.notes]}


def document_entry(line: DocumentLine) -> dict[str, object]:
    """Return a document as plain data."""
    return {
        "keys": list(line.keys),
        "title": safe(line.title),
        "path": safe(line.path),
        "owner": {"text": safe(line.owner), "from": safe(line.owner_how)} if line.owner else None,
        "version": safe(line.version) or None,
        "changed": {"date": line.changed, "commit": line.changed_commit} if line.changed else None,
        "reviewed": line.reviewed or None,
        "approval": {
            "state": line.approval,
            "evidence": safe(line.approval_note),
            "commit": line.approval_commit or None,
        },
        "next_review": {"due": line.due or None, "state": line.review},
        "state": line.state,
        "note": safe(line.note),
    }


def summary(report: Report) -> dict[str, int]:
    """Return the counts: the states add up to ``planned``."""
    counts = {"planned": len(report.results)}
    for state in (
        State.CONFORMING,
        State.NONCONFORMING,
        State.NOT_APPLICABLE,
        State.NOT_ASSESSABLE,
        State.ERROR,
    ):
        counts[state.value] = report.count(state)
    for grade in Grade:
        counts[grade.value] = report.graded(grade)
    for kind in DISPOSITIONS:
        counts[kind] = report.disposed(kind)
    return counts


def said(disposition: Mapping[str, Any]) -> str:
    """Return a disposition as one line that names who answers for it and how long it counts."""
    parts = {
        "approved_by": "approved by {}",
        "approved_on": "on {}",
        "attested_by": "attested by {}",
        "role": "{}",
        "on": "on {}",
        "since": "known since {}",
        "expires": "valid through {} (UTC)",
        "valid_until": "valid through {} (UTC)",
        "days_left": "{} days left",
        "followed_under": "followed under {}",
        "identity": "identity {}",
        "path": "{}",
    }
    told = [form.format(disposition[name]) for name, form in parts.items() if disposition.get(name) not in (None, "")]
    text = str(disposition.get("reason") or disposition.get("statement") or "")
    return f"{text} ({', '.join(told)})".strip() if told else text


def _result(result: Result) -> dict[str, Any]:
    return {
        "rule": result.rule,
        "title": result.title,
        "clauses": list(result.clauses),
        "state": result.state.value,
        "grade": result.grade.value if result.grade else None,
        "confidence": result.confidence.value,
        "message": safe(result.message),
        "gap": result.gap or None,
        "reason": {"code": result.reason.code, "text": safe(result.reason.text)} if result.reason else None,
        "evidence": [_evidence(item) for item in result.evidence],
        "searched": [safe(item) for item in result.searched],
        "measured": {key: safe(v) if isinstance(v, str) else v for key, v in result.measured.items()},
        "disposition": {k: safe(str(v)) for k, v in result.disposition.items()} if result.disposition else None,
        "remediation": result.remediation,
        "pack": result.pack,
        **({"source": safe(result.source)} if result.source else {}),
        "fingerprint": result.fingerprint,
    }


def _evidence(item: Evidence) -> dict[str, Any]:
    found: dict[str, Any] = {"kind": item.kind}
    for name in ("path", "sha", "ref", "blob", "note"):
        if value := getattr(item, name):
            found[name] = safe(value)
    if item.line:
        found["line"] = item.line
    if item.end_line:
        found["end_line"] = item.end_line
    return found
