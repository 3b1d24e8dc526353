"""Deployment environments that a person has to let a deployment into, as settings in the tree state them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from qmslint.facts.base import Scan, fact
from qmslint.facts.branch_policy.hcl import Block, Expr, HclError, parse
from qmslint.facts.branch_policy.reading import (
    Unreadable,
    line_at,
    listing,
    mapping,
    number,
    own_line,
    read_json,
    read_yaml,
)
from qmslint.facts.sources import evidence_paths
from qmslint.quick import dataclass, regex

_SETTINGS = ("/.github/settings.{yml,yaml}", "/.github/repos/*.{yml,yaml}", "/.github/suborgs/*.{yml,yaml}")
_TERRAFORM = ("**/*.tf", "**/*.tofu")
_EXPORTS = ("/.qms/evidence/**/*.json",)
_WORTH_READING = regex(
    r"github_repository_environment|gitlab_project_protected_environment|azuredevops_(?:check_approval|environment)"
)
_TARGET = regex(r"azuredevops_environment\.([\w-]{1,80})")
_LIMIT = 2000


@dataclass(frozen=True, slots=True)
class Gatekeeper:
    """An environment and how many have to agree, or may.

    Parameters
    ----------
    environment : str
        Its name in lower case; empty where an expression decides it.
    reviewers : int
        How many people or groups are named; 0 for an environment that is declared without any.
    how : str
        ``settings``, ``terraform`` or ``export``.
    """

    environment: str
    reviewers: int
    how: str
    path: str
    line: int


@fact
def gatekeepers(scan: Scan) -> tuple[Gatekeeper, ...]:
    """Return every environment that settings as code or an export describe, in the order of their places."""
    found = [*_settings(scan), *_terraform(scan), *_exports(scan)]
    return tuple(sorted(found, key=lambda g: (g.path, g.line, g.environment)))


def _settings(scan: Scan) -> Iterator[Gatekeeper]:
    for path in evidence_paths(scan, _SETTINGS):
        try:
            items = mapping(read_yaml(scan, path)).get("environments")
        except Unreadable:
            continue
        yield from _github(items, "settings", path)


def _github(items: Any, how: str, path: str) -> Iterator[Gatekeeper]:
    for index, item in enumerate(listing(items)):
        entry = mapping(item)
        rules = [mapping(rule) for rule in listing(entry.get("protection_rules"))]
        reviewers = len(listing(entry.get("reviewers")))
        reviewers += sum(len(listing(rule.get("reviewers"))) for rule in rules)
        if isinstance(entry.get("name"), str):
            yield Gatekeeper(entry["name"].lower(), reviewers, how, path, own_line(entry, line_at(items, index, 1)))


def _terraform(scan: Scan) -> Iterator[Gatekeeper]:
    blocks = list(_resources(scan))
    # An Azure check points at the environment, which has its name in a block of its own, perhaps in another file.
    named = {
        block.labels[1]: str(block.get("name")).lower()
        for _, block in blocks
        if block.labels[0] == "azuredevops_environment" and isinstance(block.get("name"), str)
    }
    for path, block in blocks:
        reviewers = _asked(block)
        if reviewers is not None:
            yield Gatekeeper(_name(block, named), reviewers, "terraform", path, block.line)


def _resources(scan: Scan) -> Iterator[tuple[str, Block]]:
    for path in evidence_paths(scan, _TERRAFORM)[:_LIMIT]:
        text = scan.text(path) or ""
        if not _WORTH_READING.search(text):
            continue
        try:
            root = parse(text)
        except HclError as error:
            scan.problem(path, "PARSE_ERROR", f"it is not valid Terraform: {error}")
            continue
        for block in root.blocks:
            if block.kind in ("resource", "data") and len(block.labels) == 2 and block.get("count") != 0:
                yield path, block


def _name(block: Block, named: Mapping[str, str]) -> str:
    value = block.get("environment")
    if isinstance(value, str):
        return value.lower()
    target = block.get("target_resource_id")
    match = _TARGET.search(target.text) if isinstance(target, Expr) else None
    return named.get(match[1], "") if match else ""


def _asked(block: Block) -> int | None:
    if block.labels[0] == "github_repository_environment":
        return sum(_many(inner.get(key)) for inner in block.inner("reviewers") for key in ("users", "teams"))
    if block.labels[0] == "gitlab_project_protected_environment":
        rules = block.inner("approval_rules")
        stated = number(block.get("required_approval_count")) or 0
        return max(stated, len(rules), _many(block.get("approval_rules")), len(block.inner("deploy_access_levels")))
    if block.kind == "resource" and block.labels[0] == "azuredevops_check_approval":
        return _many(block.get("approvers"))
    return None


def _many(value: Any) -> int:
    """Count a list; an expression names somebody, nobody here knows how many."""
    if isinstance(value, Expr):
        return 1
    return len(value) if isinstance(value, list) else 0


def _exports(scan: Scan) -> Iterator[Gatekeeper]:
    for path in scan.glob(*_EXPORTS):
        try:
            data = read_json(scan, path)
        except Unreadable:
            continue
        body = data["data"] if isinstance(data, dict) and "data" in data else data
        entry = mapping(body)
        if "environments" in entry:
            yield from _github(entry["environments"], "export", path)
        elif "protection_rules" in entry:
            yield from _github([entry], "export", path)
        elif isinstance(entry.get("value"), list):
            yield from _azure(entry["value"], path)
        else:
            yield from _gitlab(body, path)


def _gitlab(body: Any, path: str) -> Iterator[Gatekeeper]:
    for index, item in enumerate(listing(body)):
        entry = mapping(item)
        if isinstance(entry.get("name"), str) and "deploy_access_levels" in entry:
            levels = len(listing(entry["deploy_access_levels"])) + len(listing(entry.get("approval_rules")))
            yield Gatekeeper(entry["name"].lower(), levels, "export", path, own_line(entry, line_at(body, index, 1)))


def _azure(items: Any, path: str) -> Iterator[Gatekeeper]:
    """Read the approval checks of environments, and the approvals that were given for them."""
    for index, item in enumerate(listing(items)):
        entry = mapping(item)
        resource = mapping(entry.get("resource"))
        if resource.get("type") != "environment" or not isinstance(resource.get("name"), str):
            continue
        check = str(mapping(entry.get("type")).get("name")).lower() == "approval"
        asked = len(listing(mapping(entry.get("settings")).get("approvers"))) if check else _given(entry)
        if check or asked:
            line = own_line(entry, line_at(items, index, 1))
            yield Gatekeeper(resource["name"].lower(), asked, "export", path, line)


def _given(entry: Mapping[str, Any]) -> int:
    """Count the people who approved one run."""
    steps = [mapping(step) for step in listing(entry.get("steps"))]
    people = {
        str(mapping(step.get("actualApprover")).get("uniqueName") or mapping(step.get("actualApprover")).get("id"))
        for step in steps
        if step.get("status") == "approved" and step.get("actualApprover")
    }
    return len(people)
