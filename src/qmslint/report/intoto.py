"""An in-toto statement: this JSON report belongs to this commit; signing it is for other tools."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from qmslint.model.report import Report, Result
from qmslint.report import json_report
from qmslint.report.json_report import said
from qmslint.report.safe import safe
from qmslint.report.sarif import INFORMATION
from qmslint.report.terminal import NATURE

STATEMENT = "https://in-toto.io/Statement/v1"
PREDICATE = f"{INFORMATION}/attestation/examination/v1"


def render(report: Report, **_: object) -> str:
    """Return an unsigned statement (in-toto attestation framework, v1) about the JSON report and the commit.

    Its subjects are the JSON report, by the SHA-256 digest of the bytes that ``-o json:FILE`` writes in the same run,
    and the examined commit. A work tree with changes, an index or a folder is not what the commit holds: then the report
    is the only subject, and the predicate says what was examined.
    """
    return json.dumps(document(report), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def document(report: Report) -> dict[str, Any]:
    """Return the statement as plain data."""
    s = report.subject
    digest = hashlib.sha256(json_report.render(report).encode("utf-8")).hexdigest()
    subjects: list[dict[str, Any]] = [{"name": "qmslint-report.json", "digest": {"sha256": digest}}]
    if is_the_commit(report):
        subjects.append({"name": safe(s.name), "digest": {"gitCommit": s.commit}})
    return {
        "_type": STATEMENT,
        "subject": subjects,
        "predicateType": PREDICATE,
        "predicate": {
            "tool": {"name": "qmslint", "version": report.tool_version, "uri": INFORMATION},
            "report": {"mediaType": "application/json", "schemaVersion": json_report.SCHEMA_VERSION},
            "edition": report.edition,
            "packs": [{"name": p.id, "version": p.version, "digest": _digest(p.digest)} for p in report.packs],
            "examined": {
                "commit": s.commit,
                "view": s.view,
                "branch": safe(s.branch),
                "dirty": s.dirty,
                "shallow": s.shallow,
                "asOf": s.as_of,
            },
            "summary": json_report.summary(report),
            "results": [_result(result) for result in report.results],
            "lowered": [safe(note) for note in report.lowered],
            "nature": NATURE,
        },
    }


def is_the_commit(report: Report) -> bool:
    """Say whether what was examined is exactly what the commit holds."""
    s = report.subject
    return bool(s.commit) and s.view in ("commit", "worktree") and not s.dirty


def _digest(text: str) -> dict[str, str]:
    name, _, value = text.rpartition(":")
    return {name or "sha256": value}


def _result(result: Result) -> dict[str, str]:
    found = {"rule": result.rule, "state": result.state.value, "fingerprint": result.fingerprint}
    if result.grade:
        found["grade"] = result.grade.value
    if result.disposition:
        found["disposition"] = safe(str(result.disposition.get("kind", "")))
        found["disposed_by"] = safe(said(result.disposition))
    return found
