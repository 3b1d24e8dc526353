"""Which calls run a named recipe of the repository, and where that recipe is."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Mapping

from qmslint.facts.base import Scan, fact
from qmslint.facts.pipelines import nx, recipes
from qmslint.facts.pipelines.recipes import Recipe, Recipes
from qmslint.quick import dataclass


@dataclass(frozen=True, slots=True)
class Target:
    """A recipe that a call names; ``recipe`` is ``None`` where the name is known but not what it runs."""

    name: str
    folder: str
    recipe: Recipe | None
    runner: str
    generated: bool = False


Resolver = Callable[[Scan, str, tuple[str, ...], str], "list[Target] | None"]
_RUN_WORDS = {"npm": ("run", "run-script", "rum"), "pnpm": ("run",), "yarn": ("run",), "bun": ("run",)}
_NPM_SHORT = ("test", "t", "tst", "start", "stop", "restart")
_BUILTIN = frozenset(
    [
        "install",
        "i",
        "ci",
        "add",
        "remove",
        "audit",
        "publish",
        "pack",
        "exec",
        "dlx",
        "init",
        "version",
        "config",
        "cache",
        "link",
        "outdated",
        "update",
        "up",
        "upgrade",
        "why",
        "info",
        "login",
        "logout",
        "whoami",
        "view",
        "set",
        "import",
        "dedupe",
        "list",
        "ls",
        "workspaces",
        "workspace",
        "create",
        "store",
        "fetch",
        "prune",
        "rebuild",
        "sbom",
        "licenses",
        "approve-builds",
        "deploy",
        "patch",
        "root",
        "bin",
        "clean-install",
        "global",
        "policies",
        "constraints",
        "x",
        "pm",
        "upgrade-interactive",
        "self-update",
        "setup",
        "env",
    ]
)


def resolve(scan: Scan, tool: str, arguments: tuple[str, ...], folder: str) -> list[Target] | None:
    """Return the recipes a call runs, ``None`` when the call runs none of the repository's."""
    resolver = _RESOLVERS.get(tool)
    return resolver(scan, tool, arguments, folder) if resolver else None


def _plain(arguments: tuple[str, ...], valued: tuple[str, ...] = ()) -> tuple[list[str], dict[str, str]]:
    """Return the arguments that are no options, and the values of those options that take one."""
    words: list[str] = []
    options: dict[str, str] = {}
    pending = ""
    for word in arguments:
        if pending:
            options[pending] = word
            pending = ""
        elif word == "--":
            break
        elif word in valued:
            pending = word
        elif word.startswith("-"):
            key, _, value = word.partition("=")
            if value and key in valued:
                options[key] = value
            else:
                options.setdefault(word, "")
                short = next((v for v in valued if len(v) == 2 and word.startswith(v) and len(word) > 2), "")
                if short:
                    options[short] = word[2:]
        elif "=" not in word or "/" in word.split("=")[0]:
            words.append(word)
    return words, options


def _make(scan: Scan, tool: str, arguments: tuple[str, ...], folder: str) -> list[Target]:
    words, options = _plain(arguments, ("-C", "-f", "--directory", "--file", "-j", "-l", "-o", "-O"))
    words = [word for word in words if not word.isdigit() and "$" not in word]
    place = posixpath.normpath(posixpath.join(folder, options.get("-C", options.get("--directory", ""))))
    rules = recipes.makefile(scan, place, options.get("-f", options.get("--file", "")))
    generated = not rules and _generates(scan)
    targets = []
    for word in words or [""]:
        recipe = rules.get(word) or _pattern(rules, word)
        name = word or (recipe.name if recipe else "") or "all"
        targets.append(
            Target(name, place, recipe, "make", generated or (bool(rules) and recipe is None and bool(word)))
        )
    return targets


def _pattern(rules: Recipes, word: str) -> Recipe | None:
    for name, recipe in rules.items():
        if "%" in name and word:
            before, _, after = name.partition("%")
            if word.startswith(before) and word.endswith(after) and len(word) > len(name) - 1:
                return recipe
    return None


@fact
def _generates(scan: Scan) -> bool:
    """Say whether Makefiles are generated here, so that conventional targets exist."""
    return bool(
        scan.glob("Makefile.am", "Makefile.in", "configure.ac", "CMakeLists.txt", "/Makefile.PL", "Kbuild", "configure")
    )


