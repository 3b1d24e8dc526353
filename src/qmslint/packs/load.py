"""Load packs: choose rules, set parameters, cap grades, and complain with file and line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from qmslint import kinds
from qmslint.derive import Builder, suggest
from qmslint.errors import PackError, Place
from qmslint.lineyaml import Map, Seq
from qmslint.model.outcome import Grade
from qmslint.model.rule import Guide, PackInfo, PlannedRule, Rule
from qmslint.packs import tree as trees
from qmslint.packs.catalogue import load_catalogue
from qmslint.packs.form import PackFile, RuleFile, Selection
from qmslint.packs.stricter import Use, loosened, lower, tightest
from qmslint.quick import dataclass, regex

RULE_ID = regex(r"(?:[a-z][a-z0-9-]*:)?[a-z][a-z0-9]*\.[a-z0-9]+(?:-[a-z0-9]+)*\Z")


@dataclass(frozen=True, slots=True)
class Loaded:
    """The rules of all asked packs, in order of their ids."""

    rules: tuple[PlannedRule, ...]
    packs: tuple[PackInfo, ...]
    vocabulary: Mapping[str, Any]


class Library:
    """All rules and packs at hand: the bundled ones and those of the given folders.

    Parameters
    ----------
    folders : iterable of Path
        Folders of a user's own, each with ``packs/*.yaml`` and rule files below it.
    more : iterable of Tree
        Further folders of rules, of installed packages or of the examined repository.
    cached : bool
        Use and keep the compiled form of the bundled rules.
    """

    def __init__(self, folders: Iterable[Path] = (), more: Iterable[trees.Tree] = (), cached: bool = True) -> None:
        self.trees = [trees.bundled(cached), *(trees.from_folder(folder) for folder in folders), *more]
        self._where: dict[str, tuple[trees.Tree, str]] = {}
        self._packs: dict[str, tuple[trees.Tree, str]] = {}
        self._built: dict[str, PackFile] = {}
        for tree in self.trees:
            for path in tree.data:
                if path.startswith("packs/"):
                    self._packs[Path(path).stem] = (tree, path)
                elif not path.startswith(("catalogues/", "vocabulary/")):
                    self._register(tree, path)

        for tree in self.trees[1:]:
            self._validate(tree)

    def _validate(self, tree: trees.Tree) -> None:
        """Build everything a user wrote, then hold it against the published schemas as a second wall."""
        from qmslint.packs.validate import validate

        for path, data in tree.data.items():
            if path.startswith(("catalogues/", "vocabulary/")):
                continue
            kind = "pack" if path.startswith("packs/") else "rule"
            if kind == "pack":
                self.pack(Path(path).stem)
            else:
                self._clauses_exist(self.rule(str(data["id"])), tree, path)
            validate(data, f"{tree.root.name}/{path}", kind)

    def _clauses_exist(self, rule: Rule, tree: trees.Tree, path: str) -> None:
        known = load_catalogue(self.trees[0], "2015").clauses
        for clause in rule.clauses:
            if clause not in known:
                place = Place(f"{tree.root.name}/{path}", tree.data[path].line_of("clauses"))
                raise PackError(f"there is no clause {clause!r}", place, suggest(clause, known))

    def _register(self, tree: trees.Tree, path: str) -> None:
        data = tree.data[path]
        rule_id = str(data.get("id") or "") if isinstance(data, dict) else ""
        # A vendor's prefix, as in acme:branch.two-approvals, is no part of the file's name.
        if rule_id.rpartition(":")[2] != Path(path).stem:
            line = data.line_of("id") if isinstance(data, Map) else 1
            raise PackError(f"the rule's id {rule_id!r} must equal the file's name", Place(path, line))
        if not RULE_ID.match(rule_id) or len(rule_id) > 40:
            raise PackError(f"{rule_id!r} is not a rule id like area.short-name", Place(path, 1))
        if rule_id in self._where:
            raise PackError(f"the rule {rule_id} exists twice", Place(path, 1))
        self._where[rule_id] = (tree, path)

    @property
    def rule_ids(self) -> tuple[str, ...]:
        """Ids of all rules at hand."""
        return tuple(sorted(self._where))

    def tree_of(self, rule_id: str) -> trees.Tree:
        """Return the tree a rule comes from."""
        return self._rule_place(rule_id)[0]

    @property
    def pack_ids(self) -> tuple[str, ...]:
        """Names of all packs at hand."""
        return tuple(sorted(self._packs))

    @property
    def vocabulary(self) -> Mapping[str, Any]:
        """Word lists of all trees; lists of a user's tree are added to the bundled ones."""
        merged: dict[str, Any] = {}
        for tree in self.trees:
            for path, data in tree.data.items():
                if path.startswith("vocabulary/"):
                    name = Path(path).stem
                    merged[name] = _extend(merged[name], data) if name in merged else data
        return MappingProxyType(merged)

    def pack(self, name: str) -> PackFile:
        """Return a pack as written; raises :class:`PackError` if there is none."""
        if name not in self._built:
            tree, path = self._pack_place(name)
            self._built[name] = self._builder(tree, path).build(PackFile, tree.data[path], 1, "the pack")
        return self._built[name]

    def rule(self, rule_id: str, values: Mapping[str, Any] | None = None) -> Rule:
        """Return a rule, with ``values`` for its parameters."""
        tree, path = self._rule_place(rule_id)
        data = tree.data[path]
        parameters = data.get("parameters") or {}
        chosen = {name: spec.get("default") for name, spec in parameters.items()}
        for name, value in (values or {}).items():
            if name not in chosen:
                message = f"the rule {rule_id} has no parameter {name!r}"
                raise PackError(message, Place(path), suggest(name, chosen))
            chosen[name] = value
        filled = _fill(data, chosen, path)
        form = self._builder(tree, path, tested=not values).build(RuleFile, filled, 1, "the rule")
        return _rule(form, path, chosen)

    def load(self, names: Iterable[str], values: Mapping[str, Mapping[str, Any]] | None = None) -> Loaded:
        """Return the rules that the packs ``names`` select.

        Parameters
        ----------
        names : iterable of str
            Pack names; where two packs select a rule, the later one decides about it.
        values : mapping of rule id to mapping, optional
            Parameter values a repository set, over those of the packs.
        """
        chosen: dict[str, tuple[Use, bool]] = {}
        infos: dict[str, PackInfo] = {}
        for name in names:
            overlay = self.pack(name).overlay
            for rule_id, use in self._selection(name, ()).items():
                known, tight = chosen.get(rule_id, (use, False))
                # Asked for together with an overlay, a pack must not undo what that one tightened.
                use = tightest(known, use, *self.parameters(rule_id)) if overlay or tight else use
                chosen[rule_id] = (use, overlay or tight)
            for one in self._chain(name, ()):
                infos.setdefault(one, self._info(one, self._selection(one, ())))
        planned = {}
        for rule_id in sorted(chosen):
            use, _ = chosen[rule_id]
            own = {**use.values, **((values or {}).get(rule_id) or {})}
            planned[rule_id] = PlannedRule(self.rule(rule_id, own), use.pack, use.cap)
        return Loaded(tuple(planned.values()), tuple(infos.values()), self.vocabulary)

    def selected(self, name: str) -> tuple[str, ...]:
        """Return the ids of the rules a pack selects."""
        return tuple(sorted(self._selection(name, ())))

    def _chain(self, name: str, above: tuple[str, ...]) -> tuple[str, ...]:
        """Return a pack after the packs it extends."""
        bases = [one for base in self.pack(name).extends for one in self._chain(base, (*above, name))]
        return tuple(dict.fromkeys((*bases, name)))

    def _selection(self, name: str, above: tuple[str, ...]) -> dict[str, Use]:
        if name in above:
            raise PackError(f"pack {name} extends itself through {' → '.join(above)}")
        pack = self.pack(name)
        tree, path = self._pack_place(name)
        chosen: dict[str, Use] = {}
        for base in pack.extends:
            for rule_id, use in self._selection(base, (*above, name)).items():
                use = Use(use.pack, lower(use.cap, _grade(pack.cap)), use.values)
                both = pack.overlay and rule_id in chosen
                chosen[rule_id] = tightest(chosen[rule_id], use, *self.parameters(rule_id)) if both else use
        for rule_id in pack.drop:
            if rule_id not in chosen:
                raise PackError(f"drops {rule_id!r}, which it does not have", Place(path), suggest(rule_id, chosen))
            del chosen[rule_id]
        lines = tree.data[path].get("rules") or []
        for index, item in enumerate(pack.rules):
            line = lines.line_of(index) if isinstance(lines, Seq) else 0
            data = item if isinstance(item, dict) else {"id": item}
            entry = Builder(path).build(Selection, data, line, "the entry")
            if entry.id not in self._where:
                raise PackError(f"there is no rule {entry.id!r}", Place(path, line), suggest(entry.id, self._where))
            given = chosen[entry.id].values if entry.id in chosen else {}
            cap = _grade(entry.cap) or _grade(pack.cap)
            chosen[entry.id] = Use(name, cap, {**given, **entry.with_})
        if pack.overlay:
            self._only_tightens(pack, chosen, Place(path))
        return chosen

    def _only_tightens(self, pack: PackFile, chosen: Mapping[str, Use], place: Place) -> None:
        """Raise :class:`PackError` where an overlay asks for less than a pack it extends."""
        for base in pack.extends:
            for rule_id, use in self._selection(base, ()).items():
                if rule_id not in chosen:
                    raise PackError(f"the overlay {pack.id} only tightens, but drops {rule_id} of {base}", place)
                for text in loosened(use, chosen[rule_id], *self.parameters(rule_id)):
                    raise PackError(f"the overlay {pack.id} only tightens, but for {rule_id} {text}", place)

    def parameters(self, rule_id: str) -> tuple[dict[str, str], dict[str, Any]]:
        """Return in which direction each parameter of a rule gets stricter, and its default."""
        tree, path = self._rule_place(rule_id)
        parameters = tree.data[path].get("parameters") or {}
        directions = {name: str(spec.get("stricter", "")) for name, spec in parameters.items()}
        return directions, {name: spec.get("default") for name, spec in parameters.items()}

    def _info(self, name: str, selection: Mapping[str, Any]) -> PackInfo:
        pack = self.pack(name)
        digests = []
        for tree in self.trees:
            paths = [p for t, p in (self._where[r] for r in selection) if t is tree]
            # What an extended pack sets is part of what this one asks for.
            chain = self._chain(name, ())
            paths += [p for t, p in self._packs.values() if t is tree and Path(p).stem in chain]
            paths += [p for p in tree.files if p.startswith("vocabulary/")]
            if paths:
                digests.append(tree.digest(*paths))
        digest = digests[0] if len(digests) == 1 else trees.combine(digests)
        return PackInfo(pack.id, pack.version, pack.title, digest)

    def _builder(self, tree: trees.Tree, path: str, tested: bool = False) -> Builder:
        """Return what builds a file; the patterns of a bundled one are held against RE2 by this project's tests."""
        name = f"rules/{path}" if tree is self.trees[0] else f"{tree.root.name}/{path}"
        # What the examined repository holds is data: it never decides which third-party code is loaded.
        params_of = kinds.params_of if tree.trusted else kinds.own_params_of
        return Builder(name, params_of, kinds.KINDS, tested=tested and tree is self.trees[0])

    def _rule_place(self, rule_id: str) -> tuple[trees.Tree, str]:
        if rule_id not in self._where:
            raise PackError(f"there is no rule {rule_id!r}", hint=suggest(rule_id, self._where))
        return self._where[rule_id]

    def _pack_place(self, name: str) -> tuple[trees.Tree, str]:
        if name not in self._packs:
            raise PackError(f"there is no pack {name!r}", hint=suggest(name, self._packs))
        return self._packs[name]


