"""Records lead on to what they name: the ids in their fields are found again elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qmslint.derive import Pattern, option
from qmslint.facts.base import Scan
from qmslint.facts.records import Record, records
from qmslint.facts.sources import evidence_paths
from qmslint.kinds.recorded import none_found
from qmslint.model.evidence import in_file, in_record
from qmslint.model.outcome import Confidence, Outcome, conforming, nonconforming
from qmslint.patterns import compile_pattern
from qmslint.quick import dataclass

NEEDS = frozenset({"tree", "text"})
_LISTED = 40
_SIZE = 1 << 20
_FILES = 20_000


@dataclass(frozen=True, slots=True)
class Params:
    """Each record names, in every given field, an id that another file of the repository holds."""

    kind: str = option("Kind of record in the vocabulary `records`.")
    fields: tuple[str, ...] = option("Fields that lead on; `a|b` means either.")
    filled: tuple[str, ...] = option("Further fields that have to be filled in; `a|b` means either.", ())
    ids: Pattern = option(
        "What an id looks like.", r"\b[A-Za-z][A-Za-z0-9]{0,11}(?:[-_.][A-Za-z0-9]{1,11}){0,4}[-_.]?[0-9]{1,6}\b"
    )
    exempt: Mapping[str, Pattern] = option("A record with a field that matches needs none of `spared`.", {})
    spared: tuple[str, ...] = option("Fields that exempt records may leave empty, written as in `fields`.", ())
    share: float = option("Share of the records that have to lead on, 0 to 1.", 1.0, minimum=0, maximum=1)
    what: str = option("What the records are called, in the plural.", "records")


def check(params: Params, scan: Scan) -> Outcome:
    """List the records that lead nowhere, with what is missing."""
    found = records(scan, params.kind)
    if not found.items:
        return none_found(scan, (params.kind,), params.what, optional=False)
    pattern = compile_pattern(params.ids)
    ids = {
        (index, field): frozenset(match.upper() for match in pattern.findall(record.text(field))) - {record.id.upper()}
        for index, record in enumerate(found.items)
        for want in params.fields
        for field in want.split("|")
    }
    where = _places(scan, pattern, frozenset().union(*ids.values()))
    lacking = []
    for index, record in enumerate(found.items):
        missing = [want for want in _wanted(params, record) if not _leads(scan, record, want, index, ids, where)]
        missing += [want for want in params.filled if not any(name in record.fields for name in want.split("|"))]
        if missing:
            lacking.append((record, missing))
    count = len(found.items)
    good = count - len(lacking)
    measured = {params.what: count, "traced": good, "share": round(good / count, 3), "needed": params.share}
    notes = [in_record(r.path, r.line, f"{r.name}: {', '.join(map(_said, m))} leads nowhere") for r, m in lacking]
    bad = frozenset((record.path, record.line) for record, _ in lacking)
    kept = [in_record(r.path, r.line, r.name) for r in found.items if (r.path, r.line) not in bad]
    ends = dict.fromkeys(path for key in sorted(where) for path in where[key] if path not in found.files)
    kept += [in_file(path, note="holds ids that are named") for path in list(ends)[:5]]
    message = f"{good} of {count} {params.what} lead on to {', '.join(map(_said, params.fields))}"
    if good >= params.share * count:
        sure = Confidence.HIGH if not lacking else Confidence.MEDIUM
        return conforming(message, [*kept, *notes][:_LISTED], confidence=sure, measured=measured)
    gap = "incomplete" if good else "broken"
    return nonconforming(message, [*notes[:_LISTED], *kept[:3]], gap, measured=measured)


def _said(want: str) -> str:
    return want.replace("|", " or ").replace("_", " ")


def _wanted(params: Params, record: Record) -> tuple[str, ...]:
    free = any(compile_pattern(pattern).search(record.text(name)) for name, pattern in params.exempt.items())
    return tuple(want for want in params.fields if not (free and want in params.spared))


def _leads(
    scan: Scan,
    record: Record,
    want: str,
    index: int,
    ids: Mapping[tuple[int, str], frozenset[str]],
    where: Mapping[str, tuple[str, ...]],
) -> bool:
    """Say whether a field names an id that another file holds, or a file that is there."""
    for field in want.split("|"):
        if any(path != record.path for name in ids[index, field] for path in where.get(name, ())):
            return True
        if any(word.strip("`()[]<>,;").partition("#")[0] in scan.snapshot for word in record.text(field).split()):
            return True
    return False


def _places(scan: Scan, pattern: Any, wanted: frozenset[str]) -> dict[str, tuple[str, ...]]:
    """Return the files that hold each of the wanted ids, at most two of each: one may be the record's own."""
    where: dict[str, tuple[str, ...]] = {}
    if not wanted:
        return where
    for path in evidence_paths(scan, ("**",))[:_FILES]:
        text = scan.text(path)
        if text is None or len(text) > _SIZE:
            continue
        for name in sorted(wanted.intersection(match.upper() for match in pattern.findall(text))):
            if len(where.get(name, ())) < 2:
                where[name] = (*where.get(name, ()), path)
    return where
