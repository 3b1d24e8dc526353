"""GitLab, Azure DevOps and Bitbucket resources of Terraform, put together per folder and branch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from qmslint.facts.base import Scan
from qmslint.facts.branch_policy import azure_bitbucket as ab
from qmslint.facts.branch_policy import gitlab
from qmslint.facts.branch_policy import model as m
from qmslint.facts.branch_policy.hcl import Block, Expr
from qmslint.facts.branch_policy.model import Findings, Policy, Property
from qmslint.facts.branch_policy.parts import Draft
from qmslint.facts.branch_policy.refs import covers
from qmslint.facts.branch_policy.terraform import Module, literal, texts
from qmslint.lineyaml import Map
from qmslint.quick import regex

Drafts = dict[tuple[str, str], Draft]
_PAIR = regex(r'"?([A-Za-z]+)"?[=:]"([A-Za-z]+)"')


def policies(scan: Scan, module: Module, found: Findings) -> Iterator[Policy]:
    """Yield the policies of the other platforms' resources in one folder."""
    yield from _gitlab(scan, module)
    yield from _azure(scan, module)
    yield from _bitbucket(scan, module)


def _plain(module: Module, block: Block) -> Map:
    """Return the attributes of a block as a mapping with lines; expressions are left out."""
    data = Map(block.line)
    for name, (value, line) in block.attributes.items():
        resolved = literal(module.value(value))
        if resolved is not None:
            data[name] = list(texts(resolved) or ()) if isinstance(resolved, list) else resolved
            data.lines[name] = line
    return data


def _gitlab(scan: Scan, module: Module) -> Iterator[Policy]:
    branches = [(p, b) for p, b in module.resources if b.labels[0] == "gitlab_branch_protection"]
    shared = [(p, b) for p, b in module.resources if b.labels[0].startswith("gitlab_project")]
    for path, block in branches:
        pattern = literal(module.of(block, "branch"))
        expression = module.of(block, "branch")
        dynamic = isinstance(expression, Expr) and "default_branch" in expression.text
        draft = Draft(
            Policy(
                dialect="terraform-gitlab",
                title="Terraform protected branch (GitLab)",
                path=path,
                line=block.line,
                name=".".join(block.labels),
                branches=(pattern,) if isinstance(pattern, str) else (),
                covers_default=covers(scan, (pattern,)) if isinstance(pattern, str) else True if dynamic else None,
                about=module.repository(block, "project"),
            )
        )
        data = _plain(module, block)
        gitlab.branch_properties(draft, data, block.line)
        draft.notes.clear()
        level = literal(module.of(block, "push_access_level"))
        people = [str(literal(module.of(inner, "user_id")) or "a user") for inner in block.inner("allowed_to_push")]
        gitlab.push(
            draft,
            [*([level] if isinstance(level, str) else ["maintainers"]), *people],
            block.line_of("push_access_level"),
        )
        _gitlab_shared(module, draft, shared)
        yield draft.done()


def _gitlab_shared(module: Module, draft: Draft, shared: list[tuple[str, Block]]) -> None:
    for path, block in shared:
        kind, data = block.labels[0], _plain(module, block)
        if kind == "gitlab_project_level_mr_approvals":
            gitlab.approval_settings(draft, data, block.line, path)
        elif kind == "gitlab_project_approval_rule":
            count = literal(module.of(block, "approvals_required"))
            value = count if isinstance(count, int) else None
            draft.put(m.APPROVALS, Property(value, block.line_of("approvals_required")), path)
        elif kind == "gitlab_project":
            gitlab.project_settings(draft, data, block.line, path)
            gitlab.approval_settings(draft, data, block.line, path)


