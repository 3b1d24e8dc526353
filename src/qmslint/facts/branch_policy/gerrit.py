"""Gerrit's ``project.config``, where it is kept in the tree."""

from __future__ import annotations

import re
from collections.abc import Iterator

from qmslint.facts.base import Scan
from qmslint.facts.branch_policy import model as m
from qmslint.facts.branch_policy.model import Bypass, Findings, Policy, Property
from qmslint.facts.branch_policy.refs import covers
from qmslint.facts.sources import evidence_paths
from qmslint.quick import regex

_GLOBS = ("**/project.config",)
_SECTION = regex(r"\[\s*([\w-]+)(?:\s+\"([^\"]*)\")?\s*\]")
_ENTRY = regex(r"([\w-]+)\s*=\s*(.*)")
_LABEL = regex(r"(?<!-)label:\"?([\w-]+)=(?:MAX|\+\d)", re.I)
_BLOCKING = frozenset({"maxwithblock", "maxnoblock", "anywithblock"})
_MACHINES = regex(r"service users|non-interactive|bot|ci\b|zuul|jenkins|automation|release", re.I)


def read(scan: Scan, found: Findings) -> None:
    """Read every such file; other programs use the name too, so a Gerrit section must be there."""
    for path in evidence_paths(scan, _GLOBS):
        text = scan.text(path) or ""
        entries = list(_entries(text))
        if not any(section in ("access", "label", "submit-requirement") for section, *_ in entries):
            continue
        found.add([_policy(scan, path, entries)])


def _entries(text: str) -> Iterator[tuple[str, str, str, str, int]]:
    """Yield section, subsection, key, value and line."""
    section = subsection = ""
    for number, line in enumerate(text.splitlines(), 1):
        line = line.strip()
        if match := _SECTION.match(line):
            section, subsection = match[1].lower(), match[2] or ""
        elif line and line[0] not in "#;" and (match := _ENTRY.match(line)):
            yield section, subsection, match[1].lower(), match[2].strip(), number


def _policy(scan: Scan, path: str, entries: list[tuple[str, str, str, str, int]]) -> Policy:
    labels: dict[str, tuple[int, bool]] = {}
    excluded: set[str] = set()
    bypass: list[Bypass] = []
    rewrite: Property | None = None
    for section, name, key, value, line in entries:
        if section == "submit-requirement" and key == "submittableif":
            for match in _LABEL.finditer(value[:4000]):
                labels.setdefault(match[1].lower(), (line, False))
                if "non_uploader" in value or "non_author" in value:
                    excluded.add(match[1].lower())
        elif section == "label" and key == "function" and value.lower() in _BLOCKING:
            labels.setdefault(name.lower(), (line, False))
        elif section == "label" and key == "ignoreselfapproval" and value.lower() == "true":
            excluded.add(name.lower())
        elif section == "access" and key in ("push", "delete") and _grants(scan, name, value):
            who = value.split("group", 1)[1].strip()
            bypass.append(Bypass(f"group {who} (direct push)", "always", not _MACHINES.search(who), line))
            if value.startswith("+force") or key == "delete":
                rewrite = Property(True, line, f"{key} = {value}")
    first = entries[0][4] if entries else 1
    review = labels.get("code-review")
    properties = {
        m.APPROVALS: Property(
            1 if review else 0, review[0] if review else first, "" if review else "no blocking Code-Review"
        ),
        m.SELF_APPROVAL: Property("code-review" not in excluded, review[0] if review else first),
        m.FORCE_PUSH: rewrite or Property(False, first, "no right to rewrite a branch is given"),
        m.DELETION: rewrite or Property(False, first, "no right to delete a branch is given"),
        m.ADMINS_BOUND: Property(True, first, "submitting needs the labels for everybody"),
    }
    checks = tuple(name for name in labels if name not in ("code-review", "workflow"))
    properties[m.CHECKS] = Property(
        checks, labels[checks[0]][0] if checks else first, "" if checks else "no label for checks"
    )
    return Policy("gerrit", "Gerrit project.config", path, first, properties=properties, bypass=tuple(bypass))


def _grants(scan: Scan, ref: str, value: str) -> bool:
    """Say whether an access entry gives somebody a right on the default branch."""
    return "group" in value and "deny" not in value.split("group", 1)[0].lower() and _reaches_branches(scan, ref)


def _reaches_branches(scan: Scan, ref: str) -> bool:
    if ref.startswith("^"):
        return "refs/heads" in ref
    plain = ref.removesuffix("*") + "**" if ref.endswith("/*") else ref
    return (ref.startswith("refs/heads/") and covers(scan, (plain,))) or ref in ("refs/*", "refs/heads/*")
