"""Recognise what commands do: wrappers taken off, targets and scripts followed, word lists looked up."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from dataclasses import replace

from qmslint.facts.base import Scan, fact
from qmslint.facts.pipelines import recipes, shell, targets
from qmslint.facts.pipelines.known import Known
from qmslint.facts.pipelines.maven import default_goals, plugins_of
from qmslint.facts.pipelines.model import Bypass, Place
from qmslint.facts.pipelines.targets import Target
from qmslint.facts.pipelines.vocabulary import Words, vocabulary
from qmslint.facts.pipelines.wrappers import PROGRAM, tool_of, unwrap
from qmslint.facts.sources import evidence_paths
from qmslint.patterns import compile_pattern

DEPTH = 5
"""How many scripts and targets are followed from one command."""
COMMANDS = 400
"""How many commands of one script are looked at."""

_TASKS = frozenset({("pixi", "run"), ("pdm", "run"), ("rye", "run")})
_SHELLS = frozenset({"bash", "sh", "zsh", "dash", "ksh", "ash", "busybox"})


def script(
    scan: Scan,
    text: str,
    place: Place,
    folder: str = "",
    stops: bool = True,
    depth: int = 0,
    seen: tuple[str, ...] = (),
) -> list[Known]:
    """Return what the commands of a script do.

    Parameters
    ----------
    text : str
        The script.
    place : Place
        Where it begins.
    folder : str
        Working directory, relative to the top.
    stops : bool
        Whether the shell stops at the first failing command.
    depth, seen : int, tuple of str
        How deep the script is nested, and in what.
    """
    found: list[Known] = []
    here = folder
    for command in shell.split(text, stops)[:COMMANDS]:
        words = command.words
        if words[0] in ("cd", "pushd") and len(words) > 1 and "$" not in words[1]:
            here = posixpath.normpath(posixpath.join(here, words[1])) if not words[1].startswith("/") else folder
            continue
        at = Place(place.path, place.line + command.line if place.line else 0)
        for known in _command(scan, words, at, here, depth, seen):
            bypass = known.bypass
            if command.ignored and bypass is None:
                bypass = Bypass(command.ignored, at)
            found.append(replace(known, line=command.line, bypass=bypass, text=known.text or command.text))
    return found


def _command(
    scan: Scan, words: tuple[str, ...], at: Place, folder: str, depth: int, seen: tuple[str, ...]
) -> list[Known]:
    vocab = vocabulary(scan)
    extra: list[Known] = []
    text = " ".join(words)
    # What such a runner is given is a task of the repository before it is a program.
    if words[:2] in _TASKS and depth < DEPTH and (named := targets.resolve(scan, words[0], words[1:], folder)):
        return [found for target in named for found in _target(scan, target, at, depth, seen)]
    words, image = unwrap(vocab, words, extra)
    if not words:
        classes = vocab.part("images", image) if image else None
        return [*extra, Known(image, text, classes, image=image, words=(image,))] if classes else extra
    tool = tool_of(vocab, words[0])
    arguments = words[1:]
    if tool in _SHELLS or tool in ("pwsh", "powershell", "cmd"):
        return extra + _shell(scan, tool, arguments, at, folder, depth, seen)
    if tool in (
        "nix",
        "nix-shell",
        "su",
        "runuser",
        "chroot",
        "eval",
        "concurrently",
        "parallel",
        "start-server-and-test",
        "retry",
    ):
        inner = _quoted(tool, arguments)
        if inner:
            return extra + script(scan, inner, at, folder, depth=depth + 1, seen=seen) if depth < DEPTH else extra
    if tool in ("pre-commit", "prek"):
        return extra + _hooks(scan, arguments, at, folder, depth)
    resolved = targets.resolve(scan, tool, arguments, folder) if depth < DEPTH else None
    if resolved is not None:
        for target in resolved:
            extra += _target(scan, target, at, depth, seen)
        return extra
    return extra + _looked_up(scan, vocab, words, tool, text, at, folder, depth, seen, image)


def _looked_up(
    scan: Scan,
    vocab: Words,
    words: tuple[str, ...],
    tool: str,
    text: str,
    at: Place,
    folder: str,
    depth: int,
    seen: tuple[str, ...],
    image: str,
) -> list[Known]:
    arguments = words[1:]
    if tool == "mvn" and all(word.startswith("-") for word in arguments):
        arguments = (*arguments, *default_goals(scan))
    classes = vocab.command(tool, arguments)
    if tool == "manage.py" and arguments[:1] == ("test",):
        classes = frozenset({"test"})
    if classes is None:
        followed = _file(scan, words[0], at, folder, depth, seen)
        if followed is not None:
            return followed
        if len(arguments) > 1 and words[0].endswith(".sh"):
            # A set-up script that gets the command to run: tools/with-services.sh pytest
            return _command(scan, arguments, at, folder, depth + 1, seen) if depth < DEPTH else []
        return [Known(tool, text, frozenset(), words=words, indicated=frozenset())]
    if tool in ("ct",) and not scan.glob("Chart.yaml"):
        classes = frozenset()
    flag = vocab.neutral_flag(arguments) or lenient(scan, tool, arguments, classes)
    bypass = Bypass(flag, at) if flag else None
    if tool == "mvn":
        added = [
            Known(tool, f"{item.plugin} by {text}", item.classes, bypass=bypass or item.bypass, words=words)
            for item in plugins_of(scan, arguments)
        ]
        return [Known(tool, text, classes, bypass=bypass, words=words, image=image), *added]
    if tool == "gradle":
        classes |= _gradle_plugins(scan, arguments, classes)
    return [Known(tool, text, classes, bypass=bypass, words=words, image=image)]


_FINDERS = frozenset({"sca", "sast", "secret", "licence", "iac-scan"})


def lenient(scan: Scan, tool: str, arguments: Sequence[str], classes: frozenset[str]) -> str:
    """Return why a tool that is asked only to report cannot fail a run, or an empty string.

    A report in SARIF goes to a platform that may stop the change itself.  Where the setting is made anywhere, which runs it
    reaches is not worked out.
    """
    ways = scan.words("steps", "lenient").get(tool, ())
    said = any(word.partition("=")[0] in ways for word in arguments)
    if (
        not ways
        or not classes & _FINDERS
        or said
        or "sarif" in " ".join(arguments).lower()
        or _set_somewhere(scan, tool)
    ):
        return ""
    return f"ends well whatever it finds without {ways[0] if ways[0].startswith('-') else ways[1]}"


@fact
def _set_somewhere(scan: Scan, tool: str) -> bool:
    """Say whether the setting that makes findings of a tool fail a run is named in a file that could make it."""
    ways = [way for way in scan.words("steps", "lenient")[tool] if len(way) > 3 and way != "--error"]
    names = {way.strip("-:") for way in ways}
    paths = evidence_paths(scan, tuple(scan.words("steps", "lenient_files")))[:COMMANDS]
    return any(
        name in text for path in paths if (text := scan.text(path)) and tool.partition(".")[0] in text for name in names
    )


@fact
def _gradle_text(scan: Scan) -> str:
    globs = ("build.gradle", "build.gradle.kts", "libs.versions.toml", "buildSrc/**/*.gradle*")
    return "\n".join(scan.text(path) or "" for path in scan.glob(*globs)[:40]).lower()


def _gradle_plugins(scan: Scan, arguments: Sequence[str], classes: frozenset[str]) -> frozenset[str]:
    """Return what plug-ins of Gradle add to the tasks that are asked for."""
    tasks = {word.rpartition(":")[2] for word in arguments}
    kinds = classes | ({"check"} if tasks & {"check", "build", "buildNeeded"} else set())
    text = _gradle_text(scan)
    return frozenset(
        row["is"]
        for row in scan.words("steps", "build_plugins", "gradle")
        if row["at"] in kinds
        and row["plugin"] in text
        and ("bound" not in row or compile_pattern(row["bound"]).search(text))
    )


def _shell(
    scan: Scan, tool: str, arguments: tuple[str, ...], at: Place, folder: str, depth: int, seen: tuple[str, ...]
) -> list[Known]:
    stops = tool in ("pwsh", "powershell", "cmd")
    for index, word in enumerate(arguments):
        letters = word.startswith("-") and not word.startswith("--")
        if (letters and word.endswith("c")) or word.lower() in ("-command", "/c"):
            inner = " ".join(arguments[index + 1 : index + 2] if letters and not stops else arguments[index + 1 :])
            return script(scan, inner, at, folder, stops or "e" in word, depth + 1, seen) if depth < DEPTH else []
        if word.lower() in ("-file", "-noprofile", "-noninteractive") or word.startswith("-") or word in ("pipefail",):
            continue
        return _file(scan, word, at, folder, depth, seen) or []
    return []


def _quoted(tool: str, arguments: tuple[str, ...]) -> str:
    if tool in ("concurrently", "parallel", "start-server-and-test", "eval"):
        return "\n".join(a for a in arguments if not a.startswith("-") and " " in a)
    for index, word in enumerate(arguments):
        if word in ("-c", "--command", "--run"):
            rest = arguments[index + 1 :]
            return rest[0] if len(rest) == 1 or word == "--run" else " ".join(_quote(w) for w in rest)
    return ""


def _quote(word: str) -> str:
    return f"'{word}'" if re.search(r"[\s;&|]", word) and "'" not in word else word


def _file(scan: Scan, word: str, at: Place, folder: str, depth: int, seen: tuple[str, ...]) -> list[Known] | None:
    """Follow a script of the repository; ``None`` when there is no such file."""
    clean = word.replace("$GITHUB_WORKSPACE", ".").replace("${GITHUB_WORKSPACE}", ".").replace("{toxinidir}", ".")
    clean = clean.replace("$CI_PROJECT_DIR", ".").replace("{toxinidir:}", ".").replace("\\", "/")
    if "$" in clean or not clean or clean.startswith(("/", "http")):
        return None
    path = next(
        (
            p
            for p in (posixpath.normpath(posixpath.join(folder, clean)), posixpath.normpath(clean))
            if p in scan.snapshot
        ),
        "",
    )
    if not path or (
        clean == word and "/" not in word and not PROGRAM.search(word) and not word.endswith((".sh", ".ps1", ".bat"))
    ):
        return None
    vocab = vocabulary(scan)
    name = posixpath.basename(path)
    by_name = vocab.name(name.rsplit(".", 1)[0] if "." in name else name) & _NAMEABLE
    if path in seen or depth >= DEPTH:
        return []
    text = scan.text(path) or ""
    place = Place(path, 1)
    if PROGRAM.search(path) or re.match(r"#!.*\b(?:python|node|ruby|perl|php)", text):
        return [Known(name, word, by_name, via=(Place(path),), origin="target", sure=False, words=(word,))]
    windows = path.endswith((".ps1", ".bat", ".cmd"))
    stops = (
        windows
        or bool(re.match(r"#!\S*sh\S* .*-\w*e|#!.*\bbash .*-e", text))
        or bool(re.search(r"(?m)^[ \t]*set -\w*e", text[:4000]))
    )
    inner = script(scan, text, place, folder, stops, depth + 1, (*seen, path))
    return _with_name(inner, name, by_name, word, place, vocab)


_NAMEABLE = frozenset(
    {"test", "build", "lint", "typecheck", "format", "coverage", "docs", "deploy", "rollback", "publish"}
)


def _with_name(
    inner: list[Known], name: str, by_name: frozenset[str], text: str, place: Place, vocab: Words
) -> list[Known]:
    """Return what a recipe's commands do; its name counts where one of its commands is not understood."""
    found = [
        replace(
            k,
            via=(replace(place, line=place.line + k.line if place.line and k.origin != "name" else place.line), *k.via),
        )
        for k in inner
        if k.classes
    ]
    # The lines of the inner commands have been kept in `via`; towards the outside the call itself is the place.
    strange = [
        k
        for k in inner
        if not k.classes and not k.indicated and k.tool not in vocab.everyday and not vocab.known(k.tool)
    ]
    if by_name and strange:
        known = frozenset(item for k in found for item in k.classes)
        if by_name - known:
            worst = next((k.bypass for k in strange if k.bypass), None) if all(k.bypass for k in strange) else None
            found.append(Known(name, text, by_name - known, via=(place,), origin="target", sure=False, bypass=worst))
    return found or (
        [Known(name, text, frozenset(), indicated=by_name, via=(place,), origin="target")] if by_name else []
    )


