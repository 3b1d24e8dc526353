"""No data about people, and no copies of running systems, lie in the tree."""

from __future__ import annotations

from qmslint.derive import Glob, option
from qmslint.facts.base import Scan
from qmslint.facts.datasets import DataFile, data_files
from qmslint.model.evidence import absent_at, in_file
from qmslint.model.outcome import Confidence, Outcome, conforming, nonconforming, not_assessable
from qmslint.patterns import PathSet
from qmslint.quick import dataclass

NEEDS = frozenset({"tree", "text"})
_LISTED = 40


@dataclass(frozen=True, slots=True)
class Params:
    """Tables with many rows about people, files of databases, recordings of traffic, images of memory, archives of mail."""

    rows: int = option("Rows about people up to which a table is left alone.", 100, minimum=0)
    declared: tuple[Glob, ...] = option("Data that people declared to be made up or open.", ())


def check(params: Params, scan: Scan) -> Outcome:
    """Report places, kinds and numbers, never values."""
    found = data_files(scan, params.rows)
    allowed = frozenset(PathSet([item.path for item in found.items]).match(params.declared))
    items = [item for item in found.items if item.path not in allowed]
    open_ = [item for item in items if not item.sealed]
    sealed = [item for item in items if item.sealed]
    measured: dict[str, float | int | str] = {
        "tables": found.looked_into,
        "rows": params.rows,
        "found": len(open_),
        "made up": len(found.made),
        "declared": len(allowed),
        "not looked into": len(sealed),
    }
    if open_:
        message = f"{len(open_)} files may hold real data, first {open_[0].path}: {_note(open_[0])}"
        evidence = [in_file(item.path, note=_note(item)) for item in open_[:_LISTED]]
        return nonconforming(message, evidence, "present", confidence=Confidence.LOW, measured=measured)
    if sealed:
        text = f"{len(sealed)} files were not looked into, first {sealed[0].path} ({sealed[0].what})"
        evidence = [in_file(item.path, note=item.what) for item in sealed[:_LISTED]]
        return not_assessable("BINARY_DOC", text, evidence, measured=measured)
    if not found.whole:
        text = f"only the first {found.looked_into} tables were looked into"
        return not_assessable("LIMIT", text, [absent_at("", text)], measured=measured)
    text = f"no file with data about people was recognised in {len(scan.snapshot.paths)} files, {found.looked_into} tables looked into"
    notes = [in_file(path, note="data about people that is made up") for path in found.made[:10]]
    return conforming(text, [absent_at("", text), *notes], confidence=Confidence.MEDIUM, measured=measured)


def _note(item: DataFile) -> str:
    if item.rows:
        return f"{item.what} ({', '.join(item.columns)}), {item.rows} rows"
    return item.what
