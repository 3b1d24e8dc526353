"""Declared dependencies are fixed by a lock file."""

from __future__ import annotations

from qmslint.derive import option
from qmslint.facts.base import Scan
from qmslint.facts.dependencies import Manifest, manifests
from qmslint.facts.profile import switch
from qmslint.model.evidence import absent_at, in_file
from qmslint.model.outcome import Confidence, Outcome, conforming, nonconforming, not_applicable
from qmslint.quick import dataclass

NEEDS = frozenset({"tree", "text"})


@dataclass(frozen=True, slots=True)
class Params:
    """Every manifest with dependencies has a lock; for libraries one lock for development is enough."""

    at_least: float = option("Share of the manifests that must be locked, 0 to 1.", 0.9, minimum=0, maximum=1)


def check(params: Params, scan: Scan) -> Outcome:
    """Return manifests without a lock; a library that locks nothing is not judged, because custom differs."""
    found = [manifest for manifest in manifests(scan) if manifest.dependencies > 0]
    if not found:
        return not_applicable("no declared dependency was found", [absent_at("", "manifest with dependencies")])
    locked = [manifest for manifest in found if manifest.lock]
    open_ = [manifest for manifest in found if not manifest.lock]
    measured = {"manifests": len(found), "locked": len(locked), "needed": params.at_least}
    evidence = [in_file(m.lock, note=f"fixes {m.path}") for m in locked[:20]]
    # One lock at the top commonly serves the packages and the tools of the whole repository.
    top = [m for m in locked if "/" not in m.lock]
    library = switch(scan, "kind").value == "library"
    if len(locked) >= params.at_least * len(found) or (library and top):
        rest = f"; not {', '.join(m.path for m in open_[:3])}" if open_ else ""
        sure = Confidence.HIGH if not open_ else Confidence.MEDIUM
        return conforming(
            f"{len(locked)} of {len(found)} manifests are locked{rest}", evidence, confidence=sure, measured=measured
        )
    if library and not locked:
        text = "a library that does not lock: whether that is customary in its ecosystem is for people to say"
        return not_applicable(text, [in_file(m.path, note=_deps(m)) for m in open_[:10]])
    gap = "incomplete" if locked else "absent"
    message = f"{len(open_)} of {len(found)} manifests have no lock file, first {open_[0].path}"
    return nonconforming(
        message, [*(in_file(m.path, note=_deps(m)) for m in open_[:20]), *evidence[:3]], gap, measured=measured
    )


def _deps(manifest: Manifest) -> str:
    return f"{manifest.dependencies} dependencies for {manifest.ecosystem}, no lock file beside or above it"
