"""Credentials in the tree that can be recognised with high precision; their values never leave this module."""

from __future__ import annotations

import zlib
from typing import Any, cast

from qmslint.facts.base import Scan, fact
from qmslint.facts.sources import excluded
from qmslint.patterns import any_of, compile_pattern
from qmslint.quick import dataclass

FILE_LIMIT = 512 * 1024
"""Bytes; larger files are data, not places where people leave keys."""
TOTAL_LIMIT = 96 * 1024 * 1024
_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_BINARY = (
    ".png", ".jpg", ".jpeg", ".gif", ".ico", ".webp", ".woff", ".woff2", ".ttf", ".otf", ".eot", ".pdf", ".zip", ".gz",
    ".xz", ".bz2", ".jar", ".class", ".so", ".dll", ".dylib", ".exe", ".mp3", ".mp4", ".svg", ".lock", ".map", ".po",
    ".mo", ".wasm", ".bin", ".min.js", ".min.css", ".sum", ".snap", ".psd", ".avif",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Secret:
    """Where a credential of which kind lies; the value is not kept."""

    path: str
    line: int
    kind: str


@dataclass(frozen=True, slots=True)
class Sweep:
    """What was looked at and found.

    Parameters
    ----------
    found : tuple of Secret
        Likely credentials, by path and line.
    files, skipped : int
        Files looked through, and files of tests, examples and documentation that were left to people.
    whole : bool
        Whether everything was looked at within the bounds.
    """

    found: tuple[Secret, ...]
    files: int
    skipped: int
    whole: bool


@fact
def sweep(scan: Scan) -> Sweep:
    """Look through the files of the examined view."""
    harmless = frozenset(scan.glob(*scan.words("secrets", "harmless"))) | excluded(scan)
    paths = [path for path in scan.snapshot.paths if path not in harmless and not path.endswith(_BINARY)]
    patterns = [(kind["name"], kind["pattern"], kind.get("checksum", "")) for kind in scan.words("secrets", "kinds")]
    any_kind = any_of([pattern for _, pattern, _ in patterns], ignore_case=False)
    environment = frozenset(scan.glob(*scan.words("secrets", "environment_files")))
    named = frozenset(scan.glob(*scan.words("secrets", "files")))
    scan.snapshot.expect(path for path in paths if not _known(scan, path))
    found: list[Secret] = []
    total = files = 0
    for path in paths:
        if path in named:
            found.append(Secret(path, 0, "file that holds credentials"))
            continue
        size, likely = _looked_at(scan, path, any_kind)
        if size < 0:
            continue
        total += size
        if total > TOTAL_LIMIT:
            break
        files += 1
        if path in environment:
            found += _environment(scan, path)
        if likely:
            found += _kinds(scan, path, patterns)
    skipped = len(scan.snapshot.paths) - len(paths)
    return Sweep(tuple(sorted(found, key=lambda s: (s.path, s.line))), files, skipped, total <= TOTAL_LIMIT)


def _known(scan: Scan, path: str) -> bool:
    return (_looked_at, scan.snapshot.blobs.get(path)) in scan.lasting


def _looked_at(scan: Scan, path: str, any_kind: Any) -> tuple[int, bool]:
    """Return the size of a file, -1 where it is no text to look at, and whether anything in it may be a credential."""
    blob = scan.snapshot.blobs.get(path) if scan.snapshot.view == "commit" else None
    key = (_looked_at, blob)
    if blob and key in scan.lasting:
        return cast("tuple[int, bool]", scan.lasting[key])
    content = scan.snapshot.read(path)
    answer = (-1, False)
    if content is not None and len(content) <= FILE_LIMIT and b"\0" not in content[:1024]:
        answer = (len(content), any_kind.search(content) is not None)
    if blob and content is not None:
        scan.lasting[key] = answer
    return answer


def _kinds(scan: Scan, path: str, patterns: list[tuple[str, str, str]]) -> list[Secret]:
    text = scan.text(path) or ""
    found = []
    for name, pattern, checksum in patterns:
        for match in compile_pattern(pattern, ignore_case=False).finditer(text):
            value = match[0]
            if not _dummy(scan, value) and (not checksum or _github_checksum(value)):
                found.append(Secret(path, text.count("\n", 0, match.start()) + 1, name))
    return found


def _environment(scan: Scan, path: str) -> list[Secret]:
    text = scan.text(path) or ""
    pattern = compile_pattern(scan.words("secrets", "environment_pattern"), ignore_case=False)
    return [
        Secret(path, text.count("\n", 0, match.start()) + 1, "value of a secret in an environment file")
        for match in pattern.finditer(text)
        if not _dummy(scan, match[1]) and len(set(match[1])) >= 8
    ]


def _dummy(scan: Scan, value: str) -> bool:
    """Say whether a value is one of those people put into documentation."""
    lower = value.lower()
    body = lower.split("-----")[-1] if "-----" in lower else lower
    return any(word in body[:80] for word in scan.words("secrets", "dummies")) or len(set(body)) < 6


def _github_checksum(token: str) -> bool:
    """Check the CRC-32 that the last six characters of such tokens are, in base 62."""
    body, given = token[:-6].split("_", 1)[1], token[-6:]
    number = zlib.crc32(body.encode("ascii"))
    digits = ""
    while number:
        number, rest = divmod(number, 62)
        digits = _BASE62[rest] + digits
    return digits.rjust(6, "0") == given
