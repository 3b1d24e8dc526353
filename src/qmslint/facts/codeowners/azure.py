"""Azure Repos has no ownership file: policies name reviewers for paths, as Terraform or in a dated export."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from qmslint.facts.base import Scan
from qmslint.facts.branch_policy.hcl import Block, Expr, HclError, parse
from qmslint.facts.branch_policy.reading import Unreadable, line_at, listing, mapping, own_line, read_json
from qmslint.facts.codeowners.match import MAX_PATTERN, Paths
from qmslint.facts.codeowners.model import Mistake, OwnerRule, Ownership
from qmslint.facts.sources import evidence_paths
from qmslint.quick import regex

_TERRAFORM = ("**/*.tf", "**/*.tofu")
_EXPORTS = ("/.qms/evidence/**/*.json",)
_RESOURCE = "azuredevops_branch_policy_auto_reviewers"
_POLICY = "fd2167ab-b0be-447a-8ec8-39368250530e"
_REFERENCE = regex(r"(?:data\.)?azuredevops_\w{1,60}\.([\w-]{1,80})")
_FILES = 2000
_RULES = 1000
_WORK = 3_000_000


def read(scan: Scan) -> Ownership | None:
    """Return who is asked for which paths, ``None`` when no policy says so; policies that are off do not count."""
    rules = [*_terraform(scan), *_exports(scan)][:_RULES]
    if not rules:
        return None
    paths = Paths(scan.snapshot.paths)
    everything: dict[str, list[OwnerRule]] = {}
    dead, broken, work = [], [], 0
    for rule in rules:
        found = _matched(paths, rule.pattern)
        if found is None:
            broken.append(Mistake(rule.path, rule.line, f"{rule.pattern[:80]}: not a usable path filter"))
            continue
        work += len(found)
        if work > _WORK:
            scan.problem(rule.path, "LIMIT", "there are too many rules over too many files to resolve them all")
            break
        if not found:
            dead.append(rule)
        for path in found:
            everything.setdefault(path, []).append(rule)
    # Reviewers that have to agree come before those that are only asked.
    owned = {path: tuple(sorted(items, key=lambda rule: rule.optional)) for path, items in everything.items()}
    files = tuple(dict.fromkeys(rule.path for rule in rules))
    return Ownership("azure", files, tuple(rules), tuple(broken), (), owned, tuple(dead))


def _matched(paths: Paths, pattern: str) -> list[str] | None:
    """Return the paths of a filter: ``*`` reaches over slashes, ``!/…`` takes out of what stands before it."""
    kept: set[str] = set()
    for part in pattern.split(";"):
        one = part.strip()
        bare = one.removeprefix("!")
        if not bare or len(bare) > MAX_PATTERN:
            return None
        head = "" if bare.startswith("/") else "(?:.*/)?"
        body = re.escape(bare.lstrip("/")).replace(r"\*", ".*").replace(r"\?", ".")
        found = paths.search(f"(?i){head}{body}")
        kept = kept - set(found) if one.startswith("!") else kept | set(found)
    return [path for path in paths.sorted if path in kept]


def _terraform(scan: Scan) -> Iterator[OwnerRule]:
    for path in evidence_paths(scan, _TERRAFORM)[:_FILES]:
        text = scan.text(path) or ""
        if _RESOURCE not in text:
            continue
        try:
            root = parse(text)
        except HclError as error:
            scan.problem(path, "PARSE_ERROR", f"it is not valid Terraform: {error}")
            continue
        for block in root.blocks:
            if block.kind == "resource" and block.labels[:1] == (_RESOURCE,) and block.get("enabled") is not False:
                yield from _block(block, path)


def _block(block: Block, path: str) -> Iterator[OwnerRule]:
    for settings in block.inner("settings")[:1]:
        owners = tuple(_owner(item) for item in _items(settings.get("auto_reviewer_ids")))
        filters = [item for item in _items(settings.get("path_filters")) if isinstance(item, str)]
        yield from _rules(path, settings.line_of("path_filters"), filters, owners, block.get("blocking") is False)


def _items(value: Any) -> Sequence[Any]:
    if isinstance(value, Expr):
        # A list of references is no literal: each of them is one reviewer.
        return [Expr(match[0]) for match in _REFERENCE.finditer(value.text[:5000])] or [value]
    return value if isinstance(value, list) else []


def _owner(item: Any) -> str:
    text = item.text if isinstance(item, Expr) else str(item)
    match = _REFERENCE.search(text)
    return f"@azure/{match[1] if match else text[:60]}"


def _exports(scan: Scan) -> Iterator[OwnerRule]:
    for path in scan.glob(*_EXPORTS):
        try:
            data = read_json(scan, path)
        except Unreadable:
            continue
        body = data["data"] if isinstance(data, dict) and "data" in data else data
        entries = mapping(body).get("value", body)
        for index, item in enumerate(listing(entries)):
            entry = mapping(item)
            kind = mapping(entry.get("type"))
            named = str(kind.get("id")) == _POLICY or str(kind.get("displayName")).lower() == "required reviewers"
            if not named or entry.get("isEnabled") is False or entry.get("isDeleted") is True:
                continue
            settings = mapping(entry.get("settings"))
            owners = tuple(_owner(who) for who in listing(settings.get("requiredReviewerIds")))
            filters = [str(item) for item in listing(settings.get("filenamePatterns"))]
            line = own_line(entry, line_at(entries, index, 1))
            yield from _rules(path, line, filters, owners, entry.get("isBlocking") is False)


def _rules(
    path: str, line: int, filters: Sequence[str], owners: tuple[str, ...], optional: bool
) -> Iterator[OwnerRule]:
    if not owners:
        return
    out = [item for item in filters if item.startswith("!")]
    inside = [item for item in filters if not item.startswith("!")] or ["*"]
    for item in inside:
        # What is taken out is taken out of every filter of the policy.
        yield OwnerRule(path, line, ";".join([item, *out]), owners, optional=optional)
