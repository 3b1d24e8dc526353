"""Releases have notes that say more than their number."""

from __future__ import annotations

from qmslint.derive import option
from qmslint.facts.base import Scan
from qmslint.facts.changelog import Note, changelogs, fragment_folders, generators, note_of, pointer
from qmslint.facts.releases import Release, sample
from qmslint.model.evidence import Evidence, absent_at, at_tag, in_file
from qmslint.model.outcome import Confidence, Outcome, conforming, nonconforming, not_applicable, not_assessable
from qmslint.quick import dataclass

NEEDS = frozenset({"tree", "text", "history", "tags"})


@dataclass(frozen=True, slots=True)
class Params:
    """A share of the releases of a window has notes: an entry, a file, fragments or a tag's message."""

    at_least: float = option("Lowest share of releases with notes, 0 to 1.", 0.9, minimum=0, maximum=1)
    fragments: float = option(
        "Lowest share where notes are kept one for each change: a release may then hold nothing to tell.",
        0.5,
        minimum=0,
        maximum=1,
    )
    months: float = option("Window before the examination, in months.", 12, minimum=1)
    last: int = option("Where the window has fewer releases, the last so many.", 5, minimum=1)
    words: int = option("Own words that make a note; fewer only repeat the number.", 3, minimum=1)
    tag_words: int = option("Words that make a tag's message a note; a shorter one only announces.", 8, minimum=1)
    pre_releases: bool = option("Whether pre-releases need notes as well.", False)


def check(params: Params, scan: Scan) -> Outcome:
    """Look for notes of every release of the sample, here and at its tag."""
    chosen = sample(scan, params.months, params.last, params.pre_releases)
    if not chosen:
        return not_applicable("nothing was released yet", [absent_at("refs/tags", "release tags")])
    found = [(release, note_of(scan, release, params.words, params.tag_words)) for release in chosen]
    good = [(release, note) for release, note in found if note]
    bad = [release for release, note in found if not note]
    share = len(good) / len(found)
    single = bool(fragment_folders(scan)) and all(note and note.kind == "fragments" for _, note in good)
    needed = min(params.fragments, params.at_least) if single else params.at_least
    measured = {
        "releases": len(found),
        "with_notes": len(good),
        "share": round(share, 3),
        "needed": needed,
        "window_months": params.months,
        "least_words": params.words,
    }
    head = f"{len(good)} of {len(found)} releases from {chosen[-1].name} to {chosen[0].name} have notes that can be seen here"
    if good and share >= needed:
        evidence = [*(cite(release, note) for release, note in good[:8] if note), *(_missing(r) for r in bad[:3])]
        rest = f"; none for {', '.join(r.name for r in bad[:5])}" if bad else ""
        sure = Confidence.MEDIUM if single else Confidence.HIGH
        return conforming(head + rest, evidence, confidence=sure, measured=measured)
    if not good and (elsewhere := _elsewhere(scan, head)):
        return elsewhere
    logs = changelogs(scan)
    place = logs[0].path if logs else "CHANGELOG.md"
    evidence = [absent_at(place, f"notes of {bad[0].name}"), *(_missing(r) for r in bad[:10])]
    gap = "incomplete" if good else "absent"
    names = ", ".join(release.name for release in bad[:5]) + (" …" if len(bad) > 5 else "")
    searched = [*(log.path for log in logs[:5]), "files named after a release", "fragments", "messages of the tags"]
    return nonconforming(f"{head}; none for {names}", evidence, gap, searched=searched, measured=measured)


def cite(release: Release, note: Note) -> Evidence:
    """Point at the note of a release."""
    if note.path and note.line and not note.at_tag:
        return in_file(note.path, note.line, f"{release.name}: {note.source}, {note.words} words", note.end_line)
    where = f" in {note.path}" if note.path else ""
    return at_tag(release.name, release.tag.commit, f"{note.source}{where}, {note.words} words")


def _missing(release: Release) -> Evidence:
    return at_tag(release.name, release.tag.commit, "no notes found")


def _elsewhere(scan: Scan, head: str) -> Outcome | None:
    """Say where notes are likely to be when there are none here."""
    if place := pointer(scan):
        text = f"{head}; {place[0]}:{place[1]} sends the reader to the release pages of the platform: look there"
        return not_assessable("EXTERNAL", text, [in_file(*place, note="pointer to the platform's release pages")])
    if made := generators(scan):
        text = f"{head}; {made[0]} lets notes be written on the platform: commit them, or add an export"
        return not_assessable("SETTINGS_ONLY", text, [in_file(path, note="writes release notes") for path in made[:3]])
    return None
