"""Requirements with identifiers, and the tests that name them."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from qmslint import lineyaml
from qmslint.facts.base import Scan, fact
from qmslint.facts.records import records
from qmslint.facts.sources import by_language, evidence_paths, inline_tests, test_files
from qmslint.patterns import any_of, compile_pattern
from qmslint.quick import dataclass

_LIMIT = 5_000
_FILES = 6_000
_SIZE = 512 * 1024


@dataclass(frozen=True, slots=True)
class Requirement:
    """One requirement.

    Parameters
    ----------
    testable : bool
        False where its method of verification needs no test.
    """

    id: str
    title: str
    path: str
    line: int
    testable: bool


@dataclass(frozen=True, slots=True)
class Naming:
    """A place in a test that names a requirement; ``empty`` where the test there holds nothing."""

    path: str
    line: int
    empty: bool


@fact
def requirements(scan: Scan) -> tuple[Requirement, ...]:
    """Return the requirements in force that have an identifier, by identifier."""
    found: dict[str, Requirement] = {}
    for item in (*_of_tools(scan), *_of_doorstop(scan), *_of_records(scan)):
        found.setdefault(item.id, item)
        if len(found) >= _LIMIT:
            break
    return tuple(found[key] for key in sorted(found))


def _of_tools(scan: Scan) -> Iterator[Requirement]:
    forms: Mapping[str, Mapping[str, Any]] = scan.words("requirements", "items")
    for form in forms.values():
        test = compile_pattern(f"(?m){form['pattern']}", ignore_case=False)
        for path in evidence_paths(scan, tuple(form["globs"]))[:_FILES]:
            text = scan.text(path) or ""
            if len(text) > _SIZE:
                continue
            for match in test.finditer(text):
                yield Requirement(match[1], "", path, text.count("\n", 0, match.start(1)) + 1, True)


def _of_doorstop(scan: Scan) -> Iterator[Requirement]:
    """Yield the items of Doorstop: one YAML file each beside a ``.doorstop.yml``, those that are active and normative."""
    folders = [posixpath.dirname(path) for path in evidence_paths(scan, tuple(scan.words("requirements", "doorstop")))]
    for folder in folders[:50]:
        tests = "test" in folder.lower()
        for path in scan.glob(f"/{folder}/*.yml" if folder else "/*.yml"):
            stem = posixpath.basename(path)[: -len(".yml")]
            if stem.startswith(".") or not any(c.isdigit() for c in stem) or tests:
                continue
            try:
                data = lineyaml.load(scan.text(path) or "", path)
            except lineyaml.YamlError as trouble:
                scan.problem(path, "PARSE_ERROR", f"{path}: {trouble.message}")
                continue
            if isinstance(data, Mapping) and str(data.get("active", "true")).lower() != "false":
                normative = str(data.get("normative", "true")).lower() != "false"
                if normative and "text" in data:
                    yield Requirement(stem, str(data.get("header") or data.get("text") or "")[:120], path, 1, True)


def _of_records(scan: Scan) -> Iterator[Requirement]:
    form, never = (
        compile_pattern(scan.words("requirements", "id"), ignore_case=False),
        any_of(scan.words("requirements", "not_ids")),
    )
    untested, dropped = any_of(scan.words("requirements", "untested")), any_of(scan.words("requirements", "dropped"))
    for record in records(scan, "requirement").items:
        name = record.id.strip("`*_ ")
        # The number of a document is not one of a requirement.
        if (
            record.form == "file"
            or not form.search(name)
            or never.search(name)
            or dropped.search(record.text("status"))
        ):
            continue
        yield Requirement(name, record.title, record.path, record.line, not untested.search(record.text("method")))


@fact
def named_in_tests(scan: Scan) -> Mapping[str, tuple[Naming, ...]]:
    """Return, by identifier, where tests name requirements."""
    wanted = {_key(item.id): item.id for item in requirements(scan)}
    if not wanted:
        return MappingProxyType({})
    test = _spelled(wanted.values())
    found: dict[str, list[Naming]] = {}
    for path in _test_paths(scan):
        text = scan.text(path)
        if text is None or len(text) > _SIZE or not test.search(text):
            continue
        lines = text.split("\n")
        for number, line in enumerate(lines, 1):
            for match in test.finditer(line[:2000]):
                known = wanted.get(_key(match[0]))
                if known:
                    found.setdefault(known, []).append(Naming(path, number, _empty(scan, path, lines, number)))
    return MappingProxyType({key: tuple(found[key]) for key in sorted(found)})


def strangers(scan: Scan) -> tuple[tuple[str, str, int], ...]:
    """Return identifiers with the prefix of known requirements that tests name and no requirement has."""
    known = {_key(item.id) for item in requirements(scan)}
    prefixes = sorted({re.sub(r"[-_.]?[0-9]+$", "", item.id) for item in requirements(scan)})
    prefixes = [prefix for prefix in prefixes if len(prefix) >= 3 and "~" not in prefix]
    if not prefixes or len(prefixes) > 200:
        return ()
    test = re.compile(r"(?<![A-Za-z0-9])(?:" + "|".join(map(re.escape, prefixes)) + r")[-_.]?[0-9]{1,6}(?![0-9])", re.I)
    found: dict[str, tuple[str, int]] = {}
    for path in _test_paths(scan):
        text = scan.text(path)
        if text is None or len(text) > _SIZE:
            continue
        for match in test.finditer(text):
            if _key(match[0]) not in known:
                found.setdefault(match[0], (path, text.count("\n", 0, match.start()) + 1))
    return tuple((name, *found[name]) for name in sorted(found))


@fact
def _test_paths(scan: Scan) -> tuple[str, ...]:
    more = evidence_paths(scan, tuple(scan.words("requirements", "tests")))
    doorstop = [
        path
        for marker in evidence_paths(scan, tuple(scan.words("requirements", "doorstop")))
        if "test" in posixpath.dirname(marker).lower()
        for path in scan.glob(f"/{posixpath.dirname(marker)}/*.yml")
    ]
    inline = [path for paths in by_language(scan).values() for path in paths] if inline_tests(scan) else []
    return tuple(sorted({*test_files(scan), *more, *doorstop, *inline})[:_FILES])


def _key(name: str) -> str:
    return re.sub(r"[-_.~]", "", name).lower()


def _spelled(wanted: Iterable[str]) -> Any:
    """Return a linear test for all identifiers, with any of the signs that names in code allow between their parts."""
    parts = []
    for name in sorted(wanted):
        pieces = re.findall(r"[^\W\d_]+|[0-9]+", name)
        parts.append(r"[-_.~]?".join(map(re.escape, pieces)))
    return compile_pattern(r"(?:\b|_)(?:" + "|".join(parts) + r")(?:\b|_)")


def _empty(scan: Scan, path: str, lines: Sequence[str], number: int) -> bool:
    """Say whether the test that a line belongs to, or that follows a tag, holds nothing."""
    if path.endswith((".feature", ".robot", ".json", ".yml")):
        return False
    heads = compile_pattern(f"{scan.words('concessions', 'tests')}", ignore_case=False)
    empty = compile_pattern(scan.words("requirements", "empty"))
    start = next((n for n in range(number - 1, min(number + 7, len(lines))) if heads.search(lines[n][:300])), None)
    if start is None:
        start = next((n for n in range(number - 2, max(number - 40, -1), -1) if heads.search(lines[n][:300])), None)
    if start is None:
        return False
    depth = len(lines[start]) - len(lines[start].lstrip())
    for line in lines[start + 1 : start + 60]:
        inside = line.strip() and len(line) - len(line.lstrip()) > depth
        if inside and not line.strip().startswith(('"""', "'''", "#", "//")) and not empty.search(line):
            return False
        if line.strip() and not inside:
            break
    # One line may hold it all.
    return not re.search(r"\b(?:assert|expect|should|verify)\b", lines[start])
