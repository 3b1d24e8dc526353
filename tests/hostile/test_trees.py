"""Special, huge, deep and oddly named things in the tree neither stop nor fool the run."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from .ground import Ground, write

NAMES = ("README.md", "CHANGELOG.md", "CODEOWNERS", "qmslint.yml", ".gitignore", ".mailmap", ".qms", "docs", ".github")
PARTS = ("HEAD", "config", "index", "packed-refs", "shallow", "refs/heads/x", "objects/aa/x", "objects/info/alternates")


def _socket(path: Path) -> None:
    here = os.getcwd()
    os.chdir(path.parent)
    try:
        with socket.socket(socket.AF_UNIX) as end:
            end.bind(path.name)
    finally:
        os.chdir(here)


def _device(path: Path) -> None:
    try:
        os.mknod(path, 0o020666, os.makedev(1, 5))
    except PermissionError:
        pytest.skip("devices cannot be made here")


SPECIAL: dict[str, Callable[[Path], None]] = {"pipe": os.mkfifo, "socket": _socket, "device": _device}


@pytest.mark.slow
@pytest.mark.parametrize("kind", sorted(SPECIAL))
@pytest.mark.parametrize("name", NAMES)
def test_special_files_are_not_read(ground: Ground, kind: str, name: str) -> None:
    ground.start()
    place = ground.repo / name
    place.unlink(missing_ok=True)
    SPECIAL[kind](place)
    run = ground.examine(timeout=20)
    assert f"{name}: a special file, not read" in run.notes


@pytest.mark.slow
@pytest.mark.parametrize("part", PARTS)
def test_special_files_in_the_git_directory_are_not_waited_for(ground: Ground, part: str) -> None:
    ground.start()
    place = ground.repo / ".git" / part
    place.parent.mkdir(parents=True, exist_ok=True)
    place.unlink(missing_ok=True)
    os.mkfifo(place)
    run = ground.examine(timeout=20)
    if run.code == 2:
        assert run.stderr.count("\n") == 1
    else:
        assert run.notes or part == "objects/info/alternates"


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["README.md", "CHANGELOG.md", "qmslint.yml", ".gitignore", "pyproject.toml", "package.json"]
)
def test_a_file_of_eight_gigabytes_is_not_read(ground: Ground, name: str) -> None:
    ground.start()
    with open(ground.repo / name, "wb") as stream:
        stream.truncate(8 << 30)
    run = ground.examine(timeout=20)
    assert run.code == 2 if name == "qmslint.yml" else run.report["results"]
    # A tracked file is not put into the repository here: only the work tree has it.


def test_a_huge_blob_of_a_commit_is_not_read(ground: Ground) -> None:
    ground.start()
    ground.commit({"CHANGELOG.md": b"# Changelog\n" + b"x" * (20 << 20)}, "Large")
    run = ground.examine("--rev", "HEAD")
    assert "CHANGELOG.md: not read (large)" in run.notes


@pytest.mark.slow
@pytest.mark.parametrize("part", ["packed-refs", "index", "shallow", "config", "HEAD", "info/exclude", "FETCH_HEAD"])
def test_huge_parts_of_the_git_directory_are_not_read(ground: Ground, part: str) -> None:
    ground.start()
    with open(ground.repo / ".git" / part, "wb") as stream:
        stream.truncate(8 << 30)
    ground.examine(timeout=20)


def test_a_deep_tree_is_looked_at_as_far_as_the_bound(ground: Ground) -> None:
    ground.start()
    before = os.getcwd()
    os.chdir(ground.repo)
    try:
        for _ in range(600):
            os.mkdir("deeper-and-deeper")
            os.chdir("deeper-and-deeper")
        Path("README.md").write_text("x", encoding="utf-8")
    finally:
        os.chdir(before)
    assert "deeper than 64 levels" in ground.examine(timeout=30).notes


@pytest.mark.slow
def test_a_deep_tree_of_a_commit_is_looked_at_as_far_as_the_bound(ground: Ground) -> None:
    ground.start()
    tree = ground.git("rev-parse", "HEAD^{tree}")
    for _ in range(1500):
        tree = ground.git("mktree", input=f"040000 tree {tree}\td\n".encode())
    head = ground.git("commit-tree", tree, "-p", "HEAD", "-m", "Deep")
    ground.git("update-ref", "refs/heads/main", head)
    assert "deeper than 64 levels" in ground.examine("--rev", "HEAD", timeout=30).notes


@pytest.mark.slow
def test_very_many_files_end_at_the_bound(ground: Ground) -> None:
    ground.start()
    blob = ground.git("hash-object", "-w", "--stdin", input=b"x\n")
    tree = ground.git("mktree", input="".join(f"100644 blob {blob}\tf{n}\n" for n in range(1000)).encode())
    top = ground.git("mktree", input="".join(f"040000 tree {tree}\td{n}\n" for n in range(300)).encode())
    ground.git("update-ref", "refs/heads/main", ground.git("commit-tree", top, "-m", "Many"))
    assert "only the first 200000 files" in ground.examine("--rev", "HEAD", timeout=110).notes


@pytest.mark.slow
@pytest.mark.parametrize("name", ["..", ".git", ".", "a/../../x", ".GIT/config", "a//b", "/etc/passwd"])
def test_names_no_checkout_can_have_are_left_out(ground: Ground, name: str) -> None:
    ground.start()
    blob = bytes.fromhex(ground.git("hash-object", "-w", "--stdin", input=b"# x\n"))
    raw = b"100644 " + name.encode() + b"\0" + blob + b"100644 README.md\0" + blob
    tree = ground.git("hash-object", "-t", "tree", "-w", "--literally", "--stdin", input=raw)
    ground.git("update-ref", "refs/heads/main", ground.git("commit-tree", tree, "-m", "Odd"))
    run = ground.examine("--rev", "HEAD")
    assert "a path that no checkout can have" in run.notes or run.code == 2


ODD = (
    "new\nline.md",
    "\n::error file=x::pwned.md",
    "::error::pwned.md",
    "##vso[task.complete result=Failed]x.md",
    "##teamcity[buildStop].md",
    "a\n##[group]x.md",
    "section_start:1:x\r\x1b[0K.md",
    "\x1b[31mred\x1b[0m.md",
    "\x1b]8;;http:evil\x07link.md",
    "\x9b31m.md",
    "bell\x07.md",
    "back\x08space.md",
    "\u202egnp.md",
    "zero\u200bwidth\ufeff.md",
    "line\u2028separator.md",
    "tag\U000e0041.md",
    "\udcff\udcfe.md",
    "=cmd|' C'!A0.md",
    "-rf",
    "--output=x",
    ":(exclude)x",
    ":!x",
    "*",
    "[a-",
    "{a,b",
    "<script>alert(1)</script>.md",
    "]]><x.md",
    "![x](y).md",
    "`x`|y.md",
    "@everyone.md",
    "%0A::error::x.md",
    "x" * 250,
    "nul\u2400.md",
    "CON",
    "~",
    "$HOME.md",
    "$(touch x).md",
    "`touch x`.md",
    "; touch x.md",
    '"quoted".md',
    "back\\slash.md",
    " leading and trailing ",
    "[/].md",
    "[bold red]x[/bold red].md",
    ":warning:.md",
)


@pytest.mark.slow
@pytest.mark.parametrize("folder", ["", "docs/adr/", ".github/workflows/", "docs/risks/"])
def test_odd_names_break_out_of_nothing(ground: Ground, folder: str) -> None:
    ground.start({f"{folder}{name}": "# A title\n\nStatus: accepted\n" for name in ODD})
    for options in ((), ("--rev", "HEAD"), ("--staged",), ("-v",)):
        assert ground.examine(*options).report["results"]
    for arguments in (("diff", "HEAD~1"), ("diff", "HEAD~1", "--format", "markdown")):
        ground.command(*arguments)


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["new\nline", "\x1b[31mred", "\udcff", "::error::x", "##vso[x]y", "\u202ex", "a:b@c", "%s"]
)
def test_an_oddly_named_repository_breaks_out_of_nothing(ground: Ground, name: str) -> None:
    folder = ground.start(at=ground.repo / name)
    assert ground.examine(path=folder).report["results"]
    for wrong in (folder / "missing", folder / "README.md"):
        assert ground.run("check", str(wrong)).code == 2
        ground.keep(ground.run("check", str(wrong)), ground.inventory())


def test_a_folder_that_cannot_be_listed_is_told(ground: Ground) -> None:
    ground.start()
    (ground.repo / "locked").mkdir(0o000)
    run = ground.examine()
    if os.geteuid():
        assert "locked: cannot be listed" in run.notes


@pytest.mark.slow
def test_files_that_are_not_text_are_not_taken_for_it(ground: Ground) -> None:
    contents = (
        b"\xff\xfe# \0T\0",
        b"\0\0\0",
        b"\xff" * 100,
        b"\xef\xbb\xbf# Title\n",
        "# Ü\n".encode("latin-1"),
        b"\r" * 1000,
    )
    ground.start()
    for number, content in enumerate(contents):
        for name in ("README.md", "CHANGELOG.md", "CODEOWNERS", "docs/adr/0001-x.md", ".github/workflows/x.yml"):
            write(ground.repo / name, content)
        assert ground.examine().report["results"], number


@pytest.mark.parametrize("name", ["README.md", ".gitignore", ".github"])
def test_a_pipe_is_not_waited_for(ground: Ground, name: str) -> None:
    ground.start()
    (ground.repo / name).unlink(missing_ok=True)
    os.mkfifo(ground.repo / name)
    assert f"{name}: a special file, not read" in ground.examine(timeout=20).notes


def test_the_oddest_names_break_out_of_nothing(ground: Ground) -> None:
    ground.start(dict.fromkeys((f"docs/adr/{name}" for name in ODD), "# A title\n\nStatus: accepted\n"))
    assert ground.examine().report["results"]
