"""What several formats need alike: which results are findings, in which order, and where they point."""

from __future__ import annotations

from qmslint.model.evidence import Evidence
from qmslint.model.outcome import Grade, State
from qmslint.model.report import Report, Result

_WEIGHT = {Grade.MAJOR: 0, Grade.MINOR: 2, Grade.OFI: 3, None: 1}


def findings(report: Report) -> list[Result]:
    """Return what is nonconforming or could not be judged for a defect of ours, worst first, open before excepted."""
    found = [r for r in report.results if r.state in (State.NONCONFORMING, State.ERROR)]
    return sorted(found, key=lambda result: (_WEIGHT[result.grade], bool(result.disposition), result.rule))


def open_findings(report: Report) -> list[Result]:
    """Return the findings that no waiver and no baseline covers, worst first."""
    return [result for result in findings(report) if not result.disposition]


def grade_word(result: Result) -> str:
    """Return the grade of a finding, or its state where it has none."""
    return result.grade.value if result.grade else result.state.value


def places(result: Result) -> list[Evidence]:
    """Return the evidence that names a path: what platforms can show beside a file."""
    return [item for item in result.evidence if item.path]
