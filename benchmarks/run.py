"""Measure the program against bare Python and against plain git, in the same run.

The floor of a repository is listing its files followed by one ``git log`` that prints the fields the program reads.
Runs are interleaved and medians of their ratios are told, because machines are noisy; only ratios mean anything.
Each ratio stands beside its goal, and is one of processor time, of the processes that were started too: a busy machine
changes it least.  The ratio of wall time stands behind it.  The cache is one of the benchmark's own, so that a first check is a first one.

    python -m compileall -q src                    # once, where Python may not write its compiled files
    python benchmarks/run.py                       # repositories made here: 300, 3,000 and 20,000 commits
    python benchmarks/run.py --commits 200000      # made here, of this size
    python benchmarks/run.py PATH...               # given repositories
    python benchmarks/run.py --readers PATH...     # also what GitPython and PyDriller cost on them
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from qmslint import cache
from qmslint.repo.build import Step, build, person
from qmslint.repo.history import LOG_FORMAT

HERE = Path(sys.executable).parent
PROGRAM = str(HERE / "qmslint") if (HERE / "qmslint").exists() else shutil.which("qmslint") or "qmslint"
CHECK = [PROGRAM, "check", "--fail-on", "never", "--format", "json"]
BARE = [sys.executable, "-c", "pass"]
LARGE = 50_000
"""Commits from which on the goals of large histories hold."""
MEMORY = 500
"""MB of the program's own process at most."""
HOOK_FILES = 5_000


@dataclass(frozen=True)
class Cost:
    """One run: seconds of wall and processor time, and peak resident memory in MB of the largest single process."""

    seconds: float
    cpu: float
    megabytes: float


