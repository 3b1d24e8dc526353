"""``check --staged`` judges what the commit at hand would hold, asked by a real pre-commit hook."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from qmslint.repo.open import open_repository

LICENCE = "MIT License\n\nPermission is hereby granted, free of charge, to any person obtaining a copy\n" * 3
HOOK = """\
#!/bin/sh
exec {python} -c 'from qmslint.cli import main; main()' check --staged --select req.licence-declared --fail-on ofi -q
"""


class Work:
    """A repository with a work tree and the hook."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        self.git("init", "-q", "-b", "main")
        hook = folder / ".git" / "hooks" / "pre-commit"
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(HOOK.format(python=shlex.quote(sys.executable)))
        hook.chmod(0o755)

    def git(self, *arguments: str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
        who = {f"GIT_{role}_{what}": value for role in ("AUTHOR", "COMMITTER") for what, value in (("NAME", "Ada"), ("EMAIL", "ada@example.org"))}  # fmt: skip
        env = {**os.environ, **who, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
        command = ["git", *arguments]
        return subprocess.run(command, cwd=folder or self.folder, env=env, capture_output=True, text=True, check=False)

    def commits(self, *arguments: str, folder: Path | None = None) -> bool:
        """Say whether the hook let a commit through."""
        done = self.git("commit", "-q", "-m", "Change", *arguments, folder=folder)
        assert done.returncode == 0 or "req.licence-declared" in done.stdout + done.stderr, done
        return done.returncode == 0

    def write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text)


@pytest.fixture
def work(tmp_path: Path) -> Work:
    made = Work(tmp_path / "work")
    made.write("main.py", "x = 1\n")
    made.write("LICENSE", LICENCE)
    made.git("add", ".")
    assert made.commits()
    return made


def test_an_untracked_file_does_not_count(tmp_path: Path) -> None:
    work = Work(tmp_path / "work")
    work.write("main.py", "x = 1\n")
    work.write("LICENSE", LICENCE)
    work.git("add", "main.py")
    assert not work.commits()
    work.git("add", "--intent-to-add", "LICENSE")
    assert not work.commits()
    work.git("add", "LICENSE")
    assert work.commits()


def test_a_staged_deletion_counts_although_the_file_is_there(work: Work) -> None:
    work.git("rm", "-q", "--cached", "LICENSE")
    assert (work.folder / "LICENSE").exists()
    assert not work.commits()


def test_a_deletion_that_is_not_staged_only_counts_with_all(work: Work) -> None:
    (work.folder / "LICENSE").unlink()
    work.write("main.py", "x = 2\n")
    assert not work.commits("-a")
    work.git("add", "main.py")
    assert work.commits()


def test_staged_content_counts_not_that_of_the_work_tree(work: Work) -> None:
    work.write("LICENSE", "")
    work.git("add", "LICENSE")
    work.write("LICENSE", LICENCE)
    assert not work.commits()
    assert work.commits("-a", "--allow-empty")


def test_a_partial_commit_is_judged_by_its_own_files(work: Work) -> None:
    work.git("rm", "-q", "--cached", "LICENSE")
    work.write("main.py", "x = 3\n")
    assert work.commits("main.py")
    assert work.git("show", "HEAD:LICENSE").stdout == LICENCE
    assert not work.commits("--include", "main.py")
    (work.folder / "LICENSE").unlink()
    assert not work.commits("LICENSE")


def test_amending_and_linked_work_trees(work: Work) -> None:
    linked = work.folder.parent / "linked"
    assert work.git("worktree", "add", "-q", "-b", "topic", str(linked)).returncode == 0
    (linked / "main.py").write_text("x = 4\n")
    assert work.commits("-a", folder=linked)
    (linked / "LICENSE").unlink()
    assert not work.commits("-a", folder=linked)
    assert not work.commits("--amend", "-a", folder=linked)
    assert work.commits("--allow-empty", "--amend")


def test_a_repository_of_the_newest_index_form(work: Work) -> None:
    work.git("update-index", "--index-version", "4")
    work.write("empty", "")
    work.git("add", "empty")
    assert work.commits()
    work.git("rm", "-q", "--cached", "LICENSE")
    work.git("add", "--intent-to-add", "LICENSE")
    assert not work.commits()


@pytest.mark.parametrize("version", ["2", "4"])
def test_what_is_only_meant_to_be_added_is_not_in_the_commit(work: Work, version: str) -> None:
    work.git("update-index", "--index-version", version)
    for name in ("empty", "meant", "a\tb"):
        work.write(name, "")
    work.git("add", "empty")
    work.git("add", "--intent-to-add", "meant", "a\tb")
    repository = open_repository(work.folder, staged=True)
    try:
        assert repository.snapshot.paths == ("LICENSE", "empty", "main.py")
    finally:
        repository.close()
