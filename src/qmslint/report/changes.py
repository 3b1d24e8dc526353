"""Views of a comparison of two reports: terminal, JSON and Markdown."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Protocol

from qmslint.model.outcome import Grade
from qmslint.model.report import Report, Result
from qmslint.report.markdown import code, plain
from qmslint.report.safe import harmless_start, safe

ORDER = ("worse", "new", "unseen", "better", "gone")
WORDS = {
    "worse": "Worse",
    "new": "Judged for the first time",
    "unseen": "Can no longer be assessed",
    "better": "Better",
    "gone": "No longer judged",
}


class Change(Protocol):
    """What these views need of a change."""

    rule: str
    title: str
    direction: str
    before: Result | None
    after: Result | None
    places: tuple[str, ...]
    commits: tuple[str, ...]

    @property
    def regression(self) -> Grade | None:
        """Grade of a gap that opened or grew."""


def document(before: Report, after: Report, changes: Iterable[Any]) -> dict[str, Any]:
    """Return the comparison as plain data."""
    items = list(changes)
    counts = {name: sum(1 for c in items if c.direction == name) for name in (*ORDER, "same")}
    return {
        "schema_version": "1.0",
        "tool": {"name": "qmslint", "version": after.tool_version},
        "base": {"commit": before.subject.commit, "as_of": before.subject.as_of},
        "head": {"commit": after.subject.commit, "as_of": after.subject.as_of},
        "summary": {**counts, "regressions": sum(1 for c in items if c.regression)},
        "changes": [_entry(c) for c in items if c.direction != "same"],
        "configuration": [safe(note) for note in after.lowered if note not in before.lowered],
    }


def _entry(change: Change) -> dict[str, Any]:
    return {
        "rule": change.rule,
        "title": change.title,
        "direction": change.direction,
        "regression": change.regression.value if change.regression else None,
        "before": _side(change.before),
        "after": _side(change.after),
        "places": [safe(place) for place in change.places],
        "commits": list(change.commits),
    }


def _side(result: Result | None) -> dict[str, Any] | None:
    if result is None:
        return None
    return {
        "state": result.state.value,
        "grade": result.grade.value if result.grade else None,
        "message": safe(result.message),
    }


def as_json(before: Report, after: Report, changes: Iterable[Any]) -> str:
    """Return the comparison as JSON."""
    return json.dumps(document(before, after, changes), indent=2, ensure_ascii=False) + "\n"


def as_terminal(before: Report, after: Report, changes: Iterable[Any]) -> str:
    """Return the comparison as plain text."""
    return "\n".join(harmless_start(safe(line)) for line in _text(before, after, list(changes))) + "\n"


def _text(before: Report, after: Report, changes: list[Any]) -> Iterator[str]:
    yield f"From {before.subject.commit[:12]} to {after.subject.commit[:12]}, both as of {after.subject.as_of} (UTC)"
    for direction in ORDER:
        found = [change for change in changes if change.direction == direction]
        if found:
            yield ""
            yield WORDS[direction]
        for change in found:
            grade = f" [{change.regression.value}]" if change.regression else ""
            yield f"  {change.rule}{grade}: {_word(change.before)} → {_word(change.after)}"
            shown = change.after or change.before
            yield f"    {shown.message}"
            if change.places:
                yield f"    at {', '.join(change.places[:8])}"
            if change.commits:
                yield f"    by {', '.join(sha[:12] for sha in change.commits[:8])}"
    for note in after.lowered:
        if note not in before.lowered:
            yield f"The configuration newly leaves out or lowers: {note}"
    yield ""
    yield _counts(before, after, changes)


def _word(result: Result | None) -> str:
    if result is None:
        return "not judged"
    word = result.state.value.replace("_", " ")
    return f"{word} ({result.grade.value})" if result.grade else word


def _counts(before: Report, after: Report, changes: list[Any]) -> str:
    s = document(before, after, changes)["summary"]
    return (
        f"{s['worse']} worse, {s['new']} new, {s['unseen']} no longer assessable, {s['better']} better, "
        f"{s['gone']} gone, {s['same']} unchanged; {s['regressions']} regressions"
    )


def as_markdown(before: Report, after: Report, changes: Iterable[Any]) -> str:
    """Return the comparison as Markdown for a merge-request comment."""
    return "\n".join(_markdown(before, after, list(changes))) + "\n"


def _markdown(before: Report, after: Report, changes: list[Any]) -> Iterator[str]:
    yield f"## qmslint: evidence from {code(before.subject.commit[:12])} to {code(after.subject.commit[:12])}"
    yield f"\n{_counts(before, after, changes)}, as of {after.subject.as_of} (UTC)."
    for direction in ORDER:
        found = [change for change in changes if change.direction == direction]
        if not found:
            continue
        yield f"\n### {WORDS[direction]}\n"
        yield "| rule | before | after | what is to be seen now | where | commits |"
        yield "|---|---|---|---|---|---|"
        for change in found[:100]:
            shown = change.after or change.before
            places = "<br>".join(plain(place) for place in change.places[:5])
            commits = " ".join(code(sha[:12]) for sha in change.commits[:5])
            cells = (
                code(change.rule),
                _word(change.before),
                _word(change.after),
                plain(shown.message),
                places,
                commits,
            )
            yield f"| {' | '.join(cells)} |"
    for note in after.lowered:
        if note not in before.lowered:
            yield f"\nThe configuration newly leaves out or lowers: {plain(note)}"


FORMATS: Mapping[str, Callable[[Report, Report, Iterable[Any]], str]] = MappingProxyType(
    {"json": as_json, "markdown": as_markdown, "terminal": as_terminal}
)
