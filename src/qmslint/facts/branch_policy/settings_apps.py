"""Settings files that an application or the host applies: repository-settings, safe-settings, ``.asf.yaml``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from qmslint.facts.base import Scan
from qmslint.facts.branch_policy import model as m
from qmslint.facts.branch_policy.github_protection import exempt, protection
from qmslint.facts.branch_policy.github_rulesets import looks_like_ruleset, rule_properties, ruleset
from qmslint.facts.branch_policy.model import Bypass, Findings, Policy, Property
from qmslint.facts.branch_policy.reading import (
    Unreadable,
    line_at,
    listing,
    mapping,
    own_line,
    read_yaml,
    truth,
    words,
)
from qmslint.facts.branch_policy.refs import covers
from qmslint.facts.sources import evidence_paths

_APP = ("/.github/settings.{yml,yaml}",)
_SAFE = ("/.github/suborgs/*.{yml,yaml}", "/.github/repos/*.{yml,yaml}", "/deployment-settings.yml")
_ASF = ("/.asf.yaml",)
_NEEDED = ("required_pull_request_reviews", "required_status_checks", "enforce_admins", "restrictions")
_ASF_RULES = {
    "required_signatures": "required_signatures",
    "required_linear_history": "required_linear_history",
}


def read(scan: Scan, found: Findings) -> None:
    """Read every such file of the repository."""
    safe = evidence_paths(scan, _SAFE)
    for path in evidence_paths(scan, _APP):
        _each(scan, path, found, lambda data, path=path: _settings(scan, path, data, bool(safe), ""))
    for path in safe:
        about = path.rsplit("/", 1)[-1].rsplit(".", 1)[0] if "/repos/" in path else "?"
        about = "" if about == scan.repo.name else about
        _each(scan, path, found, lambda data, path=path, about=about: _settings(scan, path, data, True, about))
    for path in evidence_paths(scan, _ASF):
        _each(scan, path, found, lambda data, path=path: _asf(scan, path, data))


def _each(scan: Scan, path: str, found: Findings, policies: Any) -> None:
    try:
        data = read_yaml(scan, path)
    except Unreadable:
        return
    before = len(found.policies)
    found.add(policies(mapping(data)))
    if len(found.policies) == before:
        found.note(path, 1, "this settings file says nothing about protected branches")


def _settings(scan: Scan, path: str, data: Any, safe: bool, about: str) -> Iterator[Policy]:
    title = "safe-settings" if safe else "repository settings app"
    own = str(mapping(data.get("repository")).get("default_branch") or "")
    branches = data.get("branches")
    for index, item in enumerate(listing(branches)):
        entry = mapping(item)
        line = own_line(entry, line_at(branches, index))
        name = str(entry.get("name") or "")
        if "protection" not in entry:
            continue
        body = entry["protection"]
        start = line_at(entry, "protection", line)
        policy = Policy(
            dialect="settings-app",
            title=title,
            path=path,
            line=start,
            name=name,
            branches=(name,),
            covers_default=name == "default" or bool(own and own == name) or covers(scan, (name,)),
            about=about,
        )
        if not isinstance(body, dict):
            yield policy.but(
                enforcement="disabled", enforcement_line=start, notes=("the protection is set to nothing",)
            )
            continue
        missing = [key for key in _NEEDED if key not in body]
        policy = policy.but(properties=protection(body, start), bypass=exempt(body, start))
        if missing and not safe:
            # The API refuses a protection without all four, so the app applies nothing of it.
            text = f"nothing is applied without the key{'s' * (len(missing) > 1)} {', '.join(missing)}"
            policy = policy.but(enforcement="broken", enforcement_line=start, notes=(text,))
        yield policy
    for item in listing(data.get("rulesets")):
        if looks_like_ruleset(item):
            yield ruleset(scan, path, item, dialect="settings-app", title=f"ruleset of the {title}").but(about=about)


def _asf(scan: Scan, path: str, data: Any) -> Iterator[Policy]:
    github = mapping(data.get("github"))
    branches = mapping(github.get("protected_branches"))
    for name, body in branches.items():
        if name == "rulesets":
            continue
        line = line_at(branches, name)
        properties = protection(mapping(body), line, default_approvals=0)
        # The host always forbids force pushes here and its administrators are not project members.
        properties[m.FORCE_PUSH] = Property(False, line, "the host forbids force pushes to protected branches")
        properties[m.ADMINS_BOUND] = Property(True, line, "administrators are the host's staff, not project members")
        yield Policy(
            dialect="asf",
            title="ASF repository settings",
            path=path,
            line=line,
            name=str(name),
            branches=(str(name),),
            covers_default=covers(scan, (str(name),)),
            properties=properties,
            bypass=exempt(mapping(body), line),
        )
    for rules in (github.get("rulesets"), branches.get("rulesets")):
        for index, item in enumerate(listing(rules)):
            if looks_like_ruleset(item):
                yield ruleset(scan, path, item, dialect="asf", title="ruleset of the ASF settings")
            elif isinstance(item, dict):
                yield _asf_ruleset(scan, path, item, own_line(item, line_at(rules, index)))


def _asf_ruleset(scan: Scan, path: str, item: Any, line: int) -> Policy:
    """Return a ruleset in the host's short form, which is always active."""
    chosen = mapping(item.get("branches")) or mapping(item.get("refs"))
    include = words(chosen.get("includes")) or ("~DEFAULT_BRANCH",)
    rules: list[dict[str, Any]] = []
    if truth(item.get("restrict_deletion")) is not False:
        rules.append({"type": "deletion"})
    if truth(item.get("restrict_force_push")) is not False:
        rules.append({"type": "non_fast_forward"})
    rules += [{"type": kind} for key, kind in _ASF_RULES.items() if truth(item.get(key))]
    properties = rule_properties(rules, line)
    plain = {key: item[key] for key in ("required_pull_request_reviews", "required_status_checks") if key in item}
    told = protection(plain, line, default_approvals=0)
    for key in plain:
        name = m.APPROVALS if key == "required_pull_request_reviews" else m.CHECKS
        properties[name] = Property(told[name].value, line_at(item, key, line), told[name].note)
    properties[m.ADMINS_BOUND] = Property(True, line, "administrators are the host's staff, not project members")
    mode = str(item.get("bypass_mode") or "always")
    teams = listing(item.get("bypass_teams"))
    return Policy(
        dialect="asf",
        title="ruleset of the ASF settings",
        path=path,
        line=line,
        name=str(item.get("name") or ""),
        branches=include,
        covers_default=covers(scan, include, words(chosen.get("excludes"))),
        target=str(item.get("type") or "branch"),
        properties=properties,
        bypass=tuple(
            Bypass(f"team {team}", mode, True, line_at(item, "bypass_teams", line), host=str(team) == "root")
            for team in teams
        ),
    )
