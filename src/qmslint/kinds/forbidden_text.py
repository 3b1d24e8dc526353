"""Documents do not make statements of a certain kind."""

from __future__ import annotations

from qmslint.derive import Pattern, option
from qmslint.facts.base import Scan
from qmslint.facts.documents import find
from qmslint.model.evidence import absent_at, in_file
from qmslint.model.outcome import Outcome, conforming, nonconforming, not_assessable
from qmslint.patterns import any_of
from qmslint.quick import dataclass

NEEDS = frozenset({"tree", "text"})


@dataclass(frozen=True, slots=True)
class Params:
    """Lines of documents that match, unless the line also matches an exception."""

    keys: tuple[str, ...] = option("Document keys to look at.")
    patterns: tuple[Pattern, ...] = option("What must not be said.")
    unless: tuple[Pattern, ...] = option("What on the same line makes it harmless, such as a link to evidence.", ())
    what: str = option("What such a statement is, for messages.", "statement")


def check(params: Params, scan: Scan) -> Outcome:
    """Return every line that says it."""
    forbidden, harmless = any_of(params.patterns), any_of(params.unless) if params.unless else None
    found, paths = [], set()
    for key in params.keys:
        for item in find(scan, key):
            if item.path in paths:
                continue
            paths.add(item.path)
            linked = {link.line for link in item.document.links if not link.image}
            for line in item.document.prose:
                said = forbidden.search(line.text[:2000])
                if said and line.line not in linked and not (harmless and harmless.search(line.text[:2000])):
                    found.append(in_file(item.path, line.line, f"{params.what}: {said[0][:80]}"))
    measured = {"documents": len(paths), "found": len(found)}
    if found:
        message = f"{len(found)} times {params.what}, first at {found[0].path}:{found[0].line}"
        return nonconforming(message, found[:40], "present", measured=measured)
    if not paths:
        text = "no document was found that could say so"
        return not_assessable("TOO_FEW", text, [absent_at("README.md", text)], measured=measured)
    return conforming(
        f"no {params.what} in {len(paths)} documents", [in_file(p) for p in sorted(paths)[:20]], measured=measured
    )
