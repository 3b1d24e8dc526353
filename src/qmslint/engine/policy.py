"""An organisation's policy over a repository's configuration: the repository may tighten, not loosen."""

from __future__ import annotations

import dataclasses
import fnmatch
from collections.abc import Iterable, Mapping
from dataclasses import field
from typing import Any

from qmslint.errors import ConfigError
from qmslint.forms import Matter, Policy
from qmslint.model.clause import Catalogue
from qmslint.model.outcome import Grade
from qmslint.model.rule import PlannedRule, Rule
from qmslint.packs.load import Library
from qmslint.packs.stricter import rank
from qmslint.quick import dataclass
from qmslint.settings import Home, Profile, RuleSetting, Settings

_FAIL = ("never", "major", "minor", "ofi")
_GRADES = ("ofi", "minor", "major")


@dataclass(frozen=True, slots=True)
class Merged:
    """What holds for a repository.

    Parameters
    ----------
    settings : Settings
        The policy's with what the repository may add.
    floors : mapping of rule id to Grade
        Grades that the repository asks for and that only raise what would be proposed.
    notes : tuple of str
        What was set aside.
    wishes : mapping of rule id to mapping
        Parameter values that the repository asks for and that count only where they are stricter.
    """

    settings: Settings
    floors: Mapping[str, Grade] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    wishes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def merge(policy: Policy, given: frozenset[str], own: Settings) -> Merged:
    """Put a policy over a repository's configuration.

    Parameters
    ----------
    policy : Policy
        The organisation's.
    given : frozenset of str
        Options that the policy's ``config`` states.
    own : Settings
        The repository's.

    Raises
    ------
    ConfigError
        If the repository says something milder of a locked rule.
    """
    mixing = _Mixing(policy, own)
    ours = policy.config
    rules, floors = _rules(mixing)
    settings = Settings(
        edition=ours.edition if "edition" in given else own.edition,
        packs=_packs(ours, given, own),
        profile=_profile(mixing),
        documents={**mixing.may("documents", own.documents, {}, "documents"), **ours.documents},
        ticket_keys=(*ours.ticket_keys, *mixing.may("ticket_keys", own.ticket_keys, (), "tickets")),
        release_tags=ours.release_tags or mixing.may("release_tags", own.release_tags, None, "releases"),
        release_branches=(
            *ours.release_branches,
            *mixing.may("release_branches", own.release_branches, (), "releases"),
        ),
        default_branch=ours.default_branch or mixing.may("default_branch", own.default_branch, "", "releases"),
        exclude=(*ours.exclude, *mixing.may("exclude", own.exclude, (), "exclude")),
        bots=(*ours.bots, *mixing.may("bots", own.bots, (), "bots")),
        evidence_home=_homes(mixing),
        exclusions=(*ours.exclusions, *mixing.may("exclusions", own.exclusions, (), "exclusions")),
        adopt=tuple(dict.fromkeys((*ours.adopt, *own.adopt))),
        intervals=_intervals(mixing),
        rules=rules,
        select=ours.select or mixing.may("select", own.select, (), "leave-out"),
        ignore=(*ours.ignore, *mixing.may("ignore", own.ignore, (), "leave-out")),
        fail_on=max(ours.fail_on, own.fail_on, key=_FAIL.index),
    )
    if _FAIL.index(own.fail_on) < _FAIL.index(ours.fail_on):
        mixing.aside("fail_on")
    return Merged(settings, floors, tuple(mixing.notes), mixing.wishes)


@dataclass(slots=True)
class _Mixing:
    policy: Policy
    own: Settings
    notes: list[str] = field(default_factory=list)
    wishes: dict[str, dict[str, Any]] = field(default_factory=dict)

    def may(self, name: str, value: Any, empty: Any, matter: Matter) -> Any:
        """Return the repository's value where the policy leaves the matter to it, else note that it is set aside."""
        if not value or matter in self.policy.allow:
            return value
        self.aside(name)
        return empty

    def aside(self, name: str) -> None:
        self.notes.append(f"set aside by the policy {self.policy.name}: {name} of the repository's configuration")

    def locked(self, rule: str) -> bool:
        return is_locked(self.policy, rule)


def is_locked(policy: Policy, rule: str) -> bool:
    """Say whether a repository may make nothing milder about ``rule``."""
    return any(fnmatch.fnmatchcase(rule, glob) for glob in policy.locked)


def _packs(ours: Settings, given: frozenset[str], own: Settings) -> tuple[str, ...]:
    """Return the packs; those of the policy come last, for the last one decides about a rule they share."""
    if "packs" not in given:
        return own.packs
    more = own.packs if own.packs != Settings().packs else ()
    return (*(name for name in more if name not in ours.packs), *ours.packs)


def _profile(mixing: _Mixing) -> Profile:
    ours, own = mixing.policy.config.profile, mixing.own.profile
    values = {}
    for item in dataclasses.fields(Profile):
        mine = getattr(ours, item.name)
        theirs = getattr(own, item.name)
        if mine is not None and mine != "":
            values[item.name] = mine
            if theirs not in (None, "", mine):
                mixing.aside(f"profile.{item.name}")
        elif theirs is not None and theirs != "" and "profile" not in mixing.policy.allow:
            mixing.aside(f"profile.{item.name}")
        else:
            values[item.name] = theirs
    return Profile(**values)


def _homes(mixing: _Mixing) -> dict[str, Home]:
    ours, own = mixing.policy.config.evidence_home, mixing.own.evidence_home
    homes = dict(ours)
    for clause, home in own.items():
        over = any(clause == known or clause.startswith(f"{known}.") for known in ours)
        if home.is_ == "repository" or ("evidence-home" in mixing.policy.allow and not over):
            homes.setdefault(clause, home)
        if homes.get(clause) != home:
            mixing.aside(f"evidence_home.{clause}")
    return homes


