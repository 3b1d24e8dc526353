"""The shape of the JSON report, version 1: a contract other tools rely on."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

_STATES = ["conforming", "nonconforming", "not_applicable", "not_assessable", "error"]
_TEXT = {"type": "string"}
_COUNT = {"type": "integer", "minimum": 0}
_TEXTS = {"type": "array", "items": _TEXT}
_COUNTS = [
    "planned",
    *_STATES,
    "major",
    "minor",
    "ofi",
    "waived",
    "baselined",
    "attested",
]


def _record(required: dict[str, Any], optional: dict[str, Any] | None = None, open_: bool = False) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {**required, **(optional or {})},
        "required": list(required),
        "additionalProperties": open_,
    }


_EVIDENCE = _record(
    {
        "kind": {
            "enum": [
                "file", "commit", "tag", "history", "record", "attestation", "export", "setting", "absence"
            ]
        }
    },
    {
        "path": _TEXT,
        "line": {"type": "integer", "minimum": 1},
        "end_line": {"type": "integer", "minimum": 1},
        "blob": _TEXT,
        "sha": _TEXT,
        "ref": _TEXT,
        "note": _TEXT,
    },
)  # fmt: skip

_RESULT = {
    **_record(
        {
            "rule": _TEXT,
            "title": _TEXT,
            "clauses": _TEXTS,
            "state": {"enum": _STATES},
            "grade": {"enum": ["major", "minor", "ofi", None]},
            "confidence": {"enum": ["high", "medium", "low"]},
            "message": _TEXT,
            "gap": {"type": ["string", "null"]},
            "reason": {"anyOf": [{"type": "null"}, _record({"code": _TEXT, "text": _TEXT})]},
            "evidence": {"type": "array", "items": _EVIDENCE, "minItems": 1},
            "searched": _TEXTS,
            "measured": {"type": "object", "additionalProperties": {"type": ["number", "string"]}},
            "disposition": {"type": ["object", "null"]},
            "remediation": _TEXT,
            "pack": _TEXT,
            "fingerprint": _TEXT,
        },
        {"source": _TEXT},
    ),
    "allOf": [
        {
            "if": {"properties": {"state": {"const": "not_assessable"}}},
            "then": {"properties": {"reason": {"type": "object"}}},
            "else": {"properties": {"reason": {"type": "null"}}},
        },
        {
            "if": {"properties": {"state": {"const": "nonconforming"}}},
            "then": {"properties": {"grade": {"type": "string"}, "gap": {"type": "string"}}},
            "else": {"properties": {"grade": {"type": "null"}}},
        },
    ],
}

_MAYBE = {"type": ["string", "null"]}
_DOCUMENT = _record(
    {
        "keys": _TEXTS,
        "title": _TEXT,
        "path": _TEXT,
        "owner": {"anyOf": [{"type": "null"}, _record({"text": _TEXT, "from": _TEXT})]},
        "version": _MAYBE,
        "changed": {"anyOf": [{"type": "null"}, _record({"date": _TEXT, "commit": _TEXT})]},
        "reviewed": _MAYBE,
        "approval": _record({"state": _TEXT, "evidence": _TEXT, "commit": _MAYBE}),
        "next_review": _record({"due": _MAYBE, "state": _TEXT}),
        "state": _TEXT,
        "note": _TEXT,
    }
)

REPORT: Mapping[str, Any] = MappingProxyType(
    _record(
        {
            "schema_version": {"const": "1.0"},
            "tool": _record({"name": {"const": "qmslint"}, "version": _TEXT}),
            "edition": _TEXT,
            "packs": {
                "type": "array",
                "items": _record({"id": _TEXT, "version": _TEXT, "digest": _TEXT}),
                "minItems": 1,
            },
            "subject": _record(
                {
                    "name": _TEXT,
                    "commit": _TEXT,
                    "view": {"enum": ["worktree", "index", "commit", "plain"]},
                    "branch": _TEXT,
                    "dirty": {"type": "boolean"},
                    "shallow": {"type": "boolean"},
                    "as_of": {"type": "string", "format": "date"},
                    "commits": _COUNT,
                    "tags": _COUNT,
                }
            ),
            "profile": {
                "type": "array",
                "items": _record(
                    {"name": _TEXT, "value": _TEXT, "origin": {"enum": ["declared", "guessed"]}, "note": _TEXT}
                ),
            },
            "summary": _record(dict.fromkeys(_COUNTS, _COUNT)),
            "clauses": {
                "type": "array",
                "items": _record(
                    {
                        "id": _TEXT,
                        "title": _TEXT,
                        "state": {"enum": _STATES},
                        "assessability": {"enum": ["repository", "partial", "attestation"]},
                        "rules": _TEXTS,
                        "settled_by": _TEXT,
                    }
                ),
            },
            "accumulated": {"type": "array", "items": _record({"clause": _TEXT, "rules": _TEXTS})},
            "results": {"type": "array", "items": _RESULT},
            "notes": _TEXTS,
            "lowered": _TEXTS,
        },
        {"documents": _record({"listed": {"type": "array", "items": _DOCUMENT}, "notes": _TEXTS})},
    )
)
