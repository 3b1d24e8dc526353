"""Measure the program against bare Python and against plain git, in the same run.

The floor of a repository is ``git ls-files`` followed by one ``git log`` that prints the fields the program
reads.  Runs are interleaved and medians are compared, because machines are noisy; only ratios mean anything.

    python benchmarks/run.py                       # repositories made here: 300, 3,000 and 20,000 commits
    python benchmarks/run.py --commits 200000      # made here, of this size
    python benchmarks/run.py PATH...               # given repositories
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
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from qmslint.repo.build import Step, build, person
from qmslint.repo.history import LOG_FORMAT

HERE = Path(sys.executable).parent
PROGRAM = str(HERE / "qmslint") if (HERE / "qmslint").exists() else shutil.which("qmslint") or "qmslint"


@dataclass(frozen=True)
class Cost:
    """One run: wall seconds, and peak resident memory in MB of the largest single process."""

    seconds: float
    megabytes: float


def run(arguments: list[str], folder: Path | None = None) -> Cost:
    """Run a command with its output thrown away and return what it cost."""
    start = time.perf_counter()
    process = subprocess.Popen(arguments, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, _, usage = os.wait4(process.pid, 0)
    return Cost(time.perf_counter() - start, usage.ru_maxrss / 1024)


def floor(repository: Path) -> Cost:
    """Return the cost of listing the files and printing the history with plain git."""
    git = ["git", "-C", str(repository)]
    bare = (repository / "HEAD").exists()
    listing = run([*git, *(["ls-tree", "-r", "HEAD"] if bare else ["ls-files"])])
    history = run([*git, "log", "-z", LOG_FORMAT])
    return Cost(listing.seconds + history.seconds, max(listing.megabytes, history.megabytes))


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


def measure(name: str, repository: Path, rounds: int) -> None:
    """Print one line of ratios for a repository."""
    command = [PROGRAM, "check", str(repository), "--fail-on", "never", "--format", "json"]
    run(command)
    floor(repository)
    floors, checks = [], []
    for _ in range(rounds):
        floors.append(floor(repository))
        checks.append(run(command))
    base = statistics.median(cost.seconds for cost in floors)
    ratio = statistics.median(c.seconds / f.seconds for c, f in zip(checks, floors, strict=True))
    check = statistics.median(cost.seconds for cost in checks)
    peak = max(cost.megabytes for cost in checks)
    print(
        f"{name:<34} floor {base * 1000:8.0f} ms   check {check * 1000:8.0f} ms   × floor {ratio:5.2f}   peak {peak:5.0f} MB"
    )


def start_up(rounds: int) -> None:
    """Print the cost of doing nothing, as a multiple of bare Python."""
    commands = {"--version": [PROGRAM, "--version"], "--help": [PROGRAM, "--help"], "rules": [PROGRAM, "rules"]}
    bare = [sys.executable, "-c", "pass"]
    for name, command in commands.items():
        run(command)
        ratios = []
        for _ in range(rounds * 2):
            ratios.append(run(command).seconds / run(bare).seconds)
        print(f"{name:<34} × bare Python {statistics.median(ratios):5.2f}")


def main() -> None:
    """Measure what the arguments ask for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", nargs="*", type=Path)
    parser.add_argument("--commits", type=int, action="append", help="size of a repository to make (repeatable)")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    start_up(options.rounds)
    for path in options.paths:
        measure(path.resolve().name, path, options.rounds)
    for commits in options.commits or ([] if options.paths else [300, 3_000, 20_000]):
        with tempfile.TemporaryDirectory() as folder:
            files = min(20_000, max(100, commits * 2 // 5))
            measure(
                f"made: {commits} commits", build(Path(folder) / "made", list(made(commits, files))), options.rounds
            )


if __name__ == "__main__":
    main()
