"""``qmslint check``: the main job."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qmslint.errors import OutputError, UsageError

if TYPE_CHECKING:
    from qmslint.model.report import Report
    from qmslint.repo.open import Repository

FORMATS = ("terminal", "json", "markdown", "sarif", "junit")
_GRADES = ("major", "minor", "ofi", "never")
_FOLDER = click.Path(path_type=Path)


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line of ``check`` asks for."""

    path: Path
    pack: tuple[str, ...]
    select: tuple[str, ...]
    ignore: tuple[str, ...]
    clause: tuple[str, ...]
    edition: str | None
    rev: str
    staged: bool
    no_history: bool
    as_of: str
    format: str
    output: tuple[str, ...]
    fail_on: str | None
    max_unassessed: int | None
    ci: bool
    config: Path | None
    no_repo_config: bool
    no_waivers: bool
    no_baseline: bool
    color: bool
    verbosity: int
    profile: bool


@click.command("check")
@click.argument("path", type=_FOLDER, default=".")
@click.option(
    "--pack",
    multiple=True,
    metavar="NAME|FOLDER",
    help="Pack to apply, or a folder of your own rules (repeatable; default iso9001).",
)
@click.option("--select", multiple=True, metavar="GLOB", help="Only rules whose id matches (repeatable).")
@click.option("--ignore", multiple=True, metavar="GLOB", help="Not the rules whose id matches (repeatable).")
@click.option(
    "--clause", multiple=True, metavar="NUMBER", help="Only rules of this clause and those below it (repeatable)."
)
@click.option("--edition", type=click.Choice(["2015", "2026"]), help="Edition of ISO 9001 to report by (default 2015).")
@click.option("--rev", default="", metavar="REV", help="Examine this commit, tag or branch instead of the work tree.")
@click.option("--staged", is_flag=True, help="Examine what the next commit would hold.")
@click.option(
    "--no-history",
    is_flag=True,
    help="Leave out rules that read the history (for a quick hook); the report lists them.",
)
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
@click.option("--config", type=_FOLDER, metavar="FILE", help="Configuration to use instead of the repository's own.")
@click.option("--no-repo-config", is_flag=True, help="Ignore configuration found in the repository.")
@click.option("--no-waivers", is_flag=True, help="Show every finding as if there were no waivers (for auditors).")
@click.option("--no-baseline", is_flag=True, help="Show every finding as if there were no baseline.")
@click.option("--no-color", is_flag=True, help="No colours (also the environment variable NO_COLOR).")
@click.option("-q", "--quiet", count=True, help="Findings and counts only.")
@click.option("-v", "--verbose", count=True, help="Also the evidence of what conforms.")
@click.option("--profile", is_flag=True, help="Print what each rule and fact cost, on standard error.")
def command(path: Path, no_color: bool, quiet: int, verbose: int, **rest: object) -> int:
    """Examine the repository that PATH lies in and report clause by clause."""
    options = Options(path=path, color=_color(no_color), verbosity=verbose - quiet, **rest)  # type: ignore[arg-type]
    return check(options)


def check(options: Options) -> int:
    """Examine, write every asked output, and return the exit code."""
    targets = [_target(text) for text in options.output]
    report, fail_on, timings = examine(options)
    from qmslint.cli.output import write_file, write_stdout
    from qmslint.report import render

    for name, file in targets:
        write_file(file, render(name, report, verbosity=options.verbosity))
    write_stdout(render(options.format, report, color=options.color, verbosity=options.verbosity, width=_width()))
    if options.profile:
        _print_timings(timings)
    return exit_code(report, fail_on, _limit(options))


def examine(options: Options) -> tuple[Report, str, dict[str, float]]:
    """Return the report, the grade that fails, and what each rule and fact cost in seconds."""
    from qmslint.repo.open import open_repository

    moment = _moment(options.as_of) if options.as_of else None
    repository = open_repository(options.path, options.rev, options.staged)
    try:
        return _examine(options, repository, moment)
    finally:
        repository.close()


