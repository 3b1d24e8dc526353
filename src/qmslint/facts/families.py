"""Families of indicators: what the name of one, or a sentence, is about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qmslint.facts.base import Scan, fact
from qmslint.patterns import any_of


@fact
def _families(scan: Scan) -> tuple[tuple[str, str, Any], ...]:
    words: Mapping[str, Mapping[str, Any]] = scan.words("measurements", "families")
    return tuple((family, name, any_of(p)) for family, names in words.items() for name, p in names.items())


def family_of(scan: Scan, label: str) -> tuple[str, str]:
    """Return family and measure that the name of an indicator means, or empty strings."""
    text = " ".join(label.split())[:120]
    return next(((family, name) for family, name, test in _families(scan) if test.search(text)), ("", ""))


def speaks_of(scan: Scan, family: str, text: str) -> bool:
    """Say whether a sentence names an indicator of a family."""
    return any(name == family and test.search(text[:1500]) for name, _, test in _families(scan))


def decides(scan: Scan, text: str) -> bool:
    """Say whether a sentence tells that something was decided or done."""
    return any_of(scan.words("measurements", "decided")).search(text[:1500]) is not None
