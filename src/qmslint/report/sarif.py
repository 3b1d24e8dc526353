"""SARIF 2.1.0 (OASIS): one result per rule, a location on every result, clauses as a taxonomy."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from qmslint.model.evidence import Evidence
from qmslint.model.outcome import Grade, State
from qmslint.model.report import Report, Result
from qmslint.report.json_report import said, summary
from qmslint.report.safe import safe

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
INFORMATION = "https://github.com/qmslint/qmslint"
_LEVELS = {Grade.MAJOR: "error", Grade.MINOR: "warning", Grade.OFI: "note"}
_KINDS = {
    State.CONFORMING: "pass",
    State.NONCONFORMING: "fail",
    State.NOT_APPLICABLE: "notApplicable",
    State.NOT_ASSESSABLE: "open",
    State.ERROR: "review",
}
_LOCATIONS = 100
_ANCHOR = "README.md"


def render(report: Report, **_: object) -> str:
    """Return the report as a SARIF log."""
    return json.dumps(document(report), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def document(report: Report) -> dict[str, Any]:
    """Return the SARIF log as plain data."""
    rules = [_rule(result) for result in report.results]
    run: dict[str, Any] = {
        "tool": {
            "driver": {
                "name": "qmslint",
                "version": report.tool_version,
                "semanticVersion": report.tool_version,
                "informationUri": INFORMATION,
                "rules": rules,
                "supportedTaxonomies": [{"name": report.edition, "index": 0}],
            }
        },
        "automationDetails": {"id": "qmslint/"},
        "columnKind": "unicodeCodePoints",
        "taxonomies": [_taxonomy(report)],
        "results": [_result(index, result, report) for index, result in enumerate(report.results)],
        "invocations": [_invocation(report)],
        "properties": {"summary": summary(report), "asOf": report.subject.as_of},
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(result: Result) -> dict[str, Any]:
    text = safe(result.title)
    return {
        "id": result.rule,
        "name": "".join(part.capitalize() for part in result.rule.replace(".", "-").split("-")),
        "shortDescription": {"text": text},
        "fullDescription": {"text": f"{text} ({', '.join(result.clauses)})"},
        "help": {"text": f"Run `qmslint explain {result.rule}` for the evidence looked for and how to close a gap."},
        "helpUri": f"{INFORMATION}/blob/main/rules/README.md",
        "properties": {"tags": ["quality", *result.clauses][:20], "precision": "high"},
        "relationships": [
            {"target": {"id": clause, "toolComponent": {"name": "clauses"}}, "kinds": ["relevant"]}
            for clause in result.clauses
        ],
    }


def _taxonomy(report: Report) -> dict[str, Any]:
    return {
        "name": "clauses",
        "fullName": report.edition_title,
        "organization": "ISO",
        "shortDescription": {"text": f"Clause numbers and short titles of {report.edition_title}"},
        "taxa": [{"id": line.id, "shortDescription": {"text": line.title}} for line in report.clauses],
    }


def _result(index: int, result: Result, report: Report) -> dict[str, Any]:
    places = _places(result)
    found: dict[str, Any] = {
        "ruleId": result.rule,
        "ruleIndex": index,
        "kind": _KINDS[result.state],
        "level": _LEVELS[result.grade] if result.grade else "none",
        "message": {"text": safe(_message(result))},
        "locations": places[:1],
        "partialFingerprints": {"qmslint/v1": result.fingerprint},
        "properties": {
            "state": result.state.value,
            "clauses": list(result.clauses),
            "confidence": result.confidence.value,
            "evidence": [_note(item) for item in result.evidence[:_LOCATIONS]],
        },
    }
    if len(places) > 1:
        found["relatedLocations"] = [{"id": number, **place} for number, place in enumerate(places[1:], 1)]
    if result.source:
        found["properties"]["source"] = result.source
    if result.reason:
        found["properties"]["reason"] = result.reason.code
    if result.disposition and result.disposition.get("kind") == "waived":
        found["suppressions"] = [
            {"kind": "external", "status": "accepted", "justification": safe(said(result.disposition))}
        ]
    if report.baseline and result.state is State.NONCONFORMING:
        known = result.disposition and result.disposition.get("kind") == "baselined"
        found["baselineState"] = "unchanged" if known else "new"
    return found


def _message(result: Result) -> str:
    if result.state is State.NONCONFORMING and result.remediation:
        return f"{result.message} To do: {result.remediation}"
    return result.message


def _places(result: Result) -> list[dict[str, Any]]:
    places = [_location(item) for item in result.evidence[:_LOCATIONS] if item.path]
    return places or [_location(Evidence("absence", path=_ANCHOR))]


def _location(item: Evidence) -> dict[str, Any]:
    region: dict[str, Any] = {"startLine": max(item.line, 1)}
    if item.end_line > item.line > 0:
        region["endLine"] = item.end_line
    place: dict[str, Any] = {
        "physicalLocation": {
            "artifactLocation": {"uri": uri(item.path), "uriBaseId": "%SRCROOT%"},
            "region": region,
        }
    }
    if item.note:
        place["message"] = {"text": safe(item.note)}
    return place


def _note(item: Evidence) -> dict[str, str]:
    names = ("kind", "path", "sha", "ref", "blob", "note")
    return {name: safe(str(value)) for name in names if (value := getattr(item, name))}


def uri(path: str) -> str:
    """Return a path of the repository as a relative URI."""
    return quote(path.strip("/").encode("utf-8", "surrogateescape") or _ANCHOR.encode(), safe="/~!$&'()*,;=@-._")


def _invocation(report: Report) -> dict[str, Any]:
    return {
        "executionSuccessful": report.count(State.ERROR) == 0,
        "toolExecutionNotifications": [
            {"level": "note", "message": {"text": safe(note)}} for note in (*report.lowered, *report.notes)
        ],
    }
