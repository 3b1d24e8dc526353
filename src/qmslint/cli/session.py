"""What every command that examines a repository shares: packs, catalogues, settings, the clock."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from qmslint import config
from qmslint.cli.ask import Ask
from qmslint.derive import suggest
from qmslint.engine import policy as policies
from qmslint.engine.dispositions import Exceptions
from qmslint.engine.examine import Progress, examine
from qmslint.engine.plan import Plan, plan
from qmslint.engine.waivers import Limits
from qmslint.errors import ConfigError, Unassessable, UsageError
from qmslint.facts.base import Scan
from qmslint.forms import Policy
from qmslint.model.report import Report
from qmslint.packs import tree as trees
from qmslint.packs.catalogue import known_clause, load_catalogue
from qmslint.packs.load import Library, Loaded
from qmslint.repo.open import Repository
from qmslint.settings import Settings


@dataclass(slots=True)
class Session:
    """Packs, catalogues and the policy, loaded once and used for any number of examinations."""

    ask: Ask
    library: Library = field(init=False)
    folders: tuple[Path, ...] = field(init=False)
    _loaded: dict[tuple[tuple[str, ...], str], Loaded] = field(init=False, default_factory=dict)
    policy: Policy | None = field(init=False, default=None)
    _stated: frozenset[str] = field(init=False, default=frozenset())
    _digest: str = field(init=False, default="")

    def __post_init__(self) -> None:
        self.folders = tuple(Path(name) for name in self.ask.pack if os.sep in name)
        if self.ask.policy:
            self.policy, self._stated, self._digest = config.policy_from_file(self.ask.policy)
        named = [*(name for name in self.ask.pack if os.sep not in name)]
        named += self.policy.config.packs if self.policy and "packs" in self._stated else ()
        self.library = self._with(Library(self.folders, cached=not self.ask.no_cache), named)

    def _with(self, library: Library, names: Iterable[str], repository: Repository | None = None) -> Library:
        """Return a library that also knows packs of installed packages and of the examined repository."""
        more = []
        for name in names:
            if "/" in name and repository:
                more.append(trees.from_snapshot(repository.snapshot, name))
            elif "/" not in name and name not in library.pack_ids and (found := trees.installed(name)):
                more.append(found)
        if not more:
            return library
        return Library(self.folders, [*library.trees[1 + len(self.folders) :], *more], not self.ask.no_cache)

    def settings(self, repository: Repository) -> tuple[Settings, policies.Merged]:
        """Return what the repository says of itself, and what holds for it."""
        first = self._own(repository, None)
        library = self.library if self.ask.pack else self._with(self.library, first.packs, repository)
        clauses = tuple(load_catalogue(library.trees[0], "2015").clauses)
        packs = (*library.pack_ids, *(name for name in first.packs if "/" in name))
        own = self._own(repository, config.Known(library.rule_ids, packs, clauses))
        merged = policies.merge(self.policy, self._stated, own) if self.policy else policies.Merged(own)
        if self.ask.edition:
            merged = replace(merged, settings=replace(merged.settings, edition=self.ask.edition))  # type: ignore[arg-type]
        return own, merged

    def _own(self, repository: Repository, known: config.Known | None) -> Settings:
        """Return what the repository says of itself; names are checked once it is known which packs there are."""
        if self.ask.config:
            return config.from_file(self.ask.config, known)
        return Settings() if self.ask.no_repo_config else config.discover(repository.snapshot, known)

    def scan(self, repository: Repository, as_of: int, given: Mapping[str, str] | None = None) -> Scan:
        """Return a scan of ``repository``, with evidence files beside it, for a command that judges no rule."""
        _, merged = self.settings(repository)
        settings = merged.settings
        library = self.library if self.ask.pack else self._with(self.library, settings.packs, repository)
        loaded = library.load(self._pack_names() or _names(library, settings.packs), {})
        return Scan(repository, settings, as_of, loaded.vocabulary, given=given or {})

    def examine(
        self,
        repository: Repository,
        as_of: int,
        tell: Progress = lambda what, done, total: None,
        shared: dict[Any, Any] | None = None,
        processes: int = 1,
    ) -> tuple[Report, Scan]:
        """Examine ``repository`` as of a moment and return the report with the scan it rests on."""
        own, merged = self.settings(repository)
        settings = merged.settings
        library = self.library if self.ask.pack else self._with(self.library, settings.packs, repository)
        _known(settings, library)
        catalogue = load_catalogue(library.trees[0], "2015")
        edition = load_catalogue(library.trees[0], settings.edition)
        names = self._pack_names() or _names(library, settings.packs)
        loaded = self._load(library, names, {rule: item.with_ for rule, item in settings.rules.items()})
        if self.policy:
            policies.refuse(self.policy, own, (item.rule for item in loaded.rules), catalogue)
            values, asides = policies.tightened(self.policy, merged, loaded.rules, library)
            loaded = self._load(library, names, values)
            merged = replace(merged, notes=(*merged.notes, *asides))
        chosen: Plan = plan(
            loaded,
            catalogue,
            self.ask.select or settings.select,
            self.ask.ignore + settings.ignore,
            [known_clause(catalogue, number) for number in self.ask.clause],
            ["history", "tags", "diffs"] if self.ask.no_history else [],
        )
        chosen = replace(chosen, rules=policies.raised(chosen.rules, merged.floors))
        scan = Scan(repository, settings, as_of, loaded.vocabulary)
        if shared is not None:
            scan.shared = shared
            scan.lasting = shared.setdefault(("lasting", names, repr(settings)), {})
        report = examine(scan, chosen, loaded.packs, catalogue, edition, tell, self._exceptions(library), processes)
        notes = (*self._notes(repository), *merged.notes, *report.notes)
        return replace(report, notes=notes, lowered=(*report.lowered, *self._asked())), scan

    def _asked(self) -> list[str]:
        """Return what the command line left out, so that a reader knows that the report is about a part."""
        found = [f"only these rules, as asked for: {glob}" for glob in self.ask.select]
        found += [f"rules left out, as asked for: {glob}" for glob in self.ask.ignore]
        return found + [f"only this clause, as asked for: {number}" for number in self.ask.clause]

    def _exceptions(self, library: Library) -> Exceptions:
        policy = self.policy or Policy("")
        limits = policy.waivers
        return Exceptions(
            library.rule_ids,
            Limits(limits.horizon_days, limits.soon_days, limits.whole, limits.never),
            waivers=not self.ask.no_waivers and "waivers" in policy.allow,
            baseline=not self.ask.no_baseline and "baseline" in policy.allow,
            no_baseline_for=policy.locked,
        )

    def _notes(self, repository: Repository) -> list[str]:
        if not self.policy or not self.ask.policy:
            return []
        version = f" {self.policy.version}" if self.policy.version else ""
        notes = [f"policy {self.policy.name}{version} (sha256:{self._digest[:12]}) is put over the configuration"]
        if self.ask.policy.resolve().is_relative_to(repository.place.root.resolve()):
            notes.append("the policy lies inside the examined repository, which can change it")
        return notes

    def _load(self, library: Library, names: tuple[str, ...], values: Mapping[str, Mapping[str, Any]]) -> Loaded:
        # A library with packs of the examined repository is made anew for each revision.
        if library is not self.library:
            return library.load(names, values)
        key = (names, repr(values))
        if key not in self._loaded:
            self._loaded[key] = library.load(names, values)
        return self._loaded[key]

    def _pack_names(self) -> tuple[str, ...]:
        names = [name for name in self.ask.pack if Path(name) not in self.folders]
        for tree in self.library.trees[1 : 1 + len(self.folders)]:
            found = _packs_of(tree)
            if not found:
                raise UsageError(f"{tree.root} holds no pack: packs/*.yaml is missing")
            names += found
        return tuple(names)


def with_documents(report: Report, scan: Scan) -> Report:
    """Return the report with the register of controlled documents, for the formats that show it."""
    from qmslint.facts.document_list import document_list
    from qmslint.model.document_list import DocumentList

    subject = report.subject
    try:
        found = document_list(scan)
    except Unassessable as trouble:
        note = f"the documents could not be listed: {trouble.text}"
        found = DocumentList(report.tool_version, subject.name, subject.commit, subject.as_of, (), (note,))
    return replace(report, documents=found)


def _packs_of(tree: trees.Tree) -> list[str]:
    return [Path(path).stem for path in tree.data if path.startswith("packs/")]


def _names(library: Library, asked: Iterable[str]) -> tuple[str, ...]:
    """Return pack names; a folder of the repository stands for all packs in it."""
    names = []
    for name in asked:
        if "/" not in name:
            names.append(name)
            continue
        root = Path(name.strip("/").removeprefix("./").strip("/"))
        found = [pack for tree in library.trees if not tree.trusted and tree.root == root for pack in _packs_of(tree)]
        if not found:
            raise ConfigError(f"packs: {name} holds no pack: packs/*.yaml is missing")
        names += found
    return tuple(names)


def _known(settings: Settings, library: Library) -> None:
    for rule in settings.rules:
        if rule not in library.rule_ids:
            raise ConfigError(f"rules: there is no rule {rule!r}", hint=suggest(rule, library.rule_ids))
