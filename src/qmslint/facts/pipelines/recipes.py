"""Named recipes of a repository: what a make target, package script, tox environment or hook runs."""

from __future__ import annotations

import configparser
import json
import posixpath
import re
import shlex
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from qmslint import plaintoml
from qmslint.facts.base import Scan, fact
from qmslint.facts.pipelines import reading
from qmslint.facts.pipelines.model import Place
from qmslint.quick import dataclass, regex


@dataclass(frozen=True, slots=True)
class Recipe:
    """The script behind a name; ``first`` is its line in the file and ``needs`` the recipes that run before it."""

    name: str
    script: str
    place: Place
    needs: tuple[str, ...] = ()


Recipes = Mapping[str, Recipe]
_NONE: Recipes = MappingProxyType({})
_RULE = regex(r"^([A-Za-z0-9_./% \-]+?)\s*::?(?![:=])\s*([^=\n#;|]*)")
_JUST = regex(r"^@?([A-Za-z_][\w-]*)((?:\s+[^:=\n]*)?):(?!=)\s*([^\n#]*)")
_FOLD = regex(r"\\\r?\n[ \t]*")
SIZE = 256 * 1024


def _text(scan: Scan, path: str) -> str | None:
    text = scan.text(path) if path in scan.snapshot else None
    return text if text is not None and len(text) <= SIZE else None


def line_with(text: str, needle: str, start: int = 0) -> int:
    """Return the 1-based line of ``needle`` in ``text``, 0 when it is not there."""
    index = text.find(needle, start)
    return text.count("\n", 0, index) + 1 if index >= 0 else 0


@fact
def makefile(scan: Scan, folder: str, name: str = "") -> Recipes:
    """Return the targets of the Makefile in ``folder``; the first one is also found under an empty name."""
    names = (name,) if name else ("GNUmakefile", "makefile", "Makefile")
    for candidate in names:
        path = posixpath.normpath(posixpath.join(folder, candidate))
        text = _text(scan, path)
        if text is not None:
            return _make_rules(text, path)
    return _NONE


def _make_rules(text: str, path: str) -> Recipes:
    found: dict[str, Recipe] = {}
    names: list[str] = []
    body: list[str] = []
    needs: tuple[str, ...] = ()
    start = 0

    def keep() -> None:
        for name in names:
            old = found.get(name)
            script = "\n".join(body)
            if old is None or (script and not old.script):
                found[name] = Recipe(name, script, Place(path, start), needs or (old.needs if old else ()))

    for number, line in enumerate(text.split("\n"), 1):
        if line.startswith("\t") and names:
            if body and body[-1].endswith("\\"):
                # The rest of the command before: a dash begins an option here.
                body.append(line.strip())
                continue
            # A leading dash lets make go on after a failure.
            command = line.strip().lstrip("@+")
            body.append(command.lstrip("-@ ") + " || true" if command.startswith("-") else command)
            continue
        match = _RULE.match(line)
        if match and not line.startswith((".", "#", " ")):
            keep()
            names, body, start = match.group(1).split(), [], number
            needs = tuple(match.group(2).split())
        elif line.strip() and not line.lstrip().startswith("#") and names:
            keep()
            names, body = [], []
        elif names:
            body.append("")
    keep()
    if found:
        found[""] = next(iter(found.values()))
    return MappingProxyType(found)


@fact
def justfile(scan: Scan, folder: str) -> Recipes:
    """Return the recipes of the justfile in ``folder``."""
    for candidate in ("justfile", "Justfile", ".justfile"):
        path = posixpath.normpath(posixpath.join(folder, candidate))
        text = _text(scan, path)
        if text is None:
            continue
        found: dict[str, Recipe] = {}
        body: list[str] = []
        head: tuple[str, int, tuple[str, ...]] | None = None
        for number, line in enumerate([*text.split("\n"), "end:"], 1):
            match = _JUST.match(line)
            if match or (line.strip() and not line.startswith((" ", "\t"))):
                if head:
                    found[head[0]] = Recipe(head[0], "\n".join(body), Place(path, head[1]), head[2])
                head = (match.group(1), number, tuple(re.findall(r"[\w-]+", match.group(3)))) if match else None
                body = []
            elif head:
                command = line.strip().lstrip("@")
                body.append(command[1:] + " || true" if command.startswith("-") else command)
        if found:
            found.pop("end", None)
            found[""] = next(iter(found.values()), Recipe("", "", Place(path)))
        return MappingProxyType(found)
    return _NONE


