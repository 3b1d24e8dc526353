"""Dated exports of platform settings below ``.qms/evidence/``."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Literal

from qmslint.facts.base import Scan
from qmslint.facts.branch_policy import azure_bitbucket as ab
from qmslint.facts.branch_policy import gitlab
from qmslint.facts.branch_policy import model as m
from qmslint.facts.branch_policy.github_files import policies_in
from qmslint.facts.branch_policy.github_rulesets import rule_properties
from qmslint.facts.branch_policy.model import Export, Findings, Policy
from qmslint.facts.branch_policy.parts import Draft
from qmslint.facts.branch_policy.reading import (
    Unreadable,
    line_at,
    listing,
    mapping,
    own_line,
    parse_json,
    text_of,
)
from qmslint.facts.branch_policy.refs import covers

_GLOBS = ("/.qms/evidence/**/*.json",)
_ENVELOPE = frozenset({"collected_at", "collected_by", "source_url", "data", "kind"})
_DIGEST_LIMIT = 256 * 1024


def read(scan: Scan, found: Findings) -> None:
    """Read every export; parts of one platform with the same date are put together."""
    gitlab_parts: list[tuple[str, Any, Export, int]] = []
    for path in scan.glob(*_GLOBS):
        try:
            text = text_of(scan, path)
            data = parse_json(scan, path, text)
        except Unreadable:
            continue
        envelope = isinstance(data, dict) and len(_ENVELOPE & data.keys()) >= 2 and "data" in data
        body = data["data"] if envelope else data
        export = _export(data if envelope else {}, body, text)
        line = line_at(data, "data", 1) if envelope else 1
        if gitlab_export(body):
            gitlab_parts.append((path, body, export, line))
            continue
        policies = [_aged(policy, export) for policy in _policies(scan, path, body, line, export)]
        found.add(policies)
        if not policies and envelope and _names_policy(str(data.get("kind") or "")):
            found.note(path, 1, f"an export of the kind {data.get('kind')} whose content is not recognised")
    found.add(_gitlab(scan, gitlab_parts))


def _names_policy(kind: str) -> bool:
    return any(word in kind.lower() for word in ("ruleset", "protect", "approval", "branch", "polic", "restriction"))


def _export(envelope: Any, body: Any, text: str) -> Export:
    stated = str(envelope.get("sha256") or "").lower().removeprefix("sha256:")
    digest: Literal["none", "matches", "differs"] = "none"
    if stated and len(text) <= _DIGEST_LIMIT:
        digest = "matches" if stated in _digests(text) else "differs"
    return Export(
        collected_at=moment(envelope.get("collected_at")),
        collected_by=str(envelope.get("collected_by") or ""),
        source_url=str(envelope.get("source_url") or ""),
        digest=digest,
        line=line_at(envelope, "collected_at", 1),
    )


def moment(value: Any) -> int | None:
    """Return an ISO 8601 date or time as seconds since 1970, ``None`` when it is none."""
    if not isinstance(value, str) or len(value) > 40:
        return None
    try:
        found = datetime.fromisoformat(value.strip())
    except ValueError:
        return None
    return int((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp())


def _digests(text: str) -> frozenset[str]:
    """Return the digests of the usual ways of writing the data: as the API sends it, sorted, indented."""
    try:
        body = json.loads(text)["data"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return frozenset()
    found = set()
    for sort in (False, True):
        for separators, indent in (((",", ":"), None), ((", ", ": "), None), ((",", ": "), 2), ((",", ": "), 4)):
            for ascii_ in (False, True):
                form = json.dumps(body, sort_keys=sort, separators=separators, indent=indent, ensure_ascii=ascii_)
                raw = form.encode("utf-8", "surrogatepass")
                found |= {hashlib.sha256(raw).hexdigest(), hashlib.sha256(raw + b"\n").hexdigest()}
    return frozenset(found)


def _aged(policy: Policy, export: Export) -> Policy:
    notes = policy.notes
    if export.digest == "differs":
        notes = (*notes, "the stated digest could not be reproduced from the data")
    return policy.but(export=export, title=f"{policy.title} (export)", notes=notes)


def _policies(scan: Scan, path: str, body: Any, line: int, export: Export) -> Iterator[Policy]:
    """Yield the policies of GitHub, Azure DevOps and Bitbucket answers."""
    items = [mapping(item) for item in listing(body)]
    if items and all("type" in item and "enforcement" not in item and "settings" not in item for item in items):
        yield _branch_rules(scan, path, body, line, export)
        return
    values = mapping(body).get("values", mapping(body).get("value"))
    entries = values if isinstance(values, list) else listing(body)
    if any(ab.azure_kind(mapping(entry)) for entry in entries):
        yield from _azure(scan, path, entries, line)
    elif any("pattern" in mapping(e) and "kind" in mapping(e) for e in entries):
        yield from _bitbucket(scan, path, entries, line)
    else:
        yield from policies_in(scan, path, body, export.source_url)


def _branch_rules(scan: Scan, path: str, body: Any, line: int, export: Export) -> Policy:
    """Return the rules in force on one branch, which the platform lists without saying who may bypass."""
    branch = export.source_url.rsplit("/rules/branches/", 1)[-1].split("?")[0] if export.source_url else ""
    branch = branch if "://" not in branch else ""
    properties = rule_properties(body, line)
    return Policy(
        dialect="github-branch-rules",
        title="GitHub rules of a branch",
        path=path,
        line=line,
        branches=(branch,) if branch else (),
        covers_default=covers(scan, (branch,)) if branch else True,
        properties=properties,
        notes=("who may bypass is not in this answer",),
    )


def _azure(scan: Scan, path: str, entries: list[Any], line: int) -> Iterator[Policy]:
    drafts: dict[tuple[str, str], Draft] = {}
    for index, entry in enumerate(entries):
        item = mapping(entry)
        kind, settings = ab.azure_kind(item), mapping(item.get("settings"))
        at = own_line(item, line_at(entries, index, line))
        if not kind:
            continue
        state = ab.azure_state(bool(item.get("isEnabled", True)), bool(item.get("isBlocking", True)))
        for scope in listing(settings.get("scope"))[:20]:
            ref = str(mapping(scope).get("refName") or "")
            whole = str(mapping(scope).get("matchKind") or "Exact").lower()
            branch = "~DEFAULT_BRANCH" if whole == "defaultbranch" else ref + "/**" if whole == "prefix" else ref
            draft = drafts.get((state, branch)) or Draft(
                Policy(
                    dialect="azure-policies",
                    title="Azure DevOps branch policies",
                    path=path,
                    line=at,
                    branches=(branch,) if branch else (),
                    covers_default=covers(scan, (branch,)) if branch else True,
                    enforcement=state,
                    enforcement_line=line_at(item, "isEnabled" if state == "disabled" else "isBlocking", at),
                )
            )
            drafts[state, branch] = draft
            ab.azure_policy(draft, kind, settings, at)
    for draft in drafts.values():
        if m.APPROVALS not in draft.properties:
            draft.put(m.APPROVALS, m.Property(0, draft.base.line, "no reviewer policy"))
        if m.CHECKS not in draft.properties:
            draft.put(m.CHECKS, m.Property((), draft.base.line, "no build policy"))
        yield draft.done()


def _bitbucket(scan: Scan, path: str, entries: list[Any], line: int) -> Iterator[Policy]:
    drafts: dict[str, Draft] = {}
    for index, entry in enumerate(entries):
        item = mapping(entry)
        pattern = str(item.get("pattern") or item.get("branch_type") or "")
        by_model = str(item.get("branch_match_kind")) == "branching_model"
        at = own_line(item, line_at(entries, index, line))
        covered = pattern in ("development", "production") if by_model else covers(scan, (pattern,))
        draft = drafts.get(pattern) or Draft(
            Policy("bitbucket-restrictions", "Bitbucket branch restrictions", path, at, pattern, (pattern,), covered)
        )
        drafts[pattern] = draft
        ab.bitbucket_restriction(draft, item, at)
    for draft in drafts.values():
        ab.bitbucket_absent(draft, draft.base.line)
        yield draft.done()


def gitlab_export(body: Any) -> str:
    """Return which GitLab answer this is: ``branches``, ``rules``, ``approvals`` or ``project``; empty for none."""
    first = mapping(listing(body)[0]) if listing(body) else {}
    if "push_access_levels" in first or "merge_access_levels" in first:
        return "branches"
    if "approvals_required" in first:
        return "rules"
    if "merge_requests_author_approval" in first or "approvals_before_merge" in first:
        return "approvals"
    return "project" if "only_allow_merge_if_pipeline_succeeds" in first else ""


def _gitlab(scan: Scan, parts: list[tuple[str, Any, Export, int]]) -> Iterator[Policy]:
    """Yield one policy per protected branch, with the project's approval settings in it."""
    drafts = []
    for path, body, export, line in parts:
        for index, entry in enumerate(listing(body) if gitlab_export(body) == "branches" else ()):
            item = mapping(entry)
            name = str(item.get("name") or "")
            at = own_line(item, line_at(body, index, line))
            base = Policy(
                "gitlab-settings",
                "GitLab protected branch",
                path,
                at,
                name,
                (name,),
                covers(scan, (name,)),
                export=export,
            )
            draft = Draft(base)
            gitlab.branch_properties(draft, item, at)
            drafts.append(draft)
    if not drafts and parts:
        path, _, export, line = parts[0]
        drafts = [Draft(Policy("gitlab-settings", "GitLab merge settings", path, line, export=export))]
    for path, body, export, line in parts:
        for draft in drafts:
            _gitlab_part(draft, path, body, line)
            draft.base = draft.base.but(export=_older(draft.base.export, export))
    for draft in drafts:
        policy = draft.done()
        yield _aged(policy, policy.export) if policy.export else policy


