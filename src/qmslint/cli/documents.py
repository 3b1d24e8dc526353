"""``qmslint documents``: the master list of documented information."""

from __future__ import annotations

from pathlib import Path

import click

from qmslint.cli.ask import Ask, clock, end_of_day


@click.command("documents")
@click.argument("path", type=click.Path(path_type=Path), default=".")
@click.option("--rev", default="", metavar="REV", help="List what this commit, tag or branch holds, not the work tree.")
@click.option("--as-of", default="", metavar="DATE", help="Date of the list, YYYY-MM-DD (default as for check).")
@click.option(
    "--config",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Configuration to use instead of the repository's own.",
)
@click.option("--no-repo-config", is_flag=True, help="Ignore configuration found in the repository.")
@click.option("--no-cache", is_flag=True, help="Neither use nor keep what earlier runs read and compiled.")
@click.option(
    "--format",
    type=click.Choice(["terminal", "csv", "markdown", "json"]),
    default="terminal",
    help="What to print.",
)
def command(
    path: Path, rev: str, as_of: str, config: Path | None, no_repo_config: bool, no_cache: bool, format: str
) -> int:
    """List the controlled documents: owner, version, last substantive change, approval, next review and state.

    It is the register that the rules on documents judge by, as a list; nothing is graded.
    """
    from qmslint.cli.output import write_stdout
    from qmslint.cli.session import Session
    from qmslint.facts.document_list import document_list
    from qmslint.repo.open import open_repository
    from qmslint.report.documents import FORMATS

    if as_of:
        end_of_day(as_of)
    session = Session(Ask(config=config, no_repo_config=no_repo_config, no_cache=no_cache))
    repository = open_repository(path, rev, cached=not no_cache)
    try:
        repository.read_ahead()
        write_stdout(FORMATS[format](document_list(session.scan(repository, clock(repository, as_of)))))
        return 0
    finally:
        repository.close()