def _examine(options: Options, repository: Repository, moment: int | None) -> tuple[Report, str, dict[str, float]]:
    from qmslint import config
    from qmslint.cli.progress import progress
    from qmslint.engine.dispositions import Exceptions
    from qmslint.engine.examine import examine as run
    from qmslint.engine.plan import plan
    from qmslint.facts.base import Scan
    from qmslint.packs.catalogue import known_clause, load_catalogue
    from qmslint.packs.load import Library
    from qmslint.settings import Settings

    if options.config:
        settings = config.from_file(options.config)
    else:
        settings = Settings() if options.no_repo_config else config.discover(repository.snapshot)
    if options.edition:
        settings = replace(settings, edition=options.edition)  # type: ignore[arg-type]
    folders = [Path(name) for name in options.pack if os.sep in name or name.endswith("/")]
    library = Library(folders)
    own, edition = (load_catalogue(library.trees[0], name) for name in ("2015", settings.edition))
    names = _pack_names(options.pack, library, folders) or settings.packs
    loaded = library.load(names, {rule: item.with_ for rule, item in settings.rules.items()})
    _known_rules(settings.rules, library.rule_ids)
    chosen = plan(
        loaded,
        own,
        options.select or settings.select,
        options.ignore + settings.ignore,
        [known_clause(own, number) for number in options.clause],
        ["history", "tags", "diffs"] if options.no_history else [],
    )
    as_of = moment if moment is not None else _clock(repository)
    scan = Scan(repository, settings, as_of, loaded.vocabulary)
    with progress(enabled=not options.ci, label=repository.name) as tell:
        exceptions = Exceptions(library.rule_ids, waivers=not options.no_waivers, baseline=not options.no_baseline)
        report = run(scan, chosen, loaded.packs, own, edition, tell, exceptions)
    return report, options.fail_on or settings.fail_on, scan.timings


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
    if unseen == len(report.results) or not any(
        r.state in (State.CONFORMING, State.NONCONFORMING) for r in report.results
    ):
        return 4
    return 0


def _limit(options: Options) -> int | None:
    if options.max_unassessed is not None:
        return options.max_unassessed
    return 0 if options.ci else None


def _pack_names(asked: tuple[str, ...], library: object, folders: list[Path]) -> tuple[str, ...]:
    names = [name for name in asked if Path(name) not in folders]
    for tree in library.trees[1:]:  # type: ignore[attr-defined]
        found = [Path(path).stem for path in tree.data if path.startswith("packs/")]
        if not found:
            raise UsageError(f"{tree.root} holds no pack: packs/*.yaml is missing")
        names += found
    return tuple(names)


def _known_rules(rules: object, known: tuple[str, ...]) -> None:
    from qmslint.derive import suggest
    from qmslint.errors import ConfigError

    for rule in rules:  # type: ignore[attr-defined]
        if rule not in known:
            raise ConfigError(f"rules: there is no rule {rule!r}", hint=suggest(rule, known))


def _clock(repository: Repository) -> int:
    """Return the only clock: the commit's date for a commit, otherwise the end of today in UTC."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    if epoch.isdigit():
        return int(epoch)
    if repository.snapshot.view == "commit":
        commit = repository.history.by_sha.get(repository.commit)
        if commit:
            return commit.committed
    return _moment(datetime.now(UTC).date().isoformat())


def _moment(text: str) -> int:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"--as-of {text!r} is not a date", hint="write it as YYYY-MM-DD") from None
    return int(datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=UTC).timestamp())


def _target(text: str) -> tuple[str, Path]:
    name, colon, file = text.partition(":")
    if not colon or name not in FORMATS or not file:
        raise UsageError(f"-o {text!r} is not FORMAT:FILE", hint=f"formats: {', '.join(FORMATS)}")
    path = Path(file)
    if not path.parent.is_dir():
        raise OutputError(f"{path} cannot be written: no such folder")
    return name, path


def _color(no_color: bool) -> bool:
    if no_color or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return bool(os.environ.get("FORCE_COLOR")) or sys.stdout.isatty()


def _width() -> int:
    import shutil

    return shutil.get_terminal_size((100, 24)).columns if sys.stdout.isatty() else 100


def _print_timings(timings: dict[str, float]) -> None:
    total = sum(value for name, value in timings.items() if name.startswith("rule ")) or 1.0
    for name, value in sorted(timings.items(), key=lambda item: -item[1]):
        click.echo(f"{value * 1000:9.1f} ms {100 * value / total:5.1f} %  {name}", err=True)