def library_of(names: Iterable[str]) -> Library:
    """Return a library that knows the given packs: folders (with a slash), bundled names, names of installed packages."""
    known = Library()
    asked = list(names)
    found = [known_tree for name in asked if "/" not in name and name not in known.pack_ids
             and (known_tree := trees.installed(name))]  # fmt: skip
    folders = [Path(name) for name in asked if "/" in name]
    return Library(folders, found) if folders or found else known


def _rule(form: RuleFile, path: str, values: Mapping[str, Any]) -> Rule:
    if "default" not in form.grades:
        raise PackError("grades need an entry `default`", Place(path))
    return Rule(
        id=form.id,
        title=form.title,
        clauses=form.clauses,
        questions=form.questions,
        basis=form.basis,
        grades=MappingProxyType({gap: Grade(word) for gap, word in form.grades.items()}),
        absence=form.absence,
        check=form.check,
        guide=Guide(form.why.strip(), form.looks_for.strip(), form.fix.strip(), form.example, form.traps.strip()),
        when=form.when,
        document=form.document,
        adopt=form.adopt,
        since=form.since,
        source=form.source,
        applies_from=form.applies_from,
        parameters=MappingProxyType(dict(values)),
    )


def _fill(data: Any, values: Mapping[str, Any], path: str) -> Any:
    """Return ``data`` with every value ``$name`` replaced by the parameter ``name``."""
    if isinstance(data, str) and data.startswith("$") and data[1:].isidentifier():
        if data[1:] not in values:
            raise PackError(f"uses {data}, which is no parameter of the rule", Place(path), suggest(data[1:], values))
        return values[data[1:]]
    if isinstance(data, dict):
        copy = Map(data.line if isinstance(data, Map) else 0)
        copy.lines = dict(data.lines) if isinstance(data, Map) else {}
        for key, value in data.items():
            copy[key] = value if key in ("parameters", "example") else _fill(value, values, path)
        return copy
    if isinstance(data, list):
        items = Seq(data.line if isinstance(data, Seq) else 0)
        items.lines = list(data.lines) if isinstance(data, Seq) else []
        items.extend(_fill(value, values, path) for value in data)
        return items
    return data


def _extend(base: Any, more: Any) -> Any:
    if isinstance(base, dict) and isinstance(more, dict):
        merged = {key: _extend(base[key], more[key]) if key in more else base[key] for key in base}
        merged.update({key: value for key, value in more.items() if key not in base})
        return merged
    if isinstance(base, list) and isinstance(more, list):
        return [*base, *(item for item in more if item not in base)]
    return more


def _grade(word: str | None) -> Grade | None:
    return Grade(word) if word else None
