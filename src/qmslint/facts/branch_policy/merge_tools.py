"""Merge tools beside the platform: Mergify, bors, Kodiak, Prow's tide with its branch protection, Zuul's gate."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from qmslint.facts.base import Scan
from qmslint.facts.branch_policy import model as m
from qmslint.facts.branch_policy.github_protection import protection
from qmslint.facts.branch_policy.model import Findings, Policy, Property
from qmslint.facts.branch_policy.reading import (
    Unreadable,
    line_at,
    line_in,
    listing,
    mapping,
    number,
    own_line,
    parse_documents,
    read_toml,
    read_yaml,
    text_of,
    truth,
    words,
)
from qmslint.facts.branch_policy.refs import covers
from qmslint.facts.sources import evidence_paths
from qmslint.quick import regex

_MERGIFY = ("/.mergify.{yml,yaml}", "/.mergify/config.{yml,yaml}", "/.github/mergify.{yml,yaml}")
_KODIAK = ("/.kodiak.toml", "/.github/.kodiak.toml")
_BORS = ("/bors.toml", "/.github/bors.toml")
_PROW = (
    "/config.yaml",
    "/config.yml",
    "**/prow/**/*config*.{yml,yaml}",
    "**/config/prow/**/*.{yml,yaml}",
    "**/_prowconfig.yaml",
)
_ZUUL = ("/.zuul.{yml,yaml}", "/zuul.{yml,yaml}", "/zuul.d/**/*.{yml,yaml}", "/.zuul.d/**/*.{yml,yaml}")
_APPROVALS = regex(r"\A#\s*approved-reviews-by\s*(>=|>|=)\s*(\d{1,3})\Z")
_CHECK = regex(r"\A(?:check-success|status-success|check-success-or-neutral)\s*=\s*(.{1,200})\Z")
_BASE = regex(r"\Abase\s*=\s*(\S{1,200})\Z")
_NOT_BASE = regex(r"\A(?:-\s*base\s*=|base\s*!=)\s*(\S{1,200})\Z")
_FOR_SOME = regex(r"\A(?:author|label|head|files|title)\s*(?:=|~=)|\Aauthor\b")
_MACHINES = regex(r"bot|renovate|dependabot|automat", re.I)


def read(scan: Scan, found: Findings) -> None:
    """Read the configuration of every such tool."""
    for path in evidence_paths(scan, _MERGIFY):
        _mergify(scan, path, found)
    for path in evidence_paths(scan, _BORS):
        _bors(scan, path, found)
    for path in evidence_paths(scan, _KODIAK):
        found.note(path, 1, "Kodiak merges what branch protection lets through; it protects nothing by itself")
    for path in evidence_paths(scan, _PROW):
        _prow(scan, path, found)
    _zuul(scan, evidence_paths(scan, _ZUUL), found)


def _mergify(scan: Scan, path: str, found: Findings) -> None:
    try:
        data = mapping(read_yaml(scan, path))
    except Unreadable:
        return
    policies = [policy for policy in _mergify_rules(scan, path, data) if policy]
    # Where several rules merge, a change needs to satisfy only the weakest of those for its branch.
    weakest = sorted(policies, key=lambda policy: (not policy.covers_default, _approvals(policy)))
    if weakest:
        found.add(weakest[:1])
    else:
        found.note(path, 1, "Mergify is not asked for approvals or checks of changes that people make")


def _approvals(policy: Policy) -> int:
    said = policy.says(m.APPROVALS)
    return said.value if said and isinstance(said.value, int) else -1


def _mergify_rules(scan: Scan, path: str, data: Any) -> Iterator[Policy | None]:
    for key in ("pull_request_rules", "queue_rules", "merge_protections"):
        items = data.get(key)
        for index, item in enumerate(listing(items)):
            entry = mapping(item)
            line = own_line(entry, line_at(items, index))
            actions = mapping(entry.get("actions"))
            if key == "pull_request_rules" and not {"merge", "queue"} & actions.keys():
                continue
            yield _mergify_rule(scan, path, key, entry, line)


def _mergify_rule(scan: Scan, path: str, key: str, entry: Any, line: int) -> Policy | None:
    conditions: list[tuple[str, int]] = []
    for name in ("conditions", "queue_conditions", "merge_conditions", "success_conditions", "if"):
        conditions += _flat(entry.get(name), line)
    if any(_MACHINES.search(text) and _FOR_SOME.match(text) for text, _ in conditions):
        return None
    properties: dict[str, Property] = {}
    checks: list[str] = []
    branches: tuple[str, ...] = ()
    besides: tuple[str, ...] = ()
    at = line
    for text, here in conditions:
        if match := _APPROVALS.match(text):
            count = int(match[2]) + (match[1] == ">")
            properties[m.APPROVALS] = Property(count, here, text)
        elif text.replace(" ", "") == "branch-protection-review-decision=APPROVED":
            properties.setdefault(m.APPROVALS, Property(1, here, text))
        elif match := _CHECK.match(text):
            checks.append(match[1].strip("'\" "))
            at = here if len(checks) == 1 else at
        elif match := _BASE.match(text):
            branches += (match[1],)
        elif match := _NOT_BASE.match(text):
            besides += (match[1],)
    if checks:
        properties[m.CHECKS] = Property(tuple(checks), at)
    if not properties:
        return None
    return Policy(
        dialect="mergify",
        title="Mergify merge protection" if key == "merge_protections" else "Mergify rule",
        path=path,
        line=line,
        name=str(entry.get("name") or ""),
        branches=branches,
        covers_default=covers(scan, branches) if branches else not (besides and covers(scan, besides)),
        properties=properties,
        gatekeeper=True,
    )


def _flat(conditions: Any, line: int, depth: int = 0) -> list[tuple[str, int]]:
    """Return conditions that all hold; alternatives (``or``) promise nothing and are left out."""
    found = []
    for index, item in enumerate(listing(conditions)):
        here = line_at(conditions, index, line)
        if isinstance(item, str):
            found.append((item.strip(), here))
        elif isinstance(item, dict) and depth < 5:
            found += _flat(item.get("and"), here, depth + 1)
    return found


def _bors(scan: Scan, path: str, found: Findings) -> None:
    try:
        data = read_toml(scan, path)
    except Unreadable:
        return
    text = scan.text(path) or ""
    properties = {m.CHECKS: Property(words(data.get("status")), line_in(text, "status"), "")}
    if (count := number(data.get("required_approvals"))) is not None:
        properties[m.APPROVALS] = Property(count, line_in(text, "required_approvals"))
    properties[m.MERGE_QUEUE] = Property(True, 1)
    found.add([Policy("bors", "bors", path, 1, properties=properties, gatekeeper=True)])


def _prow(scan: Scan, path: str, found: Findings) -> None:
    try:
        text = text_of(scan, path)
        if "branch-protection:" not in text and "tide:" not in text:
            return
        data = mapping(read_yaml(scan, path))
    except Unreadable:
        return
    reviewed = _tide(data)
    tree = mapping(data.get("branch-protection"))
    policies = list(_prow_levels(scan, path, tree, reviewed, line_at(data, "branch-protection", 1)))
    found.add(policies)
    if not policies:
        found.note(path, 1, "Prow's configuration names no protected branch of this repository")


def _tide(data: Any) -> dict[str, Property]:
    """Return for each organisation or repository the approval that tide asks for by label."""
    queries = mapping(data.get("tide")).get("queries")
    found: dict[str, Property] = {}
    for query in listing(queries):
        entry = mapping(query)
        labels = words(entry.get("labels"))
        count = 1 if {"lgtm", "approved"} & set(labels) else 0
        line = line_at(entry, "labels", own_line(entry))
        for name in (*words(entry.get("orgs")), *words(entry.get("repos"))):
            found[name] = Property(count, line, f"tide asks for the labels {', '.join(labels) or 'none'}")
    return found


_INHERITED = (
    "protect", "required_status_checks", "required_pull_request_reviews", "enforce_admins", "allow_force_pushes",
    "allow_deletions", "required_linear_history", "restrictions",
)  # fmt: skip


def _prow_levels(scan: Scan, path: str, tree: Any, reviewed: dict[str, Property], line: int) -> Iterator[Policy]:
    top = {key: tree[key] for key in _INHERITED if key in tree}
    for org, body in mapping(tree.get("orgs")).items():
        level = {**top, **{k: v for k, v in mapping(body).items() if k in _INHERITED}}
        repos = mapping(mapping(body).get("repos"))
        named = repos.get(scan.repo.name)
        others = [] if named is not None else list(repos.items())
        chosen = [(scan.repo.name, named)] if named is not None else others
        for name, repo in chosen or [("", {})]:
            inner = {**level, **{k: v for k, v in mapping(repo).items() if k in _INHERITED}}
            about = "" if name in ("", scan.repo.name) or len(repos) == 1 else str(name)
            where = line_at(repos, name, line_at(mapping(tree.get("orgs")), org, line))
            tide = reviewed.get(f"{org}/{name}") or reviewed.get(str(org))
            yield from _prow_branches(scan, path, inner, mapping(repo), where, tide, about)


def _prow_branches(
    scan: Scan, path: str, level: Any, repo: Any, line: int, tide: Property | None, about: str
) -> Iterator[Policy]:
    branches = mapping(repo.get("branches"))
    if not branches and not truth(level.get("protect")):
        return
    for name, body in branches.items() or [("", {})]:
        settings = {**level, **{k: v for k, v in mapping(body).items() if k in _INHERITED}}
        here = line_at(branches, name, line)
        properties = protection(settings, here)
        if tide and not properties[m.APPROVALS].value:
            properties[m.APPROVALS] = tide
        for key, prop in (("required_status_checks", m.CHECKS), ("enforce_admins", m.ADMINS_BOUND)):
            # Tide waits for every job that is not optional, whether or not protection names it.
            if key not in settings and tide and prop == m.CHECKS:
                properties[prop] = Property(("all required jobs of Prow",), tide.line, "tide waits for them")
        protected = truth(settings.get("protect")) is not False
        yield Policy(
            dialect="prow",
            title="Prow branch protection",
            path=path,
            line=here,
            name=str(name),
            branches=(str(name),) if name else (),
            covers_default=covers(scan, (str(name),)) if name else True,
            enforcement="active" if protected else "disabled",
            enforcement_line=here,
            properties=properties,
            about=about,
        )


def _zuul(scan: Scan, paths: tuple[str, ...], found: Findings) -> None:
    for path in paths:
        try:
            text = text_of(scan, path)
        except Unreadable:
            continue
        for document in parse_documents(scan, path, text):
            for index, item in enumerate(listing(document)):
                entry = mapping(mapping(item).get("project"))
                gate = mapping(entry.get("gate"))
                jobs = tuple(_zuul_jobs(gate.get("jobs")))
                # Templates bring their own gate jobs from a shared repository.
                templates = words(entry.get("templates"))
                if not gate and not templates:
                    continue
                line = line_at(entry, "gate", line_at(document, index))
                properties = {m.MERGE_QUEUE: Property(True, line)}
                if jobs:
                    properties[m.CHECKS] = Property(jobs, line_at(gate, "jobs", line), "only the gate merges")
                found.add([Policy("zuul", "Zuul gate", path, line, properties=properties, gatekeeper=True)])


def _zuul_jobs(jobs: Any) -> Iterator[str]:
    for item in listing(jobs):
        if isinstance(item, str):
            yield item
        for name, variant in mapping(item).items():
            if truth(mapping(variant).get("voting")) is not False:
                yield str(name)