def _target(scan: Scan, target: Target, at: Place, depth: int, seen: tuple[str, ...]) -> list[Known]:
    """Return what a named recipe does, with the recipes it needs."""
    vocab = vocabulary(scan)
    by_name = vocab.name(target.name) & _NAMEABLE
    if target.runner == "make" and target.name in ("all", "check"):
        by_name |= {"build"} if target.name == "all" else {"test"}
    text = f"{target.runner} {target.name}"
    recipe = target.recipe
    if recipe is None:
        if target.generated and by_name:
            return [Known(target.runner, text, by_name, origin="target", sure=False)]
        return [Known(target.runner, text, frozenset(), indicated=by_name, origin="name")] if by_name else []
    key = f"{recipe.place.path}\0{target.name}"
    if key in seen or depth >= DEPTH:
        return []
    inner = script(
        scan, _substituted(recipe.script, target), _body(recipe), target.folder, True, depth + 1, (*seen, key)
    )
    found = _with_name(inner, target.name, by_name, text, _body(recipe), vocab)
    for name in recipe.needs[:40]:
        found += _needed(scan, target, name, at, depth, (*seen, key))
    if target.runner == "tox" and any("test" in k.classes for k in found):
        found.append(Known("tox", text, frozenset({"install", "build"}), via=(recipe.place,), origin="target"))
    return found


