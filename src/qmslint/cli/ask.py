"""What commands that examine a repository ask for; light, so that reading can start before the rest is loaded."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from qmslint.errors import UsageError
from qmslint.quick import dataclass

if TYPE_CHECKING:
    from qmslint.repo.open import Repository

F = TypeVar("F", bound=Callable[..., Any])
_LATEST = 253_402_214_400
"""The last day of the year 9999, the end of what calendars of programs can hold."""


@dataclass(frozen=True, slots=True)
class Ask:
    """Which rules to judge, and by which configuration; the same for all commands that examine."""

    pack: tuple[str, ...] = ()
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    clause: tuple[str, ...] = ()
    edition: str | None = None
    config: Path | None = None
    policy: Path | None = None
    no_repo_config: bool = False
    no_history: bool = False
    no_waivers: bool = False
    no_baseline: bool = False
    no_cache: bool = False


def asking(function: F) -> F:
    """Add the options of :class:`Ask` to a command."""
    options = (
        click.option(
            "--pack", multiple=True, metavar="NAME|FOLDER",
            help="Pack to apply, or a folder of your own rules (repeatable; default iso9001).",
        ),
        click.option("--select", multiple=True, metavar="GLOB", help="Only rules whose id matches (repeatable)."),
        click.option("--ignore", multiple=True, metavar="GLOB", help="Not the rules whose id matches (repeatable)."),
        click.option(
            "--clause", multiple=True, metavar="NUMBER",
            help="Only rules of this clause and those below it (repeatable).",
        ),
        click.option(
            "--edition", type=click.Choice(["2015", "2026"]), help="Edition of ISO 9001 to report by (default 2015)."
        ),
        click.option(
            "--config", type=click.Path(path_type=Path), metavar="FILE",
            help="Configuration to use instead of the repository's own.",
        ),
        click.option(
            "--policy", type=click.Path(path_type=Path), metavar="FILE",
            help="An organisation's policy; the repository's configuration may only tighten it.",
        ),
        click.option("--no-repo-config", is_flag=True, help="Ignore configuration found in the repository."),
        click.option(
            "--no-history", is_flag=True,
            help="Leave out rules that read the history (for a quick hook); the report lists them.",
        ),
        click.option(
            "--no-waivers", is_flag=True, help="Show every finding as if there were no waivers (for auditors)."
        ),
        click.option("--no-baseline", is_flag=True, help="Show every finding as if there were no baseline."),
        click.option("--no-cache", is_flag=True, help="Neither use nor keep what earlier runs read and compiled."),
    )  # fmt: skip
    for option in reversed(options):
        function = option(function)
    return function


def ask_of(options: dict[str, Any]) -> Ask:
    """Take the fields of :class:`Ask` out of a command's options."""
    return Ask(**{name: options.pop(name) for name in Ask.__slots__ if name in options})


def clock(repository: Repository, as_of: str = "") -> int:
    """Return the only clock of an examination, in seconds since 1970.

    ``as_of`` (``YYYY-MM-DD``) and ``SOURCE_DATE_EPOCH`` decide; else the commit's date for a commit, and the end of
    today in UTC for a work tree or index.
    """
    if as_of:
        return end_of_day(as_of)
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    if epoch.isascii() and epoch.isdigit() and len(epoch) <= 18:
        return min(int(epoch), _LATEST)
    if repository.snapshot.view == "commit" and repository.committed:
        return repository.committed
    return end_of_day(datetime.now(UTC).date().isoformat())


def end_of_day(text: str) -> int:
    """Return the last second (UTC) of an ISO date; raises :class:`UsageError` if it is none."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{text!r} is not a date", hint="write it as YYYY-MM-DD") from None
    return int(datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=UTC).timestamp())
