"""``qmslint trace``: from story to release note, change by change, and what is left over on both sides."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from qmslint.cli.ask import Ask, clock
from qmslint.errors import UsageError

if TYPE_CHECKING:
    from qmslint.facts.base import Scan
    from qmslint.facts.releases import Release
    from qmslint.repo.open import Repository


@click.command("trace")
@click.argument("target", default="", metavar="[RELEASE|RANGE]")
@click.option("--repo", type=click.Path(path_type=Path), default=".", help="The repository (default: here).")
@click.option("--rev", default="HEAD", metavar="REV", help="Revision whose files and history are read.")
@click.option("--as-of", default="", metavar="DATE", help="Date of the examination, YYYY-MM-DD (default: that of REV).")
@click.option(
    "--config",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Configuration to use instead of the repository's own.",
)
@click.option("--no-repo-config", is_flag=True, help="Ignore configuration found in the repository.")
@click.option("--format", type=click.Choice(["terminal", "json", "csv"]), default="terminal", help="What to print.")
def command(
    target: str, repo: Path, rev: str, as_of: str, config: Path | None, no_repo_config: bool, format: str
) -> int:
    """Show the way of each change: story, commits, merge, review, run, tag and release note.

    RELEASE is a release tag, and its changes since the release before it are shown; RANGE is BASE..TIP. Without either
    the newest release is shown. Pipeline runs, statuses and items of a tracker are known as far as exports of them lie
    under .qms/evidence/.
    """
    from qmslint.cli.output import write_stdout
    from qmslint.cli.session import Session
    from qmslint.facts.chain import matrix
    from qmslint.report.trace import FORMATS

    session = Session(Ask(config=config, no_repo_config=no_repo_config))
    repository = open_at(repo, rev)
    try:
        moment = max(clock(repository, as_of), 0 if as_of else newest_tag(repository, rev))
        scan = session.scan(repository, moment)
        label, base, tip, release = _range(scan, target)
        if tip not in scan.history.by_sha:
            scan = session.scan(_seen_from(repository, tip), moment)
        write_stdout(FORMATS[format](matrix(scan, label, base, tip, release)))
        return 0
    finally:
        repository.close()


def open_at(path: Path, rev: str) -> Repository:
    """Open the repository at a revision, or say what a command that reads the history needs."""
    from qmslint.repo.open import open_repository

    repository = open_repository(path, rev)
    if repository.shallow:
        repository.close()
        raise UsageError(
            "the clone is cut off, so the history of releases cannot be told",
            hint="fetch the whole history with tags (fetch-depth: 0)",
        )
    return repository


def newest_tag(repository: Repository, rev: str) -> int:
    """Return when the newest tag was made: a tag is younger than its commit, and the date of HEAD would hide it."""
    return max((tag.tagged for tag in repository.tags), default=0) if rev == "HEAD" else 0


def _seen_from(repository: Repository, tip: str) -> Repository:
    """Return the repository with the history of a commit outside the examined line, and with the same files."""
    from qmslint.repo.travel import at

    other = at(repository, tip)
    other.snapshot.close()
    other.snapshot = repository.snapshot
    return other


def _range(scan: Scan, target: str) -> tuple[str, str, str, Release | None]:
    """Return label, base, tip and release of what was asked for."""
    from qmslint.facts.releases import predecessor, releases
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
    before = predecessor(known, release)
    return release.name, before.tag.commit if before else "", release.tag.commit, release