def _body(recipe: recipes.Recipe) -> Place:
    path, line = recipe.place.path, recipe.place.line
    return Place(
        path, line + 1 if posixpath.basename(path).lower() in ("makefile", "gnumakefile", "justfile") else line
    )


def _substituted(text: str, target: Target) -> str:
    if target.runner == "tox":
        return (
            re.sub(r"\{posargs:?([^{}]*)\}", r"\1", text).replace("{envpython}", "python").replace("{toxinidir}/", "./")
        )
    if target.runner == "make":
        return (
            re.sub(r"\$[({](?:PYTHON3?|RUN|VENV|POETRY|UV)[)}]/?", "", text)
            .replace("$(MAKE)", "make")
            .replace("$(GO)", "go")
            .replace("$(CARGO)", "cargo")
            .replace("$(NPM)", "npm")
        )
    return text.replace("@php ", "php ").replace("\n@", "\ncomposer ") if target.runner == "composer" else text


def _needed(scan: Scan, target: Target, name: str, at: Place, depth: int, seen: tuple[str, ...]) -> list[Known]:
    tables = {
        "make": lambda: recipes.makefile(scan, target.folder),
        "just": lambda: recipes.justfile(scan, target.folder),
        "task": lambda: recipes.taskfile(scan, target.folder),
        "cargo make": lambda: recipes.toml_tasks(
            scan, posixpath.normpath(posixpath.join(target.folder, "Makefile.toml")), "tasks"
        ),
    }
    table = tables.get(target.runner)
    recipe = table().get(name) if table else None
    if recipe is None:
        return []
    return _target(scan, Target(name, target.folder, recipe, target.runner), at, depth + 1, seen)


