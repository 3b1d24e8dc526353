"""``qmslint baseline``: write down the findings there are, so that only new ones fail; it may only become smaller."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from qmslint.cli.ask import ask_of, asking, clock, end_of_day
from qmslint.errors import UsageError

if TYPE_CHECKING:
    from qmslint.engine.baseline import BaselineFile
    from qmslint.facts.base import Scan


@click.command("baseline")
@click.argument("path", type=click.Path(path_type=Path), default=".")
@asking
@click.option(
    "--as-of", default="", metavar="DATE", help="Date of the examination, YYYY-MM-DD (default: today in UTC)."
)
@click.option("--accept-new", is_flag=True, help="Also take in findings that are new since the baseline was written.")
@click.option("--reason", metavar="TEXT", help="Why new findings are taken in; goes into the file with them.")
def command(path: Path, as_of: str, accept_new: bool, reason: str | None, **rest: Any) -> int:
    """Write the open findings of the work tree at PATH to .qms/baseline.json, or take out those that are gone.

    Once written it only becomes smaller; --accept-new with --reason is the one way to add to it.
    """
    if accept_new != bool(reason):
        raise UsageError("--accept-new and --reason go together: what is taken in later needs a reason")
    from qmslint.cli.output import write_inside
    from qmslint.cli.session import Session
    from qmslint.engine import baseline, waivers
    from qmslint.repo.open import open_repository

    if as_of:
        end_of_day(as_of)
    repository = open_repository(path)
    try:
        ask = replace(ask_of(rest), no_baseline=True)
        report, scan = Session(ask).examine(repository, clock(repository, as_of))
        before = _before(scan)
        own = [result for result in report.results if result.rule != waivers.RULE]
        update = baseline.update(own, before, scan, reason)
        write_inside(repository.place.root, baseline.PATH, update.text, repository.place.bare)
    finally:
        repository.close()
    click.echo(
        f"{baseline.PATH}: {update.kept + update.added} known findings "
        f"({update.kept} kept, {update.added} added, {update.removed} removed)"
    )
    if update.left:
        click.echo(f"not taken in, and still open: {', '.join(update.left)} (--accept-new --reason TEXT takes them in)")
    return 0


def _before(scan: Scan) -> BaselineFile | None:
    """Return the baseline there is; one that was deleted counts as empty, so that deleting it adds nothing."""
    from qmslint.engine import baseline
    from qmslint.errors import Unassessable
    from qmslint.repo.versions import versions_of

    if baseline.PATH in scan.snapshot:
        return baseline.read(scan.text(baseline.PATH) or "")
    if (scan.repo.place.root / baseline.PATH).exists():
        raise UsageError(f"{baseline.PATH} is there but is not part of the repository", hint="is it ignored by git?")
    try:
        earlier = versions_of(scan.repo.git, scan.repo.commit, baseline.PATH) if scan.repo.commit else ()
    except Unassessable:
        earlier = ()
    return baseline.EMPTY if earlier else None
