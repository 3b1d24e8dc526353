"""OSCAL assessment results (NIST): an observation per rule, and a finding where evidence decided."""

from __future__ import annotations

import hashlib
import json
import uuid
from typing import Any

from qmslint.model.evidence import Evidence
from qmslint.model.outcome import State
from qmslint.model.report import Report, Result
from qmslint.quick import regex
from qmslint.report import json_report
from qmslint.report.json_report import said
from qmslint.report.markdown import plain
from qmslint.report.safe import safe
from qmslint.report.sarif import INFORMATION, uri
from qmslint.report.terminal import NATURE, place

VERSION = "1.1.2"
SPACE = f"{INFORMATION}/ns/oscal"
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, SPACE)
_STATUS = {State.CONFORMING: ("satisfied", "pass"), State.NONCONFORMING: ("not-satisfied", "fail")}
_NOT_TOKEN = regex(r"[^A-Za-z0-9._-]")
_PLACES = 100
_CLAIM = (
    "The status is about the claim of this rule at this commit. It says nothing about conformity with a clause or a "
    "standard; a person decides."
)


def render(report: Report, **_: object) -> str:
    """Return the report as an OSCAL assessment-results document in JSON.

    What is conforming or nonconforming becomes an observation with a finding; what is not applicable, not assessable or an
    error is an observation alone, since OSCAL knows *satisfied* and *not-satisfied* only. Identifiers follow from the
    content, so that the same report has the same bytes.
    """
    return json.dumps(document(report), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def document(report: Report) -> Any:
    """Return the document as plain data."""
    name = _Names(report)
    day = f"{report.subject.as_of}T00:00:00Z"
    decided = [result for result in report.results if result.state in _STATUS]
    outcome: dict[str, Any] = {
        "uuid": name("result"),
        "title": _line(f"Examination of {report.subject.name}"),
        "description": plain(NATURE),
        "start": day,
        "end": day,
        "props": _subject(report),
        "local-definitions": {"components": _components(report, name)},
        "reviewed-controls": _reviewed(report),
        "observations": [_observation(result, report, name, day) for result in report.results],
        "findings": [_finding(result, name) for result in decided],
    }
    return _without_empty(
        {
            "assessment-results": {
                "uuid": name("document"),
                "metadata": {
                    "title": _line(f"Evidence by clause: {report.edition_title}"),
                    "last-modified": day,
                    "version": report.tool_version,
                    "oscal-version": VERSION,
                    "remarks": plain("\n".join((NATURE, *_lowered(report)))),
                },
                "import-ap": {
                    "href": f"#{name('plan')}",
                    "remarks": "The rule packs are the plan of this examination.",
                },
                "results": [outcome],
                "back-matter": {"resources": [_plan(report, name)]},
            }
        }
    )


def _without_empty(value: Any) -> Any:
    """Return the document without empty lists and objects: the format allows none."""
    if isinstance(value, dict):
        kept = {key: _without_empty(inner) for key, inner in value.items()}
        return {key: inner for key, inner in kept.items() if inner not in ({}, [])}
    return [_without_empty(inner) for inner in value] if isinstance(value, list) else value


class _Names:
    """Identifiers that depend on the whole report and on what they are for."""

    def __init__(self, report: Report) -> None:
        self._seed = hashlib.sha256(json_report.render(report).encode()).hexdigest()

    def __call__(self, *parts: str) -> str:
        return str(uuid.uuid5(_NAMESPACE, "\0".join((self._seed, *parts))))


def _subject(report: Report) -> list[dict[str, str]]:
    s = report.subject
    return _props(
        edition=report.edition,
        commit=s.commit,
        view=s.view,
        branch=s.branch,
        dirty=str(s.dirty).lower(),
        shallow=str(s.shallow).lower(),
        **{f"count-{key.replace('_', '-')}": str(value) for key, value in json_report.summary(report).items()},
    )


def _components(report: Report, name: _Names) -> list[dict[str, Any]]:
    subject = report.subject
    return [
        {
            "uuid": name("tool"),
            "type": "software",
            "title": "qmslint",
            "description": "The program that examined the repository.",
            "props": _props(version=report.tool_version),
            "status": {"state": "operational"},
        },
        {
            "uuid": name("repository"),
            "type": "software",
            "title": _line(subject.name),
            "description": f"The repository that was examined, at commit {subject.commit or 'none'}.",
            "props": _props(commit=subject.commit),
            "status": {"state": "operational"},
        },
    ]


def _reviewed(report: Report) -> dict[str, Any]:
    looked_at = [line.id for line in report.clauses if line.rules]
    controls: dict[str, Any] = {"description": "Clauses that at least one planned rule looks at."}
    if looked_at:
        controls["include-controls"] = [{"control-id": _token(f"{report.edition}_{number}")} for number in looked_at]
    reviewed: dict[str, Any] = {"control-selections": [controls]}
    if report.results:
        objectives = [{"objective-id": _token(result.rule)} for result in report.results]
        reviewed["control-objective-selections"] = [{"include-objectives": objectives}]
    return reviewed


def _observation(result: Result, report: Report, name: _Names, day: str) -> dict[str, Any]:
    found: dict[str, Any] = {
        "uuid": name("observation", result.rule),
        "title": _line(result.title),
        "description": plain(result.message) or "(no message)",
        "props": _props(
            rule=result.rule,
            state=result.state.value,
            grade=result.grade.value if result.grade else "",
            confidence=result.confidence.value,
            gap=result.gap,
            reason=result.reason.code if result.reason else "",
            disposition=str(result.disposition.get("kind", "")) if result.disposition else "",
            pack=result.pack,
            fingerprint=result.fingerprint,
            clauses=" ".join(result.clauses),
        ),
        "methods": ["EXAMINE"],
        "types": ["control-objective"],
        "origins": [{"actors": [{"type": "tool", "actor-uuid": name("tool")}]}],
        "subjects": [{"subject-uuid": name("repository"), "type": "component"}],
        "relevant-evidence": [_evidence(item) for item in result.evidence[:_PLACES]],
        "collected": day,
    }
    remarks = [f"Advice, apart from the finding: {result.remediation}"] if result.remediation else []
    if result.disposition and said(result.disposition):
        remarks.insert(0, f"{result.disposition.get('kind')}: {said(result.disposition)}")
    if remarks:
        found["remarks"] = plain(" ".join(remarks))
    return found


def _evidence(item: Evidence) -> dict[str, Any]:
    found: dict[str, Any] = {"description": plain(place(item)) or item.kind}
    if item.path:
        span = f"#L{item.line}" + (f"-L{item.end_line}" if item.end_line > item.line else "") if item.line else ""
        found["href"] = uri(item.path) + span
    found["props"] = _props(kind=item.kind, path=item.path, commit=item.sha, ref=item.ref, blob=item.blob)
    return found


def _finding(result: Result, name: _Names) -> dict[str, Any]:
    state, reason = _STATUS[result.state]
    return {
        "uuid": name("finding", result.rule),
        "title": _line(result.title),
        "description": plain(result.message) or "(no message)",
        "target": {
            "type": "objective-id",
            "target-id": _token(result.rule),
            "status": {"state": state, "reason": reason, "remarks": _CLAIM},
        },
        "related-observations": [{"observation-uuid": name("observation", result.rule)}],
    }


def _plan(report: Report, name: _Names) -> dict[str, Any]:
    packs = {f"pack-{_token(pack.id)}": f"{pack.version} {pack.digest}" for pack in report.packs}
    return {
        "uuid": name("plan"),
        "title": "Rule packs",
        "description": "Which rules were planned, with version and digest of each pack.",
        "props": _props(**packs),
    }


def _props(**values: str) -> list[dict[str, str]]:
    """Return properties; what is empty is left out, since the format allows no empty value."""
    shown = ((key, safe(value).strip()) for key, value in values.items())
    return [{"name": key, "ns": SPACE, "value": value} for key, value in shown if value]


def _line(text: str) -> str:
    return plain(text).strip() or "(untitled)"


def _token(text: str) -> str:
    token = _NOT_TOKEN.sub("-", text)
    return token if token[:1].isalpha() or token[:1] == "_" else f"_{token}"


def _lowered(report: Report) -> list[str]:
    return [f"Left out or lowered by configuration or options: {note}" for note in report.lowered]
