"""The same revision, packs and date give the same bytes, whatever the machine, the clone and the surroundings."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ..test_organisations import BUILD

pytestmark = pytest.mark.slow
SURROUNDINGS = (
    {"TZ": "UTC", "PYTHONHASHSEED": "0", "LC_ALL": "C.UTF-8"},
    {"TZ": "Pacific/Kiritimati", "PYTHONHASHSEED": "1", "LC_ALL": "C", "LANG": "C"},
    {"TZ": "America/St_Johns", "PYTHONHASHSEED": "4711", "LANGUAGE": "de", "LC_ALL": "", "LANG": "", "COLUMNS": "40"},
)


@pytest.fixture(scope="module")
def clones(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The same organisation as it was built, as a bare clone, as a packed clone with its index changed, and linked."""
    folder = tmp_path_factory.mktemp("clones")
    built = BUILD.make(BUILD.load("harbour"), folder / "built" / "harbour")
    git = ["git", "-c", "protocol.file.allow=always"]
    for options, name in (("--bare", "bare"), ("--no-local", "packed")):
        subprocess.run([*git, "clone", "-q", options, str(built), str(folder / name / "harbour")], check=True)
    subprocess.run(["git", "gc", "-q"], cwd=folder / "packed" / "harbour", check=True)
    (folder / "packed" / "harbour" / "README.md").write_text("changed\n", encoding="utf-8")
    linked = folder / "linked" / "harbour"
    subprocess.run(["git", "worktree", "add", "-q", "--detach", str(linked), "HEAD~3"], cwd=built, check=True)
    return [built, folder / "bare" / "harbour", folder / "packed" / "harbour", linked]


def printed(clone: Path, commit: str, form: str, surroundings: dict[str, str], cache: Path) -> bytes:
    whole = BUILD.load("harbour")
    packs = [part for pack in whole.packs for part in ("--pack", pack)]
    options = ["--rev", commit, "--as-of", str(whole.as_of), "--format", form, "--fail-on", "never", *packs]
    done = subprocess.run(
        [sys.executable, "-m", "qmslint", "check", str(clone), *options],
        env={**os.environ, **surroundings, "XDG_CACHE_HOME": str(cache)},
        capture_output=True,
        check=True,
        timeout=300,
    )
    return done.stdout


@pytest.mark.parametrize("form", ["json", "html", "terminal", "sarif"])
def test_the_same_bytes_everywhere(clones: list[Path], form: str, tmp_path: Path) -> None:
    commit = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=clones[0], check=True, capture_output=True, text=True
    ).stdout.strip()
    first, *others = SURROUNDINGS
    expected = printed(clones[0], commit, form, first, tmp_path)
    assert len(expected) > 2000
    # The second run of the same clone is from the cache.
    assert printed(clones[0], commit, form, first, tmp_path) == expected
    for number, clone in enumerate(clones[1:]):
        surroundings = others[number % len(others)]
        assert printed(clone, commit, form, surroundings, tmp_path / str(number)) == expected, clone.parent.name


@pytest.mark.skipif(sys.platform != "linux", reason="processes are split off on Linux only")
@pytest.mark.parametrize("form", ["json", "html"])
def test_the_same_development_on_one_core_and_on_several(clones: list[Path], form: str, tmp_path: Path) -> None:
    if len(os.sched_getaffinity(0)) < 2:
        pytest.skip("this machine has one core")
    command = [sys.executable, "-m", "qmslint", "trend", str(clones[0]), "--points", "7", "--format", form]
    only = min(os.sched_getaffinity(0))
    env = {**os.environ, "XDG_CACHE_HOME": str(tmp_path)}

    def bind() -> None:
        os.sched_setaffinity(0, {only})

    several = subprocess.run(command, env=env, capture_output=True, check=True, timeout=300)
    alone = subprocess.run(command, env=env, capture_output=True, check=True, timeout=300, preexec_fn=bind)
    assert len(alone.stdout) > 2000
    assert several.stdout == alone.stdout
