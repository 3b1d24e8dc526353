"""``qmslint trace``: from story to release note, change by change, and what is left over on both sides."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qmslint.cli.ask import Ask, clock
from qmslint.errors import RepoError, UsageError

if TYPE_CHECKING:
    from qmslint.cli.session import Session
    from qmslint.facts.base import Scan
    from qmslint.facts.releases import Release
    from qmslint.model.trace import Matrix
    from qmslint.repo.open import Repository

TAG_DAYS = 90
"""Days after the examined commit within which a tag still moves the date of the examination."""


@click.command("trace")
@click.argument("target", default="", metavar="[RELEASE|RANGE]")
@click.option("--repo", type=click.Path(path_type=Path), default=".", help="The repository (default: here).")
@click.option("--rev", default="HEAD", metavar="REV", help="Revision whose files and history are read.")
@click.option(
    "--evidence",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE|FOLDER",
    help="Exports and attestations beside those of the repository (repeatable).",
)
@click.option("--sample", type=click.IntRange(1), metavar="N", help="Only so many changes, drawn with the seed.")
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="What a draw depends on.")
@click.option("--as-of", default="", metavar="DATE", help="Date of the examination, YYYY-MM-DD (default: that of REV).")
@click.option(
    "--config",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Configuration to use instead of the repository's own.",
)
@click.option("--no-repo-config", is_flag=True, help="Ignore configuration found in the repository.")
@click.option(
    "--format", type=click.Choice(["terminal", "json", "csv", "html"]), default="terminal", help="What to print."
)
def command(
    target: str,
    repo: Path,
    rev: str,
    evidence: tuple[Path, ...],
    sample: int | None,
    seed: int,
    as_of: str,
    config: Path | None,
    no_repo_config: bool,
    format: str,
) -> int:
    """Show the way of each change: story, commits, merge, review, run, tag and release note.

    RELEASE is a release tag, and its changes since the release before it are shown; RANGE is BASE..TIP. Without either
    the newest release is shown. Pipeline runs, statuses, attestations and items of a tracker are known as far as exports
    of them lie under .qms/evidence/ or are given with --evidence.
    """
    from qmslint.cli.given import read_given
    from qmslint.cli.output import write_stdout
    from qmslint.cli.session import Session
    from qmslint.report.trace import FORMATS

    given = read_given(evidence)
    session = Session(Ask(config=config, no_repo_config=no_repo_config))
    repository = open_at(repo, rev)
    try:
        moment = max(clock(repository, as_of), 0 if as_of else newest_tag(repository, rev))
        found = _matrix(session, repository, target, moment, given)
        write_stdout(FORMATS[format](_drawn(found, sample, seed) if sample else found))
        return 0
    finally:
        repository.close()


def _matrix(session: Session, repository: Repository, target: str, moment: int, given: dict[str, str]) -> Matrix:
    from qmslint.facts.chain import matrix
    from qmslint.facts.spans import before

    scan = session.scan(repository, moment, given)
    label, base, tip, release = _range(scan, target)
    if tip not in scan.history.by_sha:
        scan = session.scan(_seen_from(repository, tip), moment, given)
    if release and ".." not in target:
        # Seen from the release itself: one of another branch is built on others than the newest of the line.
        under = before(scan, release)
        base = under.tag.commit if under else ""
    return matrix(scan, label, base, tip, release)


def _drawn(found: Matrix, number: int, seed: int) -> Matrix:
    """Return a matrix of some of the changes, with what was drawn from how many."""
    from qmslint.facts.draw import draw, pool

    chosen = draw(found.chains, number, seed)
    note = f"{len(chosen)} of {len(pool(found.chains))} changes of the product drawn with seed {seed}"
    return replace(found, chains=chosen, notes=(note, *found.notes))


def open_at(path: Path, rev: str) -> Repository:
    """Open the repository at a revision, or say what a command that reads the history needs."""
    from qmslint.repo.locate import locate
    from qmslint.repo.open import open_repository

    if locate(path).git_dir is None:
        raise RepoError(f"{path} is not a git repository, so it has no history to look at")
    repository = open_repository(path, rev)
    if repository.shallow:
        repository.close()
        raise UsageError(
            "the clone is cut off, so the history of releases cannot be told",
            hint="fetch the whole history with tags (fetch-depth: 0)",
        )
    return repository


def newest_tag(repository: Repository, rev: str) -> int:
    """Return when the newest tag was made that belongs to what is examined.

    A tag is younger than its commit, so the date of HEAD would hide it; one from months later is no clock to go by.
    """
    if rev != "HEAD":
        return 0
    latest = repository.committed + TAG_DAYS * 86_400
    return max((tag.tagged for tag in repository.tags if tag.tagged <= latest), default=0)


def _seen_from(repository: Repository, tip: str) -> Repository:
    """Return the repository with the history of a commit outside the examined line, and with the same files."""
    from qmslint.repo.travel import at

    other = at(repository, tip)
    other.snapshot.close()
    other.snapshot = repository.snapshot
    return other


def _range(scan: Scan, target: str) -> tuple[str, str, str, Release | None]:
    """Return label, base, tip and release of what was asked for."""
    from qmslint.facts.releases import releases
    from qmslint.facts.spans import shipped
    from qmslint.repo.open import resolve

    known, shadow = releases(scan), scan.repo.shadow
    assert shadow is not None
    if ".." in target:
        first, _, last = target.replace("...", "..").partition("..")
        base = resolve(shadow, first) if first else ""
        tip = resolve(shadow, last or "HEAD")
        return target, base, tip, next((r for r in known[::-1] if r.tag.commit == tip), None)
    if target:
        release = next((r for r in known[::-1] if target in (r.name, r.version)), None)
        if release is None:
            raise UsageError(f"there is no release {target!r}", hint="a release tag, or a range such as v1.0.0..HEAD")
    else:
        shown = tuple(shipped(scan))
        release = shown[-1] if shown else None
        if release is None:
            raise UsageError("nothing was released yet", hint="say a range such as BASE..HEAD")
    return release.name, "", release.tag.commit, release
