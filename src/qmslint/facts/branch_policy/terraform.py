"""Branch policy in Terraform or OpenTofu: find the resources, resolve plain variables, hand them to the platform."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from qmslint.facts.base import Scan
from qmslint.facts.branch_policy.hcl import Block, Expr, HclError, from_json, parse
from qmslint.facts.branch_policy.model import Findings, Policy
from qmslint.facts.branch_policy.reading import Unreadable, line_at, mapping, parse_json, text_of
from qmslint.facts.sources import evidence_paths
from qmslint.quick import regex

_GLOBS = ("**/*.tf", "**/*.tofu", "**/*.tf.json", "**/*.tofu.json")
_VALUES = ("**/*.tfvars", "**/*.auto.tfvars")
_LIMIT = 3000
RESOURCES = (
    "github_branch_protection",
    "github_branch_protection_v3",
    "github_repository_ruleset",
    "github_organization_ruleset",
    "gitlab_branch_protection",
    "gitlab_project_level_mr_approvals",
    "gitlab_project_approval_rule",
    "gitlab_project",
    "azuredevops_branch_policy_min_reviewers",
    "azuredevops_branch_policy_build_validation",
    "azuredevops_branch_policy_status_check",
    "azuredevops_branch_policy_comment_resolution",
    "azuredevops_branch_policy_auto_reviewers",
    "azuredevops_git_permissions",
    "bitbucket_branch_restriction",
)
_WORTH_READING = regex(
    r"github_branch_protection|github_repository_ruleset|github_organization_ruleset|gitlab_branch_protection"
    r"|gitlab_project_level_mr_approvals|gitlab_project_approval_rule|azuredevops_branch_policy_"
    r"|bitbucket_branch_restriction"
)
_REFERENCE = regex(r"(var|local)\.([A-Za-z_][\w-]*)\Z")
_RESOURCE = regex(r"(?:data\.)?[a-z]+_(?:repository|project|git_repository)\.([\w-]+)(?:\[[^\]]*\])?\.[\w.]+\Z")


@dataclass(slots=True)
class Module:
    """The files of one folder: what variables are and which resources there are."""

    folder: str
    values: dict[str, Any] = field(default_factory=dict)
    resources: list[tuple[str, Block]] = field(default_factory=list)
    names: dict[str, Any] = field(default_factory=dict)

    def value(self, value: Any, depth: int = 4) -> Any:
        """Return a value with plain references to variables replaced by what is known of them."""
        if isinstance(value, list):
            return [self.value(item, depth - 1) for item in value] if depth else value
        if isinstance(value, Expr) and depth:
            match = _REFERENCE.match(value.text)
            if match and f"{match[1]}.{match[2]}" in self.values:
                return self.value(self.values[f"{match[1]}.{match[2]}"], depth - 1)
        return value

    def of(self, block: Block, name: str) -> Any:
        """Return the resolved value of an attribute."""
        return self.value(block.get(name))

    def repository(self, block: Block, *attributes: str) -> str:
        """Return the name of the repository a resource is about, ``?`` when an expression decides."""
        stated = [self.of(block, name) for name in attributes if block.get(name) is not None]
        for value in stated:
            if isinstance(value, str):
                return value
            if isinstance(value, Expr):
                match = _RESOURCE.match(value.text)
                known = self.value(self.names.get(match[1])) if match else None
                if isinstance(known, str):
                    return known
                # A reference to something defined elsewhere is taken to be this repository's own.
                if match and match[1] not in self.names:
                    return ""
        return "?" if stated else ""


def read(scan: Scan, found: Findings) -> None:
    """Read every folder of definitions that speaks of branch policy."""
    from qmslint.facts.branch_policy import terraform_github, terraform_others

    readers: tuple[Callable[[Scan, Module, Findings], Iterable[Policy]], ...] = (
        terraform_github.policies,
        terraform_others.policies,
    )
    for module in _modules(scan):
        policies = [policy for reader in readers for policy in reader(scan, module, found)]
        found.add(_placed(scan, module, policies))


def _placed(scan: Scan, module: Module, policies: list[Policy]) -> list[Policy]:
    """Say which policies are for another repository: one folder often manages many."""
    named = {policy.about for policy in policies} - {"", "?"}
    reusable = "modules" in module.folder.split("/")
    placed = []
    for policy in policies:
        if policy.about in ("", "?"):
            about = "?" if policy.about == "?" or reusable else ""
            note = "which repository it is for is decided by a variable" if about else ""
        elif policy.about.rsplit("/", 1)[-1].lower() == scan.repo.name.lower():
            about = note = ""
        elif len(named) == 1:
            about, note = "", f"it is for the repository {policy.about}, taken to be this one"
        else:
            about, note = policy.about, ""
        placed.append(policy.but(about=about, notes=(*policy.notes, note) if note else policy.notes))
    return placed


def _modules(scan: Scan) -> list[Module]:
    paths = evidence_paths(scan, _GLOBS)
    if len(paths) > _LIMIT:
        scan.problem(paths[_LIMIT], "LIMIT", f"only the first {_LIMIT} Terraform files were read")
    texts: dict[str, str] = {path: text for path in paths[:_LIMIT] if (text := scan.text(path)) is not None}
    folders = {posixpath.dirname(path) for path, text in texts.items() if _WORTH_READING.search(text)}
    modules = {folder: Module(folder) for folder in sorted(folders)}
    for path, text in texts.items():
        module = modules.get(posixpath.dirname(path))
        if module:
            _take(scan, module, path, text)
    if modules:
        for path in evidence_paths(scan, _VALUES):
            module = modules.get(posixpath.dirname(path))
            if module:
                _take_values(module, scan.text(path) or "")
    return [module for module in modules.values() if module.resources]


def _take(scan: Scan, module: Module, path: str, text: str) -> None:
    try:
        if path.endswith(".json"):
            root = from_json(mapping(parse_json(scan, path, text_of(scan, path))), line_at)
        else:
            root = parse(text)
    except Unreadable:
        return
    except HclError as error:
        if _WORTH_READING.search(text):
            scan.problem(path, "PARSE_ERROR", f"it is not valid Terraform: {error}")
        return
    for block in root.blocks:
        if block.kind == "variable" and block.labels and "default" in block.attributes:
            module.values.setdefault(f"var.{block.labels[0]}", block.get("default"))
        elif block.kind == "locals":
            for name, (value, _) in block.attributes.items():
                module.values.setdefault(f"local.{name}", value)
        elif block.kind in ("resource", "data") and len(block.labels) == 2:
            if block.labels[0].endswith(("_repository", "_project")):
                module.names.setdefault(block.labels[1], block.get("name") or block.get("full_name"))
            if block.kind == "resource" and block.labels[0] in RESOURCES and block.get("count") != 0:
                module.resources.append((path, block))


def _take_values(module: Module, text: str) -> None:
    try:
        root = parse(text)
    except HclError:
        return
    for name, (value, _) in root.attributes.items():
        module.values[f"var.{name}"] = value


def literal(value: Any) -> Any:
    """Return a literal, ``None`` for an expression."""
    return None if isinstance(value, Expr) else value


def texts(value: Any) -> tuple[str, ...] | None:
    """Return a list of literal texts, ``None`` when an expression decides."""
    if value is None:
        return ()
    if isinstance(value, Expr):
        return None
    items = value if isinstance(value, list) else [value]
    names = tuple(str(item) for item in items if not isinstance(item, (Expr, list, dict)))
    return names if names or not items else None


Attributes = Mapping[str, tuple[Any, int]]
