"""``qmslint diff``: what became better, worse, new or gone between two revisions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from qmslint.cli.ask import ask_of, asking, clock, end_of_day
from qmslint.errors import UsageError

if TYPE_CHECKING:
    from qmslint.cli.session import Session
    from qmslint.engine.compare import Change
    from qmslint.model.report import Report
    from qmslint.repo.open import Repository


@click.command("diff")
@click.argument("base", default="")
@click.argument("head", default="")
@click.option("--repo", type=click.Path(path_type=Path), default=".", help="The repository (default: here).")
@click.option("--since-merge-base", default="", metavar="BRANCH", help="Compare with where HEAD left BRANCH.")
@asking
@click.option(
    "--as-of", default="", metavar="DATE", help="Date of both examinations, YYYY-MM-DD (default: that of HEAD)."
)
@click.option(
    "--format", type=click.Choice(["terminal", "json", "markdown"]), default="terminal", help="What to print."
)
@click.option(
    "--fail-on",
    type=click.Choice(["major", "minor", "ofi", "never"]),
    default="minor",
    show_default=True,
    help="Lowest grade of a regression that makes the exit code 1.",
)
def command(base: str, head: str, repo: Path, since_merge_base: str, **rest: Any) -> int:
    """Compare BASE with HEAD (default: the checked-out commit); only what HEAD breaks itself fails.

    With --since-merge-base BRANCH in place of BASE this is the ratchet for teams with debt: a merge request fails
    only for regressions it brings.
    """
    from qmslint.cli.output import write_stdout
    from qmslint.cli.session import Session
    from qmslint.report.changes import FORMATS

    if since_merge_base and base:
        base, head = "", head or base
    if not base and not since_merge_base:
        raise UsageError("say what to compare with: a revision, or --since-merge-base BRANCH")
    before, after, changes = _compare(repo, base, head, since_merge_base, rest.pop("as_of"), Session(ask_of(rest)))
    write_stdout(FORMATS[rest["format"]](before, after, changes))
    order = ("ofi", "minor", "major")
    worst = [order.index(change.regression.value) for change in changes if change.regression]
    return int(rest["fail_on"] != "never" and any(grade >= order.index(rest["fail_on"]) for grade in worst))


def _compare(
    path: Path, base: str, head: str, since: str, as_of: str, session: Session
) -> tuple[Report, Report, tuple[Change, ...]]:
    from qmslint.engine.compare import compare
    from qmslint.repo.open import open_repository, resolve
    from qmslint.repo.travel import at, merge_base

    if as_of:
        end_of_day(as_of)
    repository = open_repository(path, head or "HEAD", cached=not session.ask.no_cache)
    try:
        assert repository.shadow
        start = resolve(repository.shadow, since or base)
        if since:
            start = merge_base(repository, start, repository.commit)
            if not start:
                raise UsageError(f"{since} and {head or 'HEAD'} have no commit in common in this clone")
        moment = clock(repository, as_of)
        shared: dict[Any, Any] = {}
        after, _ = session.examine(repository, moment, shared=shared)
        earlier = at(repository, start)
        try:
            before, _ = session.examine(earlier, moment, shared=shared)
        finally:
            earlier.snapshot.close()
        between = repository.history.by_sha.keys() - earlier.history.by_sha.keys()
        return before, after, compare(before, after, _touched(repository, start), frozenset(between))
    finally:
        repository.close()


def _touched(repository: Repository, start: str) -> dict[str, tuple[str, ...]]:
    from qmslint.errors import Unassessable
    from qmslint.repo.travel import touched

    try:
        return touched(repository, start, repository.commit)
    except Unassessable:
        return {}
