"""Views of delivery figures: terminal, JSON and CSV."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping
from types import MappingProxyType

from qmslint.model.metrics import LEAST, Metrics
from qmslint.report.safe import harmless_start, safe

NATURE = (
    "These figures are told with their limits and never graded: they are about the flow of changes, not about people, "
    "and no comparison with other organisations follows from them."
)


def as_terminal(found: Metrics) -> str:
    """Return every figure with its definition, window, count and source."""
    lines = [
        f"Delivery figures from {found.since} to {found.until} ({found.months:g} months)",
        f"source: {safe(found.source)}; events in the window: {found.events}",
        f"way of merging: {safe(found.merging)}",
        "",
    ]
    for figure in found.figures:
        lines += [
            f"{figure.title}: {figure.text}",
            f"  n = {figure.count} {safe(figure.of)}; window {found.since} to {found.until}; source: {safe(found.source)}",
            f"  definition: {figure.definition}",
            f"  limits: {figure.caveat}" + (f"; at least {LEAST} are needed" if figure.value is None else ""),
        ]
    lines += ["", *(f"note: {safe(note)}" for note in found.notes), NATURE]
    return "\n".join(harmless_start(line) for line in lines) + "\n"


def as_json(found: Metrics) -> str:
    """Return the figures as JSON; a figure without enough data has the value null."""
    data = {
        "schema_version": "1.0",
        "window": {"since": found.since, "until": found.until, "months": found.months},
        "source": safe(found.source),
        "merging": safe(found.merging),
        "events": found.events,
        "figures": [
            {
                "id": figure.id,
                "title": figure.title,
                "value": figure.value,
                "unit": figure.unit,
                "status": "insufficient data" if figure.value is None else "measured",
                "n": figure.count,
                "of": safe(figure.of),
                "definition": figure.definition,
                "limits": figure.caveat,
            }
            for figure in found.figures
        ],
        "notes": [safe(note) for note in found.notes],
        "nature": NATURE,
    }
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def as_csv(found: Metrics) -> str:
    """Return a row per figure."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(
        ["figure", "value", "unit", "n", "of", "since", "until", "source", "merging", "definition", "limits"]
    )
    for figure in found.figures:
        value = "insufficient data" if figure.value is None else f"{figure.value:g}"
        row = [figure.id, value, figure.unit, str(figure.count), figure.of, found.since, found.until]
        row += [found.source, found.merging, figure.definition, figure.caveat]
        writer.writerow([safe(text) for text in row])
    return out.getvalue()


FORMATS: Mapping[str, Callable[[Metrics], str]] = MappingProxyType(
    {"csv": as_csv, "json": as_json, "terminal": as_terminal}
)
