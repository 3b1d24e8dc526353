"""A table maps practices to what they are meant to satisfy, and what it claims can be seen."""

from __future__ import annotations

from collections.abc import Mapping

from qmslint.derive import Pattern, option
from qmslint.facts.base import Scan
from qmslint.facts.document_index import index
from qmslint.facts.markup import document
from qmslint.facts.topics import mentions
from qmslint.kinds.combine import answers
from qmslint.model.evidence import Evidence, absent_at, in_file
from qmslint.model.outcome import Confidence, Outcome, State, conforming, nonconforming, none_found
from qmslint.model.rule import Check
from qmslint.patterns import compile_pattern
from qmslint.quick import dataclass, regex

NEEDS = frozenset({"tree", "text"})
_FILES = 600
_IDENTIFIER = regex(r"\w[._/]\w|`")


@dataclass(frozen=True, slots=True)
class Params:
    """So many rows pair a practice with its purpose; practices with a check of their own are also seen at work."""

    rows: Mapping[str, Pattern] = option("Topic of a practice to the pattern of what it is mapped to, in the same row.")
    evidence: Mapping[str, Check] = option("Topic of a practice to the check that sees it at work.", {})
    at_least: int = option("Rows that are needed.", 8, minimum=1)
    fewest: int = option("Rows from which on a table is such a mapping at all.", 3, minimum=1)
    what: str = option("What to call the table.", "mapping of practices")


def check(params: Params, scan: Scan) -> Outcome:
    """Find the table with the most rows, then look at what it claims."""
    rows = _best(params, scan)
    if len(rows) < params.fewest:
        near = [f"{e.path}:{e.line}" for e in rows.values()]
        place = absent_at("docs/practice-map.md", params.what)
        return nonconforming(none_found(params.what), [place], "absent", searched=[*params.rows, *near])
    claimed = [topic for topic in params.evidence if topic in rows]
    outcomes = dict(zip(claimed, answers((params.evidence[topic] for topic in claimed), scan), strict=True))
    bare = [topic for topic in claimed if outcomes[topic].state is State.NONCONFORMING]
    first = next(iter(rows.values()))
    measured: dict[str, float | int | str] = {
        "rows": len(rows),
        "needed": params.at_least,
        "checked": len(claimed),
        "not seen at work": len(bare),
    }
    parts = []
    if len(rows) < params.at_least:
        missing = ", ".join(_name(topic) for topic in params.rows if topic not in rows)
        parts.append(f"it maps {len(rows)} of {params.at_least} practices; missing: {missing}")
    if bare:
        parts.append(f"nothing here shows {', '.join(_name(topic) for topic in bare)} at work")
    shown = [outcomes[topic].evidence[0] for topic in claimed if outcomes[topic].state is State.CONFORMING]
    if parts:
        notes = [in_file(rows[t].path, rows[t].line, f"claims {_name(t)}: {outcomes[t].message}") for t in bare]
        return nonconforming(
            f"the {params.what} at {first.path}: {'; '.join(parts)}",
            [*notes, *rows.values()],
            "incomplete",
            confidence=Confidence.MEDIUM,
            measured=measured,
        )
    return conforming(
        f"{params.what}: {len(rows)} practices at {first.path}",
        [*rows.values(), *shown],
        confidence=Confidence.MEDIUM,
        measured=measured,
    )


def _best(params: Params, scan: Scan) -> dict[str, Evidence]:
    """Return the rows of the document that maps most."""
    best: dict[str, Evidence] = {}
    for place in list(index(scan).places.values())[:_FILES]:
        if place.record:
            continue
        parsed = document(scan, place.path)
        if parsed is None or not any(len(table.rows) >= params.fewest for table in parsed.tables):
            continue
        rows: dict[str, Evidence] = {}
        for row in (row for table in parsed.tables for row in table.rows[:200]):
            # A practice has a name of a few words; identifiers and paths in an index are something else.
            if len(row.cells) < 2 or len(row.cells[0].split()) > 7 or _IDENTIFIER.search(row.cells[0]):
                continue
            for topic in mentions(scan, row.cells[0][:200], params.rows):
                rest = " | ".join(row.cells[1:])[:1000]
                if topic not in rows and compile_pattern(params.rows[topic]).search(rest):
                    rows[topic] = in_file(place.path, row.line, f"{_name(topic)}: {' | '.join(row.cells)[:100]}")
                    break
        best = max(best, rows, key=len)
    return best


def _name(topic: str) -> str:
    return topic.partition("-")[2].replace("-", " ") or topic
