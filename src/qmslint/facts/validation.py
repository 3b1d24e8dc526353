"""What shows that a release was tried in use before it was final: test releases, and records of validation."""

from __future__ import annotations

from collections.abc import Sequence

from qmslint.facts.base import DAY, Scan, fact
from qmslint.facts.dates import day_of
from qmslint.facts.records import Record, records
from qmslint.facts.releases import Release, is_calendar, major_step, predecessor, releases, sample
from qmslint.quick import dataclass


@dataclass(frozen=True, slots=True)
class Validated:
    """A release that opened a line, with the test release or record before it, if there is one."""

    release: Release
    major: bool
    test: Release | None = None
    record: Record | None = None

    @property
    def shown(self) -> bool:
        """Whether anything shows that it was validated."""
        return self.test is not None or self.record is not None


@fact
def validated(scan: Scan, kind: str, months: float, days: float) -> tuple[Validated, ...]:
    """Return the final releases of a window that opened a major or minor line, newest first.

    Parameters
    ----------
    kind : str
        Kind of record that counts.
    months : float
        Window before the examination.
    days : float
        Days that have to lie between a test release and the final one.
    """
    known = releases(scan)
    reports = records(scan, kind).items
    found = []
    for release in sample(scan, months, 1):
        before = predecessor(scan, release)
        if release.pre or (before is not None and before.number.numbers[:2] == release.number.numbers[:2]):
            continue
        test = _test(known, release, days)
        record = None if test else _record(reports, release, before)
        calendar = is_calendar(scan, release.component)
        found.append(Validated(release, major_step(release, before) and not calendar, test, record))
    return tuple(found)


def _test(known: Sequence[Release], release: Release, days: float) -> Release | None:
    """Return the first pre-release of the same number that came early enough."""
    for other in known:
        same = other.component == release.component and other.number.numbers == release.number.numbers
        if other.pre and same and release.tag.tagged - other.tag.tagged >= days * DAY:
            return other
    return None


def _record(reports: Sequence[Record], release: Release, before: Release | None) -> Record | None:
    """Return a record that names the release, or was made between its predecessor and it."""
    version = release.number.text.lstrip("vV")
    last = day_of(release.tag.tagged)
    first = day_of(before.tag.tagged) if before else None
    for report in reports:
        if version in report.text("version").replace("v", "") or version in report.title:
            return report
        if report.date and report.date <= last and (first is None or report.date > first):
            return report
    return None
