"""Release notes: change logs, one file per release, fragments, and what makes notes elsewhere."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Sequence
from typing import Literal

from qmslint.facts.base import Scan, fact, fact_of_objects
from qmslint.facts.notes import LIMIT, Entry, entries_of
from qmslint.facts.precedence import Version
from qmslint.facts.releases import Release, predecessor, read_version
from qmslint.facts.sources import evidence_paths
from qmslint.patterns import PathSet, any_of
from qmslint.quick import dataclass, regex
from qmslint.repo.text import decode

FILES = 80
"""Change logs that are read."""
_HOMES = frozenset({"", "docs", "doc", "documentation", "Documentation", "docs/source", "doc/source", ".github"})


@dataclass(frozen=True, slots=True)
class Note:
    """What tells about one release.

    Parameters
    ----------
    kind : str
        What sort of note it is.
    source : str
        In words: where it was found.
    words : int
        Own words of it.
    at_tag : bool
        Whether the file was read at the tag, not at the examined revision.
    """

    kind: Literal["entry", "file", "tag", "fragments"]
    source: str
    path: str
    line: int
    end_line: int
    words: int
    body: str
    at_tag: bool = False


@dataclass(frozen=True, slots=True)
class Changelog:
    """One change log with its entries, newest on top as a rule."""

    path: str
    entries: tuple[Entry, ...]


_TITLED = regex(r"(?im)^(?:#+ |=+ |title:).{0,80}?(?<![\w.])v?([0-9]+(?:\.[0-9]+){1,3})(?![\w.])")


@fact
def changelogs(scan: Scan) -> tuple[Changelog, ...]:
    """Return the change logs that hold entries, those of the whole repository first."""
    paths = sorted(evidence_paths(scan, tuple(scan.words("notes", "changelogs"))), key=lambda p: (p.count("/"), p))
    found = []
    for path in paths[:FILES]:
        text = scan.text(path)
        if text:
            if len(text) > LIMIT:
                scan.problem(path, "LIMIT", f"only the first {LIMIT} characters were looked at")
            entries = entries_of(path, text, lambda written: read_version(scan, written))
            if entries:
                found.append(Changelog(path, entries))
    return tuple(found)


@fact
def release_files(scan: Scan) -> tuple[tuple[str, Version], ...]:
    """Return files that are named after one release, with the version of the name."""
    found = []
    for path in evidence_paths(scan, tuple(scan.words("notes", "per_release"))):
        name = posixpath.basename(path)
        stem = name[: name.rfind(".")] if "." in name else name
        number = read_version(scan, stem) or read_version(scan, stem[_first_digit(stem) :])
        if number and len(number.numbers) == 1 and (titled := _TITLED.search((scan.text(path) or "")[:2_000])):
            # Some names leave the dots out: release_notes_396.md
            number = read_version(scan, titled[1]) if titled[1].replace(".", "") in stem else number
        if number:
            found.append((path, number))
    return tuple(found)


def _first_digit(text: str) -> int:
    return next((index for index, letter in enumerate(text) if letter.isdigit()), len(text))


@fact
def fragment_folders(scan: Scan) -> tuple[str, ...]:
    """Return the folders that hold one note per change."""
    paths = evidence_paths(scan, tuple(scan.words("notes", "fragments")))
    return tuple(sorted({posixpath.dirname(path) for path in paths}))[:40]


@fact
def generators(scan: Scan) -> tuple[str, ...]:
    """Return configurations of tools that write notes when a release is made."""
    return scan.glob(*scan.words("notes", "generators"))


@fact
def pointer(scan: Scan) -> tuple[str, int] | None:
    """Return file and line of a sentence that sends the reader to the platform's release pages."""
    test = any_of(scan.words("notes", "pointers"))
    for path in evidence_paths(scan, tuple(scan.words("notes", "pointer_files"))):
        text = scan.text(path) or ""
        if match := test.search(text[:200_000]):
            return path, text.count("\n", 0, match.start()) + 1
    return None


def note_of(scan: Scan, release: Release, least: int, in_tag: int = 8) -> Note | None:
    """Return the best note about a release, or ``None``.

    Parameters
    ----------
    least, in_tag : int
        Own words a note needs; the message of a tag needs ``in_tag``, because a short one only announces.
    """
    for found in (
        _in_changelogs(changelogs(scan), release),
        _in_file(scan, release),
        _in_tag(release),
        _at_tag(scan, release),
        _in_fragments(scan, release),
    ):
        if found and found.words >= (max(least, in_tag) if found.kind == "tag" else least):
            return found
    return None


def home_logs(logs: Sequence[Changelog], component: str) -> Sequence[Changelog]:
    """Return the change logs that speak of a component, or of the whole repository when it has no name."""
    if component:
        name = component.rpartition("/")[2].casefold()
        own = [log for log in logs if posixpath.basename(posixpath.dirname(log.path)).casefold() == name]
        if own:
            return own
    top = [log for log in logs if posixpath.dirname(log.path) in _HOMES]
    return top or ([] if component else logs)


