"""Rules of ownership in one form for all dialects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from qmslint.quick import dataclass


@dataclass(frozen=True, slots=True)
class OwnerRule:
    """One line, or one directory's file, that gives paths to owners.

    Parameters
    ----------
    path, line : str, int
        Where it is written.
    pattern : str
        As written; for a file per directory the directory.
    owners : tuple of str
        As written; none means that the paths have no owner on purpose.
    section : str
        Section it stands in, where the dialect has sections.
    optional : bool
        The owners are asked but need not approve.
    negated : bool
        It is about paths that do not match, or takes matching paths out.
    """

    path: str
    line: int
    pattern: str
    owners: tuple[str, ...]
    section: str = ""
    optional: bool = False
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Mistake:
    """A line the platform does not understand, and why."""

    path: str
    line: int
    text: str


@dataclass(frozen=True, eq=False)
class Ownership:
    """Who owns what.

    Parameters
    ----------
    dialect : str
        ``github``, ``gitlab``, ``bitbucket``, ``gitea``, ``prow``, ``chromium``, ``azure``; empty when there are no rules.
    files : tuple of str
        Files the rules come from.
    rules : tuple of OwnerRule
        In the order in which they are read.
    mistakes : tuple of Mistake
        Lines without effect.
    ignored : tuple of str
        Further files of the kind that the platform does not read.
    owned : mapping
        For every owned path of the tree the rules that give it owners, the deciding one first.
    dead : tuple of OwnerRule
        Rules whose pattern matches nothing in the tree.
    """

    dialect: str = ""
    files: tuple[str, ...] = ()
    rules: tuple[OwnerRule, ...] = ()
    mistakes: tuple[Mistake, ...] = ()
    ignored: tuple[str, ...] = ()
    owned: Mapping[str, tuple[OwnerRule, ...]] = field(default_factory=dict)
    dead: tuple[OwnerRule, ...] = ()

    @property
    def catch_all_only(self) -> bool:
        """Whether one pattern for everything is all there is."""
        return bool(self.rules) and all(rule.pattern in ("*", "**", "/", "/**", ".*") for rule in self.rules)