def _gitlab_part(draft: Draft, path: str, body: Any, line: int) -> None:
    kind = gitlab_export(body)
    if kind == "rules":
        for index, entry in enumerate(listing(body)):
            item = mapping(entry)
            only = [str(mapping(b).get("name")) for b in listing(item.get("protected_branches"))]
            # A rule for other branches, or one that only asks for its own report, is none for this branch.
            applies = not only or set(only) & set(draft.base.branches)
            if applies and str(item.get("rule_type") or "regular") in ("regular", "any_approver", "code_owner"):
                at = line_at(item, "approvals_required", line_at(body, index, line))
                count = item.get("approvals_required")
                value = count if isinstance(count, int) and not isinstance(count, bool) else None
                draft.put(m.APPROVALS, m.Property(value, at), path)
    elif kind == "approvals":
        gitlab.approval_settings(draft, mapping(listing(body)[0]), line, path)
    elif kind == "project":
        gitlab.project_settings(draft, mapping(listing(body)[0]), line, path)
        gitlab.approval_settings(draft, mapping(listing(body)[0]), line, path)


def _older(one: Export | None, other: Export) -> Export:
    """Return the export by which the whole has to be dated: an undated part leaves it undated."""
    if one is None or one.collected_at is None:
        return one or other
    return other if other.collected_at is None or other.collected_at < one.collected_at else one