def _in_changelogs(logs: Sequence[Changelog], release: Release, at_tag: bool = False) -> Note | None:
    best: Entry | None = None
    for log in home_logs(logs, release.component):
        for entry in log.entries:
            if entry.number and entry.number.same(release.number) and (best is None or entry.words > best.words):
                best = entry
    if best is None:
        return None
    source = f"entry {best.version}" + (f" of {best.date}" if best.date else "")
    return Note("entry", source, best.path, best.line, best.end_line, best.words, best.body, at_tag)


def _in_file(scan: Scan, release: Release) -> Note | None:
    for path, number in release_files(scan):
        if not number.same(release.number):
            continue
        text = scan.text(path) or ""
        words = sum(len(line.split()) for line in text.splitlines()[:2000])
        return Note("file", "file of the release", path, 1, text.count("\n") + 1, words, text[:20_000])
    return None


def _in_tag(release: Release) -> Note | None:
    """Return what an annotated tag says beside naming the version."""
    lines = [line.strip() for line in release.tag.message.splitlines()]
    own = [line for line in lines[:2000] if line and not _only_version(line, release) and not _is_trailer(line)]
    words = sum(len(line.split()) for line in own)
    return Note("tag", "message of the tag", "", 0, 0, words, "\n".join(own)[:20_000]) if own else None


_ANNOUNCES = regex(
    r"(?i)^\W*(?:(?:create|creating|add|make|making|prepare|tag|tagging|cut|bump)\w*\b.{0,40})?\b(?:release|version|tag)\b"
)


def _only_version(line: str, release: Release) -> bool:
    """Say whether a line of a tag's message only says that this is a release: few words, one of them its number."""
    words = len(line.split())
    named = release.version in line or release.tag.name in line
    return named and (words <= 6 or (words <= 14 and _ANNOUNCES.search(line) is not None))


def _is_trailer(line: str) -> bool:
    key, colon, _ = line.partition(":")
    return bool(colon) and " " not in key and ("-" in key or key.islower() or key.startswith("meta"))


def _at_tag(scan: Scan, release: Release) -> Note | None:
    """Look into the change logs as they were at the tag: those of maintenance branches stay there."""
    for path in _paths_at(scan, release)[:2]:
        if found := _in_changelogs([Changelog(path, _entries_at(scan, release, path))], release, True):
            return found
    return None


@fact_of_objects
def _entries_at(scan: Scan, release: Release, path: str) -> tuple[Entry, ...]:
    content = scan.repo.objects.file(release.tag.commit, path)
    if not content or release.version.encode() not in content:
        return ()
    part = _around(decode(content) or "", release.version)
    return entries_of(path, part, lambda written: read_version(scan, written))


def _around(text: str, version: str) -> str:
    """Return the part of a change log that may hold the entry of a version: a long one is costly to read in full."""
    at = text.find(version)
    return text[text.rfind("\n", 0, max(at, 0)) + 1 :][:40_000]


def _paths_at(scan: Scan, release: Release) -> list[str]:
    """Return the change logs of a tag, first those that are named after the release's line."""
    known = [log.path for log in home_logs(changelogs(scan), release.component)]
    folders = dict.fromkeys([posixpath.dirname(path) for path in known[:3]] or [""])
    names = [
        posixpath.join(folder, name)
        for folder in folders
        for name in scan.repo.objects.folder(release.tag.commit, folder)
    ]
    found = PathSet(names).match(tuple(scan.words("notes", "changelogs")))
    numbers = release.number.numbers
    minor = numbers[1] if len(numbers) > 1 else 0
    line = re.compile(rf"(?<![0-9.]){numbers[0]}[._]{minor}(?![0-9])|(?<![0-9.]){numbers[0]}(?![._]?[0-9])")
    named = [path for path in found if line.search(posixpath.basename(path))]
    plain = [path for path in found if not any(letter.isdigit() for letter in posixpath.basename(path))]
    return list(dict.fromkeys([*named, *plain]))


def _in_fragments(scan: Scan, release: Release) -> Note | None:
    """Return the notes of single changes that came in with a release."""
    before = predecessor(scan, release)
    for folder in fragment_folders(scan):
        now = scan.repo.objects.folder(release.tag.commit, folder)
        then = scan.repo.objects.folder(before.tag.commit, folder) if before else {}
        fresh = sorted(name for name, blob in now.items() if then.get(name) != blob)
        if not fresh:
            continue
        bodies = [_body(scan, release, f"{folder}/{name}") for name in fresh[:40]]
        words = sum(len(body.split()) for body in bodies)
        source = f"{len(fresh)} notes of single changes" if len(fresh) > 1 else "a note of a single change"
        return Note("fragments", source, f"{folder}/{fresh[0]}", 0, 0, words, "\n".join(bodies)[:20_000], True)
    return None


def _body(scan: Scan, release: Release, path: str) -> str:
    content = scan.repo.objects.file(release.tag.commit, path)
    return (decode(content) or "")[:5_000] if content else ""


def open_entries(logs: Iterable[Changelog]) -> tuple[Entry, ...]:
    """Return sections for what is not released yet."""
    return tuple(entry for log in logs for entry in log.entries if not entry.version)
