"""GitLab: protected branches, approval settings and rules, and the policy file of a security policy project."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from qmslint.facts.base import Scan
from qmslint.facts.branch_policy import model as m
from qmslint.facts.branch_policy.model import Bypass, Findings, Policy, Property
from qmslint.facts.branch_policy.parts import Draft
from qmslint.facts.branch_policy.reading import (
    Unreadable,
    line_at,
    listing,
    mapping,
    number,
    own_line,
    read_yaml,
    truth,
    words,
)
from qmslint.facts.branch_policy.refs import covers
from qmslint.facts.sources import evidence_paths

_POLICY_FILES = ("**/.gitlab/security-policies/*.{yml,yaml}",)
_NOBODY = frozenset({"no one", "none", "0"})
_LEVELS = {"30": "developers", "40": "maintainers", "60": "administrators"}
PIPELINE = "the whole pipeline"


def read(scan: Scan, found: Findings) -> None:
    """Read policy files of security policy projects."""
    for path in evidence_paths(scan, _POLICY_FILES):
        try:
            data = read_yaml(scan, path)
        except Unreadable:
            continue
        policies = list(_security_policies(scan, path, mapping(data)))
        found.add(policies)
        if not policies:
            found.note(path, 1, "this policy file demands no approval of every merge request")


def _security_policies(scan: Scan, path: str, data: Mapping[str, Any]) -> Iterator[Policy]:
    for key in ("approval_policy", "merge_request_approval_policy", "scan_result_policy"):
        for index, item in enumerate(listing(data.get(key))):
            entry = mapping(item)
            line = own_line(entry, line_at(data.get(key), index))
            rules = [mapping(r) for r in listing(entry.get("rules")) if mapping(r).get("type") == "any_merge_request"]
            # A policy about scan results asks for approval only when something was found.
            if not rules:
                continue
            yield _approval_policy(scan, path, entry, rules, line)


def _approval_policy(scan: Scan, path: str, entry: Any, rules: list[Any], line: int) -> Policy:
    branches: tuple[str, ...] = ()
    for rule in rules:
        kind = str(rule.get("branch_type") or "")
        branches += ("~DEFAULT_BRANCH",) if kind in ("default", "protected") else words(rule.get("branches"))
    enabled = truth(entry.get("enabled")) is not False
    warn = str(entry.get("enforcement_type") or "enforce") == "warn"
    properties = {}
    for action in listing(entry.get("actions")):
        body = mapping(action)
        if body.get("type") == "require_approval":
            at = line_at(body, "approvals_required", line)
            properties[m.APPROVALS] = Property(number(body.get("approvals_required")), at)
    settings = mapping(entry.get("approval_settings"))
    for key, name, flip in (
        ("prevent_approval_by_author", m.SELF_APPROVAL, True),
        ("remove_approvals_with_new_commit", m.STALE_DISMISSED, False),
        ("prevent_pushing_and_force_pushing", m.FORCE_PUSH, True),
        ("block_branch_modification", m.DELETION, True),
    ):
        if (value := truth(settings.get(key))) is not None:
            properties[name] = Property(value is not flip, line_at(settings, key, line))
    if truth(settings.get("prevent_pushing_and_force_pushing")):
        at = line_at(settings, "prevent_pushing_and_force_pushing", line)
        properties[m.ADMINS_BOUND] = Property(True, at, "nobody may push past the merge request")
    return Policy(
        dialect="gitlab-policy",
        title="GitLab approval policy",
        path=path,
        line=line,
        name=str(entry.get("name") or ""),
        branches=branches,
        covers_default=covers(scan, branches),
        enforcement="active" if enabled and not warn else "evaluate" if enabled else "disabled",
        enforcement_line=line_at(entry, "enforcement_type" if enabled else "enabled", line),
        properties=properties,
    )


def branch_properties(draft: Draft, branch: Mapping[str, Any], line: int) -> None:
    """Take over what a protected branch of the API says."""

    def at(key: str) -> int:
        return line_at(branch, key, line)

    allowed = bool(truth(branch.get("allow_force_push")))
    draft.put(
        m.FORCE_PUSH,
        Property(allowed, at("allow_force_push"), "" if allowed else "protected branches cannot be rewritten"),
    )
    draft.put(m.DELETION, Property(False, line, "protected branches cannot be deleted by a push"))
    if (value := truth(branch.get("code_owner_approval_required"))) is not None:
        draft.put(m.CODE_OWNERS, Property(value, at("code_owner_approval_required")))
    push(draft, _levels(branch.get("push_access_levels")), at("push_access_levels"), "push_access_levels" in branch)


def _levels(levels: Any) -> list[str]:
    found = []
    for item in listing(levels):
        entry = mapping(item)
        level = str(entry.get("access_level_description") or entry.get("access_level", item))
        plain = str(entry.get("access_level", "")) == "0"
        found.append("no one" if plain else level)
    return found


def push(draft: Draft, levels: Iterable[str], line: int, stated: bool = True) -> None:
    """Take over who may push directly: anybody who may do that needs no merge request."""
    people = [level for level in levels if level.lower() not in _NOBODY]
    if not stated:
        draft.notes.append("who may push directly is not in the visible part")
        return
    draft.put(m.ADMINS_BOUND, Property(not people, line, "nobody may push directly" if not people else ""))
    for level in people:
        who = _LEVELS.get(level, level)
        draft.bypass.append(Bypass(f"{who} (direct push)", "always", "deploy key" not in who.lower(), line))


def approval_settings(draft: Draft, data: Mapping[str, Any], line: int, path: str = "") -> None:
    """Take over the approval settings of a project."""

    def at(key: str) -> int:
        return line_at(data, key, line)

    if (count := number(data.get("approvals_before_merge"))) is not None:
        draft.put(m.APPROVALS, Property(count, at("approvals_before_merge")), path)
    for key, name in (
        ("merge_requests_author_approval", m.SELF_APPROVAL),
        ("reset_approvals_on_push", m.STALE_DISMISSED),
        ("merge_requests_disable_committers_approval", m.LAST_PUSHER),
    ):
        if (value := truth(data.get(key))) is not None:
            draft.put(name, Property(value, at(key)), path)
    if truth(data.get("disable_overriding_approvers_per_merge_request")) is False:
        draft.notes.append("the number of approvals can be changed in a merge request")


def project_settings(draft: Draft, data: Mapping[str, Any], line: int, path: str = "") -> None:
    """Take over the merge settings of a project."""
    green = truth(data.get("only_allow_merge_if_pipeline_succeeds"))
    if green is not None:
        at = line_at(data, "only_allow_merge_if_pipeline_succeeds", line)
        draft.put(
            m.CHECKS, Property((PIPELINE,) if green else (), at, "the pipeline must succeed" if green else ""), path
        )
    resolved = truth(data.get("only_allow_merge_if_all_discussions_are_resolved"))
    if resolved is not None:
        at = line_at(data, "only_allow_merge_if_all_discussions_are_resolved", line)
        draft.put(m.THREADS, Property(resolved, at), path)