@fact
def taskfile(scan: Scan, folder: str) -> Recipes:
    """Return the tasks of the Taskfile in ``folder``."""
    for candidate in ("Taskfile.yml", "Taskfile.yaml", "taskfile.yml", "taskfile.yaml", "Taskfile.dist.yml"):
        path = posixpath.normpath(posixpath.join(folder, candidate))
        if path not in scan.snapshot:
            continue
        tasks = reading.mapping(reading.mapping(reading.load(scan, path)).get("tasks"))
        found = {}
        for name, task in tasks.items():
            parts, needs = [], []
            for item, _ in reading.items(reading.mapping(task).get("cmds", reading.mapping(task).get("cmd", task))):
                if isinstance(item, str):
                    parts.append(item)
                elif isinstance(item, dict):
                    needs += [str(item["task"])] if "task" in item else []
                    command = str(item.get("cmd", ""))
                    parts.append(command + " || true" if item.get("ignore_error") is True and command else command)
            needs += [
                str(d.get("task")) if isinstance(d, dict) else str(d)
                for d, _ in reading.items(reading.mapping(task).get("deps"))
            ]
            found[str(name)] = Recipe(str(name), "\n".join(parts), Place(path, tasks.line_of(name)), tuple(needs))
        if "default" in found:
            found[""] = found["default"]
        return MappingProxyType(found)
    return _NONE


@fact
def json_file(scan: Scan, path: str) -> Mapping[str, Any]:
    """Return a JSON object, an empty one when there is none; broken files are noted."""
    text = _text(scan, path)
    if text is None:
        return MappingProxyType({})
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        scan.problem(path, "PARSE_ERROR", f"{path} is not valid JSON: {error}")
        return MappingProxyType({})
    return MappingProxyType(data) if isinstance(data, dict) else MappingProxyType({})


@fact
def toml_file(scan: Scan, path: str) -> Mapping[str, Any]:
    """Return a TOML document, an empty one when there is none; broken files are noted."""
    text = _text(scan, path)
    if text is None:
        return MappingProxyType({})
    try:
        return MappingProxyType(plaintoml.loads(text))
    except ValueError as error:
        scan.problem(path, "PARSE_ERROR", f"{path} is not valid TOML: {error}")
        return MappingProxyType({})


def part(data: Any, *keys: str) -> Mapping[str, Any]:
    """Return a nested mapping, an empty one where something else stands."""
    for key in keys:
        data = data.get(key) if isinstance(data, Mapping) else None
    return data if isinstance(data, Mapping) else MappingProxyType({})


@fact
def package_scripts(scan: Scan, folder: str, file: str = "package.json") -> Recipes:
    """Return the scripts of ``package.json`` or ``composer.json`` in ``folder``."""
    path = posixpath.normpath(posixpath.join(folder, file))
    scripts = part(json_file(scan, path), "scripts")
    text = _text(scan, path) or ""
    found = {}
    for name, script in scripts.items():
        body = script if isinstance(script, list) else [script]
        start = text.find('"scripts"')
        line = line_with(text, json.dumps(name) + ":", start) or line_with(text, json.dumps(name), start)
        found[name] = Recipe(name, "\n".join(str(item) for item in body), Place(path, line))
    return MappingProxyType(found)


@fact
def python_scripts(scan: Scan, folder: str) -> Recipes:
    """Return the task scripts of ``pyproject.toml``: hatch, pdm, poe, taskipy, rye, pixi; or of ``pixi.toml``."""
    path = posixpath.normpath(posixpath.join(folder, "pyproject.toml"))
    tool = part(toml_file(scan, path), "tool")
    own = posixpath.normpath(posixpath.join(folder, "pixi.toml"))
    if "pixi" not in tool and (pixi := toml_file(scan, own)):
        path, tool = own, {"pixi": pixi}
    text = _text(scan, path) or ""
    features = part(tool, "pixi", "feature").values()
    tables: list[tuple[str, Mapping[str, Any]]] = [
        ("", part(tool, "pdm", "scripts")),
        ("", part(tool, "poe", "tasks")),
        ("", part(tool, "taskipy", "tasks")),
        ("", part(tool, "rye", "scripts")),
        ("", part(tool, "pixi", "tasks")),
        *(("", part(feature, "tasks")) for feature in features),
    ]
    for name, environment in part(tool, "hatch", "envs").items():
        tables.append((name, part(environment, "scripts")))
    found: dict[str, Any] = {}
    for prefix, table in tables:
        for name, task in table.items():
            place = Place(path, line_with(text, f"\n{name}") or line_with(text, name))
            needs = task.get("depends-on", task.get("depends_on", ())) if isinstance(task, Mapping) else ()
            needed = tuple(str(n) for n in ([needs] if isinstance(needs, str) else needs) if isinstance(n, str))
            recipe = Recipe(name, _task(task), place, needed)
            found.setdefault(name, recipe)
            if prefix:
                found[f"{prefix}:{name}"] = recipe
    return MappingProxyType(found)


