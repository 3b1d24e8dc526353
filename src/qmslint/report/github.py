"""Workflow commands of GitHub Actions: annotations for open findings, and every result as a line of the log."""

from __future__ import annotations

from collections.abc import Iterator

from qmslint.model.evidence import Evidence
from qmslint.model.outcome import Grade
from qmslint.model.report import Report, Result
from qmslint.report.json_report import said, summary
from qmslint.report.order import findings, grade_word, open_findings, places
from qmslint.report.safe import harmless_start, safe
from qmslint.report.terminal import NATURE, place

LIMIT = 10
"""Annotations of one level that GitHub shows per step; what is beyond would vanish without a word."""
_LEVELS = {Grade.MAJOR: "error", Grade.MINOR: "warning", Grade.OFI: "notice", None: "error"}


def render(report: Report, **_: object) -> str:
    """Return lines for the log of a workflow step; GitHub turns some of them into annotations."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    shown = dict.fromkeys(("error", "warning", "notice"), 0)
    left_out = 0
    for result in open_findings(report):
        level = _LEVELS[result.grade]
        shown[level] += 1
        if shown[level] <= LIMIT:
            yield _annotation(level, result)
        else:
            left_out += 1
    if left_out:
        yield f"{left_out} more findings are listed here only: GitHub shows {LIMIT} annotations of each level."
    worst = findings(report)
    ranked = worst + [result for result in report.results if result not in worst]
    for result in ranked:
        yield harmless_start(_line(result))
    for note in (*report.lowered, *report.notes):
        yield harmless_start(f"note: {safe(note)}")
    yield ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in summary(report).items())
    yield NATURE


def _annotation(level: str, result: Result) -> str:
    found = next((item for item in places(result) if item.kind != "absence"), None)
    grade = "candidate major" if result.grade is Grade.MAJOR else grade_word(result)
    title = f"{grade}: {result.rule} ({', '.join(result.clauses)})"
    properties = [*_position(found), ("title", title)]
    text = [result.message]
    text += [found.note] if found and found.note else []
    text += [place(item) for item in result.evidence[:5] if item is not found]
    text += [f"To do: {result.remediation}"] if result.remediation else []
    body = "%0A".join(_data(line) for line in text)
    return f"::{level} {','.join(f'{name}={_property(value)}' for name, value in properties)}::{body}"


def _position(item: Evidence | None) -> Iterator[tuple[str, str]]:
    if item is None:
        return
    yield "file", item.path
    if item.line:
        yield "line", str(item.line)
        if item.end_line > item.line:
            yield "endLine", str(item.end_line)


def _line(result: Result) -> str:
    words = [result.state.value.replace("_", " ")]
    words += [result.grade.value] if result.grade else []
    words += [str(result.disposition.get("kind"))] if result.disposition else []
    reason = f"{result.reason.code}: " if result.reason else ""
    first = next(iter(places(result)), None)
    where = f" [{safe(place(first))}]" if first else ""
    where += f" [{safe(said(result.disposition))}]" if result.disposition and said(result.disposition) else ""
    return f"{', '.join(words)}: {result.rule} ({', '.join(result.clauses)}): {reason}{safe(result.message)}{where}"


def _data(text: str) -> str:
    return safe(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
