"""What every command that examines a repository shares: packs, catalogues, settings, the clock."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from qmslint import config
from qmslint.derive import suggest
from qmslint.engine.dispositions import Exceptions
from qmslint.engine.examine import Progress, examine
from qmslint.engine.plan import Plan, plan
from qmslint.errors import ConfigError, UsageError
from qmslint.facts.base import Scan
from qmslint.model.report import Report
from qmslint.packs.catalogue import known_clause, load_catalogue
from qmslint.packs.load import Library, Loaded
from qmslint.repo.history import LATEST
from qmslint.repo.open import Repository
from qmslint.settings import Settings

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Ask:
    """Which rules to judge, and by which configuration; the same for all commands that examine."""

    pack: tuple[str, ...] = ()
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    clause: tuple[str, ...] = ()
    edition: str | None = None
    config: Path | None = None
    no_repo_config: bool = False
    no_history: bool = False
    no_waivers: bool = False
    no_baseline: bool = False


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
        click.option("--no-repo-config", is_flag=True, help="Ignore configuration found in the repository."),
        click.option(
            "--no-history", is_flag=True,
            help="Leave out rules that read the history (for a quick hook); the report lists them.",
        ),
        click.option(
            "--no-waivers", is_flag=True, help="Show every finding as if there were no waivers (for auditors)."
        ),
        click.option("--no-baseline", is_flag=True, help="Show every finding as if there were no baseline."),
    )  # fmt: skip
    for option in reversed(options):
        function = option(function)
    return function


def ask_of(options: dict[str, Any]) -> Ask:
    """Take the fields of :class:`Ask` out of a command's options."""
    return Ask(**{name: options.pop(name) for name in Ask.__slots__ if name in options})


@dataclass(slots=True)
class Session:
    """Packs and catalogues, loaded once and used for any number of examinations."""

    ask: Ask
    library: Library = field(init=False)
    folders: tuple[Path, ...] = field(init=False)
    _loaded: dict[tuple[Any, ...], Loaded] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.folders = tuple(Path(name) for name in self.ask.pack if os.sep in name)
        self.library = Library(self.folders)

    def settings(self, repository: Repository) -> Settings:
        """Return the settings that hold for ``repository``."""
        if self.ask.config:
            found = config.from_file(self.ask.config)
        else:
            found = Settings() if self.ask.no_repo_config else config.discover(repository.snapshot)
        for rule in found.rules:
            if rule not in self.library.rule_ids:
                hint = suggest(rule, self.library.rule_ids)
                raise ConfigError(f"rules: there is no rule {rule!r}", hint=hint)
        return replace(found, edition=self.ask.edition) if self.ask.edition else found  # type: ignore[arg-type]

    def examine(
        self,
        repository: Repository,
        as_of: int,
        tell: Progress = lambda what, done, total: None,
        shared: dict[Any, Any] | None = None,
    ) -> tuple[Report, Scan]:
        """Examine ``repository`` as of a moment and return the report with the scan it rests on."""
        settings = self.settings(repository)
        own = load_catalogue(self.library.trees[0], "2015")
        edition = load_catalogue(self.library.trees[0], settings.edition)
        names = self._pack_names() or settings.packs
        loaded = self.library.load(names, {rule: item.with_ for rule, item in settings.rules.items()})
        chosen: Plan = plan(
            loaded,
            own,
            self.ask.select or settings.select,
            self.ask.ignore + settings.ignore,
            [known_clause(own, number) for number in self.ask.clause],
            ["history", "tags", "diffs"] if self.ask.no_history else [],
        )
        scan = Scan(repository, settings, as_of, loaded.vocabulary)
        if shared is not None:
            scan.shared = shared
        exceptions = Exceptions(
            self.library.rule_ids, waivers=not self.ask.no_waivers, baseline=not self.ask.no_baseline
        )
        return examine(scan, chosen, loaded.packs, own, edition, tell, exceptions), scan

    def _pack_names(self) -> tuple[str, ...]:
        names = [name for name in self.ask.pack if Path(name) not in self.folders]
        for tree in self.library.trees[1:]:
            found = [Path(path).stem for path in tree.data if path.startswith("packs/")]
            if not found:
                raise UsageError(f"{tree.root} holds no pack: packs/*.yaml is missing")
            names += found
        return tuple(names)


def clock(repository: Repository, as_of: str = "") -> int:
    """Return the only clock of an examination, in seconds since 1970.

    ``as_of`` (``YYYY-MM-DD``) and ``SOURCE_DATE_EPOCH`` decide; else the commit's date for a commit, and the end of
    today in UTC for a work tree or index.
    """
    if as_of:
        return end_of_day(as_of)
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    if epoch.isascii() and epoch.isdigit() and len(epoch) <= 18:
        return min(int(epoch), LATEST)
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