def _package(scan: Scan, tool: str, arguments: tuple[str, ...], folder: str) -> list[Target] | None:
    valued = ("--prefix", "-w", "--workspace", "--filter", "-F", "-C", "--dir", "--cwd", "--scope")
    words, options = _plain(arguments, valued)
    if tool == "yarn" and words[:1] == ["workspace"]:
        words = words[2:]
    if tool == "yarn" and words[:2] == ["workspaces", "foreach"]:
        words = words[2:]
    if tool == "pnpm" and words[:1] == ["-r"]:
        words = words[1:]
    if not words:
        return None
    explicit = words[0] in _RUN_WORDS[tool]
    if explicit:
        words = words[1:]
    elif (tool in ("npm", "bun") and words[0] not in _NPM_SHORT) or words[0] in _BUILTIN or tool == "bun":
        return None
    if not words:
        return None
    name = "test" if words[0] in ("t", "tst") and tool != "yarn" else words[0]
    place = posixpath.normpath(
        posixpath.join(
            folder, options.get("--prefix", options.get("--cwd", options.get("-C", options.get("--dir", ""))))
        )
    )
    found = _script(scan, place, name)
    if found is None and tool in ("yarn", "pnpm") and not explicit:
        return None
    return [Target(name, found[1] if found else place, found[0] if found else None, tool)]


def _script(scan: Scan, folder: str, name: str) -> tuple[Recipe, str] | None:
    """Find a package script: in the folder, at the top, else in any package that has it."""
    for place in dict.fromkeys((folder, ".")):
        recipe = recipes.package_scripts(scan, place).get(name)
        if recipe:
            return recipe, place
    for path in scan.glob("package.json")[:60]:
        place = posixpath.dirname(path)
        recipe = recipes.package_scripts(scan, place).get(name)
        if recipe and "node_modules" not in path:
            return recipe, place
    return None


def _many_packages(scan: Scan, tool: str, arguments: tuple[str, ...], folder: str) -> list[Target]:
    """Resolve turbo, nx, lerna, npm-run-all and the like: names of scripts of any package."""
    words, options = _plain(
        arguments, ("-t", "--target", "--targets", "--scope", "--filter", "--parallel", "--base", "--head", "-c")
    )
    listed = options.get("-t", options.get("--target", options.get("--targets", "")))
    names = [name for name in re.split(r"[,\s]+", listed) if name]
    names += [w for w in words if w not in ("run", "run-many", "affected", "exec", "watch") and ":" not in w[:1]]
    targets = []
    for name in names:
        short = name.split(":")[-1] if tool == "nx" and name.count(":") == 1 else name
        found = _script(scan, folder, short)
        if tool == "nx" and (recipe := nx.targets(scan).get(short)):
            targets.append(Target(short, folder, recipe, tool))
        elif found or tool in ("turbo", "nx", "lerna"):
            targets.append(Target(short, found[1] if found else folder, found[0] if found else None, tool))
    return targets


def _simple(table: Callable[[Scan, str], Recipes], runner: str) -> Resolver:
    def resolver(scan: Scan, tool: str, arguments: tuple[str, ...], folder: str) -> list[Target]:
        words, options = _plain(arguments, ("-d", "--dir", "-f", "--justfile", "-t", "--taskfile", "-C"))
        place = posixpath.normpath(posixpath.join(folder, options.get("-d", options.get("--dir", ""))))
        known = table(scan, place) or table(scan, ".")
        if not words:
            return [Target("default", place, known.get(""), runner)]
        return [Target(word, place, known.get(word), runner) for word in words if word in known] or [
            Target(words[0], place, None, runner)
        ]

    return resolver


def _tox(scan: Scan, tool: str, arguments: tuple[str, ...], folder: str) -> list[Target]:
    words, options = _plain(
        arguments, ("-e", "-c", "--conf", "-m", "-f", "--workdir", "-x", "-r", "--installpkg", "--result-json")
    )
    place = posixpath.normpath(posixpath.join(folder, posixpath.dirname(options.get("-c", ""))))
    known = recipes.tox_environments(scan, place)
    listed = [name for name in re.split(r"[,\s]+", options.get("-e", "")) if name and name != "ALL"]
    if not listed and "-e" not in options and words and words[0] not in ("run", "run-parallel", "p", "r"):
        listed = [word for word in words if word in known]
    default = known.get("")
    names = listed or list(default.needs if default else ()) or ["testenv"]
    return [Target(name, place, tox_environment(known, name), "tox") for name in names[:60]]


def tox_environment(known: Recipes, name: str) -> Recipe | None:
    """Return the recipe of a tox environment: its own, one with the same factors, else the general one."""
    if name in known and known[name].script:
        return known[name]
    if "$" not in name and "{" not in name:
        factors = name.split("-")
        for other, recipe in known.items():
            if other and other != "testenv" and recipe.script and set(other.split("-")) == set(factors):
                return recipe
    return known.get("testenv")


def _nox(scan: Scan, tool: str, arguments: tuple[str, ...], folder: str) -> list[Target]:
    words, options = _plain(
        arguments,
        ("-s", "--session", "--sessions", "-e", "-f", "-t", "--tags", "-k", "-p", "-db", "--default-venv-backend"),
    )
    known = recipes.nox_sessions(scan, folder) or recipes.nox_sessions(scan, ".")
    listed = options.get("-s", options.get("--session", options.get("--sessions", options.get("-e", ""))))
    default = known.get("")
    names = [listed.split("-")[0].split("(")[0], *words] if listed else list(default.needs if default else ())
    return [Target(name, folder, known.get(name) or known.get(listed), "nox") for name in names if name]