def _intervals(mixing: _Mixing) -> dict[str, int]:
    ours, own = mixing.policy.config.intervals, mixing.own.intervals
    found = dict(ours)
    for key, months in own.items():
        if key in ours:
            found[key] = min(months, ours[key])
        elif "parameters" in mixing.policy.allow:
            found[key] = months
        if found.get(key) != months:
            mixing.aside(f"intervals.{key}")
    return found


def _rules(mixing: _Mixing) -> tuple[dict[str, RuleSetting], dict[str, Grade]]:
    ours = mixing.policy.config.rules
    rules, floors = dict(ours), {}
    for name, item in mixing.own.rules.items():
        base = ours.get(name, RuleSetting())
        values: dict[str, Any] = {}
        off = item.disable and not base.disable
        if off and mixing.may(f"rules.{name}.disable", _unlocked(mixing, name, "disable"), False, "disable"):
            values |= {"disable": True, "reason": item.reason}
        free = "parameters" in mixing.policy.allow and not mixing.locked(name)
        wanted = {key: value for key, value in item.with_.items() if not free or key in base.with_}
        if free and item.with_:
            values["with_"] = {**item.with_, **base.with_}
        if wanted:
            mixing.wishes[name] = wanted
        if item.grade and base.grade:
            _unlocked(mixing, name, "grade", _GRADES.index(item.grade) < _GRADES.index(base.grade))
            values["grade"] = max(item.grade, base.grade, key=_GRADES.index)
            if values["grade"] != item.grade:
                mixing.aside(f"rules.{name}.grade")
        elif item.grade and "grades" in mixing.policy.allow and not mixing.locked(name):
            values |= {"grade": item.grade, "reason": item.reason}
        elif item.grade:
            floors[name] = Grade(item.grade)
        rules[name] = dataclasses.replace(base, **values)
    return rules, floors


def _unlocked(mixing: _Mixing, rule: str, what: str, milder: bool = True) -> bool:
    if milder and mixing.locked(rule):
        raise _refusal(mixing.policy, rule, f"rules.{rule}.{what}")
    return milder


def _refusal(policy: Policy, rule: str, what: str) -> ConfigError:
    return ConfigError(f"{what}: the policy {policy.name} locks {rule}", hint="take it out of the configuration")


def refuse(policy: Policy, own: Settings, rules: Iterable[Rule], catalogue: Catalogue) -> None:
    """Raise :class:`ConfigError` where a repository's configuration would leave a locked rule aside.

    Parameters
    ----------
    policy : Policy
        The organisation's.
    own : Settings
        The repository's, before they were put together.
    rules : iterable of Rule
        All rules of the packs, before any is left out.
    catalogue : Catalogue
        Of the edition the rules are written against.
    """
    for rule in rules:
        if not is_locked(policy, rule.id):
            continue
        if any(fnmatch.fnmatch(rule.id, glob) for glob in own.ignore):
            raise _refusal(policy, rule.id, "ignore")
        if own.select and not any(fnmatch.fnmatch(rule.id, glob) for glob in own.select):
            raise _refusal(policy, rule.id, "select")
        for clause in rule.clauses:
            chain = (clause, *catalogue.chain(clause))
            if any(item.clause in chain for item in own.exclusions):
                raise _refusal(policy, rule.id, f"exclusions: {clause}")
            for number in chain:
                if number in own.evidence_home and own.evidence_home[number].is_ != "repository":
                    raise _refusal(policy, rule.id, f"evidence_home.{number}")
        if rule.document and "://" in own.documents.get(rule.document, ""):
            raise _refusal(policy, rule.id, f"documents.{rule.document}")


def tightened(
    policy: Policy, merged: Merged, planned: Iterable[PlannedRule], library: Library
) -> tuple[dict[str, dict[str, Any]], tuple[str, ...]]:
    """Return the parameter values that hold, and what was set aside of those a repository asks for.

    Parameters
    ----------
    policy : Policy
        The organisation's.
    merged : Merged
        What holds without them.
    planned : iterable of PlannedRule
        The rules as packs and policy use them.
    library : Library
        Knows in which direction a parameter gets stricter.

    Raises
    ------
    ConfigError
        If a value for a locked rule is not the stricter one, or it is not known which one is.
    """
    values = {rule: dict(item.with_) for rule, item in merged.settings.rules.items()}
    notes = []
    for item in planned:
        directions, _ = library.parameters(item.rule.id)
        for name, value in merged.wishes.get(item.rule.id, {}).items():
            now = item.rule.parameters.get(name)
            old, new = (rank(directions.get(name, ""), one) for one in (now, value))
            if value == now:
                continue
            if old is not None and new is not None and new > old:
                values.setdefault(item.rule.id, {})[name] = value
            elif is_locked(policy, item.rule.id):
                raise _refusal(policy, item.rule.id, f"rules.{item.rule.id}.with.{name}")
            else:
                what = f"rules.{item.rule.id}.with.{name}"
                notes.append(f"set aside by the policy {policy.name}: {what} of the repository's configuration")
    return values, tuple(notes)


def raised(planned: Iterable[PlannedRule], floors: Mapping[str, Grade]) -> tuple[PlannedRule, ...]:
    """Return planned rules with the lowest grade that a repository asks for."""
    return tuple(dataclasses.replace(item, floor=floors.get(item.rule.id)) for item in planned)
