"""The tag of a release and the files at its commit name the same version."""

from __future__ import annotations

from dataclasses import dataclass

from qmslint.derive import option
from qmslint.facts.base import Scan
from qmslint.facts.releases import Release, read_version, releases, sample
from qmslint.facts.versions import Source, sources_at
from qmslint.model.evidence import Evidence, absent_at, at_tag, from_history
from qmslint.model.outcome import Outcome, conforming, nonconforming, not_applicable

NEEDS = frozenset({"tags"})


@dataclass(frozen=True, slots=True)
class Params:
    """The newest releases are looked at, each at its own commit."""

    last: int = option("How many of the newest releases to look at.", 5, minimum=1)


def check(params: Params, scan: Scan) -> Outcome:
    """Compare numbers, whatever their spelling (`v1.0`, `1.0.0`)."""
    chosen = sample(scan, 1, params.last, pre=True)[: params.last]
    if not chosen:
        return not_applicable("nothing was released yet", [absent_at("refs/tags", "release tags")])
    good: list[Evidence] = []
    bad: list[Evidence] = []
    for release in chosen:
        for source in sources_at(scan, release.tag.commit, release.component):
            side = good if _same(scan, release, source) else bad
            side.append(at_tag(release.name, release.tag.commit, f"{source.path}:{source.line} says {source.version}"))
    twins = _twins(scan, chosen)
    measured = {"releases": len(chosen), "agree": len(good), "disagree": len(bad) + len(twins)}
    if bad or twins:
        message = f"{len(bad) + len(twins)} statements disagree with their tag, first {(bad or twins)[0].ref}: {(bad or twins)[0].note}"
        return nonconforming(message, [*bad, *twins, *good[:3]], "contradiction", measured=measured)
    if not good:
        text = f"no file states a version at the {len(chosen)} newest releases; the tag alone does"
        return not_applicable(text, [from_history(text, "git tag --list")])
    return conforming(
        f"{len(good)} statements agree with the tags of {len(chosen)} releases", good[:20], measured=measured
    )


def _same(scan: Scan, release: Release, source: Source) -> bool:
    stated = read_version(scan, source.version)
    if stated is None:
        return False
    return _padded(stated.numbers) == _padded(release.number.numbers) and stated.pre == release.pre


def _padded(numbers: tuple[int, ...]) -> tuple[int, ...]:
    return numbers + (0,) * (6 - len(numbers))


def _twins(scan: Scan, chosen: tuple[Release, ...]) -> list[Evidence]:
    """Return releases whose commit carries another final version of the same package."""
    found = []
    for release in chosen:
        for other in releases(scan):
            same = other.tag.commit == release.tag.commit and other.component == release.component
            differs = _padded(other.number.numbers) != _padded(release.number.numbers)
            if same and differs and not other.pre and not release.pre:
                found.append(at_tag(release.name, release.tag.commit, f"the same commit is also tagged {other.name}"))
    return found
