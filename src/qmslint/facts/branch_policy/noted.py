"""Things that speak of branch policy and cannot be read as one: programs, scripts, local hooks."""

from __future__ import annotations

import posixpath
import re

from qmslint.facts.base import Scan
from qmslint.facts.branch_policy.model import Findings
from qmslint.facts.sources import evidence_paths
from qmslint.quick import regex

_JSONNET = ("/otterdog/**/*.jsonnet", "/.otterdog/**/*.jsonnet")
_PROGRAMS = ("**/Pulumi.yaml", "**/cdktf.json")
_SOURCES = "**/*.{ts,js,py,go,cs,java,yaml,yml}"
_SCRIPTS = (
    "**/*branch*protect*.{sh,ps1,py,js,ts,mjs}",
    "**/*protect*branch*.{sh,ps1,py,js,ts,mjs}",
    "**/*ruleset*.{sh,ps1,py}",
)
_HOOKS = ("/.pre-commit-config.yaml", "/lefthook.yml", "/.lefthook.yml", "/.husky/pre-push")
_WORDS = regex(r"BranchProtection|RepositoryRuleset|branch_protection|newBranchProtectionRule|newRepoRuleset")
_CALL = regex(r"/protection\b|/rulesets\b|branch_protection|updateBranchProtection")
_LIMIT = 100


def read(scan: Scan, found: Findings) -> None:
    """Note them, so that a report can say what it saw and why it does not settle the matter."""
    for path in evidence_paths(scan, _JSONNET):
        if line := _line(scan, path, _WORDS):
            found.note(path, line, "branch rules in jsonnet; their values exist only when it is evaluated", True)
    for marker in evidence_paths(scan, _PROGRAMS):
        _program(scan, posixpath.dirname(marker), found)
    for path in evidence_paths(scan, _SCRIPTS)[:_LIMIT]:
        if line := _line(scan, path, _CALL):
            found.note(path, line, "a script that sets branch protection; that it ran cannot be seen")
    for path in evidence_paths(scan, _HOOKS):
        if line := _line(scan, path, re.compile(r"no-commit-to-branch|protected.?branch", re.I)):
            found.note(path, line, "a local hook, which everybody can skip")


def _program(scan: Scan, folder: str, found: Findings) -> None:
    prefix = f"/{folder}/" if folder else "/"
    for path in evidence_paths(scan, (prefix + _SOURCES,))[:_LIMIT]:
        if line := _line(scan, path, _WORDS):
            found.note(path, line, "branch rules in a program; their values exist only when it runs", True)


def _line(scan: Scan, path: str, pattern: re.Pattern[str]) -> int:
    text = scan.text(path) or ""
    match = pattern.search(text)
    return text.count("\n", 0, match.start()) + 1 if match else 0
