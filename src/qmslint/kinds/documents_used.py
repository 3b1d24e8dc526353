"""Controlled documents are used: no long ones that nothing names and nobody touches, and no copies of each other."""

from __future__ import annotations

from qmslint.derive import option
from qmslint.facts.base import Scan
from qmslint.facts.document_index import index
from qmslint.facts.document_register import register
from qmslint.facts.document_use import alike, uses
from qmslint.model.evidence import absent_at, from_setting, in_file
from qmslint.model.outcome import Confidence, Outcome, conforming, nonconforming, not_applicable, not_assessable
from qmslint.quick import dataclass

NEEDS = frozenset({"tree", "text", "history", "diffs"})
_LISTED = 30


@dataclass(frozen=True, slots=True)
class Params:
    """The share of documents that are long, named nowhere and never changed, or mostly a copy of another, is small."""

    words: int = option("Words from which on a document is long.", 3000, minimum=1)
    at_most: float = option("Share of such documents that is tolerable, 0 to 1.", 0.1, minimum=0, maximum=1)
    alike: float = option("Share of word groups in common from which on two documents are copies.", 0.6)
    minimum: int = option("Documents that are needed to judge.", 3, minimum=1)
    unless_packs: tuple[str, ...] = option("Packs with which long procedures are in order.", ())


def check(params: Params, scan: Scan) -> Outcome:
    """List what could be cut."""
    regulated = [name for name in params.unless_packs if name in scan.settings.packs]
    if regulated:
        return not_applicable(f"the pack {regulated[0]} is on", [from_setting(f"packs: {regulated[0]}")])
    found = register(scan)
    places = index(scan).places
    entries = [e for e in found.entries if e.state == "in force" and not (e.path in places and places[e.path].product)]
    measured: dict[str, float | int | str] = {"documents": len(entries), "long from words": params.words}
    if len(entries) < params.minimum:
        text = f"only {len(entries)} controlled documents were found"
        return not_assessable(
            "TOO_FEW", text, [in_file(e.path) for e in entries] or [absent_at("docs/", text)], measured=measured
        )
    found.need_history()
    named = uses(scan)
    idle = [
        e
        for e in entries
        if e.words > params.words and not named.of(e.path) and (e.life is None or e.life.commits <= 1)
    ]
    twins = alike(scan, params.alike)
    worst = {e.path for e in idle} | {other for _, other, _ in twins}
    measured |= {"long and unused": len(idle), "copies": len(twins), "tolerable": params.at_most}
    notes = [in_file(e.path, 0, f"{e.words} words, named nowhere, one commit ever") for e in idle]
    notes += [in_file(other, 0, f"shares {share:.0%} of its text with {one}") for one, other, share in twins]
    if len(worst) > params.at_most * len(entries):
        message = f"{len(worst)} of {len(entries)} controlled documents could be merged, shortened or dropped"
        return nonconforming(message, notes[:_LISTED], "weak", confidence=Confidence.MEDIUM, measured=measured)
    good = [in_file(e.path, 0, f"{e.words} words, named at {named.of(e.path) or 'no other place'}") for e in entries]
    message = f"{len(entries) - len(worst)} of {len(entries)} controlled documents are short, named elsewhere or changed over time"
    return conforming(message, [*good[:_LISTED], *notes[:5]], confidence=Confidence.MEDIUM, measured=measured)
