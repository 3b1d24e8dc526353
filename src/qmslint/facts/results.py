"""Results of tests and gates that are bound to the commit of a release."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from qmslint.facts.base import Scan, fact
from qmslint.facts.exports import exports
from qmslint.facts.releases import Release
from qmslint.facts.runs import Result, latest, runs
from qmslint.facts.statements import statements
from qmslint.patterns import any_of, compile_pattern
from qmslint.quick import dataclass, regex

Bond = Literal["run", "attestation", "file"]
_HEAD = 200_000
_REVISION = regex(r'"revisionId"\s*:\s*"([0-9a-f]{7,64})"|\bcommit[=:"\s]{1,4}([0-9a-f]{40})\b', re.I)
_FAILURES = regex(r'<testsuites?\b[^>]{0,2000}?\b(?:failures|errors)="([1-9][0-9]*)"')
_CHECKS = ("test", "verif", "vsa", "scai", "link/v0", "vulns")


@dataclass(frozen=True, slots=True)
class Kept:
    """One result that is kept for a release.

    Parameters
    ----------
    bond : str
        What ties it to the release: a ``run`` or an ``attestation`` of its commit, or a ``file`` kept under its number.
    result : str
        How the checks ended; ``other`` where that is not told.
    stray : str
        The other commit that a file says it is about, empty where there is none.
    """

    bond: Bond
    note: str
    path: str
    line: int
    result: Result
    stray: str = ""


def kept_for(scan: Scan, release: Release) -> tuple[Kept, ...]:
    """Return what is kept of the checks of a release's commit."""
    sha = release.tag.commit
    found = [
        Kept("run", f"{run.name or 'run'} {run.id} {run.result}", run.path, 0, run.result)
        for run in latest(runs(scan).by_commit.get(sha, ()))
    ]
    for item in statements(scan):
        if sha in item.commits and any(word in item.predicate.lower() for word in _CHECKS):
            note = f"attestation of {item.predicate.rpartition('//')[2]}, signature not verified"
            found.append(Kept("attestation", note, item.path, 0, item.result))
    found += _files(scan, release)
    found += _sarif(scan, sha)
    return tuple(found)


@fact
def _forms(scan: Scan) -> Mapping[str, tuple[frozenset[str], Any]]:
    words: Mapping[str, Mapping[str, Any]] = scan.words("artefacts", "results")
    return {name: (frozenset(scan.glob(*data["globs"])), compile_pattern(data["mark"])) for name, data in words.items()}


def _files(scan: Scan, release: Release) -> Iterator[Kept]:
    """Yield results that are kept in a folder or file named after the release."""
    written = release.version.lower().lstrip("v")
    if not all(letter.isalnum() or letter in ".-_+" for letter in written):
        return
    globs = [str(glob).replace("{version}", written) for glob in scan.words("artefacts", "folders")]
    inside = set(scan.glob(*globs))
    for name, (paths, mark) in _forms(scan).items():
        named = [p for p in paths if p in inside or _is_named(posixpath.basename(p), written)]
        for path in sorted(named)[:50]:
            text = (scan.text(path) or "")[:_HEAD]
            if not mark.search(text):
                continue
            stated = _REVISION.search(text)
            commit = (stated[1] or stated[2]).lower() if stated else ""
            stray = commit if commit and not release.tag.commit.startswith(commit) else ""
            failed = _FAILURES.search(text) is not None
            result: Result = "failed" if failed else "passed" if name == "junit" else "other"
            yield Kept("file", f"{name} results of {release.version}", path, 0, result, stray)


def _is_named(name: str, version: str) -> bool:
    at = name.lower().find(version)
    before = name[at - 1 : at] if at > 0 else ""
    after = name[at + len(version) : at + len(version) + 1]
    return at >= 0 and not before.isdigit() and not after.isdigit() and before != "."


def _sarif(scan: Scan, sha: str) -> Iterator[Kept]:
    """Yield results of exports that name the commit themselves."""
    for export in exports(scan):
        body = export.body if isinstance(export.body, dict) else {}
        listed = body.get("runs")
        for run in listed[:20] if isinstance(listed, list) else ():
            places = run.get("versionControlProvenance") if isinstance(run, dict) else None
            if isinstance(places, list) and any(isinstance(p, dict) and p.get("revisionId") == sha for p in places):
                tool = json.dumps(run.get("tool", {}))[:80]
                yield Kept("file", f"SARIF of {tool}", export.path, 0, "other")


def attaching_steps(scan: Scan) -> tuple[tuple[str, int, str], ...]:
    """Return path, line and words of pipeline lines that hand results of checks to a release."""
    return _lines(scan, "attaching", "attached")


def storing_days(scan: Scan) -> tuple[tuple[str, int, int], ...]:
    """Return path, line and days of pipeline lines that say how long stored results of checks are kept."""
    found = []
    about = any_of(scan.words("artefacts", "tested"))
    for path in _pipeline_files(scan):
        lines = (scan.text(path) or "")[:_HEAD].split("\n")
        for number, line in enumerate(lines, 1):
            match = re.search(r"\b(?:retention-days|expire_in)\s*:\s*['\"]?(\d{1,4})\s*(\w*)", line[:300])
            # Built pages and packages may go soon; only how long results stay matters.
            if match and any(about.search(near[:300]) for near in lines[max(number - 8, 0) : number + 8]):
                unit = match[2].lower()
                factor = (
                    7 if unit.startswith("w") else 30 if unit.startswith("mo") else 365 if unit.startswith("y") else 1
                )
                hours = unit.startswith(("h", "min", "s"))
                found.append((path, number, 0 if hours else int(match[1]) * factor))
    return tuple(found)


def storing_steps(scan: Scan) -> tuple[tuple[str, int, str], ...]:
    """Return path, line and words of pipeline lines that store artefacts with the provider."""
    return _lines(scan, "storing", "")


def _pipeline_files(scan: Scan) -> Sequence[str]:
    from qmslint.facts.pipelines import pipelines

    return pipelines(scan).paths


def _lines(scan: Scan, name: str, near: str) -> tuple[tuple[str, int, str], ...]:
    """Return lines that match one list of the vocabulary, with a line that matches another not far below."""
    test = any_of(scan.words("artefacts", name))
    other = any_of(scan.words("artefacts", near)) if near else None
    found = []
    for path in _pipeline_files(scan):
        lines = (scan.text(path) or "")[:_HEAD].split("\n")
        for number, line in enumerate(lines):
            if test.search(line[:500]) and not line.lstrip().startswith("#"):
                below = "\n".join(part[:300] for part in lines[number : number + 12])
                if other is None or other.search(below):
                    found.append((path, number + 1, line.strip()[:100]))
    return tuple(found)
