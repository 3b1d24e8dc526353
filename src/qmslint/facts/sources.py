"""Which files can be evidence, which are source code, and which are tests."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from qmslint.facts.base import Scan, fact
from qmslint.patterns import PathSet, any_of, compile_pattern

_FIXTURES = ("testdata", "test-data", "test_data", "fixtures", "__fixtures__", "seeds", "seed")
TOUCHED = 2_000
"""Commits whose changed paths are asked for at most."""


@fact
def excluded(scan: Scan) -> frozenset[str]:
    """Return paths that are never evidence: vendored, generated, templates, instructions for machines, fixtures."""
    globs = tuple(scan.words("exclude", "globs")) + scan.settings.exclude
    attributes = scan.text(".gitattributes") or ""
    for line in attributes.splitlines():
        words = line.split()
        marked = {"linguist-vendored", "linguist-generated", "export-ignore"}
        if len(words) > 1 and any(word.split("=true")[0] in marked for word in words[1:]):
            globs += (words[0],)
    return frozenset(scan.glob(*globs))


@fact
def allowed_paths(scan: Scan) -> PathSet:
    """Return the paths that can be evidence, prepared for matching."""
    out = excluded(scan)
    return scan.path_set("evidence", (path for path in scan.snapshot.paths if path not in out))


def evidence_paths(scan: Scan, globs: tuple[str, ...]) -> tuple[str, ...]:
    """Return the paths that match any of ``globs`` and can be evidence."""
    return allowed_paths(scan).match(globs)


_MARKED = 60
"""Files of one sort that are asked what they say."""


def marked(scan: Scan, rows: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """Return the files that say something by what they hold: those of the first row of the vocabulary that fits any."""
    for row in rows:
        if "with" in row and not scan.glob(*row["with"]):
            continue
        test = any_of([str(row["containing"])], ignore_case=False)
        paths = evidence_paths(scan, tuple(row["globs"]))[:_MARKED]
        if found := tuple(path for path in paths if test.search((scan.text(path) or "")[:100_000])):
            return found
    return ()


def chart_paths(scan: Scan, globs: tuple[str, ...]) -> tuple[str, ...]:
    """Return the paths below ``templates`` of a chart that match any of ``globs``: they are deployed as they are."""
    charts = {posixpath.dirname(path) for path in evidence_paths(scan, ("**/Chart.y{a,}ml",))}
    homes = tuple(f"{folder}/templates/" if folder else "templates/" for folder in sorted(charts))
    return tuple(path for path in scan.glob(*globs) if homes and path.startswith(homes))


@fact
def rendered_pages(scan: Scan) -> tuple[str, ...]:
    """Return the pages below ``templates`` that stand beside code: they are filled in for users, not by people."""
    homes = {posixpath.dirname(path) for path in source_files(scan)}
    found = []
    for path in scan.glob(*scan.words("languages", "rendered_pages")):
        home = f"/{path}".partition("/templates/")[0].removeprefix("/")
        if home in homes or home.endswith("src/main/resources"):
            found.append(path)
    return tuple(found)


def fixture_paths(scan: Scan, globs: tuple[str, ...]) -> tuple[str, ...]:
    """Return the paths below folders of test data that match any of ``globs``, those of other projects left out."""
    out = frozenset(scan.glob(*scan.words("exclude", "vendored")))
    inside = frozenset(scan.glob(*(f"**/{name}/**" for name in _FIXTURES)))
    return tuple(path for path in scan.glob(*globs) if path in inside and path not in out)


@fact
def by_language(scan: Scan) -> Mapping[str, tuple[str, ...]]:
    """Return the source files of each programming language, vendored and generated ones left out."""
    suffixes: Mapping[str, str] = scan.words("languages", "suffixes")
    out = frozenset(scan.glob(*scan.words("exclude", "vendored")))
    found: dict[str, list[str]] = {}
    for path in scan.snapshot.paths:
        name = posixpath.basename(path)
        language = suffixes.get(name[name.rfind(".") :].lower()) if "." in name else None
        if language and path not in out:
            found.setdefault(language, []).append(path)
    return MappingProxyType({name: tuple(paths) for name, paths in sorted(found.items())})


@fact
def source_files(scan: Scan) -> tuple[str, ...]:
    """Return all source files that are not tests."""
    tests = frozenset(test_files(scan))
    return tuple(p for paths in by_language(scan).values() for p in paths if p not in tests)


@fact
def test_files(scan: Scan) -> tuple[str, ...]:
    """Return the source files that hold automated tests, by the naming customs of their language."""
    found = tests_among(scan, scan.paths)
    return tuple(p for paths in by_language(scan).values() for p in paths if p in found)


def tests_among(scan: Scan, paths: PathSet) -> frozenset[str]:
    """Return which of some paths are those of tests: by folder and name, and by endings whose capitals count."""
    ending = compile_pattern(scan.words("languages", "test_names"), ignore_case=False)
    named = (path for path in paths.match(("**/*.{java,kt,scala,groovy,php,cs,swift,hs}",)) if ending.search(path))
    return frozenset((*paths.match(tuple(scan.words("languages", "tests"))), *named))


@fact
def inline_tests(scan: Scan) -> tuple[str, ...]:
    """Return source files that hold tests beside the code, in languages where that is the custom."""
    found = []
    for language, mark in scan.words("languages", "inline_tests").items():
        for path in by_language(scan).get(language, ())[:400]:
            if mark in (scan.text(path) or ""):
                found.append(path)
                break
    return tuple(found)


def changed_paths(scan: Scan, shas: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
    """Return which paths each of some commits changed; beyond :data:`TOUCHED` commits it is not looked at."""
    found: dict[str, tuple[str, ...]] = {}
    for start in range(0, min(len(shas), TOUCHED), 200):
        found.update(scan.repo.touched(shas[start : min(start + 200, TOUCHED)]))
    return MappingProxyType(found)


def touching_product(scan: Scan, shas: Sequence[str]) -> frozenset[str]:
    """Return which of some commits change source code that is no test; those that were not looked at count as well."""
    return of_product(scan, shas, changed_paths(scan, shas))


def of_product(scan: Scan, shas: Sequence[str], changed: Mapping[str, Sequence[str]]) -> frozenset[str]:
    """Return which of some commits change the product, by the paths they changed; all where there is no source code."""
    sources = frozenset(source_files(scan))
    if not sources:
        return frozenset(shas)
    suffixes: Mapping[str, str] = scan.words("languages", "suffixes")
    found = {sha for sha in shas if sha not in changed}
    gone: dict[str, list[str]] = {}
    for sha, paths in changed.items():
        for path in paths:
            if path in sources:
                found.add(sha)
            elif path not in scan.snapshot and path[path.rfind(".") :].lower() in suffixes:
                gone.setdefault(path, []).append(sha)
    tests = tests_among(scan, PathSet(gone))
    return frozenset(found.union(*(shas_ for path, shas_ in gone.items() if path not in tests)))


def touching_any(changed: Mapping[str, Sequence[str]], globs: Sequence[str]) -> frozenset[str]:
    """Return which commits changed a path that any of the path patterns matches."""
    hits = frozenset(PathSet(sorted({path for paths in changed.values() for path in paths})).match(tuple(globs)))
    return frozenset(sha for sha, paths in changed.items() if any(path in hits for path in paths))
