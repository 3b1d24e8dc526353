"""Views of a traceability matrix: terminal, JSON, CSV and (in its own module) HTML."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from qmslint.model.trace import FAULTS, STATES, STEPS, Chain, Link, Matrix
from qmslint.report.html.trace_page import SIGNS, as_html
from qmslint.report.safe import harmless_start, safe

_TITLE = 60


def as_terminal(matrix: Matrix) -> str:
    """Return a line per change with a sign per step, what is wrong below it, and the orphans of both sides."""
    lines = list(_head(matrix))
    width = max(len(step) for step in STEPS) + 1
    lines.append("change       " + "".join(f"{step:<{width}}" for step in STEPS) + "title")
    for chain in matrix.chains:
        signs = "".join(f"{SIGNS[link.state]:<{width}}" for link in chain.links)
        lines.append(f"{chain.commit[:12]:<13}{signs}{safe(chain.title)[:_TITLE]}")
        lines += [f"             {link.step} {link.state}: {safe(link.text)}" for link in chain.links if _worth(link)]
    lines += ["", *_orphans(matrix), *_legend(), *(f"note: {safe(note)}" for note in matrix.notes)]
    return "\n".join(harmless_start(line) for line in lines) + "\n"


def _worth(link: Link) -> bool:
    return link.state in FAULTS or (link.state == "ambiguous" and link.step == "story" and "title" in link.text)


def _head(matrix: Matrix) -> Iterator[str]:
    base = matrix.base[:12] or "the beginning"
    yield f"{safe(matrix.label)}: {len(matrix.chains)} changes, {base}..{matrix.tip[:12]}, as of {matrix.as_of}"
    broken = sum(1 for chain in matrix.chains if chain.fault)
    hidden = sum(1 for chain in matrix.chains if not chain.fault and chain.unseen)
    whole = len(matrix.chains) - broken - hidden
    yield f"{whole} can be followed from end to end, {broken} break, {hidden} could not be seen as a whole"
    if matrix.left_out:
        yield f"{matrix.left_out} commits by automation, or that only make a release, are left out"
    yield ""


def _orphans(matrix: Matrix) -> Iterator[str]:
    free = matrix.unclaimed()
    yield f"changes that name no item of a tracker: {len(free)}"
    yield from (f"  {chain.commit[:12]} {safe(chain.title)[:_TITLE]}" for chain in free)
    yield f"items without a change of this range: {len(matrix.stories)}"
    for story in matrix.stories:
        place = f"{story.path}:{story.line}" if story.line else story.path
        yield f"  {safe(story.item)} {safe(story.title)[:_TITLE]} ({safe(story.text)}; {safe(place)})"
    yield ""


def _legend() -> Iterator[str]:
    for state, text in STATES.items():
        yield f"{SIGNS[state]} {state}: {text}"


def as_json(matrix: Matrix) -> str:
    """Return the matrix as JSON."""
    counts = {
        step: Counter(link.state for c in matrix.chains for link in c.links if link.step == step) for step in STEPS
    }
    data: dict[str, Any] = {
        "schema_version": "1.0",
        "label": safe(matrix.label),
        "release": safe(matrix.release) or None,
        "base": matrix.base or None,
        "tip": matrix.tip,
        "as_of": matrix.as_of,
        "left_out": matrix.left_out,
        "states": dict(STATES),
        "summary": {step: {state: counts[step][state] for state in STATES} for step in STEPS},
        "changes": [_chain(chain) for chain in matrix.chains],
        "orphans": {
            "changes": [chain.commit for chain in matrix.unclaimed()],
            "items": [
                {
                    "item": safe(story.item),
                    "title": safe(story.title),
                    "text": safe(story.text),
                    "path": safe(story.path),
                    "line": story.line or None,
                }
                for story in matrix.stories
            ],
        },
        "notes": [safe(note) for note in matrix.notes],
    }
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def _chain(chain: Chain) -> dict[str, Any]:
    return {
        "commit": chain.commit,
        "title": safe(chain.title),
        "product": chain.product,
        "items": [safe(item) for item in chain.items],
        "request": safe(chain.request) or None,
        "commits": list(chain.commits),
        "links": {
            link.step: {
                "state": link.state,
                "text": safe(link.text),
                "path": safe(link.path) or None,
                "line": link.line or None,
                "commit": link.sha or None,
            }
            for link in chain.links
        },
    }


def as_csv(matrix: Matrix) -> str:
    """Return a row per change and step, and a row per item without a change."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["range", "change", "title", "items", "step", "state", "text", "path", "line", "commit"])
    for chain in matrix.chains:
        for link in chain.links:
            row = [matrix.label, chain.commit, chain.title, " ".join(chain.items), link.step, link.state, link.text]
            writer.writerow([*map(cell, row), cell(link.path), link.line or "", link.sha])
    for story in matrix.stories:
        row = [matrix.label, "", story.title, story.item, "commit", "broken", story.text]
        writer.writerow([*map(cell, row), cell(story.path), story.line or "", ""])
    return out.getvalue()


def cell(text: str) -> str:
    """Return text that no spreadsheet takes for a formula."""
    shown = safe(text)
    return "'" + shown if shown[:1] in ("=", "+", "-", "@") else shown


FORMATS: Mapping[str, Callable[[Matrix], str]] = MappingProxyType(
    {"csv": as_csv, "html": as_html, "json": as_json, "terminal": as_terminal}
)
