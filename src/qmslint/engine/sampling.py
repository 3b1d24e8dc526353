"""Draw a sample of the artefacts that results rest on, in a way anybody can repeat by hand."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from qmslint.errors import Unassessable
from qmslint.facts.base import Scan
from qmslint.facts.secrets import sweep
from qmslint.model.evidence import Evidence
from qmslint.model.report import Report
from qmslint.model.sample import Artefact, Drawn

CONTENT_LIMIT = 4 * 1024 * 1024
"""Bytes of one artefact that are put into a pack."""
_IN_FILES = ("file", "record", "export", "attestation", "setting")


def rank(seed: str, kind: str, name: str) -> str:
    """Return the text by which artefacts are put in order; the first ones are the sample."""
    return hashlib.sha256(f"{seed}:{kind}:{name}".encode("utf-8", "surrogateescape")).hexdigest()


def draw(report: Report, scan: Scan, size: int, seed: str) -> list[Drawn]:
    """Draw up to ``size`` artefacts of each result.

    A larger sample with the same seed holds the smaller one, and what one rule rests on does not change what is drawn
    for another.
    """
    drawn = []
    for result in report.results:
        known = {key for item in result.evidence if (key := _key(item, scan))}
        ordered = sorted(known, key=lambda key: rank(seed, *key))
        drawn.append(Drawn(result, len(known), tuple(sorted(ordered[:size]))))
    return drawn


def collect(drawn: Iterable[Drawn], scan: Scan) -> list[Artefact]:
    """Read the drawn artefacts, files first, each once."""
    rules: dict[tuple[str, str], list[str]] = {}
    notes: dict[tuple[str, str], list[str]] = {}
    for item in drawn:
        for key in item.chosen:
            rules.setdefault(key, []).append(item.result.rule)
        for evidence in item.result.evidence:
            key_of = _key(evidence, scan)
            if key_of in item.chosen and evidence.note:
                notes.setdefault(key_of, []).append(evidence.note)
    order = ("file", "commit", "tag")
    found = []
    secrets = _secret_paths(scan) if any(kind == "file" for kind, _ in rules) else frozenset()
    for kind, name in sorted(rules, key=lambda key: (order.index(key[0]), key[1])):
        number, sort, content, withheld = _read(scan, kind, name)
        if kind == "file" and name in secrets:
            withheld, content = "it seems to hold a credential", None
        found.append(
            Artefact(
                kind,
                name,
                number,
                sort,
                content,
                withheld,
                tuple(rules[kind, name]),
                tuple(dict.fromkeys(notes.get((kind, name), ()))),
            )
        )
    return found


def _key(item: Evidence, scan: Scan) -> tuple[str, str] | None:
    if item.kind in _IN_FILES and item.path in scan.snapshot:
        # A link stands for the file it names, whose content git knows under that name only.
        return "file", scan.snapshot.aliases.get(item.path, item.path)
    if item.kind == "tag" and any(tag.name == item.ref for tag in scan.tags):
        return "tag", item.ref
    if item.kind in ("commit", "tag") and item.sha:
        return "commit", item.sha
    return None


def _read(scan: Scan, kind: str, name: str) -> tuple[str, str, bytes | None, str]:
    if kind == "file":
        number = scan.snapshot.blobs[name]
        content = scan.snapshot.read(name)
        return number, "blob", content, "" if content is not None else f"not read: {scan.snapshot.unread[name]}"
    wanted = name if kind == "commit" else _tag_object(scan, name)
    sort, found = scan.repo.blobs.read(wanted, CONTENT_LIMIT)
    if sort in ("commit", "tag"):
        return wanted, sort, found, ""
    return wanted, kind, None, f"not read: {sort}"


def _tag_object(scan: Scan, name: str) -> str:
    shadow = scan.repo.shadow
    return shadow.refs.get(f"refs/tags/{name}", "") if shadow else ""


def _secret_paths(scan: Scan) -> frozenset[str]:
    try:
        return frozenset(secret.path for secret in sweep(scan).found)
    except Unassessable:
        return frozenset()
