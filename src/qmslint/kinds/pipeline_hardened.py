"""The pipeline itself is protected, and guards against slips."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from qmslint.derive import option
from qmslint.facts.base import Scan
from qmslint.facts.pipelines import EXPECTED, pipelines
from qmslint.facts.pipelines.hardening import Weakness, guards, weaknesses
from qmslint.model.evidence import absent_at, in_file
from qmslint.model.outcome import Confidence, Outcome, conforming, nonconforming, not_applicable, not_assessable
from qmslint.quick import dataclass

NEEDS = frozenset({"tree", "text"})
_LISTED = 40
_WORDS = {
    "untrusted": "run code of strangers with the rights of the repository",
    "injection": "put text of strangers into scripts",
    "injection-inside": "put text of those who propose changes into scripts",
    "key": "use long-lived keys of a cloud",
    "permissions": "do not limit the rights of the token",
    "floating": "use parts of others whose content can change",
}
_SEVERE = ("untrusted", "injection")


@dataclass(frozen=True, slots=True)
class Params:
    """No weak spot of some sorts in any workflow, and at least some guards against slips."""

    kinds: tuple[str, ...] = option(
        "Sorts of weak spots: `untrusted`, `injection`, `injection-inside`, `key`, `permissions`, `floating`.",
        tuple(_WORDS),
    )
    guards: int = option("How many sorts of guards are needed.", 2, minimum=0)


def check(params: Params, scan: Scan) -> Outcome:
    """List every weak spot with its line; what would let strangers act comes first and is called `bypass`."""
    read = pipelines(scan)
    if not read.pipelines:
        if read.broken:
            text = f"{read.broken[0]} cannot be read"
            return not_assessable("PARSE_ERROR", text, [in_file(path) for path in read.broken[:5]])
        return not_applicable("no pipeline was found", [absent_at(EXPECTED[0], "pipeline")])
    order = list(_WORDS)
    found = [w for w in weaknesses(scan) if w.kind in params.kinds]
    found.sort(key=lambda w: (order.index(w.kind), w.path, w.line))
    safe = guards(scan)
    measured: dict[str, float | int | str] = {"guards": len(safe), "needed": params.guards}
    counts = Counter(w.kind for w in found)
    measured |= {kind: counts[kind] for kind in order if counts[kind]}
    held = [in_file(guard.path, guard.line, guard.name) for guard in safe[:12]]
    if found or len(safe) < params.guards:
        message = _message(found, counts, len(safe), params.guards)
        evidence = [in_file(w.path, w.line, w.note) for w in found[:_LISTED]]
        missing = [] if found else [absent_at(".pre-commit-config.yaml", "guards against slips")]
        gap = "bypass" if any(w.kind in _SEVERE for w in found) else "weak" if found else "incomplete"
        return nonconforming(message, [*evidence, *missing, *held], gap, measured=measured)
    names = ", ".join(guard.name for guard in safe)
    seen = [in_file(path, note="pipeline that was read") for path in read.paths[:8]]
    message = f"no weak spot was recognised in {len(read.paths)} pipeline files; guards: {names}"
    return conforming(message, [*held, *seen], confidence=Confidence.MEDIUM, measured=measured)


def _message(found: Sequence[Weakness], counts: Counter[str], safe: int, needed: int) -> str:
    said = [f"{counts[kind]} places {words}" for kind, words in _WORDS.items() if counts[kind]]
    if safe < needed:
        said.append(f"{safe} of {needed} sorts of guards against slips were found")
    first = f" (first {found[0].path}:{found[0].line})" if found else ""
    return "; ".join(said) + first