def _azure(scan: Scan, module: Module) -> Iterator[Policy]:
    drafts: Drafts = {}
    for path, block in module.resources:
        kind = block.labels[0].removeprefix("azuredevops_branch_policy_")
        if kind == block.labels[0]:
            continue
        state = ab.azure_state(literal(module.of(block, "enabled")), literal(module.of(block, "blocking")))
        settings = (block.inner("settings") or [block])[0]
        branch, covered, about = _azure_scope(scan, module, settings)
        key = (state, branch)
        draft = drafts.get(key) or Draft(
            Policy(
                dialect="terraform-azure",
                title="Terraform branch policies (Azure DevOps)",
                path=path,
                line=block.line,
                branches=(branch,) if branch else (),
                covers_default=covered,
                enforcement=state,
                enforcement_line=block.line_of("enabled" if state == "disabled" else "blocking"),
                about=about,
            )
        )
        drafts[key] = draft
        _azure_block(module, draft, path, kind, settings, block)
    permissions = [b for _, b in module.resources if b.labels[0] == "azuredevops_git_permissions"]
    for draft in drafts.values():
        for block in permissions:
            granted = {k: literal(v) for inner in block.inner("permissions") for k, (v, _) in inner.attributes.items()}
            value = block.get("permissions")
            if isinstance(value, Expr):
                granted |= _pairs(value.text)
            ab.azure_permissions(draft, granted, block.labels[1], block.line)
        yield draft.done()


def _pairs(text: str) -> dict[str, str]:
    """Return the pairs of a map written as an attribute, which the block reader keeps as text."""
    return dict(_PAIR.findall(text))


def _azure_scope(scan: Scan, module: Module, settings: Block) -> tuple[str, bool | None, str]:
    for scope in settings.inner("scope"):
        kind = str(literal(module.of(scope, "match_type")) or "Exact").lower()
        about = module.repository(scope, "repository_id")
        if kind == "defaultbranch":
            return "~DEFAULT_BRANCH", True, about
        ref = module.of(scope, "repository_ref")
        if isinstance(ref, str):
            pattern = ref.rstrip("/") + "/**" if kind == "prefix" else ref
            return ref, covers(scan, (ref, pattern)), about
        if isinstance(ref, Expr):
            return ref.text, True if "default_branch" in ref.text else None, about
    return "", None, "?"


def _azure_block(module: Module, draft: Draft, path: str, kind: str, settings: Block, block: Block) -> None:
    if kind == "min_reviewers":
        count = literal(module.of(settings, "reviewer_count"))
        own = literal(module.of(settings, "submitter_can_vote"))
        line = settings.line_of("reviewer_count")
        ab.azure_reviewers(draft, count if isinstance(count, int) else None, bool(own), line, path)
        for key, name in (
            ("on_push_reset_approved_votes", m.STALE_DISMISSED),
            ("last_pusher_cannot_approve", m.LAST_PUSHER),
        ):
            value = literal(module.of(settings, key))
            if isinstance(value, bool):
                draft.put(name, Property(value, settings.line_of(key)), path)
    elif kind in ("build_validation", "status_check"):
        name = literal(module.of(settings, "display_name")) or literal(module.of(settings, "name")) or block.labels[1]
        draft.put(m.CHECKS, Property((str(name),), settings.line), path)
    elif kind == "comment_resolution":
        draft.put(m.THREADS, Property(True, settings.line), path)
    else:
        return
    ab.azure_platform(draft, block.line, path)


def _bitbucket(scan: Scan, module: Module) -> Iterator[Policy]:
    drafts: Drafts = {}
    for path, block in module.resources:
        if block.labels[0] != "bitbucket_branch_restriction":
            continue
        data = _plain(module, block)
        pattern = str(data.get("pattern") or data.get("branch_type") or "")
        about = module.repository(block, "repository")
        draft = drafts.get((about, pattern)) or Draft(_bitbucket_base(scan, path, block.line, data, pattern, about))
        drafts[about, pattern] = draft
        ab.bitbucket_restriction(draft, data, block.line, path)
    for draft in drafts.values():
        ab.bitbucket_absent(draft, draft.base.line)
        yield draft.done()


def _bitbucket_base(scan: Scan, path: str, line: int, data: Any, pattern: str, about: str) -> Policy:
    model = str(data.get("branch_match_kind") or "") == "branching_model"
    covered = pattern in ("development", "production") if model else covers(scan, (pattern,)) if pattern else None
    return Policy(
        dialect="terraform-bitbucket",
        title="Terraform branch restrictions (Bitbucket)",
        path=path,
        line=line,
        branches=(pattern,) if pattern else (),
        covers_default=covered,
        about=about,
    )
