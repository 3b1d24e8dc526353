"""No document that was found is an unfilled template."""

from __future__ import annotations

from qmslint.derive import option
from qmslint.facts.base import Scan
from qmslint.facts.documents import find, keys
from qmslint.facts.placeholders import scaffolds, unfilled
from qmslint.model.evidence import absent_at, in_file
from qmslint.model.outcome import Outcome, conforming, nonconforming, not_assessable
from qmslint.quick import dataclass

NEEDS = frozenset({"tree", "text"})


@dataclass(frozen=True, slots=True)
class Params:
    """Looks for marks of unfilled templates in all documents that were found, or in those of some keys."""

    keys: tuple[str, ...] = option("Document keys to look at; without them all of the vocabulary.", ())


def check(params: Params, scan: Scan) -> Outcome:
    """Return every mark with its line."""
    parts: dict[tuple[str, int, int], str] = {}
    for key in params.keys or keys(scan):
        for item in find(scan, key):
            # A template of the platform is meant to be filled in by others.
            if item.how != "template":
                first = item.line if item.how == "heading" else 1
                parts.setdefault((item.path, first, item.document.lines), key)
    for path in () if params.keys else scaffolds(scan):
        parts.setdefault((path, 1, 1_000_000), "")
    files = sorted({path for path, _, _ in parts})
    marks = {(path, mark.line): mark for path, first, last in parts for mark in unfilled(scan, path, first, last)}
    measured = {"documents": len(files), "marks": len(marks)}
    if marks:
        evidence = [
            in_file(path, line, f"{m.what}: {m.text}" if m.text else m.what)
            for (path, line), m in sorted(marks.items())
        ]
        count = len({path for path, _ in marks})
        message = f"{count} of {len(files)} documents are not filled in, first {evidence[0].path}:{evidence[0].line}"
        return nonconforming(message, evidence, "placeholder", measured=measured)
    if not files:
        text = "no document was found whose filling in could be looked at"
        return not_assessable("TOO_FEW", text, [absent_at("docs/", text)], measured=measured)
    return conforming(
        f"{len(files)} documents hold no unfilled places", [in_file(path) for path in files[:50]], measured=measured
    )
