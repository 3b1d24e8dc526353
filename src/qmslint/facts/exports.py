"""Dated exports of other systems, under ``.qms/evidence/`` or handed over as files: by whom, when, from where, what."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import field
from datetime import UTC, datetime
from typing import Any

from qmslint.facts.base import Scan, fact
from qmslint.quick import dataclass

GLOB = "/.qms/evidence/**/*.json"
_SIZE = 16 << 20
_ITEMS = 20_000
"""Entries of one export that are looked at."""
_DEPTH = 3
_ENVELOPE = frozenset({"kind", "collected_at", "collected_by", "source_url", "sha256"})


@dataclass(frozen=True, slots=True)
class Export:
    """One export.

    Parameters
    ----------
    kind : str
        What its envelope says that it is, empty without one.
    collected_at : int or None
        Seconds since 1970.
    body : object
        What the other system answered.
    """

    path: str
    kind: str
    collected_at: int | None
    collected_by: str
    source_url: str
    body: Any = field(hash=False, compare=False)


@fact
def exports(scan: Scan) -> tuple[Export, ...]:
    """Return all exports by path; what does not parse is noted."""
    found = []
    read = [(path, scan.text(path)) for path in scan.glob(GLOB)]
    for path, text in [*read, *((name, scan.given[name]) for name in sorted(scan.given))]:
        if text is None or len(text) > _SIZE:
            scan.problem(path, "LIMIT", f"{path} is too large or is no text")
            continue
        if path.endswith((".jsonl", ".sigstore")):
            continue
        try:
            data = json.loads(text.removeprefix("\ufeff"))
        except (ValueError, RecursionError) as trouble:
            scan.problem(path, "PARSE_ERROR", f"{path} is not valid JSON: {str(trouble)[:120]}")
            continue
        wrapped = isinstance(data, dict) and "data" in data and bool(_ENVELOPE & data.keys())
        head: Mapping[str, Any] = data if wrapped else {}
        body = data["data"] if wrapped else data
        found.append(
            Export(
                path,
                _text(head.get("kind")),
                moment(head.get("collected_at")),
                _text(head.get("collected_by")),
                _text(head.get("source_url")),
                body,
            )
        )
    return tuple(found)


def _text(value: object) -> str:
    return value[:300] if isinstance(value, str) else ""


def entries(export: Export) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """Yield every mapping of the lists of an export with the mapping that holds its list, at most a bounded number."""
    todo: list[tuple[Any, Mapping[str, Any], int]] = [(export.body, {}, 0)]
    count = 0
    while todo:
        here, above, depth = todo.pop()
        if isinstance(here, list):
            for item in here[:_ITEMS]:
                if isinstance(item, dict) and count < _ITEMS:
                    count += 1
                    yield item, above
                    todo += [(part, item, depth + 1) for part in item.values() if isinstance(part, list)]
        elif isinstance(here, dict) and depth < _DEPTH:
            if depth == 0:
                yield here, {}
            todo += [(part, here, depth + 1) for part in here.values() if isinstance(part, (list, dict))]


def moment(value: object) -> int | None:
    """Return an ISO 8601 date or time as seconds since 1970, ``None`` when it is none."""
    if not isinstance(value, str) or not 8 <= len(value) <= 40:
        return None
    try:
        found = datetime.fromisoformat(value.strip())
    except ValueError:
        return None
    try:
        return int((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp())
    except (OverflowError, ValueError):
        return None


def first(item: Mapping[str, Any], *keys: str) -> str:
    """Return the first of some values of a mapping that is there, as text; a dot leads into a mapping inside."""
    for key in keys:
        value: Any = item
        for part in key.split("."):
            value = value.get(part) if isinstance(value, dict) else None
        if isinstance(value, (str, int)) and not isinstance(value, bool) and str(value).strip():
            return str(value).strip()[:300]
    return ""
