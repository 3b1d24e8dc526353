"""GitHub branch protection (the older form) in the shape of the API, wherever it is written down."""

from __future__ import annotations

from typing import Any

from qmslint.facts.branch_policy import model as m
from qmslint.facts.branch_policy.model import Bypass, Property
from qmslint.facts.branch_policy.reading import line_at, listing, mapping, number, truth, words

_SWITCHES = (
    ("required_linear_history", m.LINEAR),
    ("required_signatures", m.SIGNATURES),
    ("required_conversation_resolution", m.THREADS),
)
_REVIEW_SWITCHES = (
    ("dismiss_stale_reviews", m.STALE_DISMISSED),
    ("require_code_owner_reviews", m.CODE_OWNERS),
    ("require_last_push_approval", m.LAST_PUSHER),
)
_KEYS = frozenset({"required_pull_request_reviews", "required_status_checks", "enforce_admins"})


def looks_like_protection(data: Any) -> bool:
    """Say whether a mapping is a branch protection: two of its three main keys are there."""
    return isinstance(data, dict) and len(_KEYS & data.keys()) >= 2


def protection(data: Any, line: int, default_approvals: int = 1) -> dict[str, Property]:
    """Return what a branch protection says; silence means what the platform does then.

    Parameters
    ----------
    data : mapping
        The protection with the key names of the API.
    line : int
        Line to show for what is not said.
    default_approvals : int
        How many approvals are demanded when reviews are required and no number is given.
    """
    found = {
        m.FORCE_PUSH: _permitted(data, "allow_force_pushes", line),
        m.DELETION: _permitted(data, "allow_deletions", line),
        m.ADMINS_BOUND: Property(
            bool(truth(data.get("enforce_admins"))),
            line_at(data, "enforce_admins", line),
            "" if "enforce_admins" in data else "`enforce_admins` is not given",
        ),
        m.CHECKS: _checks(data, line),
    }
    found |= _reviews(data, line, default_approvals)
    strict = truth(mapping(data.get("required_status_checks")).get("strict"))
    if strict is not None:
        found[m.STRICT] = Property(strict, line_at(data["required_status_checks"], "strict", line))
    for key, name in _SWITCHES:
        if (value := truth(data.get(key))) is not None:
            found[name] = Property(value, line_at(data, key, line))
    return found


def exempt(data: Any, line: int) -> tuple[Bypass, ...]:
    """Return who may push without a pull request under a branch protection."""
    reviews = mapping(data.get("required_pull_request_reviews"))
    allowed = mapping(reviews.get("bypass_pull_request_allowances"))
    at = line_at(reviews, "bypass_pull_request_allowances", line)
    found = []
    for group, person in (("users", True), ("teams", True), ("apps", False)):
        for item in listing(allowed.get(group)):
            entry = mapping(item)
            name = str(entry.get("login") or entry.get("slug") or item) if entry else str(item)
            found.append(Bypass(f"{group.removesuffix('s')} {name}", "always", person and not machine(name), at))
    return tuple(found)


def machine(name: str) -> bool:
    """Say whether a user name is plainly that of a machine."""
    return name.lower().endswith(("[bot]", "-bot", "_bot", "-ci", "-automation"))


def _permitted(data: Any, key: str, line: int) -> Property:
    value = truth(data.get(key))
    if value is None:
        return Property(False, line, "the platform's default: not allowed")
    return Property(value, line_at(data, key, line), f"`{key}: {str(value).lower()}`")


def _reviews(data: Any, line: int, default_approvals: int) -> dict[str, Property]:
    key = "required_pull_request_reviews"
    reviews = data.get(key)
    at = line_at(data, key, line)
    if key not in data or reviews is None or reviews is False:
        return {m.APPROVALS: Property(0, at, f"`{key}` is not set")}
    body = mapping(reviews)
    count: Any = body.get("required_approving_review_count", default_approvals)
    note = "" if "required_approving_review_count" in body else "the number is not given; the default counts"
    found = {m.APPROVALS: Property(number(count), line_at(body, "required_approving_review_count", at), note)}
    for name, prop in _REVIEW_SWITCHES:
        if (value := truth(body.get(name))) is not None:
            found[prop] = Property(value, line_at(body, name, at))
    return found


def _checks(data: Any, line: int) -> Property:
    key = "required_status_checks"
    body = data.get(key)
    at = line_at(data, key, line)
    if key not in data or body is None or body is False:
        return Property((), at, f"`{key}` is not set")
    if isinstance(body, list):
        return Property(_named(body), at)
    inner = mapping(body)
    names = words(inner.get("contexts")) + _named(listing(inner.get("checks")))
    note = "" if names else "the list of required checks is empty"
    return Property(
        tuple(dict.fromkeys(names)), line_at(inner, "contexts" if "contexts" in inner else "checks", at), note
    )


def _named(items: list[Any]) -> tuple[str, ...]:
    found = []
    for item in items:
        entry = mapping(item)
        name = entry.get("context") or entry.get("name") if entry else item
        if isinstance(name, (str, int)) and not isinstance(name, bool) and str(name):
            found.append(str(name))
    return tuple(found)
