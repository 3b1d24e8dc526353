"""The published JSON Schemas: of rule and pack files, of the configuration, of cases and of the report."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from types import MappingProxyType
from typing import Any

from qmslint import kinds
from qmslint.derive import schema_of
from qmslint.forms import Policy, WaiverFile
from qmslint.packs.cases import CaseFile
from qmslint.packs.form import PackFile, RuleFile, Selection
from qmslint.quick import dataclass
from qmslint.settings import Settings

DRAFT = "https://json-schema.org/draft/2020-12/schema"
_BASE = "https://github.com/qmslint/qmslint/raw/main/schemas"


def _with_checks(cls: type, name: str, title: str) -> dict[str, Any]:
    defs: dict[str, Any] = {}
    schema = schema_of(cls, defs)
    kind_schemas = {}
    for kind in kinds.KINDS:
        params = kinds.params_of(kind)
        assert params is not None
        bare = [f for f in fields(params) if f.metadata.get("limits", {}).get("bare")]
        own = schema_of(params, defs)
        description = own.pop("description", "")
        if bare:
            value = own["properties"][bare[0].name.rstrip("_")]
            own = {"anyOf": [own, {k: v for k, v in value.items() if k != "description"}]}
        kind_schemas[kind] = {"description": description, **own}
    defs["check"] = {
        "type": "object",
        "minProperties": 1,
        "maxProperties": 1,
        "properties": kind_schemas,
        "patternProperties": {"^[a-z][a-z0-9-]*:": {}},
        "additionalProperties": False,
    }
    return _document(schema, defs, name, title)


def _document(schema: dict[str, Any], defs: dict[str, Any], name: str, title: str) -> dict[str, Any]:
    found = {"$schema": DRAFT, "$id": f"{_BASE}/{name}-1.json", "title": title, **schema}
    if defs:
        found["$defs"] = {key: defs[key] for key in sorted(defs)}
    return found


def rule_schema() -> dict[str, Any]:
    """Return the schema of a rule file."""
    return _with_checks(RuleFile, "rule", "qmslint rule")


def pack_schema() -> dict[str, Any]:
    """Return the schema of a pack file, with that of its entries."""
    defs: dict[str, Any] = {}
    schema = schema_of(PackFile, defs)
    entry = schema_of(Selection, defs)
    schema["properties"]["rules"] = {
        "type": "array",
        "items": {"anyOf": [{"type": "string"}, entry]},
        "description": "Rule ids, or mappings with `id`, `cap` and `with`.",
    }
    return _document(schema, defs, "pack", "qmslint pack")


def config_schema() -> dict[str, Any]:
    """Return the schema of ``qmslint.yml``."""
    defs: dict[str, Any] = {}
    return _document(schema_of(Settings, defs), defs, "config", "qmslint configuration")


def case_schema() -> dict[str, Any]:
    """Return the schema of a case file."""
    defs: dict[str, Any] = {}
    return _document(schema_of(CaseFile, defs), defs, "cases", "qmslint cases")


def policy_schema() -> dict[str, Any]:
    """Return the schema of an organisation's policy."""
    defs: dict[str, Any] = {}
    return _document(schema_of(Policy, defs), defs, "policy", "qmslint policy")


def waiver_schema() -> dict[str, Any]:
    """Return the schema of ``.qms/waivers.yml``."""
    defs: dict[str, Any] = {}
    return _document(schema_of(WaiverFile, defs), defs, "waivers", "qmslint waivers")


def report_schema() -> dict[str, Any]:
    """Return the schema of the JSON report, version 1."""
    from qmslint.packs.report_schema import REPORT

    return _document(dict(REPORT), {}, "report", "qmslint report")


@dataclass(frozen=True, slots=True)
class Published:
    """A schema with what it describes."""

    make: Callable[[], dict[str, Any]]
    what: str


SCHEMAS: Mapping[str, Published] = MappingProxyType(
    {
        "cases": Published(case_schema, "case files beside rules"),
        "config": Published(config_schema, "qmslint.yml"),
        "pack": Published(pack_schema, "pack files"),
        "policy": Published(policy_schema, "the file of --policy"),
        "report": Published(report_schema, "the JSON report"),
        "rule": Published(rule_schema, "rule files"),
        "waivers": Published(waiver_schema, ".qms/waivers.yml"),
    }
)
