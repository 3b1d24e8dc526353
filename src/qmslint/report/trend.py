"""Views of a development over time: table, JSON, CSV and a chart."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from xml.sax.saxutils import escape

from qmslint.model.report import Moment
from qmslint.report import html
from qmslint.report.csv_table import cell
from qmslint.report.json_report import summary
from qmslint.report.safe import safe
from qmslint.report.terminal import SIGNS

_COLUMNS = ("conforming", "nonconforming", "not_applicable", "not_assessable", "error")
_SHADES = {
    "conforming": "#2e7d32",
    "nonconforming": "#c62828",
    "not_assessable": "#b26a00",
    "not_applicable": "#9e9e9e",
    "error": "#6a1b9a",
}


def as_table(moments: Sequence[Moment]) -> str:
    """Return the states of the clauses as rows and the moments as columns, with the counts below."""
    labels = [safe(moment.label) for moment in moments]
    width = max(len(label) for label in labels) + 1
    lines = [f"{'clause':<9}" + "".join(f"{label:>{width}}" for label in labels)]
    for index, line in enumerate(moments[-1].report.clauses):
        if any(moment.report.clauses[index].rules for moment in moments) and line.level <= 3:
            states = [moment.report.clauses[index].state for moment in moments]
            lines.append(f"{line.id:<9}" + "".join(f"{SIGNS[state]:>{width}}" for state in states))
    lines.append("")
    for name in (*_COLUMNS, "major", "minor", "ofi"):
        counts = [summary(moment.report)[name] for moment in moments]
        lines.append(f"{name.replace('_', ' '):<15}" + "".join(f"{n:>{width}}" for n in counts)[6:])
    signs = ", ".join(f"{sign} {state.value.replace('_', ' ')}" for state, sign in SIGNS.items())
    return "\n".join([*lines, "", signs]) + "\n"


def as_json(moments: Sequence[Moment]) -> str:
    """Return the development as JSON."""
    data = [
        {
            "label": safe(moment.label),
            "commit": moment.report.subject.commit,
            "as_of": moment.report.subject.as_of,
            "summary": summary(moment.report),
            "clauses": {line.id: line.state.value for line in moment.report.clauses},
            "results": {result.rule: result.state.value for result in moment.report.results},
        }
        for moment in moments
    ]
    return json.dumps({"schema_version": "1.0", "points": data}, indent=2, ensure_ascii=False) + "\n"


def as_csv(moments: Sequence[Moment]) -> str:
    """Return a row per moment and clause."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["point", "commit", "as_of", "clause", "state", "rules"])
    for moment in moments:
        subject = moment.report.subject
        for line in moment.report.clauses:
            writer.writerow(
                [cell(moment.label), subject.commit, subject.as_of, line.id, line.state.value, len(line.rules)]
            )
    return out.getvalue()


def as_svg(moments: Sequence[Moment]) -> str:
    """Return a chart of stacked bars: how many rules are in which state at each moment."""
    bar, gap, height = 18, 6, 220
    total = max((len(moment.report.results) for moment in moments), default=1) or 1
    width = 60 + len(moments) * (bar + gap) + 170
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height + 70}" role="img" '
        f'aria-label="States of {total} rules at {len(moments)} moments" font-family="system-ui, sans-serif" '
        f'font-size="11">'
    ]
    for index, moment in enumerate(moments):
        x, y = 50 + index * (bar + gap), float(height + 10)
        counts = summary(moment.report)
        for name, shade in _SHADES.items():
            size = height * counts[name] / total
            y -= size
            if counts[name]:
                label = f"{safe(moment.label)}: {counts[name]} {name.replace('_', ' ')}"
                parts.append(
                    f'<rect x="{x}" y="{y:.1f}" width="{bar}" height="{size:.1f}" fill="{shade}">'
                    f"<title>{escape(label)}</title></rect>"
                )
        if index % max(1, len(moments) // 12) == 0:
            parts.append(
                f'<text x="{x + bar / 2}" y="{height + 26}" text-anchor="end" fill="currentColor" '
                f'transform="rotate(-45 {x + bar / 2} {height + 26})">{escape(safe(moment.label))}</text>'
            )
    for index, (name, shade) in enumerate(_SHADES.items()):
        x, y = 60 + len(moments) * (bar + gap), 20 + index * 20
        parts.append(f'<rect x="{x}" y="{y - 10}" width="12" height="12" fill="{shade}"/>')
        parts.append(f'<text x="{x + 18}" y="{y}" fill="currentColor">{name.replace("_", " ")}</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"


def as_html(moments: Sequence[Moment]) -> str:
    """Return the HTML report of the last moment, with how it came to it."""
    return html.render(moments[-1].report, moments=moments)


FORMATS: Mapping[str, Callable[[Sequence[Moment]], str]] = MappingProxyType(
    {"csv": as_csv, "html": as_html, "json": as_json, "svg": as_svg, "table": as_table}
)
