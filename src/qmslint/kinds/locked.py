"""Declared dependencies are fixed by a lock file."""

from __future__ import annotations

from collections.abc import Sequence

from qmslint.derive import option
from qmslint.facts.base import Scan
from qmslint.facts.dependencies import Manifest, manifests, untaken
from qmslint.facts.profile import switch
from qmslint.model.evidence import absent_at, in_file
from qmslint.model.outcome import Confidence, Outcome, conforming, nonconforming, not_applicable, not_assessable
from qmslint.quick import dataclass

NEEDS = frozenset({"tree", "text"})


@dataclass(frozen=True, slots=True)
class Params:
    """Every manifest with dependencies has a lock; for libraries one lock for development is enough."""

    at_least: float = option("Share of the manifests that must be locked, 0 to 1.", 0.9, minimum=0, maximum=1)


def check(params: Params, scan: Scan) -> Outcome:
    """Return manifests without a lock; a library that locks nothing is not judged, because custom differs."""
    others = untaken(scan)
    unread = [manifest for manifest in others if not manifest.lock]
    found = [
        manifest for manifest in (*manifests(scan), *others) if manifest.dependencies > 0 and manifest not in unread
    ]
    if not found and unread:
        return _not_taken_apart(unread)
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
        # What is locked below says nothing about the product where its own dependencies are not read.
        if unread and not top:
            return _not_taken_apart(unread)
        rest = f"; not {', '.join(m.path for m in open_[:3])}" if open_ else ""
        rest += f"; {unread[0].path} was not taken apart" if unread else ""
        sure = Confidence.MEDIUM if open_ or unread else Confidence.HIGH
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


def _not_taken_apart(unread: Sequence[Manifest]) -> Outcome:
    text = f"dependencies are declared in {unread[0].path}, a form that is not taken apart, and nothing that would fix them was found"
    return not_assessable(
        "NO_CHECK", text, [in_file(m.path, note=f"dependencies for {m.ecosystem}") for m in unread[:10]]
    )


def _deps(manifest: Manifest) -> str:
    return f"{manifest.dependencies} dependencies for {manifest.ecosystem}, no lock file beside or above it"
