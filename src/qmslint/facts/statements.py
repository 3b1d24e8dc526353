"""Attestations about artefacts that tools made (in-toto statements), read as far as they name a commit, a run and a result.

Signatures are not verified here, and nothing is said about them beyond that they are there.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator
from typing import Any

from qmslint.facts.base import Scan, fact
from qmslint.facts.runs import Result
from qmslint.quick import dataclass, regex

_GLOBS = (
    "**/*.intoto.jsonl",
    "**/*.intoto.json",
    "**/*.sigstore.json",
    "**/*.sigstore",
    "**/provenance.json",
    "**/*.provenance.json",
    "**/*.att.json",
    "/.qms/evidence/**/*.{json,jsonl}",
)
_FILES = 200
_SIZE = 2 << 20
_LINES = 200
_SHA = regex(r"[0-9a-f]{40}(?:[0-9a-f]{24})?\Z")
_COMMIT_KEYS = frozenset({"gitCommit", "sha1", "commit", "revision", "git_commit"})
_RUN_KEYS = ("invocationId", "invocationID", "buildInvocationId", "buildInvocationID", "runId", "run_id")


@dataclass(frozen=True, slots=True)
class Statement:
    """One in-toto statement.

    Parameters
    ----------
    predicate : str
        Type of what it states.
    commits : tuple of str
        Object ids of commits it names.
    run : str
        Identifier of the run that made it, empty where it names none.
    result : str
        For statements about tests and checks how they ended, ``other`` where it tells nothing.
    digests : int
        Subjects that carry a digest.
    signed : bool
        Whether it lies in a signed envelope; the signature is not verified.
    """

    path: str
    predicate: str
    subjects: tuple[str, ...]
    commits: tuple[str, ...]
    run: str
    result: Result
    digests: int
    signed: bool


@fact
def statements(scan: Scan) -> tuple[Statement, ...]:
    """Return the statements of files in the examined view, by path, and of those that were handed over."""
    found = []
    read = [(path, scan.text(path)) for path in scan.glob(*_GLOBS)[:_FILES]]
    for path, text in [*read, *((name, scan.given[name]) for name in sorted(scan.given))]:
        if text is None or len(text) > _SIZE or ("redicateType" not in text and "payload" not in text):
            continue
        found += [statement for data in _loaded(text) if (statement := _statement(path, data))]
    return tuple(found)


def _loaded(text: str) -> Iterator[Any]:
    for part in (text, *text.splitlines()[:_LINES]) if "\n" in text.strip() else (text,):
        try:
            yield json.loads(part)
        except (ValueError, RecursionError):
            continue
        if part is text:
            return


def _statement(path: str, data: Any) -> Statement | None:
    body, signed = _opened(data)
    if not isinstance(body, dict) or not isinstance(body.get("predicateType"), str):
        return None
    predicate = body.get("predicate") if isinstance(body.get("predicate"), dict) else {}
    subjects = [one for one in body.get("subject") or () if isinstance(one, dict)][:500]
    commits: dict[str, None] = {}
    runs: list[str] = []
    for key, value in _walk({"subject": subjects, "predicate": predicate}):
        if key in _COMMIT_KEYS and isinstance(value, str) and _SHA.match(value.lower()):
            commits[value.lower()] = None
        if key in _RUN_KEYS and isinstance(value, str):
            runs.append(value[:300])
    return Statement(
        path,
        body["predicateType"][:200],
        tuple(str(one.get("name", ""))[:200] for one in subjects),
        tuple(commits),
        runs[0] if runs else "",
        _result(predicate),
        sum(1 for one in subjects if isinstance(one.get("digest"), dict) and one["digest"]),
        signed,
    )


def _opened(data: Any) -> tuple[Any, bool]:
    """Return the statement in an envelope, a bundle or on its own, and whether signatures come with it."""
    here = data.get("dsseEnvelope", data) if isinstance(data, dict) else data
    here = here.get("data", here) if isinstance(here, dict) and "predicateType" not in here else here
    if isinstance(here, dict) and isinstance(here.get("payload"), str):
        try:
            return json.loads(base64.b64decode(here["payload"], validate=False)), bool(here.get("signatures"))
        except (ValueError, RecursionError, binascii.Error):
            return None, False
    return here, False


def _walk(data: Any) -> Iterator[tuple[str, Any]]:
    todo = [(data, 0)]
    count = 0
    while todo and count < 5_000:
        here, depth = todo.pop()
        if depth > 12:
            continue
        pairs = here.items() if isinstance(here, dict) else enumerate(here) if isinstance(here, list) else ()
        for key, value in pairs:
            count += 1
            yield str(key), value
            if isinstance(value, (dict, list)):
                todo.append((value, depth + 1))


def _result(predicate: Any) -> Result:
    word = str(predicate.get("result") or predicate.get("verificationResult") or "").upper()
    return "passed" if word in ("PASSED", "PASS") else "failed" if word in ("FAILED", "FAIL", "WARNED") else "other"
