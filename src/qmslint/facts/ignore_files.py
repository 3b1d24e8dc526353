"""Lists of findings that tools are told to ignore, in the formats of the common scanners."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

from qmslint import lineyaml, plaintoml
from qmslint.facts.base import Scan, fact
from qmslint.facts.dates import day_of, parse_date
from qmslint.facts.lexicon import own_words
from qmslint.facts.sources import evidence_paths
from qmslint.quick import dataclass, regex

_SIZE = 256 * 1024
_ENTRIES = 2_000
_COMMENT = regex(r"^\s*(?:#|//)+\s*(.*)$")
_TRAILING = regex(r"(?:^|\s)(?:#|//)\s*(.+)$")
_JSON_COMMENT = regex(r"^[ \t]*//[^\n]*$", re.M)
_COMMA = regex(r",(\s*[\]}])")


@dataclass(frozen=True, slots=True)
class Entry:
    """One ignored finding, with what is missing of reason, end date and name."""

    what: str
    path: str
    line: int
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Raw:
    what: str
    line: int
    reason: str
    expires: str
    dated: bool
    """Whether the format can hold an end date."""


@fact
def listed(scan: Scan) -> tuple[Entry, ...]:
    """Return the entries of all lists, by path and line; what does not parse is noted."""
    found: list[Entry] = []
    globs: Mapping[str, Any] = scan.words("concessions", "files")
    for form, patterns in globs.items():
        for path in evidence_paths(scan, tuple(patterns)):
            text = scan.text(path)
            if text is None or len(text) > _SIZE:
                continue
            lines = text.split("\n")
            try:
                raw = list(_READERS[form](path, text))[:_ENTRIES]
            except (ValueError, RecursionError, TypeError, AttributeError, lineyaml.YamlError) as trouble:
                scan.problem(path, "PARSE_ERROR", f"{path} cannot be read: {str(trouble)[:120]}")
                continue
            found += [_judged(scan, path, lines, item) for item in raw]
    return tuple(sorted(found, key=lambda entry: (entry.path, entry.line, entry.what)))


def unreadable(scan: Scan) -> tuple[str, ...]:
    """Return the lists that could not be read."""
    listed(scan)
    globs: Mapping[str, Any] = scan.words("concessions", "files")
    paths = {path for patterns in globs.values() for path in evidence_paths(scan, tuple(patterns))}
    return tuple(sorted(paths & scan.problems.keys()))


def _judged(scan: Scan, path: str, lines: list[str], raw: _Raw) -> Entry:
    reason = raw.reason if own_words(raw.reason) >= 2 else _comment(lines, raw.line)
    faults = [] if own_words(reason) >= 2 else ["no reason"]
    until: date | None = parse_date(raw.expires, end=True) if raw.expires else None
    if until and until < day_of(scan.as_of):
        faults.append("expired")
    elif raw.dated and until is None:
        faults.append("no end date")
    if raw.what.strip() in ("*", "**", "all", ""):
        faults.append("names no rule")
    return Entry(raw.what or "*", path, raw.line, tuple(faults))


def _comment(lines: list[str], line: int) -> str:
    """Return the comment beside an entry, else the one directly above it."""
    here = _TRAILING.search(lines[line - 1][:500]) if 0 < line <= len(lines) else None
    if here:
        return here[1]
    above = []
    for text in reversed(lines[max(line - 6, 0) : max(line - 1, 0)]):
        match = _COMMENT.match(text[:500])
        if not match:
            break
        above.append(match[1])
    return " ".join(reversed(above))


def _of_lines(path: str, text: str) -> Iterator[_Raw]:
    for number, line in enumerate(text.split("\n"), 1):
        bare = line.split("#", 1)[0].split()
        if bare:
            until = next((word[4:] for word in bare if word.startswith("exp:")), "")
            yield _Raw(bare[0], number, "", until, path.endswith(".trivyignore"))


def _of_trivy(path: str, text: str) -> Iterator[_Raw]:
    data = lineyaml.load(text, path)
    for items in data.values() if isinstance(data, Mapping) else ():
        for item in items if isinstance(items, list) else ():
            if isinstance(item, Mapping):
                yield _Raw(_text(item, "id"), _line(item), _text(item, "statement"), _text(item, "expired_at"), True)


def _of_grype(path: str, text: str) -> Iterator[_Raw]:
    data = lineyaml.load(text, path)
    items = data.get("ignore") if isinstance(data, Mapping) else None
    for item in items if isinstance(items, list) else ():
        if isinstance(item, Mapping):
            name = _text(item, "vulnerability") or ", ".join(str(key) for key in item)
            yield _Raw(name, _line(item), _text(item, "reason"), "", False)


def _of_snyk(path: str, text: str) -> Iterator[_Raw]:
    data = lineyaml.load(text, path)
    ignored = data.get("ignore") if isinstance(data, Mapping) else None
    for name, places in ignored.items() if isinstance(ignored, Mapping) else ():
        line = ignored.line_of(name) if isinstance(ignored, lineyaml.Map) else 1
        for place in places if isinstance(places, list) else ():
            for value in place.values() if isinstance(place, Mapping) else ():
                given = value if isinstance(value, Mapping) else {}
                yield _Raw(str(name), line, _text(given, "reason"), _text(given, "expires"), True)


def _of_osv(path: str, text: str) -> Iterator[_Raw]:
    data = plaintoml.loads(text)
    for item in (*data.get("IgnoredVulns", ()), *data.get("PackageOverrides", ())):
        name = str(item.get("id") or item.get("name") or "*")
        until = str(item.get("ignoreUntil") or item.get("effectiveUntil") or "")
        yield _Raw(name, _found(text, name), str(item.get("reason", "")), until, True)


def _of_deny(path: str, text: str) -> Iterator[_Raw]:
    data = plaintoml.loads(text)
    ignored = data.get("advisories", {}).get("ignore", ())
    for item in ignored if isinstance(ignored, list) else ():
        name = str(item.get("id") or item.get("crate") or "*") if isinstance(item, dict) else str(item)
        reason = str(item.get("reason", "")) if isinstance(item, dict) else ""
        yield _Raw(name, _found(text, name), reason, "", False)


def _of_json(path: str, text: str) -> Iterator[_Raw]:
    """Read the lists of ``audit-ci`` and ``better-npm-audit``: names, or names with notes and an end."""
    data = json.loads(_COMMA.sub(r"\1", _JSON_COMMENT.sub("", text)))
    found: list[Any] = []
    if isinstance(data, dict):
        inside = [data[key] for key in ("allowlist", "exceptions", "advisories", "path-whitelist") if key in data]
        found = [one for part in inside for one in (part if isinstance(part, list) else [part])]
        found = found if inside else [{key: value} for key, value in data.items() if isinstance(value, dict)]
    for item in found[:_ENTRIES]:
        pairs = item.items() if isinstance(item, dict) else [(str(item), {})]
        for name, value in pairs:
            given = value if isinstance(value, dict) else {}
            if given.get("active") is False:
                continue
            reason = str(given.get("notes") or given.get("reason") or "")
            yield _Raw(str(name), _found(text, str(name)), reason, str(given.get("expiry") or ""), True)


def _of_waivers(path: str, text: str) -> Iterator[_Raw]:
    data = lineyaml.load(text, path)
    items = data.get("waivers") if isinstance(data, Mapping) else None
    for item in items if isinstance(items, list) else ():
        if isinstance(item, Mapping):
            yield _Raw(_text(item, "rule"), _line(item), _text(item, "reason"), _text(item, "expires"), True)


def _text(item: Mapping[Any, Any], key: str) -> str:
    value = item.get(key)
    return "" if value is None else str(value)


def _line(item: object) -> int:
    return int(getattr(item, "line", 1) or 1)


def _found(text: str, needle: str) -> int:
    at = text.find(needle)
    return text.count("\n", 0, at) + 1 if at >= 0 else 1


_READERS: Mapping[str, Callable[[str, str], Iterator[_Raw]]] = MappingProxyType(
    {
        "audit-ci": _of_json,
        "cargo-deny": _of_deny,
        "gitleaks": _of_lines,
        "grype": _of_grype,
        "nsp": _of_json,
        "osv": _of_osv,
        "snyk": _of_snyk,
        "trivy": _of_lines,
        "trivy-yaml": _of_trivy,
        "waivers": _of_waivers,
    }
)
