"""Azure DevOps branch policies and Bitbucket branch restrictions in the shape of their APIs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qmslint.facts.branch_policy import model as m
from qmslint.facts.branch_policy.model import Bypass, Enforcement, Property
from qmslint.facts.branch_policy.parts import Draft
from qmslint.facts.branch_policy.reading import line_at, listing, mapping, number, own_line, truth

_AZURE_TYPES = {
    "fa4e907d-c16b-4a4c-9dfa-4906e5d171dd": "reviewers",
    "0609b952-1397-4640-95ec-e00a01b2c241": "build",
    "cbdc66da-9728-4af8-aada-9a5a32e4a226": "status",
    "c6a1889d-b943-4856-b76f-9e46bb6b0df2": "comments",
    "minimum number of reviewers": "reviewers",
    "build": "build",
    "status": "status",
    "comment requirements": "comments",
}


def azure_kind(policy: Mapping[str, Any]) -> str:
    """Return which policy an entry of the Azure policy list is, empty for one that protects nothing here."""
    kind = mapping(policy.get("type"))
    return _AZURE_TYPES.get(str(kind.get("id")), _AZURE_TYPES.get(str(kind.get("displayName")).lower(), ""))


def azure_state(enabled: bool | None, blocking: bool | None) -> Enforcement:
    """Return how far an Azure policy is in force; an optional one only advises."""
    if enabled is False:
        return "disabled"
    return "evaluate" if blocking is False else "active"


def azure_policy(draft: Draft, kind: str, settings: Mapping[str, Any], line: int) -> None:
    """Take over one active entry of the Azure policy list."""
    if kind == "reviewers":
        azure_reviewers(
            draft,
            number(settings.get("minimumApproverCount")),
            truth(settings.get("creatorVoteCounts")),
            line_at(settings, "minimumApproverCount", line),
        )
        for key, name in (("resetOnSourcePush", m.STALE_DISMISSED), ("blockLastPusherVote", m.LAST_PUSHER)):
            if (value := truth(settings.get(key))) is not None:
                draft.put(name, Property(value, line_at(settings, key, line)))
    elif kind in ("build", "status"):
        name = (
            settings.get("displayName")
            or settings.get("statusName")
            or f"build {settings.get('buildDefinitionId', '')}"
        )
        draft.put(m.CHECKS, Property((str(name).strip(),), line))
    else:
        draft.put(m.THREADS, Property(True, line))
    azure_platform(draft, line)


def azure_reviewers(draft: Draft, count: int | None, own_vote: bool | None, line: int, path: str = "") -> None:
    """Take over the minimum number of reviewers."""
    draft.put(m.APPROVALS, Property(count, line), path)
    draft.put(m.SELF_APPROVAL, Property(bool(own_vote), line, "the submitter may vote" if own_vote else ""), path)


def azure_platform(draft: Draft, line: int, path: str = "") -> None:
    """Add what the platform does by itself on a branch with a required policy."""
    note = "a branch with a required policy takes changes only through pull requests"
    for name in (m.FORCE_PUSH, m.DELETION):
        draft.put(name, Property(False, line, note), path)
    draft.put(m.ADMINS_BOUND, Property(True, line, "bypassing needs a permission that is not given by default"), path)


def azure_permissions(draft: Draft, granted: Mapping[str, Any], principal: str, line: int) -> None:
    """Take over permissions that let somebody past the policies."""
    names = {
        "policyexempt": "push past policies",
        "pullrequestbypasspolicy": "complete past policies",
        "forcepush": "rewrite history",
    }
    for key, value in granted.items():
        if str(key).lower() in names and str(value).lower() == "allow":
            draft.bypass.append(Bypass(f"{principal} ({names[str(key).lower()]})", "always", True, line))


def bitbucket_restriction(draft: Draft, entry: Mapping[str, Any], line: int, path: str = "") -> None:
    """Take over one restriction of the Bitbucket list."""
    kind = str(entry.get("kind") or "")
    line = line_at(entry, "kind", line) or own_line(entry, line)
    if kind in ("require_approvals_to_merge", "require_default_reviewer_approvals_to_merge"):
        draft.put(m.APPROVALS, Property(number(entry.get("value")), line_at(entry, "value", line)), path)
        draft.put(m.SELF_APPROVAL, Property(False, line, "authors cannot approve their own pull request"), path)
    elif kind == "require_passing_builds_to_merge":
        count = number(entry.get("value"))
        names = (f"at least {count} passing builds",) if count != 0 else ()
        draft.put(m.CHECKS, Property(names, line_at(entry, "value", line)), path)
    elif kind == "push":
        people = [_name(item) for key in ("users", "groups") for item in listing(entry.get(key))]
        draft.put(m.ADMINS_BOUND, Property(not people, line, "nobody may push directly" if not people else ""), path)
        draft.bypass += [Bypass(f"{who} (direct push)", "always", True, line) for who in people]
    elif kind == "force":
        draft.put(m.FORCE_PUSH, Property(False, line), path)
    elif kind == "delete":
        draft.put(m.DELETION, Property(False, line), path)
    elif kind == "reset_pullrequest_approvals_on_change":
        draft.put(m.STALE_DISMISSED, Property(True, line), path)
    elif kind == "require_tasks_to_be_completed":
        draft.put(m.THREADS, Property(True, line), path)


def bitbucket_absent(draft: Draft, line: int) -> None:
    """Say what a whole list of restrictions does not restrict."""
    present = draft.properties
    for name, value, kind in (
        (m.APPROVALS, 0, "require_approvals_to_merge"),
        (m.CHECKS, (), "require_passing_builds_to_merge"),
        (m.FORCE_PUSH, True, "force"),
        (m.DELETION, True, "delete"),
        (m.ADMINS_BOUND, False, "push"),
    ):
        if name not in present:
            draft.put(name, Property(value, line, f"no restriction `{kind}`"))
    if m.ADMINS_BOUND in present and present[m.ADMINS_BOUND].note.endswith("`push`"):
        draft.bypass.append(Bypass("everybody with write access (direct push)", "always", True, line))


def _name(item: Any) -> str:
    entry = mapping(item)
    return str(entry.get("display_name") or entry.get("slug") or entry.get("name") or item) if entry else str(item)
