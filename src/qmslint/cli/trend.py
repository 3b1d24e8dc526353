"""``qmslint trend``: states per clause over time, from git objects alone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from qmslint.cli.ask import ask_of, asking, end_of_day
from qmslint.errors import UsageError

if TYPE_CHECKING:
    from qmslint.engine.timeline import Point
    from qmslint.repo.open import Repository

POINTS = 36


@click.command("trend")
@click.argument("path", type=click.Path(path_type=Path), default=".")
@click.option(
    "--every", type=click.Choice(["month", "release"]), default="month", help="Where to look (default month)."
)
@click.option("--since", default="", metavar="DATE", help="Not before this date, YYYY-MM-DD.")
@click.option("--rev", default="HEAD", metavar="REV", help="Where the line of time ends.")
@click.option("--points", type=click.IntRange(1, 240), default=POINTS, show_default=True, help="At most so many.")
@asking
@click.option(
    "--format", type=click.Choice(["table", "json", "csv", "svg", "html"]), default="table", help="What to print."
)
def command(path: Path, every: str, since: str, rev: str, points: int, format: str, **rest: Any) -> int:
    """Show how the states of the clauses developed, month by month or release by release."""
    from qmslint.cli.output import write_stdout
    from qmslint.cli.progress import progress
    from qmslint.cli.session import Session, with_documents
    from qmslint.engine.cores import cores, spread
    from qmslint.model.report import Moment
    from qmslint.repo.open import open_repository
    from qmslint.repo.travel import at
    from qmslint.report.trend import FORMATS

    session = Session(ask_of(rest))
    start = end_of_day(since) if since else 0
    repository = open_repository(path, rev, cached=not session.ask.no_cache)
    try:
        chosen = _points(repository, every, start)[-points:]
        if not chosen:
            raise UsageError("there is nothing to show: no such commits", hint="look at --since and --every")
        shared: dict[Any, Any] = {}
        newest = chosen[-1]

        def look(point: Point) -> Moment:
            there = at(repository, point.commit)
            try:
                report, scan = session.examine(there, point.moment, shared=shared)
                if format == "html" and point is newest:
                    report = with_documents(report, scan)
            finally:
                there.snapshot.close()
            return Moment(point.label, report)

        with progress(enabled=True, label=repository.name) as tell:

            def look_at(points: Sequence[Point], here: bool) -> list[Moment]:
                found = []
                for number, point in enumerate(points):
                    if here:
                        tell(point.label, number, len(points))
                    found.append(look(point))
                return found

            # What is read and remembered for the newest point serves all others, wherever they are looked at.
            tell(newest.label, 0, 1)
            last = look(newest)
            moments = [*spread(chosen[:-1], look_at, cores()), last]
        write_stdout(FORMATS[format](moments))
        return 0
    finally:
        repository.close()


def _points(repository: Repository, every: str, start: int) -> list[Point]:
    from qmslint.engine.timeline import months, releases

    found = months(repository.history) if every == "month" else releases(repository.history, repository.tags)
    return [point for point in found if point.moment >= start]
