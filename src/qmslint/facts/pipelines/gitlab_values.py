"""What GitLab puts in where a pipeline refers to something: variables, and jobs that change those of a template."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping
from typing import Any

from qmslint.facts.pipelines import reading
from qmslint.facts.pipelines.model import Bypass, Place
from qmslint.lineyaml import Map
from qmslint.quick import regex

_VARIABLE = regex(r"\$(?:\{(\w{1,80})\}|(\w{1,80}))")
_DEPTH = 4
_OWN = frozenset({"script", "trigger", "extends", "run"})


def expand(text: str, *scopes: Mapping[Any, Any]) -> str:
    """Return ``text`` with the variables that the scopes define, the first scope that knows one wins.

    What is not defined in the repository stays as it is written.
    """
    for _ in range(_DEPTH):
        if "$" not in text or len(text) > 1000:
            break
        before = text
        text = _VARIABLE.sub(lambda match: _value(match[1] or match[2], scopes) or match[0], text)
        if text == before:
            break
    return text


def _value(name: str, scopes: Iterable[Mapping[Any, Any]]) -> str:
    for scope in scopes:
        if name in scope:
            value = scope[name]
            value = value.get("value") if isinstance(value, Mapping) else value
            return str(value)[:500] if isinstance(value, str | int) else ""
    return ""


def overrides(jobs: Mapping[str, tuple[Map, str, int]], template: str) -> tuple[Bypass, ...]:
    """Return what jobs that are added to those of an offered template take away from their power to stop a change.

    Such a job has the name of the template's and nothing to run of its own, so it changes the template's.
    """
    key = _plain(posixpath.basename(template).split(".", 1)[0])
    found = []
    for name, (data, path, _) in jobs.items():
        if not key or key not in _plain(name) or _OWN & data.keys():
            continue
        if data.get("allow_failure") in (True, "true"):
            found.append(Bypass(f"{name}: allow_failure: true", Place(path, data.line_of("allow_failure"))))
        rules = [reading.mapping(rule) for rule, _ in reading.items(data.get("rules"))]
        if data.get("when") == "never" or (rules and all(rule.get("when") == "never" for rule in rules)):
            at = data.line_of("when" if "when" in data else "rules")
            found.append(Bypass(f"{name}: when: never", Place(path, at)))
    return tuple(found)


def _plain(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalnum())
