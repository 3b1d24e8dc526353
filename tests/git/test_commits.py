"""Commits are read once: in the order of git, remembered between runs, and never trusted further than data."""

from __future__ import annotations

import os
import random
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qmslint import cache
from qmslint.cli import run
from qmslint.repo import commitstore
from qmslint.repo.build import Step, build, moment, person
from qmslint.repo.gitcmd import Git
from qmslint.repo.history import History
from qmslint.repo.open import open_repository
from qmslint.repo.travel import at


def steps(count: int) -> list[Step]:
    start = moment("2024-01-01")
    return [
        Step(
            "commit",
            f"Change {n}\n\nBödy ☃ of {n}",
            start + n * 3600,
            person("Ada"),
            person("Grace"),
            {"a": str(n).encode()},
        )
        for n in range(count)
    ]


@contextmanager
def opened(path: Path, **options: object) -> Iterator[History]:
    repository = open_repository(path, cached=True, **options)  # type: ignore[arg-type]
    try:
        yield repository.history
    finally:
        repository.close()


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many commits each reading took from git."""
    found: list[int] = []
    stream = Git.stream

    @contextmanager
    def counting(self: Git, *arguments: str, **options: object) -> Iterator[Iterator[bytes]]:
        with stream(self, *arguments, **options) as chunks:  # type: ignore[arg-type]
            if "log" not in arguments:
                yield chunks
                return
            content = b"".join(chunks)
            found.append(content.count(b"\0") // 9)
            yield iter([content])

    monkeypatch.setattr(Git, "stream", counting)
    return found


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(commitstore, "FEWEST", 1)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def entry() -> Path:
    (found,) = cache.cache_folder().glob("commits-*")
    return found


def test_a_second_run_after_ten_new_commits_reads_ten(tmp_path: Path, asked: list[int]) -> None:
    folder = tmp_path / "repository"
    build(folder, steps(600))
    with opened(folder):
        pass
    build(folder, steps(610))
    with opened(folder) as history:
        assert len(history.commits) == 610
        assert history.commits[0].text.startswith("Change 609\n\nBödy ☃")
    assert asked == [600, 10]
    with opened(folder, rev="HEAD~50") as history:
        assert len(history.commits) == 560
    assert asked == [600, 10]


def test_enough_new_commits_are_remembered_too(tmp_path: Path, asked: list[int]) -> None:
    folder = tmp_path / "repository"
    for count in (100, 150, 150):
        build(folder, steps(count))
        with opened(folder) as history:
            assert len(history.commits) == count
    assert asked == [100, 50]


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content[: len(content) // 2],
        lambda content: b"",
        lambda content: b"\x80\x04cposix\nsystem\n(S'touch pwned'\ntR." + content,
        lambda content: content.replace(b"Change 7\n", b"Change 8\n"),
        lambda content: content.replace(b"commits 1 0", b"commits 2 0"),
        lambda content: b"qmslint commits 1 000000000001 00000000\n" + b"\xff\0" * 9,
    ],
)
def test_a_damaged_cache_is_read_anew(tmp_path: Path, damage: Callable[[bytes], bytes], asked: list[int]) -> None:
    folder = build(tmp_path / "repository", steps(40))
    with opened(folder) as history:
        expected = [(c.sha, c.message) for c in history.commits]
    entry().write_bytes(damage(entry().read_bytes()))
    with opened(folder) as history:
        assert [(c.sha, c.message) for c in history.commits] == expected
    assert asked == [40, 40]


def test_a_cache_others_can_write_to_is_not_used(tmp_path: Path, asked: list[int]) -> None:
    folder = build(tmp_path / "repository", steps(40))
    with opened(folder):
        entry().chmod(0o622)
    with opened(folder):
        assert asked == [40, 40]


def test_the_cache_of_another_repository_at_the_same_place_does_no_harm(tmp_path: Path) -> None:
    with opened(build(tmp_path / "repository", steps(40))):
        pass
    (tmp_path / "repository").rename(tmp_path / "old")
    with opened(build(tmp_path / "repository", steps(30)[5:])) as history:
        assert len(history.commits) == 25


def test_a_cache_folder_inside_the_examined_tree_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked: list[int]
) -> None:
    folder = build(tmp_path / "repository", steps(40))
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder / ".cache"))
    for _ in range(2):
        with opened(folder):
            pass
    assert asked == [40, 40]
    assert not (folder / ".cache").exists()


def test_a_shallow_clone_leaves_nothing_behind(tmp_path: Path, asked: list[int]) -> None:
    folder = build(tmp_path / "repository", steps(40), cut=10)
    with opened(folder) as history:
        assert len(history.commits) == 10
    (folder / "shallow").unlink()
    with opened(folder) as history:
        assert len(history.commits) == 40


def test_the_cache_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(4):
        with opened(build(tmp_path / f"r{number}", steps(40))):
            pass
    files = list(cache.cache_folder().glob("commits-*"))
    size = files[0].stat().st_size
    assert len(files) == 4
    monkeypatch.setattr(cache, "TOTAL_LIMIT", size * 2 + 100)
    with opened(build(tmp_path / "r5", steps(40))):
        pass
    assert len(list(cache.cache_folder().glob("commits-*"))) == 2
    monkeypatch.setattr(cache, "FILE_LIMIT", 1000)
    with opened(build(tmp_path / "r6", steps(40))) as history:
        assert len(history.commits) == 40
    assert len(list(cache.cache_folder().glob("*"))) == 2


@pytest.mark.parametrize("command", [["check", "--format", "json"], ["trend", "--format", "json"]])
def test_output_is_the_same_with_and_without_the_cache(
    tmp_path: Path, command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    folder = build(tmp_path / "repository", steps(80))
    build(folder, steps(100)[:-1])
    said = set()
    for options in (["--no-cache"], [], [], ["--no-cache"]):
        run([command[0], str(folder), *command[1:], *options, "--select", "t*", "--select", "c*"])
        said.add(capsys.readouterr().out)
    assert len(said) == 1
    assert list(cache.cache_folder().glob("commits-*"))


def test_no_cache_keeps_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = build(tmp_path / "repository", steps(80))
    run(["check", str(folder), "--no-cache", "--select", "req.licence-declared"])
    assert not cache.cache_base().exists()


def test_the_mail_map_of_each_revision_is_applied_as_git_does(make_repo: Callable[..., Path]) -> None:
    names = b"Ada Lovelace <ada@example.com> <ADA@example.org>\nGrace H <grace@example.org>\n"
    folder = make_repo(
        [*steps(3), Step("commit", "Map", moment("2025-01-01"), person("Linus"), files={".mailmap": names})]
    )
    repository = open_repository(folder)
    try:
        for rev in ("HEAD", "HEAD~1"):
            sha = repository.git.run("rev-parse", rev).decode().strip()
            there = at(repository, sha)
            options = ["-c", f"mailmap.blob={sha}:.mailmap", "log", "--format=%H %aN <%aE> %cN <%cE>", sha]
            expected = repository.git.run(*options).decode().splitlines()
            assert [f"{c.sha} {c.author} {c.committer}" for c in there.history.commits] == expected
            there.snapshot.close()
    finally:
        repository.close()


def graph(seed: int) -> bytes:
    """Return a stream for git fast-import: merges, equal times and clocks that go backwards."""
    chance = random.Random(seed)
    out = []
    for mark in range(1, 60):
        when = 1_000_000 + (mark // 3 if chance.random() < 0.8 else chance.randrange(60)) * 10
        out.append(f"commit refs/heads/b{mark}\nmark :{mark}\ncommitter A <a@b> {when} +0000\ndata 1\nx\n")
        if mark > 1:
            wanted = [chance.randrange(max(1, mark - 6), mark) for _ in range(chance.choice((1, 1, 2, 2, 3)))]
            for number, parent in enumerate(dict.fromkeys(wanted)):
                out.append(f"{'merge' if number else 'from'} :{parent}\n")
        elif mark > 1:
            out.append("\n")
    return "".join(out).encode() + b"reset refs/heads/main\nfrom :59\n\n"


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 10**6))
def test_remembered_commits_come_in_the_order_of_git(tmp_path: Path, seed: int) -> None:
    folder = tmp_path / str(seed)
    folder.mkdir(exist_ok=True)
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull}
    git = ["git", "-C", str(folder)]
    subprocess.run([*git, "init", "-q", "--bare"], env=environment, check=True)
    subprocess.run([*git, "fast-import", "--quiet", "--force"], input=graph(seed), env=environment, check=True)
    for start in ("b20", "b40"):
        for path in cache.cache_base().glob("*/*"):
            path.unlink()
        with opened(folder, rev=start):
            pass
        repository = open_repository(folder, "b59", cached=True)
        for name in ("b59", "b30", "b45", "b58", "b7"):
            sha = repository.git.run("rev-parse", name).decode().strip()
            expected = repository.git.run("log", "--format=%H", sha).decode().split()
            there = at(repository, sha)
            assert [commit.sha for commit in there.history.commits] == expected, (seed, start, name)
            there.snapshot.close()
        repository.close()


def test_runs_at_the_same_time_do_not_disturb_each_other(tmp_path: Path) -> None:
    folder = build(tmp_path / "repository", steps(300))

    def read(number: int) -> int:
        if number % 5 == 4:
            for path in cache.cache_folder().glob("commits-*"):
                path.unlink(missing_ok=True)
        with opened(folder, rev=f"HEAD~{number}") as history:
            return len(history.commits)

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(read, range(24))) == [300 - number for number in range(24)]
    assert not list(cache.cache_folder().glob(".partial-*"))
