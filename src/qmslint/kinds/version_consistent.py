"""Release tags and the version numbers that files state agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from qmslint.derive import option
from qmslint.facts.base import Scan
from qmslint.facts.precedence import Version
from qmslint.facts.releases import Release, is_calendar, releases, sample
from qmslint.facts.versions import Reading, reading_at, reading_now, sources
from qmslint.model.evidence import Evidence, absent_at, at_tag, in_file
from qmslint.model.outcome import Outcome, conforming, nonconforming, not_applicable, not_assessable
from qmslint.quick import dataclass, regex

NEEDS = frozenset({"tree", "text", "history", "tags"})


@dataclass(frozen=True, slots=True)
class Params:
    """At each of the last releases the tag and every file that states the version say the same."""

    last: int = option("How many of the last releases to look at.", 5, minimum=1)
    pre_releases: bool = option("Whether pre-releases are looked at as well.", False)


def check(params: Params, scan: Scan) -> Outcome:
    """Compare, at the tags themselves."""
    chosen = sample(scan, 0.0, params.last, params.pre_releases)
    if not chosen:
        return not_applicable("nothing was released yet", [absent_at("refs/tags", "release tags")])
    if all(_DAY.fullmatch(release.tag.name) for release in chosen):
        text = "the release tags are days and name no version"
        return not_applicable(text, [at_tag(release.name, release.tag.commit, "a day") for release in chosen])
    stated = _without_lines({release: _readings(scan, release) for release in chosen})
    wrong = [*_disagreeing(stated), *_twice(scan, chosen)]
    compared = sum(1 for readings in _in_scope(stated).values() if readings)
    measured = {"releases": len(chosen), "compared": compared, "contradictions": len(wrong), "last": params.last}
    if wrong:
        shown = "; ".join(note for _, note in wrong[:3]) + (" …" if len(wrong) > 3 else "")
        evidence = [
            at_tag(release.name, release.tag.commit, note.removeprefix(f"{release.name}: "))
            for release, note in wrong[:20]
        ]
        return nonconforming(
            f"tags and stated versions disagree: {shown}", evidence, "contradiction", measured=measured
        )
    if not compared and (broken := _broken(scan, chosen)):
        path, (code, text) = broken
        return not_assessable(code, f"{path} {text}", [in_file(path, note=text)], measured=measured)
    if not compared:
        return not_applicable("no file states a version of its own: the tag is the only source", _no_source(scan))
    evidence = [
        at_tag(release.name, release.tag.commit, ", ".join(f"{r.path}:{r.line} says {r.written}" for r in readings[:4]))
        for release, readings in _in_scope(stated).items()
        if readings
    ]
    text = f"at {compared} of the last {len(chosen)} releases the tag and the version that files state were compared; all agree"
    return conforming(text, evidence, measured=measured)


_DAY = regex(r"[0-9]{1,2}-[0-9]{1,2}-(?:[0-9]{4}|[0-9]{2})(?:[-._]?[0-9]{1,2})?")


def _readings(scan: Scan, release: Release) -> tuple[Reading, ...]:
    if _DAY.fullmatch(release.tag.name):
        return ()  # a tag that is nothing but a day names no version
    found = (reading_at(scan, source, release) for source in sources(scan, release.component))
    return tuple(reading for reading in found if reading)


def _without_lines(stated: dict[Release, tuple[Reading, ...]]) -> dict[Release, tuple[Reading, ...]]:
    """Leave out files that only ever state the line of releases, such as 1.4 where tags say 1.4.0 and 1.4.1."""
    whole = {
        (release.component, r.path)
        for release, readings in stated.items()
        for r in readings
        if r.number and not _states_line(r.number, release.number)
    }
    return {
        release: tuple(r for r in readings if not r.number or (release.component, r.path) in whole)
        for release, readings in stated.items()
    }


def _states_line(number: Version, release: Version) -> bool:
    size = len(number.numbers)
    return 2 <= size < len(release.numbers) and not number.suffix and number.numbers == release.numbers[:size]


def _in_scope(stated: dict[Release, tuple[Reading, ...]]) -> dict[Release, tuple[Reading, ...]]:
    """Leave out files that never agree with a tag while another does: they state the version of something else."""
    agreeing = {
        (release.component, r.path)
        for release, readings in stated.items()
        for r in readings
        if r.number and r.number.same(release.number)
    }
    known = {component for component, _ in agreeing}
    return {
        release: tuple(
            r
            for r in readings
            if r.number and ((release.component, r.path) in agreeing or (r.firm and release.component not in known))
        )
        for release, readings in stated.items()
    }


def _disagreeing(stated: dict[Release, tuple[Reading, ...]]) -> list[tuple[Release, str]]:
    return [
        (release, f"{release.name}: {r.path}:{r.line} says {r.written}")
        for release, readings in _in_scope(stated).items()
        for r in readings
        if r.number and not r.number.same(release.number)
    ]


def _twice(scan: Scan, chosen: Sequence[Release]) -> list[tuple[Release, str]]:
    """Find releases that share their commit with one of another number, or their number with another commit."""
    found = []
    known = releases(scan)
    per_number = Counter((r.component, r.number.key) for r in known)
    for release in chosen:
        # Dated marks say when something went out: the same state may go out twice.
        if is_calendar(scan, release.component):
            continue
        for other in known:
            if other.component != release.component or other.pre or release.pre or other is release:
                continue
            same = other.number.same(release.number)
            if other.tag.commit == release.tag.commit and not same and other.name < release.name:
                found.append((release, f"{release.name} and {other.name} name the same commit"))
            if (
                same
                and _build(other) == _build(release)
                and other.tag.commit != release.tag.commit
                and per_number[release.component, release.number.key] > 1
            ):
                found.append((release, f"{release.name} and {other.name} name different commits"))
    return found


def _build(release: Release) -> str:
    """Return the build metadata of a version, which has no part in its precedence but tells builds apart."""
    return release.number.text.partition("+")[2]


def _broken(scan: Scan, chosen: Sequence[Release]) -> tuple[str, tuple[str, str]] | None:
    """Return a file that should state the version and could not be read."""
    paths = [source.path for release in chosen for source in sources(scan, release.component)]
    return next(((path, scan.problems[path]) for path in paths if path in scan.problems), None)


def _no_source(scan: Scan) -> list[Evidence]:
    found = [(source, reading_now(scan, source)) for source in sources(scan)]
    places = [in_file(s.path, r.line, "the version is filled in at a release") for s, r in found if r and not r.number]
    return places[:5] or [absent_at("", "a file that states the version")]
