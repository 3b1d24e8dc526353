"""What every command that examines a repository shares: packs, catalogues, settings, the clock."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from qmslint import config
from qmslint.cli.ask import Ask
from qmslint.engine.dispositions import Exceptions
from qmslint.engine.examine import Progress, examine
from qmslint.engine.plan import Plan, plan
from qmslint.errors import UsageError
from qmslint.facts.base import Scan
from qmslint.model.report import Report
from qmslint.packs.catalogue import known_clause, load_catalogue
from qmslint.packs.load import Library, Loaded
from qmslint.repo.open import Repository
from qmslint.settings import Settings


@dataclass(slots=True)
class Session:
    """Packs and catalogues, loaded once and used for any number of examinations."""

    ask: Ask
    library: Library = field(init=False)
    folders: tuple[Path, ...] = field(init=False)
    _loaded: dict[tuple[tuple[str, ...], str], Loaded] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.folders = tuple(Path(name) for name in self.ask.pack if os.sep in name)
        self.library = Library(self.folders, cached=not self.ask.no_cache)

    def settings(self, repository: Repository) -> Settings:
        """Return the settings that hold for ``repository``."""
        clauses = tuple(load_catalogue(self.library.trees[0], "2015").clauses)
        known = config.Known(self.library.rule_ids, self.library.pack_ids, clauses)
        if self.ask.config:
            found = config.from_file(self.ask.config, known)
        else:
            found = Settings() if self.ask.no_repo_config else config.discover(repository.snapshot, known)
        return replace(found, edition=self.ask.edition) if self.ask.edition else found  # type: ignore[arg-type]

    def scan(self, repository: Repository, as_of: int, given: Mapping[str, str] | None = None) -> Scan:
        """Return a scan of ``repository``, with evidence files beside it, for a command that judges no rule."""
        settings = self.settings(repository)
        loaded = self.library.load(self._pack_names() or settings.packs, {})
        return Scan(repository, settings, as_of, loaded.vocabulary, given=given or {})

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
        loaded = self._load(names, settings)
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
            scan.lasting = shared.setdefault(("lasting", names, repr(settings)), {})
        exceptions = Exceptions(
            self.library.rule_ids, waivers=not self.ask.no_waivers, baseline=not self.ask.no_baseline
        )
        return examine(scan, chosen, loaded.packs, own, edition, tell, exceptions), scan

    def _load(self, names: tuple[str, ...], settings: Settings) -> Loaded:
        values = {rule: item.with_ for rule, item in settings.rules.items()}
        key = (names, repr(values))
        if key not in self._loaded:
            self._loaded[key] = self.library.load(names, values)
        return self._loaded[key]

    def _pack_names(self) -> tuple[str, ...]:
        names = [name for name in self.ask.pack if Path(name) not in self.folders]
        for tree in self.library.trees[1:]:
            found = [Path(path).stem for path in tree.data if path.startswith("packs/")]
            if not found:
                raise UsageError(f"{tree.root} holds no pack: packs/*.yaml is missing")
            names += found
        return tuple(names)
