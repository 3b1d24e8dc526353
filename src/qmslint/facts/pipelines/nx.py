"""Targets of Nx workspaces: what ``nx affected -t test`` runs, by the projects' own files and the plug-ins that infer them."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from qmslint.facts.base import Scan, fact
from qmslint.facts.pipelines.model import Place
from qmslint.facts.pipelines.recipes import SIZE, Recipe, Recipes, line_with
from qmslint.quick import regex

_PROJECTS = 400
"""Files of projects that are looked at."""
_OWNER = regex(r"\A@(?:nx|nrwl)/")


@fact
def targets(scan: Scan) -> Recipes:
    """Return the targets of a workspace by name; of several projects' targets of one name the scripts of all."""
    found: dict[str, list[tuple[str, Place]]] = {}
    for name, script, place in (*_declared(scan), *_inferred(scan)):
        known = found.setdefault(name, [])
        if script and all(script != text for text, _ in known):
            known.append((script, place))
    return MappingProxyType(
        {
            name: Recipe(name, "\n".join(text for text, _ in known), known[0][1])
            for name, known in found.items()
            if known
        }
    )


def _declared(scan: Scan) -> Iterator[tuple[str, str, Place]]:
    """Yield the targets that files of projects declare."""
    for path in scan.glob("**/project.json")[:_PROJECTS]:
        text, data = _json(scan, path)
        declared = data.get("targets", data.get("architect"))
        for name, target in declared.items() if isinstance(declared, Mapping) else ():
            if isinstance(target, Mapping):
                yield str(name), _script(scan, target), Place(path, line_with(text, json.dumps(str(name)) + ":"))


def _inferred(scan: Scan) -> Iterator[tuple[str, str, Place]]:
    """Yield the targets that the plug-ins of the workspace add to projects with a configuration of their tool."""
    text, data = _json(scan, "nx.json")
    plugins = data.get("plugins")
    for plugin in plugins if isinstance(plugins, list) else ():
        name = plugin.get("plugin") if isinstance(plugin, Mapping) else plugin
        options = plugin.get("options") if isinstance(plugin, Mapping) else None
        rows = scan.words("steps", "nx_plugins").get(_plain(str(name)), {})
        for option, (usual, command) in rows.items():
            asked = options.get(option) if isinstance(options, Mapping) else None
            yield str(asked or usual), command, Place("nx.json", line_with(text, json.dumps(str(name))))


def _script(scan: Scan, target: Mapping[str, Any]) -> str:
    """Return what a target runs, as a command."""
    options = target.get("options")
    options = options if isinstance(options, Mapping) else {}
    if command := target.get("command") or options.get("command"):
        return str(command)
    if isinstance(commands := options.get("commands"), list):
        return "\n".join(str(c.get("command", "")) if isinstance(c, Mapping) else str(c) for c in commands)
    executor = _plain(str(target.get("executor", target.get("builder", ""))))
    known: str = scan.words("steps", "nx_executors").get(executor, "")
    return known or (shlex.quote(re.sub(r"\W+", "-", executor)) if executor else "")


def _plain(name: str) -> str:
    """Return the name of a plug-in or executor without its publisher, which changed over time."""
    return _OWNER.sub("", name)


def _json(scan: Scan, path: str) -> tuple[str, Mapping[str, Any]]:
    text = scan.text(path) if path in scan.snapshot else None
    if text is None or len(text) > SIZE:
        return "", {}
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return text, {}
    return text, data if isinstance(data, dict) else {}
