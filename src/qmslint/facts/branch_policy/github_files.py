"""JSON files of rulesets and branch protections that are kept beside the code."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import Any

from qmslint.facts.base import Scan
from qmslint.facts.branch_policy.github_protection import exempt, looks_like_protection, protection
from qmslint.facts.branch_policy.github_rulesets import looks_like_ruleset, ruleset
from qmslint.facts.branch_policy.model import Findings, Policy
from qmslint.facts.branch_policy.reading import Unreadable, line_in, own_line, parse_json, parse_yaml, text_of
from qmslint.facts.branch_policy.refs import covers
from qmslint.facts.sources import evidence_paths
from qmslint.quick import regex

GLOBS = (
    "**/.github/rulesets/**/*.{json,yml,yaml}",
    "**/rulesets/**/*.{json,yml,yaml}",
    "**/*ruleset*.{json,yml,yaml}",
    "**/*branch*protection*.{json,yml,yaml}",
    "**/branch*protection*/**/*.{json,yml,yaml}",
)
_LIMIT = 200
_OURS = ('"enforcement"', "enforcement:", "ref_name", "required_status_checks", "required_pull_request_reviews")
_BRANCH_URL = regex(r"/branches/([^/\s]{1,200})/protection")
_BRANCH_NAME = regex(r"(?:^|[-_./])(main|master|trunk|develop|default)(?:[-_.]|$)", re.I)


def read(scan: Scan, found: Findings) -> None:
    """Read every such file of the repository."""
    paths = [p for p in evidence_paths(scan, GLOBS) if not p.startswith((".github/workflows/", ".qms/"))]
    for path in paths[:_LIMIT]:
        try:
            text = text_of(scan, path)
            # Other tools keep "rulesets" too; a file without any of our words is none of ours.
            if not path.startswith(".github/rulesets/") and not any(word in text for word in _OURS):
                continue
            data = parse_json(scan, path, text) if path.endswith(".json") else parse_yaml(scan, path, text)
        except Unreadable:
            continue
        policies = list(policies_in(scan, path, data, text))
        found.add(policies)
        if not policies and path.startswith(".github/rulesets/"):
            found.note(path, 1, "this file holds no ruleset that can be recognised")
    if len(paths) > _LIMIT:
        scan.problem(paths[_LIMIT], "LIMIT", f"only the first {_LIMIT} files of rulesets were read")


def policies_in(scan: Scan, path: str, data: Any, text: str = "") -> Iterator[Policy]:
    """Yield the policies that the content of a file holds: one, a list, or a list under ``rulesets``."""
    if isinstance(data, dict) and isinstance(data.get("rulesets"), list):
        data = data["rulesets"]
    for item in data if isinstance(data, list) else [data]:
        if looks_like_ruleset(item):
            yield ruleset(scan, path, item)
        elif isinstance(item, dict) and looks_like_protection(item.get("protection")):
            yield _classic(scan, path, item["protection"], str(item.get("name") or item.get("branch") or ""), text)
        elif looks_like_protection(item):
            yield _classic(scan, path, item, str(item.get("branch") or item.get("pattern") or ""), text)


def _classic(scan: Scan, path: str, data: Any, branch: str, text: str) -> Policy:
    """Return a branch protection; the answer of the API names its branch only in its own address."""
    line = own_line(data, 1)
    notes = []
    if not branch:
        address = _BRANCH_URL.search(str(data.get("url") or "")) or _BRANCH_URL.search(text[:20_000])
        named = _BRANCH_NAME.search(posixpath.basename(path).rsplit(".", 1)[0])
        branch = address[1] if address else named[1] if named else ""
    if branch.lower() == "default":
        branch = "~DEFAULT_BRANCH"
    if not branch:
        notes.append("the file does not say for which branch; it is taken to be the default one")
    return Policy(
        dialect="github-protection",
        title="GitHub branch protection",
        path=path,
        line=line or line_in(text, "required_status_checks"),
        name=branch,
        branches=(branch,) if branch else (),
        covers_default=covers(scan, (branch,)) if branch else True,
        properties=protection(data, line),
        bypass=exempt(data, line),
        notes=tuple(notes),
    )
