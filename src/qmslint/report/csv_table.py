"""CSV for spreadsheets and data tools: a row per rule; no cell can become a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from qmslint.model.report import Report, Result
from qmslint.report.json_report import said
from qmslint.report.order import places
from qmslint.report.safe import safe
from qmslint.report.terminal import place

COLUMNS = (
    "rule", "title", "clauses", "state", "grade", "confidence", "gap", "disposition", "disposed_by", "reason", "message",
    "path", "line", "places", "evidence", "measured", "remediation", "pack", "fingerprint", "commit", "as_of",
)  # fmt: skip
_SHOWN = 100
_FORMULA = tuple("=+-@|%\t\r\n＝＋－＠")
"""First characters that spreadsheets take for a formula or a command, the full-width ones of East Asian settings too."""


def render(report: Report, **_: object) -> str:
    """Return a heading and a row per planned rule (RFC 4180, every cell quoted), then one per thing left out or lowered.

    ``path`` and ``line`` are of the first place in the tree, ``places`` is their number, ``evidence`` names up to 100 of
    all kinds. A text that a spreadsheet would compute starts with an apostrophe.
    """
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(COLUMNS)
    for result in report.results:
        cells = dict(_cells(result), commit=report.subject.commit, as_of=report.subject.as_of)
        writer.writerow([cell(cells[name]) for name in COLUMNS])
    for note in report.lowered:
        known = {"title": "left out or lowered by configuration or options", "message": note}
        known |= {"commit": report.subject.commit, "as_of": report.subject.as_of}
        writer.writerow([cell(known.get(name, "")) for name in COLUMNS])
    return out.getvalue()


def cell(text: str) -> str:
    """Return ``text`` so that no spreadsheet computes it."""
    shown = safe(text)
    return "'" + shown if shown.lstrip().startswith(_FORMULA) else shown


def _cells(result: Result) -> Iterator[tuple[str, str]]:
    found = places(result)
    yield "rule", result.rule
    yield "title", result.title
    yield "clauses", " ".join(result.clauses)
    yield "state", result.state.value
    yield "grade", result.grade.value if result.grade else ""
    yield "confidence", result.confidence.value
    yield "gap", result.gap
    yield "disposition", str(result.disposition.get("kind", "")) if result.disposition else ""
    yield "disposed_by", said(result.disposition) if result.disposition else ""
    yield "reason", result.reason.code if result.reason else ""
    yield "message", result.message
    yield "path", found[0].path if found else ""
    yield "line", str(found[0].line or "") if found else ""
    yield "places", str(len(found))
    yield "evidence", " | ".join(safe(place(item)) for item in result.evidence[:_SHOWN])
    yield "measured", ", ".join(f"{name}: {value}" for name, value in result.measured.items())
    yield "remediation", result.remediation
    yield "pack", result.pack
    yield "fingerprint", result.fingerprint