def _task(task: Any) -> str:
    if isinstance(task, list):
        return "\n".join(_task(item) for item in task)
    if isinstance(task, Mapping):
        for key in ("cmd", "shell", "composite", "sequence"):
            if key == "cmd" and isinstance(task.get(key), list):
                return shlex.join(str(word) for word in task[key])
            if key in task:
                return _task(task[key])
        return ""
    return str(task)


@fact
def toml_tasks(scan: Scan, path: str, table: str) -> Recipes:
    """Return the tasks of ``Makefile.toml`` (cargo-make), ``mise.toml`` or the aliases of cargo's configuration."""
    text = _text(scan, path) or ""
    found = {}
    for name, task in part(toml_file(scan, path), *table.split(".")).items():
        line = line_with(text, f"{table}.{name}]") or line_with(text, f"\n{name}") + 1
        if table == "alias":
            body = "cargo " + (" ".join(task) if isinstance(task, list) else str(task))
        elif isinstance(task, Mapping):
            words = [str(task.get("command", ""))] + [str(a) for a in task.get("args", []) if isinstance(a, str)]
            body = _task(task.get("script", task.get("run", " ".join(words))))
        else:
            body = _task(task)
        needs = task.get("dependencies", task.get("depends", [])) if isinstance(task, Mapping) else []
        found[name] = Recipe(name, body, Place(path, line), tuple(str(n) for n in needs if isinstance(n, str)))
    return MappingProxyType(found)


@fact
def tox_environments(scan: Scan, folder: str) -> Recipes:
    """Return the environments of tox; the default one is ``testenv``, the default list is under an empty name."""
    for name, prefix in (("tox.ini", "testenv"), ("setup.cfg", "tox:testenv")):
        path = posixpath.normpath(posixpath.join(folder, name))
        text = _text(scan, path)
        if text is None or "testenv" not in text:
            continue
        found = _tox_ini(scan, path, text, prefix)
        if found:
            return found
    for name, keys in (("tox.toml", ()), ("pyproject.toml", ("tool", "tox"))):
        path = posixpath.normpath(posixpath.join(folder, name))
        data = part(toml_file(scan, path), *keys) if path in scan.snapshot else {}
        if isinstance(data.get("legacy_tox_ini"), str):
            return _tox_ini(scan, path, data["legacy_tox_ini"], "testenv")
        if data:
            return _tox_toml(data, path, _text(scan, path) or "")
    return _NONE


def _tox_ini(scan: Scan, path: str, text: str, prefix: str) -> Recipes:
    parser = configparser.RawConfigParser(strict=False, allow_no_value=True, comment_prefixes=("#",))
    try:
        parser.read_string(text)
    except configparser.Error as error:
        scan.problem(path, "PARSE_ERROR", f"{path} cannot be read: {str(error).splitlines()[0]}")
        return _NONE
    found = {}
    for section in parser.sections():
        if section == prefix or section.startswith(prefix + ":"):
            names = section.removeprefix(prefix).removeprefix(":")
            head = line_with(text, f"[{section}]")
            line = line_with(text, "commands", text.find(f"[{section}]")) or head
            for name in _braces(names):
                commands = "\n".join(
                    parser.get(section, key, fallback="") or "" for key in ("commands_pre", "commands")
                )
                found[name or "testenv"] = Recipe(name, _ignoring(_FOLD.sub(" ", commands)), Place(path, line))
    listed = parser.get("tox", "envlist", fallback="") or parser.get("tox", "env_list", fallback="") or ""
    listed = listed or parser.get("tox:tox", "envlist", fallback="") or ""
    names_ = tuple(name for item in re.split(r"[\s,]+(?![^{]*\})", listed.strip()) for name in _braces(item) if name)
    found[""] = Recipe("", "", Place(path, line_with(text, "list")), names_)
    return MappingProxyType(found)


