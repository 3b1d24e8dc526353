"""GitHub rulesets in the shape of the API, wherever they are written down."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from qmslint.facts.base import Scan
from qmslint.facts.branch_policy import model as m
from qmslint.facts.branch_policy.model import Bypass, Enforcement, Policy, Property
from qmslint.facts.branch_policy.reading import line_at, listing, mapping, number, own_line, truth, words
from qmslint.facts.branch_policy.refs import covers

_PEOPLE = frozenset(
    {"organizationadmin", "repositoryrole", "team", "enterpriseowner", "enterpriseteam", "enterpriserole", "user"}
)
_ROLES = {"1": "read", "2": "maintain", "3": "triage", "4": "write", "5": "administrator"}
_FLAGS = {
    "required_signatures": m.SIGNATURES,
    "required_linear_history": m.LINEAR,
    "merge_queue": m.MERGE_QUEUE,
}


def looks_like_ruleset(data: Any) -> bool:
    """Say whether a mapping is a ruleset and not some other tool's rule set."""
    if not isinstance(data, dict):
        return False
    ours = "enforcement" in data or "bypass_actors" in data or "ref_name" in mapping(data.get("conditions"))
    return ours and ("rules" in data or "conditions" in data or "target" in data)


def ruleset(
    scan: Scan, path: str, data: Any, *, dialect: str = "github-ruleset", title: str = "GitHub ruleset"
) -> Policy:
    """Return a ruleset as a policy.

    Parameters
    ----------
    scan : Scan
        The examination.
    path : str
        File it is written in.
    data : mapping
        The ruleset with the key names of the API.
    dialect, title : str
        What to call the source.
    """
    line = own_line(data, 1)
    conditions = mapping(mapping(data.get("conditions")).get("ref_name"))
    include, exclude = words(conditions.get("include")), words(conditions.get("exclude"))
    state, state_line = _enforcement(data, line)
    bypass, bound = _bypass(data, line)
    properties = {m.ADMINS_BOUND: bound}
    notes = []
    if "rules" in data:
        properties |= rule_properties(data["rules"], line_at(data, "rules", line))
    else:
        notes.append("the rules themselves are not in this list; export each ruleset by its id")
    return Policy(
        dialect=dialect,
        title=title,
        path=path,
        line=line,
        name=str(data.get("name") or ""),
        branches=include,
        covers_default=covers(scan, include, exclude),
        target=str(data.get("target") or "branch").lower(),
        enforcement=state,
        enforcement_line=state_line,
        properties=properties,
        bypass=bypass,
        notes=tuple(notes),
    )


def rule_properties(rules: Any, line: int) -> dict[str, Property]:
    """Return what a list of rules says; what no rule demands is allowed."""
    found = {
        m.APPROVALS: Property(0, line, "no rule asks for a pull request"),
        m.CHECKS: Property((), line, "no rule asks for status checks"),
        m.FORCE_PUSH: Property(True, line, "no rule `non_fast_forward`"),
        m.DELETION: Property(True, line, "no rule `deletion`"),
    }
    checks: list[str] = []
    at = 0
    for index, rule in enumerate(listing(rules)):
        here = line_at(rules, index, line)
        kind = str(mapping(rule).get("type") or "").lower()
        parameters = mapping(mapping(rule).get("parameters"))
        if kind == "pull_request":
            found |= _pull_request(parameters, here)
        elif kind in _CHECKS:
            checks += _CHECKS[kind](parameters)
            at = at or here
            if kind == "required_status_checks":
                strict = truth(parameters.get("strict_required_status_checks_policy"))
                found[m.STRICT] = Property(
                    bool(strict), line_at(parameters, "strict_required_status_checks_policy", here)
                )
        elif kind == "non_fast_forward":
            found[m.FORCE_PUSH] = Property(False, here, "rule `non_fast_forward`")
        elif kind == "deletion":
            found[m.DELETION] = Property(False, here, "rule `deletion`")
        elif kind in _FLAGS:
            found[_FLAGS[kind]] = Property(True, here)
    if at:
        note = "" if checks else "the list of required checks is empty"
        found[m.CHECKS] = Property(tuple(dict.fromkeys(checks)), at, note)
    return found


