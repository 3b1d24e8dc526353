"""Releases: tags that name a version."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from qmslint.errors import Unassessable
from qmslint.facts.base import Scan, fact
from qmslint.facts.precedence import Key, Version, version_of
from qmslint.patterns import compile_pattern
from qmslint.quick import dataclass, regex
from qmslint.repo.history import Tag

_HEAD = r"(?:(?P<glued>[a-z]{1,40})|(?P<head>.{0,120}?)[-_/@])??"
_TAIL = r"(?:[-.+_~]?[a-z][0-9a-z.+_~-]{0,60}|[-+][0-9][0-9a-z.+_~-]{0,60})?)\Z"
_DOTTED = regex(_HEAD + r"(?P<version>v?[0-9]{1,18}(?:[._][0-9]{1,18}){1,5}" + _TAIL, re.I)
_WHOLE = regex(_HEAD + r"(?P<version>v?[0-9]{1,18}" + _TAIL, re.I)
_DATE = regex(r"((?:19|20)[0-9]{2})[-_.]?([01][0-9])[-_.]?([0-3][0-9])(?:[-_.T]?([0-9]{1,6}))?\Z")
_STAMPED = regex(r"(?<![0-9])(?:19|20)[0-9]{2}[-_.]?[01][0-9][-_.]?[0-3][0-9][-_.T]?[0-9]{4,6}Z?\Z")
"""A day with a time of day."""
_SERIES = 5
"""Releases that make a series of numbers."""
_DAY = regex(r"(?<![0-9])(?:19|20)[0-9]{2}[-_.]?[01][0-9][-_.]?[0-3][0-9](?![0-9])")


@dataclass(frozen=True, slots=True)
class Release:
    """A release tag with the version it names.

    Parameters
    ----------
    component : str
        Name of the package in a repository of several, empty for the whole.
    number : Version
        The version taken apart.
    """

    tag: Tag
    version: str
    component: str
    number: Version

    @property
    def pre(self) -> bool:
        """Whether it is a pre-release."""
        return self.number.pre

    @property
    def name(self) -> str:
        """Name of the tag."""
        return self.tag.name


@fact
def releases(scan: Scan) -> tuple[Release, ...]:
    """Return releases, oldest first; moving tags and marks of a life cycle are none."""
    found = [release for tag in scan.tags if tag.commit and (release := _release(scan, tag))]
    chosen = found if scan.settings.release_tags else tuple(_without_moving(_without_marks(found)))
    return tuple(sorted(chosen, key=lambda release: (release.tag.tagged, release.number.key, release.name)))


@fact
def sample(scan: Scan, months: float, last: int, pre: bool = False) -> tuple[Release, ...]:
    """Return the releases of the last ``months``, or the ``last`` ones where those are fewer; newest first.

    Parameters
    ----------
    months : float
        Window before the examination.
    last : int
        How many to take at least, as far as there are so many.
    pre : bool
        Whether pre-releases count; where there are no others they always do.

    Raises
    ------
    Unassessable
        ``NO_TAGS`` in a shallow clone, which may have only some of the tags.
    """
    if scan.repo.shallow:
        raise Unassessable(
            "NO_TAGS", "a clone that is cut off may lack tags; fetch the whole history with tags (fetch-depth: 0)"
        )
    known = releases(scan)
    wanted = known if pre else tuple(r for r in known if not r.pre) or known
    since = scan.since(months)
    newest = wanted[::-1]
    recent = tuple(release for release in newest if release.tag.tagged >= since)
    return recent if len(recent) >= last else newest[:last]


@fact
def _ladders(scan: Scan) -> Mapping[str, tuple[tuple[Key, ...], tuple[Release, ...]]]:
    """Return for each component the order of its final versions, and the first release of each."""
    steps: dict[str, dict[Key, Release]] = {}
    for release in releases(scan):
        if not release.pre:
            steps.setdefault(release.component, {}).setdefault(release.number.key, release)
    ordered = {component: sorted(found.items(), key=lambda step: step[0]) for component, found in steps.items()}
    return {name: (tuple(key for key, _ in found), tuple(item for _, item in found)) for name, found in ordered.items()}


def predecessor(scan: Scan, release: Release) -> Release | None:
    """Return the highest final release of the same component below ``release`` by version."""
    keys, found = _ladders(scan).get(release.component, ((), ()))
    place = bisect_left(keys, release.number.key)
    return found[place - 1] if place else None


_DAY_LAST = regex(r"(?<![0-9])[0-9]{1,2}[-./][0-9]{1,2}[-./]([0-9]{4}|[0-9]{2})(?![0-9.])")
"""A day whose year comes last."""


@fact
def is_calendar(scan: Scan, component: str) -> bool:
    """Say whether a component is numbered by date: its numbers begin with the year of the tag."""
    own = [release for release in releases(scan) if release.component == component]
    dated = 0
    for release in own:
        year = datetime.fromtimestamp(min(max(release.tag.tagged, 0), 253402300799), UTC).year
        first = release.number.numbers[0]
        last = _DAY_LAST.search(release.tag.name)
        years = (year, year + 1, year - 1)
        dated += any(first in (y, y % 100) or first // 10_000 == y for y in years) or (
            last is not None and int(last[1]) % 100 in (y % 100 for y in years)
        )
    return bool(own) and dated * 10 >= len(own) * 8


def major_step(release: Release, before: Release | None) -> bool:
    """Say whether a release raises the first of its numbers; steps from 0, and where there is but one, do not count."""
    if before is None or "." not in release.version or "." not in before.version:
        return False
    return before.number.numbers[0] >= 1 and release.number.numbers[0] > before.number.numbers[0]


def _words(scan: Scan, key: str) -> frozenset[str]:
    return frozenset(str(word) for word in scan.words("releases", key))


def read_version(scan: Scan, text: str) -> Version | None:
    """Return a version number taken apart by the words of the vocabulary."""
    return version_of(text, _words(scan, "pre"), _words(scan, "final"))


def _release(scan: Scan, tag: Tag) -> Release | None:
    if scan.settings.release_tags:
        return _declared(scan, tag, scan.settings.release_tags)
    if len(tag.name) > 200 or not any(letter.isdigit() for letter in tag.name):
        return None
    # A day on which something reached a place before production is no release.
    if _DAY.search(tag.name) and not _words(scan, "stages").isdisjoint(re.findall(r"[a-z]+", tag.name.lower())):
        return None
    match = _DOTTED.fullmatch(tag.name)
    if not match and (date := _DATE.search(tag.name)):
        return _dated(scan, tag, date)
    match = match or _WHOLE.fullmatch(tag.name)
    if not match:
        return None
    written = match["version"]
    if "_" in written and "." not in written:
        written = written.replace("_", ".")
    number = read_version(scan, written)
    if number is None or _is_mark(scan, number):
        return None
    component = _component(scan, match["head"] or match["glued"] or "")
    return None if component is None else Release(tag, number.text, component, number)


def _component(scan: Scan, head: str) -> str | None:
    """Return the package a tag is for, from what stands before its version; ``None`` for moving tags."""
    plain = _words(scan, "prefixes")
    parts = [part for part in re.split(r"(?<=.)[/@]", head.strip("-_/@")) if part.lower() not in plain]
    if parts and parts[-1].lower() in _words(scan, "moving"):
        return None
    words = re.split(r"([-_])", "/".join(parts))
    while len(words) > 1 and words[-1].lower() in plain:
        words = words[:-2]
    return "".join(words)


def _declared(scan: Scan, tag: Tag, pattern: str) -> Release | None:
    match = compile_pattern(pattern, ignore_case=False).search(tag.name)
    if not match:
        return None
    groups = [group for group in match.groups() if group]
    written = groups[-1] if groups else match[0]
    digits = re.search(r"[0-9][0-9A-Za-z.+_~-]{0,80}\Z", written)
    number = read_version(scan, digits[0] if digits else written)
    if number is None:
        number = Version(written, (0,), written.lower(), False)
    return Release(tag, number.text, "", number)


def _dated(scan: Scan, tag: Tag, match: re.Match[str]) -> Release | None:
    year, month, day = int(match[1]), int(match[2]), int(match[3])
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    component = _component(scan, re.sub(r"(?:^|(?<=[-_/@.]))[vV]\Z", "", tag.name[: match.start()]).rstrip("."))
    if component is None:
        return None
    numbers = (year, month, day) + ((int(match[4]),) if match[4] else ())
    return Release(tag, match[0], component, Version(match[0], numbers, "", False))


def _is_mark(scan: Scan, number: Version) -> bool:
    words = re.findall(r"[a-z]+", number.suffix)
    return any(word in _words(scan, "marks") for word in words)


def _without_marks(found: Sequence[Release]) -> Sequence[Release]:
    """Leave out moments with a name of their own, such as a last good build, where the product itself has numbers."""
    numbered = sum(not release.component and not _DATE.search(release.name) for release in found)
    if numbered < _SERIES:
        return found
    return [release for release in found if not release.component or not _STAMPED.search(release.name)]


def _without_moving(found: Sequence[Release]) -> Iterable[Release]:
    """Leave out tags such as ``v1`` that follow the newest ``v1.2.3``.

    A short number is a release where the project numbers its releases so.
    """
    full = {(r.component, r.number.numbers) for r in found}
    longer = {(component, numbers[:1]) for component, numbers in full if len(numbers) > 1}
    of_longer = frozenset(component for component, _ in longer)
    short = Counter(component for component, numbers in full if len(numbers) == 1)
    for release in found:
        numbers = release.number.numbers
        if len(numbers) == 1 and not _DATE.match(release.version) and not release.number.suffix:
            few = short[release.component] < 2
            if (release.component, numbers) in longer or few or release.component in of_longer:
                continue
        if len(numbers) == 2 and not release.number.suffix and (release.component, (*numbers, 0)) in full:
            continue
        yield release
