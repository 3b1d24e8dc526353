"""What other programs found: SARIF, JUnit, coverage, Scorecard, and dated exports of platforms, read as evidence."""

from __future__ import annotations

import hashlib
import json
import posixpath
from typing import Any, Literal

from qmslint.facts.base import Scan, fact
from qmslint.facts.foreign import json_forms, xml_forms
from qmslint.facts.foreign.model import STATES, Content, Envelope, Foreign
from qmslint.facts.foreign.values import mapping, moment, number, text_of
from qmslint.facts.sources import evidence_paths

__all__ = ["FOLDER", "STATES", "Content", "Envelope", "Foreign", "foreign"]

FOLDER = "/.qms/evidence/"
_ENVELOPE = frozenset({"kind", "collected_at", "collected_by", "source_url", "sha256"})
_DIGEST_LIMIT = 1 << 20
_FILES = 500


@fact
def foreign(scan: Scan) -> tuple[Foreign, ...]:
    """Return what is kept of other programs, by path; what cannot be read is noted as a problem.

    An envelope holds the content itself under ``data``, or names a file beside it under ``file``.
    """
    kept = scan.glob(f"{FOLDER}**")
    paths = tuple(dict.fromkeys((*kept, *evidence_paths(scan, tuple(scan.words("foreign", "globs"))))))[:_FILES]
    found: dict[str, Foreign] = {}
    for path in sorted(paths):
        item = _read(scan, path)
        if item is None:
            continue
        before = found.get(item.path)
        # An envelope beside a file is read on its own, in any order with the file it is about.
        if before is None or (item.envelope and not before.envelope):
            found[item.path] = item
    return tuple(found[path] for path in sorted(found))


def _read(scan: Scan, path: str) -> Foreign | None:
    ending = posixpath.splitext(path)[1].lower()
    if ending not in (".json", ".sarif", ".xml", ".info"):
        return None
    text = scan.text(path)
    if text is None:
        scan.problem(path, "PARSE_ERROR", "it is too large or is no text")
        return None
    if ending == ".xml":
        return _xml(scan, path, text)
    if ending == ".info":
        return Foreign(path, _lcov(text))
    data = _json(scan, path, text)
    head = mapping(data)
    # Signed statements say themselves what they are about; others look at them.
    if data is None or {"payloadType", "predicateType", "dsseEnvelope", "verificationMaterial"} & head.keys():
        return None
    if len(_ENVELOPE & head.keys()) >= 2 and ("data" in head or "file" in head):
        return _enveloped(scan, path, head)
    return Foreign(path, json_forms.read(data))


def _json(scan: Scan, path: str, text: str) -> Any:
    try:
        return json.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError) as error:
        scan.problem(path, "PARSE_ERROR", f"it is not valid JSON: {str(error)[:120]}")
        return None


def _xml(scan: Scan, path: str, text: str) -> Foreign | None:
    try:
        return Foreign(path, xml_forms.read(text))
    except xml_forms.Refused as error:
        scan.problem(path, "PARSE_ERROR", str(error))
        return None


def _lcov(text: str) -> Content:
    found = hit = 0.0
    for line in text.splitlines():
        if line.startswith("LF:"):
            found += number(line[3:])
        elif line.startswith("LH:"):
            hit += number(line[3:])
    if "SF:" not in text[:10_000]:
        return Content("other")
    return Content("coverage", "LCOV", numbers={"lines": hit / found} if found else {})


def _enveloped(scan: Scan, path: str, head: dict[str, Any]) -> Foreign:
    stated = text_of(head.get("sha256")).lower().removeprefix("sha256:")
    digest: Literal["none", "matches", "differs"]
    beside = text_of(head.get("file"))
    if beside and "data" not in head:
        target = posixpath.normpath(posixpath.join(posixpath.dirname(path), beside))
        content = scan.snapshot.read(target) if target in scan.snapshot and not target.startswith("..") else None
        inner = _read(scan, target) if content is not None and target != path else None
        right = content is not None and hashlib.sha256(content).hexdigest() == stated
        digest = "none" if not stated else "matches" if right else "differs"
        if content is None:
            scan.problem(path, "PARSE_ERROR", f"it names the file {beside}, which is not there")
        said = inner.content if inner else Content("other")
        return Foreign(inner.path if inner else path, said, _envelope(path, head, digest))
    digest = "none" if not stated else "matches" if stated in _digests(head["data"]) else "differs"
    return Foreign(path, json_forms.read(head["data"]), _envelope(path, head, digest))


def _envelope(path: str, head: dict[str, Any], digest: Literal["none", "matches", "differs"]) -> Envelope:
    return Envelope(
        path,
        text_of(head.get("kind")),
        moment(head.get("collected_at")),
        text_of(head.get("collected_by")),
        text_of(head.get("source_url"), 500),
        digest,
    )


def _digests(body: Any) -> frozenset[str]:
    """Return the digests of the usual ways of writing the data: as it is sent, sorted, indented."""
    found = set()
    for sort in (False, True):
        for separators, indent in (((",", ":"), None), ((", ", ": "), None), ((",", ": "), 2), ((",", ": "), 4)):
            for ascii_ in (False, True):
                form = json.dumps(body, sort_keys=sort, separators=separators, indent=indent, ensure_ascii=ascii_)
                raw = form.encode("utf-8", "surrogatepass")
                found |= {hashlib.sha256(raw).hexdigest(), hashlib.sha256(raw + b"\n").hexdigest()}
                if len(raw) > _DIGEST_LIMIT:
                    return frozenset(found)
    return frozenset(found)