def _hooks(scan: Scan, arguments: tuple[str, ...], at: Place, folder: str, depth: int) -> list[Known]:
    """Return what the hooks that ``pre-commit run`` calls do."""
    vocab = vocabulary(scan)
    if arguments[:1] == ("autoupdate",):
        return [Known("pre-commit", "pre-commit autoupdate", frozenset({"update"}), words=("pre-commit",))]
    if arguments and arguments[0] not in ("run",) and not arguments[0].startswith("-"):
        return []
    chosen = next((word for word in arguments[1:] if not word.startswith("-")), "")
    found = []
    for hook in recipes.hooks(scan):
        if chosen and hook.id != chosen and chosen not in ("all-files", "HEAD", "origin/main"):
            continue
        if hook.stages and not {"pre-commit", "commit", "push", "pre-push"} & set(hook.stages):
            continue
        classes = vocab.hook(hook.id, hook.address)
        if hook.address == "local" and not classes and hook.entry and depth < DEPTH:
            inner = script(scan, hook.entry, hook.place, folder, depth=depth + 1)
            found += [replace(k, via=(hook.place, *k.via)) for k in inner if k.classes]
            continue
        flag = vocab.neutral_flag(tuple(hook.entry.split()))
        bypass = Bypass(flag, hook.place) if flag else None
        if classes:
            found.append(
                Known(
                    hook.id,
                    f"pre-commit hook {hook.id}",
                    classes,
                    via=(hook.place,),
                    origin="action",
                    bypass=bypass,
                    version=hook.revision,
                )
            )
    return found


def call_pre_commit(scan: Scan, at: Place) -> list[Known]:
    """Return what an action that runs pre-commit does."""
    return _hooks(scan, ("run",), at, "", 0)
