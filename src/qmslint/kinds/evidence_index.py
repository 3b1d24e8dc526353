"""A short index leads from controls to the records that show them."""

from __future__ import annotations

import posixpath
import re
from urllib.parse import unquote

from qmslint.derive import option
from qmslint.facts.base import Scan
from qmslint.facts.markup import Document, document, markup_of
from qmslint.facts.records import Record, records
from qmslint.facts.sources import by_language
from qmslint.kinds.recorded import none_found
from qmslint.model.evidence import Evidence, in_record
from qmslint.model.outcome import Confidence, Outcome, conforming, nonconforming
from qmslint.quick import dataclass, regex

NEEDS = frozenset({"tree", "text", "history"})
_LISTED = 30
_MOVING = regex(r"/(?:blob|tree|raw|src|-/blob|-/tree|-/raw)/(?:branch/)?(?:main|master|trunk|develop|HEAD)/")
_PATH = regex(
    r"(?<![\w/.:-])(?:\.{0,2}/)?(?:[\w.@+-]+/)+[\w.@+-]+|(?<![\w/.:-])[\w@+-][\w.@+-]*\.(?:md|rst|adoc|csv|ya?ml|json|xml|pdf|txt|html)\b"
)
_COMMIT = regex(
    r"\b[0-9a-f]{8,40}\b|https?://\S+|[#!][0-9]{1,7}\b|\b[A-Z][A-Z0-9]{1,9}-[0-9]{1,7}\b|\bv?[0-9]+\.[0-9]+(?:\.[0-9]+)?\b"
)
_PICTURE = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp")


@dataclass(frozen=True, slots=True)
class Params:
    """Entries with a control, a proof that is there, a period and an owner; few, and of records instead of code."""

    kind: str = option("Kind of record that the entries are.", "evidence-index")
    at_most: int = option("Entries from which on it is no short index any more.", 200, minimum=1)
    short: int = option("Entries up to which it is short.", 60, minimum=1)
    fields: tuple[str, ...] = option("Fields an entry should have beside control and proof.", ("period", "owner"))
    share: float = option("Share of the entries that need them, 0 to 1.", 0.8, minimum=0, maximum=1)
    code: float = option("Share of the proofs that may be source code or pictures, 0 to 1.", 0.2, minimum=0, maximum=1)


def check(params: Params, scan: Scan) -> Outcome:
    """Follow every proof and list what leads nowhere or is none."""
    found = records(scan, params.kind)
    if not found.items:
        return none_found(scan, (params.kind,), "entries of an evidence index", optional=False)
    items = found.items
    judged = [(record, _fault(scan, record)) for record in items]
    dead = [(r, why) for r, why in judged if why.startswith("leads nowhere")]
    empty = [(r, why) for r, why in judged if why == "names no proof"]
    moving = [(r, why) for r, why in judged if why.startswith("moves")]
    code = [(r, why) for r, why in judged if why.startswith(("is code", "is a picture"))]
    bare = [r for r in items if any(name not in r.fields for name in params.fields)]
    measured: dict[str, float | int | str] = {
        "entries": len(items), "at most": params.at_most, "dead": len(dead), "moving": len(moving), "code or pictures": len(code),
        "without period or owner": len(bare),
    }  # fmt: skip
    complaints = []
    if dead or empty:
        complaints.append(f"{len(dead) + len(empty)} of {len(items)} entries lead nowhere")
    if moving:
        complaints.append(f"{len(moving)} lead to a branch that moves instead of a commit")
    if len(code) > params.code * len(items):
        complaints.append(f"{len(code)} lead to code or pictures instead of records")
    if len(items) > params.at_most or len(items) > params.short * 2:
        complaints.append(f"{len(items)} entries are too many to look at; {params.short} are enough")
    if len(bare) > (1 - params.share) * len(items):
        complaints.append(f"{len(bare)} of {len(items)} name no {' or no '.join(params.fields)}")
    evidence = [_cite(r, why) for r, why in (*dead, *empty, *moving, *code)]
    evidence += [_cite(r, "names no " + ", ".join(n for n in params.fields if n not in r.fields)) for r in bare]
    if complaints:
        gap = "broken" if dead else "incomplete"
        shown = evidence[:_LISTED] or [_cite(items[0], f"first of {len(items)} entries")]
        return nonconforming("; ".join(complaints), shown, gap, confidence=Confidence.MEDIUM, measured=measured)
    message = f"{len(items)} entries lead from controls to records that are there"
    good = [_cite(r, "is there") for r, why in judged if not why]
    return conforming(message, [*good, *evidence][:_LISTED], confidence=Confidence.MEDIUM, measured=measured)


def _cite(record: Record, note: str) -> Evidence:
    return in_record(record.path, record.line, f"{record.text('control')[:60] or record.name}: {note}")


def _fault(scan: Scan, record: Record) -> str:
    """Return what is wrong with the proof of an entry, or an empty string."""
    text = record.text("link")
    parsed = document(scan, record.path) if markup_of(record.path) else None
    targets = [*_links(parsed, record.line), *(m[0] for m in _PATH.finditer(text[:2000]) if "://" not in m[0])]
    local = []
    for target in dict.fromkeys(targets):
        if _MOVING.search(target):
            return f"moves with a branch: {target[:90]}"
        if "://" in target or target.startswith("mailto:"):
            continue
        local.append(target)
        why = _local_fault(scan, record.path, target)
        if why:
            return why
    if local or any("://" in target for target in targets) or _COMMIT.search(text):
        moving = next((word for word in text.split() if _MOVING.search(word)), "")
        return f"moves with a branch: {moving[:90]}" if moving else ""
    return "names no proof"


def _links(parsed: Document | None, line: int) -> list[str]:
    return [link.target for link in parsed.links if link.line == line] if parsed else []


def _local_fault(scan: Scan, path: str, target: str) -> str:
    bare = unquote(target.split("#", 1)[0].split("?", 1)[0]).rstrip("/")
    if not bare:
        return ""
    ways = [posixpath.normpath(posixpath.join(posixpath.dirname(path), bare)), posixpath.normpath(bare.lstrip("/"))]
    there = next((way for way in ways if way in scan.snapshot or scan.glob(f"/{_plain(way)}/**")), "")
    if not there:
        return f"leads nowhere: {target[:90]}"
    if there.lower().endswith(_PICTURE):
        return f"is a picture: {there}"
    if any(there in paths for paths in _sources(scan)):
        return f"is code: {there}"
    return ""


def _plain(path: str) -> str:
    return re.sub(r"[*?\[\]{}]", "", path)


def _sources(scan: Scan) -> tuple[tuple[str, ...], ...]:
    return tuple(by_language(scan).values())
