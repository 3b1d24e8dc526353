"""Who owns which path, by the ownership files of all common platforms, and whether those owners are around."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from qmslint.facts.base import Scan, fact
from qmslint.facts.codeowners import azure, flat, trees
from qmslint.facts.codeowners.model import Ownership
from qmslint.facts.sources import evidence_paths, source_files

__all__ = ["critical_paths", "ownable_paths", "ownership"]


@fact
def ownership(scan: Scan) -> Ownership:
    """Return who owns what; an empty answer when no ownership file is there."""
    return flat.read(scan) or trees.read(scan) or azure.read(scan) or Ownership()


@fact
def ownable_paths(scan: Scan) -> tuple[str, ...]:
    """Return the paths that somebody here should answer for: all but the code of others."""
    others = frozenset(scan.glob(*scan.words("exclude", "vendored")))
    return tuple(path for path in scan.snapshot.paths if path not in others)


@fact
def critical_paths(scan: Scan) -> Mapping[str, tuple[str, ...]]:
    """Return the paths of each group whose change needs an owner's eye; a group without files is left out."""
    groups: dict[str, tuple[str, ...]] = {"source": source_files(scan)}
    for name, globs in scan.words("ownership", "critical").items():
        groups[name] = evidence_paths(scan, tuple(globs))
    groups["ownership"] = ownership(scan).files
    return MappingProxyType({name: paths for name, paths in groups.items() if paths})
