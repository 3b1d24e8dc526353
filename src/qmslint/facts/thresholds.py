"""Acceptance criteria that are set as values in configuration: thresholds, severities, warnings that are errors."""

from __future__ import annotations

from qmslint.facts.base import Scan, fact
from qmslint.facts.sources import evidence_paths
from qmslint.patterns import any_of
from qmslint.quick import dataclass

FILES = 400
"""Files that are looked at for one pattern."""
_SIZE = 200_000


@dataclass(frozen=True, slots=True)
class Threshold:
    """One value.

    Parameters
    ----------
    name : str
        What is judged by it.
    value : str
        As written; empty for a criterion that is on or off.
    effective : bool
        Whether it can stop anything.
    """

    name: str
    value: str
    path: str
    line: int
    effective: bool

    @property
    def number(self) -> float | None:
        """The value as a number, shares below one as a percentage."""
        try:
            number = float(self.value)
        except ValueError:
            return None
        return number * 100 if 0 < number <= 1 and "." in self.value else number


@fact
def thresholds(scan: Scan) -> tuple[Threshold, ...]:
    """Return all values that were recognised, by name and place; one a file and pattern."""
    off = any_of(scan.words("thresholds", "off"))
    found: dict[tuple[str, str, int], Threshold] = {}
    for name, ways in scan.words("thresholds", "criteria").items():
        for way in ways:
            test = any_of([str(way["pattern"])], ignore_case=False)
            for path in evidence_paths(scan, tuple(way["globs"]))[:FILES]:
                text = (scan.text(path) or "")[:_SIZE]
                match = test.search(text)
                if not match:
                    continue
                value = next((group for group in match.groups() if group), "")
                line = text.count("\n", 0, match.start(1) if match.groups() and match[1] else match.start()) + 1
                effective = not value or bool(way.get("zero_is_strict")) or not off.search(value)
                found.setdefault((name, path, line), Threshold(str(name), value, path, line, effective))
    return tuple(found[key] for key in sorted(found))


def hosted(scan: Scan) -> tuple[str, ...]:
    """Return the configuration of services that keep gates of their own."""
    return evidence_paths(scan, tuple(scan.words("thresholds", "hosted")))
