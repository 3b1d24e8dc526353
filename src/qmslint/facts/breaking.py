"""Releases that break what worked before."""

from __future__ import annotations

import posixpath
import re
from bisect import bisect_left
from collections.abc import Mapping

from qmslint.facts.base import Scan, fact
from qmslint.facts.changelog import Note, note_of
from qmslint.facts.markup import document
from qmslint.facts.releases import Release, is_calendar, major_step, predecessor, releases
from qmslint.facts.requests import MESSAGE
from qmslint.facts.sources import evidence_paths
from qmslint.patterns import any_of
from qmslint.quick import dataclass
from qmslint.repo.history import Commit


@dataclass(frozen=True, slots=True)
class Break:
    """A release that breaks, and how that is known."""

    release: Release
    before: Release | None
    commits: tuple[Commit, ...]

    @property
    def why(self) -> str:
        """In words."""
        step = f"{self.before.version} → {self.release.version}" if self.before else self.release.version
        if self.commits:
            return f"{step}, {len(self.commits)} commits marked as breaking"
        return f"{step}, a new major version"


@fact
def breaks(scan: Scan, chosen: tuple[Release, ...]) -> tuple[Break, ...]:
    """Return the releases that raise the major version, or hold commits marked as breaking; dates do not count."""
    marked = _marked(scan, chosen)
    found = []
    for release in chosen:
        before = predecessor(scan, release)
        commits = marked.get(release.name, ())
        major = major_step(release, before) and not is_calendar(scan, release.component)
        grown = release.number.numbers[0] >= 1
        if major or (commits and grown):
            found.append(Break(release, before, tuple(commits)))
    return tuple(found)


def _marked(scan: Scan, chosen: tuple[Release, ...]) -> Mapping[str, tuple[Commit, ...]]:
    """Return, by release, the commits marked as breaking that came in since the release below it on the line."""
    history = scan.history
    place = history.landing
    tagged = sorted(
        {
            place[r.tag.commit]: r for r in releases(scan) if not r.component and not r.pre and r.tag.commit in place
        }.items()
    )
    if not tagged:
        return {}
    places = [at for at, _ in tagged]
    test = any_of(scan.words("notes", "breaking_commits"))
    wanted = {release.name for release in chosen}
    since = min(release.tag.tagged for release in chosen) - 400 * 86_400
    found: dict[str, list[Commit]] = {}
    for commit in history.commits:
        if commit.committed < since or not _may_break(commit) or not test.search(commit.message[:MESSAGE]):
            continue
        above = bisect_left(places, place.get(commit.sha, -1))
        release = tagged[above][1] if above < len(places) else None
        if release and release.name in wanted:
            found.setdefault(release.name, []).append(commit)
    return {name: tuple(commits) for name, commits in found.items()}


def _may_break(commit: Commit) -> bool:
    subject_end = commit.message.find(b"\n")
    head = commit.message if subject_end < 0 else commit.message[:subject_end]
    return b"!:" in head or b"BREAKING" in commit.message


def notice_of(scan: Scan, item: Break) -> tuple[Note | None, str]:
    """Return the note that warns of a break with the word it uses, or a guide; ``None`` where there is neither."""
    test = any_of(scan.words("notes", "breaking_words"))
    tried = _previews(scan).get((item.release.component, item.release.number.numbers), [])
    for release in (item.release, *tried[-5:]):
        note = note_of(scan, release, 1)
        if note and (match := test.search(note.body)):
            return note, match[0]
    guide = _guide(scan, item.release)
    return (guide, "guide") if guide else (None, "")


@fact
def _previews(scan: Scan) -> Mapping[tuple[str, tuple[int, ...]], list[Release]]:
    """Return the pre-releases of each release by component and numbers; their notes are part of its story."""
    found: dict[tuple[str, tuple[int, ...]], list[Release]] = {}
    for release in releases(scan):
        if release.pre:
            found.setdefault((release.component, release.number.numbers), []).append(release)
    return found


def _guide(scan: Scan, release: Release) -> Note | None:
    """Return a guide for moving to a release's major version, known by its name or a heading."""
    major = release.number.numbers[0]
    test = re.compile(rf"(?<![0-9.]){major}(?:\.(?:0|x))*(?![0-9.]*[0-9])", re.I)
    for path in evidence_paths(scan, tuple(scan.words("notes", "guides")))[:60]:
        stem = posixpath.basename(path).rpartition(".")[0]
        parsed = document(scan, path)
        if parsed is None or parsed.words < 20:
            continue
        if test.search(stem):
            return Note("file", "guide", path, 1, 0, parsed.words, "")
        heading = next((h for h in parsed.headings if test.search(h.text)), None)
        if heading:
            return Note("file", "guide", path, heading.line, 0, parsed.words, "")
    return None
