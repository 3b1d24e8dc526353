"""Branch policy as code and dated exports of platform settings, in one normal form.

A reader per dialect turns files into :class:`Policy` objects; kinds ask :func:`branch_policies` and know no
dialect.  A file that is broken is noted with the scan, so that nobody calls its content absent.
"""

from __future__ import annotations

from dataclasses import replace

from qmslint.errors import Unassessable
from qmslint.facts.base import Scan, fact
from qmslint.facts.branch_policy import (
    exports,
    gerrit,
    github_files,
    gitlab,
    merge_tools,
    noted,
    settings_apps,
    terraform,
)
from qmslint.facts.branch_policy.model import APPROVALS, SELF_APPROVAL, BranchPolicies, Findings, Policy
from qmslint.facts.branch_policy.refs import default_branches

__all__ = ["branch_policies", "policy_in_force"]

_OWN = (
    "/.github/rulesets/**",
    "/.github/settings.{yml,yaml}",
    "/.asf.yaml",
    "/.qms/evidence/**/*.json",
    "/.mergify.{yml,yaml}",
    "/bors.toml",
    "**/.gitlab/security-policies/*",
)
READERS = (
    github_files.read,
    settings_apps.read,
    terraform.read,
    gitlab.read,
    merge_tools.read,
    gerrit.read,
    exports.read,
    noted.read,
)


@fact
def branch_policies(scan: Scan) -> BranchPolicies:
    """Return every policy that protects branches, and what only looks like one, in the order of their places."""
    found = Findings()
    before = set(scan.problems)
    for read in READERS:
        read(scan, found)
    # Another fact may have noted the same file before.
    ours = [p for p in scan.problems if p not in before] + [p for p in scan.glob(*_OWN) if p in before]
    unread = tuple((path, *scan.problems[path]) for path in sorted(ours))
    policies = sorted(_held_together(found.policies), key=lambda p: (p.path, p.line, p.name, p.branches))
    notes = sorted(set(found.notes), key=lambda n: (n.path, n.line, n.text))
    return BranchPolicies(tuple(policies), tuple(notes), default_branches(scan), unread)


def _held_together(found: list[Policy]) -> list[Policy]:
    """Add what Terraform grants against Azure's policies to an export of them: a permission holds against all of them."""
    ways = {
        replace(way, who=f"{way.who}, {policy.path}:{way.line}", line=0)
        for policy in found
        if policy.dialect == "terraform-azure"
        for way in policy.bypass
    }
    extra = tuple(sorted(ways, key=lambda way: way.who))
    return [p.but(bypass=(*p.bypass, *extra)) if p.dialect == "azure-policies" and extra else p for p in found]


@fact
def policy_in_force(scan: Scan) -> tuple[bool, int | None]:
    """Return whether a visible policy demands review on the default branch, and since when it is in the tree.

    The moment is that of the commit that brought the file in (seconds since 1970), ``None`` where it cannot
    be told: an export of settings says how things are, not since when.
    """
    demanding = [policy for policy in branch_policies(scan).about_branches() if _demands_review(policy)]
    if not demanding:
        return False, None
    moments = [moment for p in demanding if p.export is None and (moment := _came_in(scan, p.path)) is not None]
    return True, min(moments) if moments else None


def _demands_review(policy: Policy) -> bool:
    said, own = policy.says(APPROVALS), policy.says(SELF_APPROVAL)
    if own and own.value:
        # An approval that may be the author's own shows no second person.
        return False
    return bool(policy.enforcement == "active" and policy.covers_default and policy.about == "" and said and said.value)


def _came_in(scan: Scan, path: str) -> int | None:
    """Return when a file was first committed, ``None`` when the clone does not reach back so far."""
    if not scan.repo.commit or scan.repo.shallow:
        return None
    try:
        out = scan.repo.git.run("log", "--diff-filter=A", "--format=%ct", scan.repo.commit, "--", path)
    except Unassessable:
        return None
    lines = out.split()
    return int(lines[-1]) if lines else None
