"""``qmslint check``: the main job."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qmslint.cli.ask import Ask, ask_of, asking, clock, end_of_day
from qmslint.errors import OutputError, UsageError
from qmslint.quick import dataclass

if TYPE_CHECKING:
    from qmslint.facts.base import Scan
    from qmslint.forms import Policy
    from qmslint.model.report import Report

FORMATS = ("terminal", "json", "markdown", "sarif", "junit", "html", "csv", "github", "gitlab", "oscal", "intoto")
_REGISTERED = {"html", "json", "intoto"}
"""Formats that show the register of controlled documents, or carry the digest of one that does."""
_GRADES = ("major", "minor", "ofi", "never")


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line of ``check`` asks for, beside what to judge."""

    path: Path
    rev: str
    staged: bool
    as_of: str
    format: str
    output: tuple[str, ...]
    fail_on: str | None
    max_unassessed: int | None
    ci: bool
    color: bool
    verbosity: int
    timings: bool


@click.command("check")
@click.argument("path", type=click.Path(path_type=Path), default=".")
@asking
@click.option("--rev", default="", metavar="REV", help="Examine this commit, tag or branch instead of the work tree.")
@click.option("--staged", is_flag=True, help="Examine what the next commit would hold.")
@click.option(
    "--as-of",
    default="",
    metavar="DATE",
    help="Date of the examination, YYYY-MM-DD (default: today in UTC, or the date of --rev).",
)
@click.option("--format", type=click.Choice(FORMATS), default="terminal", help="What to print.")
@click.option(
    "-o", "--output", multiple=True, metavar="FORMAT:FILE", help="Also write the report to a file (repeatable)."
)
@click.option("--fail-on", type=click.Choice(_GRADES), help="Lowest grade that makes the exit code 1 (default minor).")
@click.option(
    "--max-unassessed",
    type=click.IntRange(0),
    metavar="N",
    help="Exit with 4 when more results are not assessable (default: no limit; 0 with --ci).",
)
@click.option("--ci", is_flag=True, help="For pipelines: no progress, and what cannot be assessed fails.")
@click.option("--no-color", is_flag=True, help="No colours (also the environment variable NO_COLOR).")
@click.option("-q", "--quiet", count=True, help="Findings and counts only.")
@click.option("-v", "--verbose", count=True, help="Also the evidence of what conforms.")
@click.option("--timings", is_flag=True, help="Print what each rule and fact cost, on standard error.")
def command(path: Path, no_color: bool, quiet: int, verbose: int, **rest: object) -> int:
    """Examine the repository that PATH lies in and report clause by clause."""
    ask = ask_of(rest)
    options = Options(path=path, color=wants_color(no_color), verbosity=verbose - quiet, **rest)  # type: ignore[arg-type]
    return check(options, ask)


def check(options: Options, ask: Ask) -> int:
    """Examine, write every asked output, and return the exit code."""
    from qmslint.cli.output import write_stdout
    from qmslint.report import render

    targets = [_target(text) for text in options.output]
    registered = bool(_REGISTERED & {options.format, *(name for name, _ in targets)})
    report, scan, policy = _examine(options, ask, registered)
    failures = [trouble for name, file in targets if (trouble := _written(name, file, report, options))]
    write_stdout(render(options.format, report, color=options.color, verbosity=options.verbosity, width=_width()))
    if failures:
        raise failures[0]
    if options.timings:
        _print_timings(scan.timings)
    return exit_code(report, options.fail_on or scan.settings.fail_on, _limit(options, policy))


def _written(name: str, file: Path, report: Report, options: Options) -> OutputError | None:
    """Write one output; a failure is returned, so that it costs no other output."""
    from qmslint.cli.output import write_file
    from qmslint.report import render

    try:
        write_file(file, render(name, report, verbosity=options.verbosity))
    except OutputError as trouble:
        return trouble
    return None


def _examine(options: Options, ask: Ask, registered: bool) -> tuple[Report, Scan, Policy | None]:
    """Return the report, the scan it rests on, and the policy that holds."""
    from qmslint.repo.open import open_repository

    if options.as_of:
        end_of_day(options.as_of)
    repository = open_repository(options.path, options.rev, options.staged, cached=not ask.no_cache)
    try:
        if not ask.no_history:
            repository.read_ahead()
        # Git reads while these are loaded.
        from qmslint.cli.progress import progress
        from qmslint.cli.session import Session, with_documents
        from qmslint.engine.cores import cores

        session = Session(ask)
        with progress(enabled=not options.ci, label=repository.name) as tell:
            report, scan = session.examine(repository, clock(repository, options.as_of), tell, processes=cores())
        return with_documents(report, scan) if registered else report, scan, session.policy
    finally:
        repository.close()


def exit_code(report: Report, fail_on: str, limit: int | None) -> int:
    """Return the documented exit code for a finished report."""
    from qmslint.model.outcome import State

    order = ("ofi", "minor", "major")
    open_ = [r for r in report.results if r.state is State.NONCONFORMING and not r.disposition]
    if fail_on != "never" and any(order.index(r.grade or "minor") >= order.index(fail_on) for r in open_):
        return 1
    unseen = report.count(State.NOT_ASSESSABLE) + report.count(State.ERROR)
    if limit is not None and unseen > limit:
        return 4
    judged = any(r.state in (State.CONFORMING, State.NONCONFORMING) for r in report.results)
    return 0 if judged else 4


def _limit(options: Options, policy: Policy | None) -> int | None:
    """Return how many results may be not assessable: the smaller of what was asked for and of the policy's."""
    own = options.max_unassessed if options.max_unassessed is not None else 0 if options.ci else None
    limits = [limit for limit in (own, policy.max_unassessed if policy else None) if limit is not None]
    return min(limits, default=None)


def _target(text: str) -> tuple[str, Path]:
    name, colon, file = text.partition(":")
    if not colon or name not in FORMATS or not file:
        raise UsageError(f"-o {text!r} is not FORMAT:FILE", hint=f"formats: {', '.join(FORMATS)}")
    path = Path(file)
    if not path.parent.is_dir():
        raise OutputError(f"{path} cannot be written: no such folder")
    return name, path


def wants_color(no_color: bool) -> bool:
    """Say whether to colour: ``--no-color`` and NO_COLOR over FORCE_COLOR over being at a terminal."""
    if no_color or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return bool(os.environ.get("FORCE_COLOR")) or _at_terminal()


def _at_terminal() -> bool:
    return sys.stdout is not None and sys.stdout.isatty()


def _width() -> int:
    import shutil

    return shutil.get_terminal_size((100, 24)).columns if _at_terminal() else 100


def _print_timings(timings: dict[str, float]) -> None:
    """Print two tables: rules, which add up, and facts, whose time is part of the rule or fact that asked first."""
    rules = {name.removeprefix("rule "): value for name, value in timings.items() if name.startswith("rule ")}
    facts = {name: value for name, value in timings.items() if not name.startswith("rule ")}
    total = sum(rules.values()) or 1.0
    click.echo(f"{sum(rules.values()) * 1000:9.1f} ms 100.0 %  {len(rules)} rules", err=True)
    _print_table(rules, total)
    click.echo(f"{len(facts)} facts, each with the facts inside it, as part of whoever asked first:", err=True)
    _print_table(facts, total)


def _print_table(timings: dict[str, float], total: float) -> None:
    for name, value in sorted(timings.items(), key=lambda item: (-item[1], item[0])):
        click.echo(f"{value * 1000:9.1f} ms {100 * value / total:5.1f} %  {name}", err=True)