def _pull_request(parameters: Mapping[str, Any], line: int) -> dict[str, Property]:
    def at(key: str) -> int:
        return line_at(parameters, key, line)

    found = {
        m.APPROVALS: Property(
            number(parameters.get("required_approving_review_count", 0)), at("required_approving_review_count")
        )
    }
    for key, name in (
        ("dismiss_stale_reviews_on_push", m.STALE_DISMISSED),
        ("require_code_owner_review", m.CODE_OWNERS),
        ("require_last_push_approval", m.LAST_PUSHER),
        ("required_review_thread_resolution", m.THREADS),
    ):
        if (value := truth(parameters.get(key))) is not None:
            found[name] = Property(value, at(key))
    if methods := words(parameters.get("allowed_merge_methods")):
        found[m.MERGE_METHODS] = Property(methods, at("allowed_merge_methods"))
    return found


def _status_checks(parameters: Mapping[str, Any]) -> list[str]:
    items = listing(parameters.get("required_status_checks"))
    return [str(context) for item in items if (context := mapping(item).get("context"))]


def _workflows(parameters: Mapping[str, Any]) -> list[str]:
    items = listing(parameters.get("workflows"))
    return [f"workflow {place}" for item in items if (place := mapping(item).get("path"))]


def _scanners(parameters: Mapping[str, Any]) -> list[str]:
    items = listing(parameters.get("code_scanning_tools"))
    return [f"code scanning by {tool}" for item in items if (tool := mapping(item).get("tool"))]


_CHECKS: Mapping[str, Callable[[Mapping[str, Any]], list[str]]] = {
    "required_status_checks": _status_checks,
    "workflows": _workflows,
    "code_scanning": _scanners,
}


def _enforcement(data: Any, line: int) -> tuple[Enforcement, int]:
    stated = str(data.get("enforcement", "active")).lower()
    at = line_at(data, "enforcement", line)
    if stated == "active":
        return "active", at
    return ("evaluate", at) if stated == "evaluate" else ("disabled", at)


def _bypass(data: Any, line: int) -> tuple[tuple[Bypass, ...], Property]:
    """Return who may skip the rules, administrators as a property of their own."""
    actors = data.get("bypass_actors")
    found = []
    bound = Property(True, line_at(data, "bypass_actors", line), "no administrator may bypass")
    for index, actor in enumerate(listing(actors)):
        item = mapping(actor)
        at = line_at(actors, index, line)
        kind, number_ = str(item.get("actor_type") or ""), str(item.get("actor_id") or "")
        mode = str(item.get("bypass_mode") or "always").lower()
        mode = "pull_request" if mode in ("pull_request", "pull_requests_only") else "always"
        person = kind.lower() in _PEOPLE
        admin = kind.lower() in ("organizationadmin", "enterpriseowner") or (
            kind.lower() == "repositoryrole" and number_ == "5"
        )
        who = _called(kind, number_)
        if admin and mode == "always":
            bound = Property(False, at, f"{who} may always bypass")
        found.append(Bypass(who, mode, person, at, admin=admin))
    return tuple(found), bound


def _called(kind: str, identifier: str) -> str:
    if kind.lower() == "repositoryrole":
        return f"the repository role {_ROLES.get(identifier, identifier)}"
    if kind.lower() == "organizationadmin":
        return "organisation administrators"
    if kind.lower() == "enterpriseowner":
        return "enterprise owners"
    words_ = {"team": "team", "integration": "application", "deploykey": "deploy keys", "user": "user"}
    return f"{words_.get(kind.lower(), kind or 'somebody')} {identifier}".strip()