def _composer(scan: Scan, tool: str, arguments: tuple[str, ...], folder: str) -> list[Target] | None:
    words, options = _plain(arguments, ("-d", "--working-dir"))
    words = words[1:] if words[:1] in (["run"], ["run-script"]) else words
    place = posixpath.normpath(posixpath.join(folder, options.get("-d", options.get("--working-dir", ""))))
    known = recipes.package_scripts(scan, place, "composer.json")
    return [Target(words[0], place, known[words[0]], "composer")] if words and words[0] in known else None


def _python_task(scan: Scan, tool: str, arguments: tuple[str, ...], folder: str) -> list[Target] | None:
    words, _ = _plain(arguments, ("-e", "--env", "--environment", "-p"))
    if tool in ("hatch", "rye", "pixi", "pdm"):
        if words[:1] != ["run"]:
            named = tool in ("pdm", "hatch") and words[:1] and words[0] in recipes.python_scripts(scan, folder)
            if not named:
                return None
        else:
            words = words[1:]
    known = recipes.python_scripts(scan, folder) or recipes.python_scripts(scan, ".")
    if not words:
        return None
    recipe = known.get(words[0]) or known.get(words[0].split(":")[-1])
    return [Target(words[0].split(":")[-1], folder, recipe, tool)] if recipe else None


def _cargo(scan: Scan, tool: str, arguments: tuple[str, ...], folder: str) -> list[Target] | None:
    words, _ = _plain(arguments)
    words = [word for word in words if not word.startswith("+")]
    if tool == "cargo" and words[:1] == ["make"]:
        known = recipes.toml_tasks(scan, posixpath.normpath(posixpath.join(folder, "Makefile.toml")), "tasks")
        return [Target(word, folder, known.get(word), "cargo make") for word in words[1:2] or ["default"]]
    if tool == "makers":
        known = recipes.toml_tasks(scan, posixpath.normpath(posixpath.join(folder, "Makefile.toml")), "tasks")
        return [Target(word, folder, known.get(word), "cargo make") for word in words[:1] or ["default"]]
    for path in (".cargo/config.toml", ".cargo/config"):
        known = recipes.toml_tasks(scan, path, "alias")
        if words and words[0] in known:
            return [Target(words[0], folder, known[words[0]], "cargo")]
    if words[:1] == ["xtask"] and len(words) > 1:
        return [Target(words[1], folder, None, "cargo xtask", True)]
    return None


def _mise(scan: Scan, tool: str, arguments: tuple[str, ...], folder: str) -> list[Target] | None:
    words, _ = _plain(arguments)
    if words[:1] not in (["run"], ["r"]) or len(words) < 2:
        return None
    for path in ("mise.toml", ".mise.toml", ".config/mise.toml"):
        known = recipes.toml_tasks(scan, path, "tasks")
        if words[1] in known:
            return [Target(words[1], folder, known[words[1]], "mise")]
    return [Target(words[1], folder, None, "mise")]


def _named(scan: Scan, tool: str, arguments: tuple[str, ...], folder: str) -> list[Target] | None:
    """Runners whose recipes are programs (invoke, rake, fab): the name is all that is read."""
    files: Mapping[str, tuple[str, ...]] = {
        "invoke": ("tasks.py", "tasks/__init__.py"),
        "inv": ("tasks.py", "tasks/__init__.py"),
        "fab": ("fabfile.py",),
        "doit": ("dodo.py",),
        "duty": ("duties.py",),
        "gulp": ("gulpfile.js",),
        "grunt": ("Gruntfile.js",),
        "mage": ("magefile.go",),
        "earthly": ("Earthfile",),
    }
    exists = any(path in scan.snapshot for path in files.get(tool, ()))
    words, _ = _plain(arguments)
    return [Target(word.lstrip("+"), folder, None, tool, exists) for word in words[:3]] or None


_RESOLVERS: Mapping[str, Resolver] = {
    "make": _make,
    "gmake": _make,
    "mingw32-make": _make,
    "nmake": _make,
    "npm": _package,
    "pnpm": _package,
    "yarn": _package,
    "bun": _package,
    "turbo": _many_packages,
    "nx": _many_packages,
    "lerna": _many_packages,
    "npm-run-all": _many_packages,
    "npm-run-all2": _many_packages,
    "run-s": _many_packages,
    "run-p": _many_packages,
    "just": _simple(recipes.justfile, "just"),
    "task": _simple(recipes.taskfile, "task"),
    "go-task": _simple(recipes.taskfile, "task"),
    "tox": _tox,
    "nox": _nox,
    "composer": _composer,
    "hatch": _python_task,
    "pdm": _python_task,
    "rye": _python_task,
    "pixi": _python_task,
    "poe": _python_task,
    "task-py": _python_task,
    "taskipy": _python_task,
    "cargo": _cargo,
    "makers": _cargo,
    "mise": _mise,
    "invoke": _named,
    "inv": _named,
    "fab": _named,
    "doit": _named,
    "duty": _named,
    "mage": _named,
}