def run(arguments: list[str], folder: Path | None = None) -> Cost:
    """Run a command with its output thrown away and return what it cost."""
    start = time.perf_counter()
    process = subprocess.Popen(arguments, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, _, usage = os.wait4(process.pid, 0)
    return Cost(time.perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def floor(repository: Path) -> Cost:
    """Return the cost of listing the files and printing the history with plain git."""
    git = ["git", "-C", str(repository)]
    bare = (repository / "HEAD").exists()
    listing = run([*git, *(["ls-tree", "-r", "HEAD"] if bare else ["ls-files"])])
    history = run([*git, "log", "-z", LOG_FORMAT])
    return Cost(
        listing.seconds + history.seconds,
        listing.cpu + history.cpu,
        max(listing.megabytes, history.megabytes),
    )


def made(commits: int, files: int) -> Iterator[Step]:
    """Yield the history of a made-up repository: topic branches, squashes, tickets, releases and documents."""
    start = 1_300_000_000
    every = max(1, (1_780_000_000 - start) // commits)
    for number in range(commits):
        when = start + number * every
        who = person(("Ada", "Grace", "Linus", "Margaret")[number % 4])
        path = f"src/part{number % 40}/module{number % files}.py"
        content = {path: f"value = {number}\n".encode()}
        if number % 9 == 0:
            text = f"# Part {number % files}\n\n" + "Words about this part of the product. " * 12
            content[f"docs/part{number % files}.md"] = text.encode()
        text = (
            f"Change part {number % 40} (#{number})\n\nRefs: QMS-{number % 700}\n\nReviewed-by: {person('Barbara')}\n"
        )
        yield Step("commit", text, when, who, "GitHub <noreply@github.com>", content)
        if number % 250 == 249:
            yield Step("tag", f"v1.{number // 250}.0", when, who, message=f"Release 1.{number // 250}.0")


def grown(steps: list[Step], more: int = 10) -> list[Step]:
    """Return a history with some commits added at its end."""
    last = max(step.when for step in steps)
    new = [
        Step("commit", f"More ({n})", last + 60 * n + 60, person("Ada"), files={"more.py": b"x = %d\n" % n})
        for n in range(more)
    ]
    return [*steps, *new]


@dataclass(frozen=True)
class Ratio:
    """How two costs compare, and the seconds of processor time and the peak memory of the first."""

    cpu: float
    wall: float
    seconds: float
    megabytes: float


def compare(rounds: int, one: Callable[[], Cost], other: Callable[[], Cost]) -> Ratio:
    """Return the medians over interleaved runs."""
    pairs = [(one(), other()) for _ in range(rounds)]
    return Ratio(
        statistics.median(a.cpu / b.cpu for a, b in pairs),
        statistics.median(a.seconds / b.seconds for a, b in pairs),
        statistics.median(a.cpu for a, _ in pairs),
        max(a.megabytes for a, _ in pairs),
    )


def tell(name: str, what: str, found: Ratio, against: str, goal: float) -> None:
    """Print one line."""
    verdict = "within" if found.cpu <= goal else "OVER"
    bounded = "" if found.megabytes <= MEMORY else f", OVER {MEMORY} MB"
    print(
        f"{name:<22} {what:<24} {found.cpu:6.2f} × {against:<11} goal {goal:<4g} {verdict:<6}  wall {found.wall:6.2f} ×"
        f"  {found.seconds * 1000:7.0f} ms  peak {found.megabytes:4.0f} MB{bounded}",
        flush=True,
    )


def forget() -> None:
    """Remove the remembered commits, and keep the compiled rules."""
    for path in cache.cache_folder().glob("commits-*"):
        path.unlink()


def measure(name: str, repository: Path, commits: int, rounds: int) -> None:
    """Compare a first check and one from the cache with the floor, and a development with a check."""
    command = [*CHECK, str(repository)]
    run(command)
    floor(repository)

    def first() -> Cost:
        forget()
        return run(command)

    large = commits >= LARGE
    tell(name, "first check", compare(rounds, first, lambda: floor(repository)), "floor", 2.5 if large else 7)
    result = compare(rounds, lambda: run(command), lambda: floor(repository))
    tell(name, "second check", result, "floor", 2.0 if large else 7)
    trend = [PROGRAM, "trend", str(repository), "--points", "36", "--format", "csv"]
    result = compare(max(1, rounds // 3), lambda: run(trend), lambda: run(command))
    tell(name, "trend of 36 months", result, "a check", 5)


READERS = {
    "qmslint": "len(repository.history.commits)",
    "GitPython": "sum(len(c.message) for c in git.Repo(copy).iter_commits(repository.commit))",
    "PyDriller": "sum(len(c.msg) for c in pydriller.Repository(copy).traverse_commits())",
}
"""How the program and two libraries read every commit; the libraries of a copy, which one of them changes."""
TOUCHED = {
    "qmslint": "len(repository.touched(newest))",
    "GitPython": "sum(len(repo.commit(sha).stats.files) for repo in [git.Repo(copy)] for sha in newest)",
    "PyDriller": "sum(len(c.modified_files) for c in pydriller.Repository(copy, only_commits=newest).traverse_commits())",
}
"""The same for the files that the newest 100 changes touched."""
_READING = """
import sys
from pathlib import Path
from qmslint.repo.open import open_repository
repository = open_repository(Path(sys.argv[1]))
copy = sys.argv[2]
{load}
newest = [sha for sha in repository.git.run("rev-list", "--no-merges", "-100", repository.commit).decode().split()]
{reading}
repository.close()
"""
_LOADS = {"qmslint": "", "GitPython": "import git", "PyDriller": "import pydriller"}


def readers(name: str, repository: Path, rounds: int) -> None:
    """Compare ways to read a history with the floor: why the program reads it as it does."""
    folder = tempfile.TemporaryDirectory()
    copy = Path(folder.name) / "copy"
    subprocess.run(["git", "clone", "--quiet", "--bare", "--shared", str(repository), str(copy)], check=True)
    for what, ways in (("every commit", READERS), ("files of 100 changes", TOUCHED)):
        for reader, reading in ways.items():
            script = _READING.format(load=_LOADS[reader], reading=reading)
            command = [sys.executable, "-c", script, str(repository), str(copy)]
            found = compare(max(1, rounds // 3), lambda c=command: run(c), lambda: floor(repository))  # type: ignore[misc]
            print(
                f"{name:<22} {what:<24} {found.cpu:6.2f} × floor       {reader:<14}  wall {found.wall:6.2f} ×"
                f"  {found.seconds * 1000:7.0f} ms  peak {found.megabytes:4.0f} MB",
                flush=True,
            )
    folder.cleanup()


def after_ten_commits(name: str, folder: Path, steps: list[Step], rounds: int) -> None:
    """Compare a check that finds ten new commits with a first one."""
    command = [*CHECK, str(folder)]
    forget()
    run(command)
    remembered = next(cache.cache_folder().glob("commits-*"), None)
    content = remembered.read_bytes() if remembered else b""
    build(folder, grown(steps))

    def first() -> Cost:
        forget()
        return run(command)

    def second() -> Cost:
        forget()
        if remembered:
            remembered.write_bytes(content)
            remembered.chmod(0o600)
        return run(command)

    goal = 0.5 if len(steps) >= LARGE else 1.0
    tell(name, "check after ten commits", compare(rounds, second, first), "a first", goal)


def hook(rounds: int) -> None:
    """Compare the quick hook on 5,000 files with bare Python."""
    with tempfile.TemporaryDirectory() as folder:
        bare, work = Path(folder) / "bare", Path(folder) / "work"
        build(bare, list(made(HOOK_FILES * 9 // 10, HOOK_FILES)))
        subprocess.run(["git", "clone", "--quiet", str(bare), str(work)], check=True, stderr=subprocess.DEVNULL)
        (work / "src/part0/module0.py").write_text("value = 1\n", encoding="utf-8")
        subprocess.run(["git", "-C", str(work), "add", "."], check=True)
        command = [*CHECK, "--staged", "--no-history", str(work)]
        run(command)
        count = len(subprocess.check_output(["git", "-C", str(work), "ls-files"]).splitlines())
        result = compare(rounds, lambda: run(command), lambda: run(BARE))
        tell(f"hook: {count} files", "--staged --no-history", result, "bare Python", 12)


def start_up(rounds: int) -> None:
    """Compare doing nothing with bare Python."""
    for option in ("--version", "--help"):
        command = [PROGRAM, option]
        run(command)
        tell("start", option, compare(rounds * 2, lambda c=command: run(c), lambda: run(BARE)), "bare Python", 6)  # type: ignore[misc]
    run([PROGRAM, "rules"])
    tell("start", "rules", compare(rounds, lambda: run([PROGRAM, "rules"]), lambda: run(BARE)), "bare Python", 20)


def main() -> None:
    """Measure what the arguments ask for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", nargs="*", type=Path)
    parser.add_argument("--commits", type=int, action="append", help="size of a repository to make (repeatable)")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--readers", action="store_true", help="also compare with GitPython and PyDriller")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as own:
        os.environ["XDG_CACHE_HOME"] = own
        start_up(options.rounds)
        hook(options.rounds)
        for path in options.paths:
            commits = int(subprocess.check_output(["git", "-C", str(path), "rev-list", "--count", "HEAD"]))
            measure(path.name, path, commits, options.rounds)
            if options.readers:
                readers(path.name, path, options.rounds)
        for commits in options.commits or ([] if options.paths else [300, 3_000, 20_000]):
            with tempfile.TemporaryDirectory() as folder:
                steps = list(made(commits, min(20_000, max(100, commits * 2 // 5))))
                repository = build(Path(folder) / "made", steps)
                name = f"made: {commits} commits"
                measure(name, repository, commits, options.rounds)
                after_ten_commits(name, repository, steps, options.rounds)
                if options.readers:
                    readers(name, repository, options.rounds)


if __name__ == "__main__":
    main()
