"""The import table of docs/developing.md is true of the code."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "qmslint"
MODULES = sorted(SOURCE.rglob("*.py"))
LAYERS: dict[str, set[str]] = {
    # what a package may import of the project, besides itself
    "model": set(),
    "repo": {"errors", "cache"},
    "facts": {"errors", "model", "repo", "patterns", "settings", "lineyaml", "plaintoml", "derive"},
    "kinds": {"errors", "model", "facts", "patterns", "derive", "settings", "repo"},
    "packs": {"", "errors", "model", "derive", "forms", "lineyaml", "kinds", "cache", "patterns", "settings", "repo"},
    "engine": {
        "",
        "errors",
        "model",
        "facts",
        "kinds",
        "packs",
        "repo",
        "settings",
        "forms",
        "derive",
        "config",
        "lineyaml",
        "patterns",
    },
    "report": {"", "model"},
    "cli": {
        "",
        "errors",
        "model",
        "engine",
        "facts",
        "packs",
        "repo",
        "report",
        "settings",
        "config",
        "derive",
        "forms",
    },
}


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.relative_to(SOURCE).as_posix())
def test_imports_go_one_direction(path: Path) -> None:
    parts = path.relative_to(SOURCE).parts
    package = parts[0] if len(parts) > 1 else ""
    if package not in LAYERS:
        return
    allowed = LAYERS[package] | {package, "quick"}
    for name in imports(path):
        if name.split(".")[0] != "qmslint" or name == "qmslint":
            continue
        top = name.split(".")[1]
        if (SOURCE / top).is_dir() or (SOURCE / f"{top}.py").exists():
            assert top in allowed, f"{path.name} imports qmslint.{top}"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.relative_to(SOURCE).as_posix())
def test_only_one_door_to_processes_and_yaml(path: Path) -> None:
    names = {name.split(".")[0] for name in imports(path) if not name.startswith("urllib.parse")}
    where = path.relative_to(SOURCE).as_posix()
    if where not in ("repo/gitcmd.py", "repo/objects.py"):
        assert "subprocess" not in names
    if where != "lineyaml.py":
        assert "yaml" not in names
    if where != "plaintoml.py":
        assert "tomllib" not in names
    # What a process that was split off found is read back from a file that has no name.
    assert not names & {"pickle", "marshal", "shelve"} or where == "engine/cores.py"
    assert not names & {"git", "pydriller"}
    if where.startswith(("kinds/", "facts/")):
        assert not names & {"os", "socket", "urllib", "http", "tempfile", "shutil", "pathlib"}


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.relative_to(SOURCE).as_posix())
def test_text_is_never_run(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        # Methods of values are written from the names of their fields, as the standard library does it.
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and path.name != "quick.py":
            assert node.func.id not in ("eval", "exec", "compile", "__import__"), node.lineno
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "os":
            assert node.attr not in ("system", "popen", "execv", "execve", "spawnv"), node.lineno
            assert node.attr != "fork" or path.name == "cores.py", node.lineno


def test_quick_help_is_what_the_parser_prints() -> None:
    from click.testing import CliRunner

    from qmslint.cli import HELP
    from qmslint.cli.group import cli

    printed = CliRunner().invoke(cli, ["--help"], prog_name="qmslint").output
    assert printed.split() == HELP.split()


def test_help_loads_nothing_heavy() -> None:
    import subprocess

    code = (
        "import sys\n"
        "from qmslint.cli import run\n"
        "run(['--help'])\n"
        "print(sorted({m.split('.')[0] for m in sys.modules} & "
        "{'git','rich','jsonschema','pydriller','yaml','re2','pathspec','jinja2'}))\n"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.splitlines()[-1] == "[]"
