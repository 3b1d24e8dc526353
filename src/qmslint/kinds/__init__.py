"""Check kinds: one module each, all of them in this literal table.

A kind module has a frozen dataclass ``Params`` (its options), ``NEEDS`` (which of ``tree``, ``text``,
``history``, ``tags``, ``diffs`` it looks at) and ``check(params, scan) -> Outcome``.  A kind knows no
standard: it never names a clause.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from importlib import import_module
from types import MappingProxyType
from typing import Any, Protocol, cast

from qmslint.errors import PluginError
from qmslint.facts.base import Scan
from qmslint.model.outcome import Outcome
from qmslint.model.rule import Check

KINDS: Mapping[str, str] = MappingProxyType(
    {
        "actions-carried": "qmslint.kinds.actions_carried",
        "actions-closed": "qmslint.kinds.actions_closed",
        "actions-done": "qmslint.kinds.actions_done",
        "all-of": "qmslint.kinds.combine.all_of",
        "any-of": "qmslint.kinds.combine.any_of",
        "attested": "qmslint.kinds.attested",
        "bill-of-materials": "qmslint.kinds.bill_of_materials",
        "branch-policy": "qmslint.kinds.branch_policy",
        "breaking-notes": "qmslint.kinds.breaking_notes",
        "bulk-data": "qmslint.kinds.bulk_data",
        "chains": "qmslint.kinds.chains",
        "changes": "qmslint.kinds.changes",
        "checklist": "qmslint.kinds.checklist",
        "code-size": "qmslint.kinds.code_size",
        "codeowners": "qmslint.kinds.codeowners",
        "components-listed": "qmslint.kinds.components_listed",
        "concessions": "qmslint.kinds.concessions",
        "cycle": "qmslint.kinds.cycle",
        "decided": "qmslint.kinds.decided",
        "decisions": "qmslint.kinds.decisions",
        "decisions-kept": "qmslint.kinds.decisions_kept",
        "decisions-reviewed": "qmslint.kinds.decisions_reviewed",
        "deploy-authorised": "qmslint.kinds.deploy_authorised",
        "document": "qmslint.kinds.document",
        "document-register": "qmslint.kinds.document_register",
        "documents-lived": "qmslint.kinds.documents_lived",
        "documents-used": "qmslint.kinds.documents_used",
        "edition": "qmslint.kinds.edition",
        "emergencies": "qmslint.kinds.emergencies",
        "environment": "qmslint.kinds.environment",
        "evaluated": "qmslint.kinds.evaluated",
        "events-recorded": "qmslint.kinds.events_recorded",
        "evidence-index": "qmslint.kinds.evidence_index",
        "exclusions": "qmslint.kinds.exclusions",
        "external-documents": "qmslint.kinds.external_documents",
        "file-reviews": "qmslint.kinds.file_reviews",
        "files": "qmslint.kinds.files",
        "forbidden-text": "qmslint.kinds.forbidden_text",
        "foreign-in-order": "qmslint.kinds.foreign_in_order",
        "foreign-results": "qmslint.kinds.foreign_results",
        "gates-match": "qmslint.kinds.gates_match",
        "improved": "qmslint.kinds.improved",
        "leads-to": "qmslint.kinds.leads_to",
        "licence": "qmslint.kinds.licence",
        "linked": "qmslint.kinds.linked",
        "links": "qmslint.kinds.links",
        "locked": "qmslint.kinds.locked",
        "mapping": "qmslint.kinds.mapping",
        "measured": "qmslint.kinds.measured",
        "migrations": "qmslint.kinds.migrations",
        "not": "qmslint.kinds.combine.negation",
        "pipeline-bypass": "qmslint.kinds.pipeline_bypass",
        "pipeline-hardened": "qmslint.kinds.pipeline_hardened",
        "pipeline-step": "qmslint.kinds.pipeline_step",
        "placeholders": "qmslint.kinds.placeholders",
        "planned-changes": "qmslint.kinds.planned_changes",
        "profile": "qmslint.kinds.profile",
        "provenance": "qmslint.kinds.provenance",
        "record-actions": "qmslint.kinds.record_actions",
        "record-groups": "qmslint.kinds.record_groups",
        "record-recurrence": "qmslint.kinds.record_recurrence",
        "record-sections": "qmslint.kinds.record_sections",
        "record-trace": "qmslint.kinds.record_trace",
        "records-held": "qmslint.kinds.records_held",
        "records-protected": "qmslint.kinds.records_protected",
        "register": "qmslint.kinds.register",
        "release-authorised": "qmslint.kinds.release_authorised",
        "release-notes": "qmslint.kinds.release_notes",
        "release-origin": "qmslint.kinds.release_origin",
        "release-records": "qmslint.kinds.release_records",
        "release-results": "qmslint.kinds.release_results",
        "release-tags": "qmslint.kinds.release_tags",
        "release-validated": "qmslint.kinds.release_validated",
        "reported": "qmslint.kinds.reported",
        "requirement-tests": "qmslint.kinds.requirement_tests",
        "secrets": "qmslint.kinds.secrets",
        "stages": "qmslint.kinds.stages",
        "supported-versions": "qmslint.kinds.supported_versions",
        "tended": "qmslint.kinds.tended",
        "thresholds": "qmslint.kinds.thresholds",
        "tools-pinned": "qmslint.kinds.tools_pinned",
        "typed-entries": "qmslint.kinds.typed_entries",
        "unless": "qmslint.kinds.combine.unless",
        "updates": "qmslint.kinds.updates",
        "version-consistent": "qmslint.kinds.version_consistent",
    }
)
GROUP = "qmslint.kinds"
"""Entry-point group of third-party kinds."""


class Kind(Protocol):
    """What a kind module offers."""

    Params: type
    NEEDS: frozenset[str]

    def check(self, params: Any, scan: Scan) -> Outcome:
        """Answer for one repository."""


def load(name: str) -> Kind | None:
    """Return the kind called ``name``, or ``None`` if there is none.

    Raises
    ------
    PluginError
        If a third-party kind cannot be imported.
    """
    module = KINDS.get(name)
    if module:
        return cast(Kind, import_module(module))
    return _plugin(name) if ":" in name else None


def params_of(name: str) -> type | None:
    """Return the parameter dataclass of a kind."""
    kind = load(name)
    return kind.Params if kind else None


def own_params_of(name: str) -> type | None:
    """Return the parameter dataclass of a kind of this program; third-party kinds are not looked for."""
    return params_of(name) if name in KINDS else None


def run(check: Check, scan: Scan) -> Outcome:
    """Let the check's kind answer."""
    kind = load(check.kind)
    assert kind is not None
    return kind.check(check.params, scan)


def needs(check: Check) -> frozenset[str]:
    """Return what a check and the checks inside it look at."""
    kind = load(check.kind)
    assert kind is not None
    found = set(kind.NEEDS)
    for inner in inside(check):
        found |= needs(inner)
    return frozenset(found)


def inside(check: Check) -> Iterator[Check]:
    """Yield the checks a combining check holds."""
    for field in dataclasses.fields(check.params):
        value = getattr(check.params, field.name)
        several = value.values() if isinstance(value, Mapping) else value if isinstance(value, tuple) else (value,)
        for item in several:
            if isinstance(item, Check):
                yield item


def _plugin(name: str) -> Kind | None:
    from importlib.metadata import entry_points

    for point in entry_points(group=GROUP):
        if point.name == name:
            try:
                return cast(Kind, point.load())
            except Exception as error:
                raise PluginError(f"the check kind {name} of {point.value} cannot be loaded: {error}") from error
    return None
