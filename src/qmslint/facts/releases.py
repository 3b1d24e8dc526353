"""Releases: tags that name a version."""

from __future__ import annotations

from dataclasses import dataclass

from qmslint.facts.base import Scan, fact
from qmslint.repo.history import Tag


@dataclass(frozen=True, slots=True)
class Release:
    """A release tag with the version it names."""

    tag: Tag
    version: str


@fact
def releases(scan: Scan) -> tuple[Release, ...]:
    """Return releases, oldest first."""
    return tuple(Release(tag, tag.name) for tag in scan.tags if tag.commit)
