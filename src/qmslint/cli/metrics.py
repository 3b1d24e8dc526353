"""``qmslint metrics``: delivery figures from release tags or exported deployments, with their limits."""

from __future__ import annotations

from pathlib import Path

import click

from qmslint.cli.ask import Ask, clock


@click.command("metrics")
@click.argument("path", type=click.Path(path_type=Path), default=".")
@click.option("--rev", default="HEAD", metavar="REV", help="Revision whose files and history are read.")
@click.option("--months", type=click.FloatRange(1, 240), default=12, show_default=True, help="Window before the date.")
@click.option(
    "--evidence",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE|FOLDER",
    help="Exports of deployments beside those of the repository (repeatable).",
)
@click.option("--as-of", default="", metavar="DATE", help="End of the window, YYYY-MM-DD (default: the date of REV).")
@click.option(
    "--config",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Configuration to use instead of the repository's own.",
)
@click.option("--no-repo-config", is_flag=True, help="Ignore configuration found in the repository.")
@click.option("--format", type=click.Choice(["terminal", "json", "csv"]), default="terminal", help="What to print.")
def command(
    path: Path,
    rev: str,
    months: float,
    evidence: tuple[Path, ...],
    as_of: str,
    config: Path | None,
    no_repo_config: bool,
    format: str,
) -> int:
    """Show how often and how fast changes are delivered, how often that fails and how soon it is repaired.

    Deployments exported under .qms/evidence/, or given with --evidence, are used where there are any, release tags otherwise. Below five events a
    figure is not told. Nothing is graded, and nothing is about people.
    """
    from qmslint.cli.given import read_given
    from qmslint.cli.output import write_stdout
    from qmslint.cli.session import Session
    from qmslint.cli.trace import newest_tag, open_at
    from qmslint.facts.figures import metrics
    from qmslint.report.metrics import FORMATS

    given = read_given(evidence)
    session = Session(Ask(config=config, no_repo_config=no_repo_config))
    repository = open_at(path, rev)
    try:
        moment = max(clock(repository, as_of), 0 if as_of else newest_tag(repository, rev))
        write_stdout(FORMATS[format](metrics(session.scan(repository, moment, given), months)))
        return 0
    finally:
        repository.close()