def _tox_toml(data: Mapping[str, Any], path: str, text: str) -> Recipes:
    found = {}
    for name, environment in {"testenv": part(data, "env_run_base"), **part(data, "env")}.items():
        commands = environment.get("commands", []) if isinstance(environment, Mapping) else []
        body = "\n".join(
            " ".join(str(w) for w in c) if isinstance(c, list) else str(c)
            for c in commands
            if not isinstance(c, Mapping)
        )
        found[name] = Recipe(name, _ignoring(body), Place(path, line_with(text, name)))
    listed = data.get("env_list", [])
    found[""] = Recipe(
        "", "", Place(path, line_with(text, "env_list")), tuple(str(n) for n in listed if isinstance(n, str))
    )
    return MappingProxyType(found)


def _ignoring(commands: str) -> str:
    """Write tox's leading dash, which ignores a failure, as the shell would."""
    lines = (line.strip() for line in commands.split("\n"))
    return "\n".join(line.lstrip("- ") + " || true" if line.startswith(("- ", "-{")) else line for line in lines)


def _braces(text: str) -> list[str]:
    """Expand ``py{310,311}-{a,b}`` to at most 200 names."""
    found = [""]
    for piece in re.split(r"(\{[^{}]*\})", text.strip()):
        options = [o.strip() for o in piece[1:-1].split(",")] if piece.startswith("{") else [piece]
        found = [left + right for left in found for right in options][:200]
    return found


@fact
def nox_sessions(scan: Scan, folder: str) -> Recipes:
    """Return the sessions of ``noxfile.py`` with the commands they run."""
    path = posixpath.normpath(posixpath.join(folder, "noxfile.py"))
    text = _text(scan, path)
    if text is None:
        return _NONE
    found = {}
    pieces = re.split(r"(?m)^(?=@(?:nox\.)?session)", text)
    line = pieces[0].count("\n") + 1
    for piece in pieces[1:]:
        head = re.search(r"(?m)^def\s+(\w+)", piece)
        given = re.search(r"name\s*=\s*[\"']([\w.-]+)", piece.split("\ndef ")[0])
        commands = []
        for call in re.findall(r"session\.run(?:_always|_install)?\(([^)]*)\)", piece):
            quoted = re.findall(r"[\"']([^\"'\n]*)[\"']", call)
            ignored = "success_codes" in call
            commands.append(" ".join(quoted) + (" || true" if ignored else ""))
        if head:
            name = given.group(1) if given else head.group(1)
            found[name] = Recipe(name, "\n".join(commands), Place(path, line + piece.count("\n", 0, head.start())))
        line += piece.count("\n")
    listed = re.search(r"nox\.options\.sessions\s*=\s*[\[(]([^\])]*)", text)
    default = tuple(re.findall(r"[\"']([\w.-]+)[\"']", listed.group(1))) if listed else tuple(found)
    found[""] = Recipe("", "", Place(path, 1), default)
    return MappingProxyType(found)


@dataclass(frozen=True, slots=True)
class Hook:
    """One hook of pre-commit: its id, the address and revision it comes from, and its own command."""

    id: str
    address: str
    revision: str
    entry: str
    place: Place
    stages: tuple[str, ...] = ()


@fact
def hooks(scan: Scan) -> tuple[Hook, ...]:
    """Return the hooks of ``.pre-commit-config.yaml``."""
    for path in (".pre-commit-config.yaml", ".pre-commit-config.yml", "prek.toml"):
        if path not in scan.snapshot or path.endswith(".toml"):
            continue
        found = []
        for repository, _ in reading.items(reading.mapping(reading.load(scan, path)).get("repos")):
            source = reading.mapping(repository)
            for hook, at in reading.items(source.get("hooks")):
                options = reading.mapping(hook)
                arguments = " ".join(reading.words(options.get("args")))
                entry = str(options.get("entry", "")) + (" " + arguments if arguments else "")
                stages = reading.words(options.get("stages"))
                found.append(
                    Hook(
                        str(options.get("id", "")),
                        str(source.get("repo", "")),
                        str(source.get("rev", "")),
                        entry,
                        Place(path, at),
                        stages,
                    )
                )
        return tuple(found)
    return ()
