"""GitHub resources of Terraform, put into the shape of the API and read like it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from qmslint.facts.base import Scan
from qmslint.facts.branch_policy import model as m
from qmslint.facts.branch_policy.github_protection import machine, protection
from qmslint.facts.branch_policy.github_rulesets import ruleset
from qmslint.facts.branch_policy.hcl import Block, Expr
from qmslint.facts.branch_policy.model import Bypass, Findings, Policy, Property
from qmslint.facts.branch_policy.refs import covers
from qmslint.facts.branch_policy.terraform import Module, literal, texts
from qmslint.lineyaml import Map, Seq

_PROTECTION = {
    "enforce_admins": "enforce_admins",
    "require_signed_commits": "required_signatures",
    "required_linear_history": "required_linear_history",
    "require_conversation_resolution": "required_conversation_resolution",
    "allows_force_pushes": "allow_force_pushes",
    "allows_deletions": "allow_deletions",
}
_REVIEWS = (
    "required_approving_review_count",
    "dismiss_stale_reviews",
    "require_code_owner_reviews",
    "require_last_push_approval",
)
_RULES = ("deletion", "non_fast_forward", "required_linear_history", "required_signatures")
_UNKNOWN = {
    "required_approving_review_count": m.APPROVALS,
    "enforce_admins": m.ADMINS_BOUND,
    "allows_force_pushes": m.FORCE_PUSH,
    "allows_deletions": m.DELETION,
    "contexts": m.CHECKS,
    "checks": m.CHECKS,
}


def policies(scan: Scan, module: Module, found: Findings) -> Iterator[Policy]:
    """Yield the policies of the GitHub resources in one folder."""
    for path, block in module.resources:
        kind = block.labels[0]
        if kind in ("github_branch_protection", "github_branch_protection_v3"):
            yield _protection(scan, module, path, block)
        elif kind in ("github_repository_ruleset", "github_organization_ruleset"):
            yield _ruleset(scan, module, path, block)


def _protection(scan: Scan, module: Module, path: str, block: Block) -> Policy:
    data = Map(block.line)
    for theirs, ours in _PROTECTION.items():
        _put(data, ours, literal(module.of(block, theirs)), block.line_of(theirs), theirs in block.attributes)
    for reviews in block.inner("required_pull_request_reviews")[:1]:
        body = Map(reviews.line)
        for name in _REVIEWS:
            _put(body, name, literal(module.of(reviews, name)), reviews.line_of(name), name in reviews.attributes)
        _put(data, "required_pull_request_reviews", body, reviews.line)
    for checks in block.inner("required_status_checks")[:1]:
        body = Map(checks.line)
        names = [*(texts(module.of(checks, "contexts")) or ()), *_without_app(texts(module.of(checks, "checks")) or ())]
        _put(body, "contexts", names, checks.line_of("contexts" if checks.get("contexts") is not None else "checks"))
        _put(
            body,
            "strict",
            literal(module.of(checks, "strict")),
            checks.line_of("strict"),
            "strict" in checks.attributes,
        )
        _put(data, "required_status_checks", body, checks.line)
    branches = _branches(module, block, "pattern" if block.labels[0] == "github_branch_protection" else "branch")
    return Policy(
        dialect="terraform-github",
        title="Terraform branch protection",
        path=path,
        line=block.line,
        name=".".join(block.labels),
        branches=branches or (),
        covers_default=_covers(scan, module, block, branches),
        properties=protection(data, block.line) | _expressions(module, block),
        bypass=_exempt(module, block),
        about=module.repository(block, "repository_id", "repository"),
    )


def _put(data: Map, key: str, value: Any, line: int, given: bool = True) -> None:
    if given and value is not None:
        data[key] = value
        data.lines[key] = line


def _without_app(names: tuple[str, ...]) -> list[str]:
    """Return check names without the number of the application that reports them."""
    return [name.rpartition(":")[0] if name.rpartition(":")[2].lstrip("-").isdecimal() else name for name in names]


def _expressions(module: Module, block: Block) -> dict[str, Property]:
    """Return the properties that are set by an expression nobody can follow from here."""
    found = {}
    inner = [block, *block.inner("required_pull_request_reviews"), *block.inner("required_status_checks")]
    for part in inner:
        for name, prop in _UNKNOWN.items():
            value = module.of(part, name)
            if isinstance(value, Expr) or (isinstance(value, list) and value and texts(value) is None):
                found[prop] = Property(None, part.line_of(name), "set by an expression")
    return found


def _branches(module: Module, block: Block, attribute: str) -> tuple[str, ...] | None:
    value = module.of(block, attribute)
    if isinstance(value, Expr) and value.text in ("each.key", "each.value"):
        return texts(module.of(block, "for_each"))
    return texts(value)


def _covers(scan: Scan, module: Module, block: Block, branches: tuple[str, ...] | None) -> bool | None:
    if branches:
        return covers(scan, branches)
    value = module.value(block.get("pattern") if block.get("pattern") is not None else block.get("branch"))
    if isinstance(value, Expr) and ("default_branch" in value.text or "github_branch_default" in value.text):
        return True
    return None


def _exempt(module: Module, block: Block) -> tuple[Bypass, ...]:
    found = []
    for reviews in block.inner("required_pull_request_reviews"):
        for name in _entries(module, reviews.get("pull_request_bypassers")):
            found.append(_who(name, reviews.line_of("pull_request_bypassers")))
        for allowed in reviews.inner("bypass_pull_request_allowances"):
            for group, person in (("users", True), ("teams", True), ("apps", False)):
                for name in _entries(module, allowed.get(group)):
                    found.append(
                        Bypass(
                            f"{group.removesuffix('s')} {name}", "always", person and not machine(name), allowed.line
                        )
                    )
    return tuple(found)


def _entries(module: Module, value: Any) -> list[str]:
    resolved = module.value(value)
    items = resolved if isinstance(resolved, list) else [] if resolved is None else [resolved]
    return [item.text if isinstance(item, Expr) else str(item) for item in items]


def _who(name: str, line: int) -> Bypass:
    application = "github_app" in name or "_app." in name or machine(name.split(".node_id")[0])
    return Bypass(name, "always", not application, line)


def _ruleset(scan: Scan, module: Module, path: str, block: Block) -> Policy:
    data = Map(block.line)
    for name in ("name", "target", "enforcement"):
        _put(data, name, literal(module.of(block, name)), block.line_of(name))
    ref_name = _ref_name(module, block)
    _put(data, "conditions", {"ref_name": ref_name}, block.line_of("conditions"))
    actors = Seq(block.line_of("bypass_actors"))
    for actor in block.inner("bypass_actors"):
        actors.append({key: literal(module.of(actor, key)) for key in ("actor_id", "actor_type", "bypass_mode")})
        actors.lines.append(actor.line)
    _put(data, "bypass_actors", actors, actors.line)
    rules = Seq(block.line_of("rules"))
    for body in block.inner("rules")[:1]:
        _rules(module, body, rules)
    _put(data, "rules", rules, rules.line)
    title = "Terraform organisation ruleset" if "organization" in block.labels[0] else "Terraform ruleset"
    policy = ruleset(scan, path, data, dialect="terraform-github", title=title)
    unknown = any(ref_name[key] is None for key in ("include", "exclude"))
    if block.get("enforcement") is None or literal(module.of(block, "enforcement")) is None:
        policy = policy.but(notes=(*policy.notes, "its enforcement is set by an expression"), covers_default=None)
    return policy.but(
        name=".".join(block.labels),
        covers_default=None if unknown else policy.covers_default,
        properties={**policy.properties, **_rule_expressions(module, block)},
        about=_about(scan, module, block),
    )


def _ref_name(module: Module, block: Block) -> dict[str, Any]:
    for conditions in block.inner("conditions"):
        for ref_name in conditions.inner("ref_name"):
            return {key: _names(module.of(ref_name, key)) for key in ("include", "exclude")}
    return {"include": [], "exclude": []}


def _names(value: Any) -> list[str] | None:
    found = texts(value)
    return None if found is None else list(found)


def _rules(module: Module, body: Block, rules: Seq) -> None:
    def add(kind: str, parameters: Map, line: int) -> None:
        rules.append({"type": kind, "parameters": parameters})
        rules.lines.append(line)

    for name in _RULES:
        if literal(module.of(body, name)) is True:
            add(name, Map(body.line_of(name)), body.line_of(name))
    for request in body.inner("pull_request"):
        parameters = Map(request.line)
        for name in request.attributes:
            _put(parameters, name, literal(module.of(request, name)), request.line_of(name))
        add("pull_request", parameters, request.line)
    for checks in body.inner("required_status_checks"):
        parameters = Map(checks.line)
        named = [{"context": module.of(check, "context")} for check in checks.inner("required_check")]
        _put(parameters, "required_status_checks", [n for n in named if isinstance(n["context"], str)], checks.line)
        strict = literal(module.of(checks, "strict_required_status_checks_policy"))
        _put(parameters, "strict_required_status_checks_policy", strict, checks.line)
        add("required_status_checks", parameters, checks.line)
    for workflows in body.inner("required_workflows"):
        parameters = Map(workflows.line)
        named = [{"path": module.of(w, "path")} for w in workflows.inner("required_workflow")]
        _put(parameters, "workflows", [n for n in named if isinstance(n["path"], str)], workflows.line)
        add("workflows", parameters, workflows.line)
    for queue in body.inner("merge_queue"):
        add("merge_queue", Map(queue.line), queue.line)


def _rule_expressions(module: Module, block: Block) -> dict[str, Property]:
    found = {}
    for body in block.inner("rules"):
        for name, prop in (("deletion", m.DELETION), ("non_fast_forward", m.FORCE_PUSH)):
            if isinstance(module.of(body, name), Expr):
                found[prop] = Property(None, body.line_of(name), "set by an expression")
        for request in body.inner("pull_request"):
            if isinstance(module.of(request, "required_approving_review_count"), Expr):
                line = request.line_of("required_approving_review_count")
                found[m.APPROVALS] = Property(None, line, "set by an expression")
        for checks in body.inner("required_status_checks"):
            named = [module.of(check, "context") for check in checks.inner("required_check")]
            if named and not any(isinstance(name, str) for name in named):
                found[m.CHECKS] = Property(None, checks.line, "set by an expression")
    return found


def _about(scan: Scan, module: Module, block: Block) -> str:
    """Return which repository a ruleset is for; one of an organisation may name patterns."""
    if block.labels[0] == "github_repository_ruleset":
        return module.repository(block, "repository")
    for conditions in block.inner("conditions"):
        for names in conditions.inner("repository_name"):
            include = texts(module.of(names, "include"))
            if include and "~ALL" in include:
                return ""
            if include and scan.repo.name in include:
                return ""
            return "?" if include is None or any("*" in name for name in include) else include[0] if include else "?"
    return "?"
