"""From the item that asked for a change over commits, merge, review and run to the release and its note."""

from __future__ import annotations

import re
from collections.abc import Mapping

from qmslint.facts.base import DAY, MONTH, Scan
from qmslint.facts.changelog import (
    Note,
    changelogs,
    fragment_folders,
    generators,
    note_of,
    open_entries,
    pointer,
    release_files,
)
from qmslint.facts.changes import Change, Changes, changes, leaves_no_trace
from qmslint.facts.dates import day_of
from qmslint.facts.releases import Release
from qmslint.facts.requests import SUBJECT
from qmslint.facts.review import NONE, REQUEST, SECOND, approval_policy, describe
from qmslint.facts.runs import Run, latest, runs
from qmslint.facts.sources import changed_paths, of_product, touching_any
from qmslint.facts.spans import span
from qmslint.facts.statements import statements
from qmslint.facts.stories import names_item, significant, stories
from qmslint.facts.tickets import Reference, catch_all, references
from qmslint.model.trace import Chain, Link, Matrix, Story
from qmslint.quick import regex

_INNER = regex(r"^(?:chore|ci|test|tests|build|refactor|style|docs|perf|revert)(?:\([^()]{0,60}\))?!?:", re.I)
_REVERT = regex(r'Revert(?:s|ed)? "(.{3,250})"')
_MENTION = regex(r"(?<![\w#/])#[0-9]{1,7}\b|\b[A-Z][A-Z0-9]{1,9}-[1-9][0-9]{0,6}\b")
_CROWD, _CROWD_LEAST = 0.2, 10
NOTE_WORDS = 3


def matrix(scan: Scan, label: str, base: str, tip: str, release: Release | None) -> Matrix:
    """Return the chains of the changes of ``base..tip``.

    Parameters
    ----------
    scan : Scan
        The scan; ``tip`` has to be in its history.
    label : str
        What the range is called.
    base, tip : str
        Object ids; an empty base is the beginning of the history.
    release : Release or None
        The release that the range ends in.

    Raises
    ------
    Unassessable
        ``SHALLOW`` where the clone is cut off in the range.
    """
    history = scan.history
    inside = span(history, base, tip)
    oldest = min((history.by_sha[sha].committed for sha in inside), default=scan.as_of)
    months = max((scan.as_of - oldest + DAY) / MONTH, 0.1)
    found = changes(scan, months)
    own = [c for c in found.items if c.commit.sha in inside or any(work.sha in inside for work in c.work)]
    maker = _Maker(scan, found, references(scan, months), release, own)
    chains = tuple(maker.chain(change) for change in own)
    return Matrix(
        label,
        release.name if release else "",
        base,
        tip,
        day_of(scan.as_of).isoformat(),
        chains,
        maker.stories(chains),
        _left_out(scan, inside, own),
        maker.notes(),
    )


def _left_out(scan: Scan, inside: frozenset[str], own: list[Change]) -> int:
    """Return how many commits of a range no chain is about: of automation, or such that only make a release."""
    known = {commit.sha for change in own for commit in (change.commit, *change.work)}
    return sum(1 for sha in inside if sha not in known and len(scan.history.by_sha[sha].parents) == 1)


class _Maker:
    """Looks every link of a change up; made once per range."""

    def __init__(
        self, scan: Scan, found: Changes, refs: Mapping[str, Reference], release: Release | None, own: list[Change]
    ) -> None:
        self.scan, self.found, self.refs, self.release = scan, found, refs, release
        mine = [refs[change.commit.sha] for change in own]
        self.crowd = catch_all(mine, _CROWD, _CROWD_LEAST)
        self.runs = runs(scan)
        self.known = stories(scan)
        self.policy = approval_policy(scan)
        self.opaque = leaves_no_trace(scan, found)
        self.kept = bool(changelogs(scan) or release_files(scan) or fragment_folders(scan))
        shas = [change.commit.sha for change in own]
        changed = changed_paths(scan, shas)
        self.product = of_product(scan, shas, changed)
        places = [glob for name in ("changelogs", "fragments", "per_release") for glob in scan.words("notes", name)]
        self.writing = touching_any(changed, places)
        self.note = note_of(scan, release, NOTE_WORDS) if release else self._open_note()
        made = generators(scan), pointer(scan)
        self.elsewhere = made[0][0] if made[0] else made[1][0] if made[1] else ""
        tagged = release.tag.commit if release else ""
        self.whole = latest(self.runs.by_commit.get(tagged, ())) if tagged else ()
        self.stated = [s for s in statements(scan) if tagged and tagged in s.commits]
        self.lines = [line for line in (self.note.body if self.note else "").splitlines() if line.strip()]
        self.words = [significant(line) for line in self.lines]
        titles = {_title(change) for change in own}
        reverts = {title: match[1] for title in titles if (match := _REVERT.match(title))}
        # What was taken back before anybody got it needs no telling, nor does the taking back.
        self.undone = {title: first for title, first in sorted(reverts.items()) if first in titles}

    def _open_note(self) -> Note | None:
        for entry in open_entries(changelogs(self.scan)):
            source = "what is not released yet"
            return Note("entry", source, entry.path, entry.line, entry.end_line, entry.words, entry.body)
        return None

    def chain(self, change: Change) -> Chain:
        """Return the chain of one change."""
        ref = self.refs[change.commit.sha]
        items = tuple(item for item in ref.items if item not in self.crowd)
        title = _title(change)
        links = (
            self._story(ref, items, title),
            Link("commit", "covered", f"{len(change.work)} commit(s)", sha=change.work[0].sha),
            self._merge(change),
            self._review(change),
            self._run(change),
            self._tag(),
            self._told(change, items, title),
        )
        request = describe(change.request) if change.request else ""
        sha, commits = change.commit.sha, tuple(c.sha for c in change.work[:50])
        return Chain(sha, title[:200], items[:20], request, commits, links, sha in self.product)

    def _story(self, ref: Reference, items: tuple[str, ...], title: str) -> Link:
        if items:
            named = [self.known[item] for item in items if item in self.known]
            if named and not any(significant(item.title) & significant(title) for item in named):
                text = f"names {named[0].key}, whose title has no word in common: {named[0].title[:80]}"
                return Link("story", "ambiguous", text, named[0].path)
            return Link("story", "covered", f"names {', '.join(items[:5])}")
        if ref.items:
            return Link("story", "ambiguous", f"names only {ref.items[0]}, which too many changes name")
        if ref.request:
            return Link("story", "ambiguous", "names only its merge request, which leads to a discussion")
        return Link("story", "broken", "names no item and no merge request")

    def _merge(self, change: Change) -> Link:
        sha = change.commit.sha
        if len(change.commit.parents) > 1:
            by = f" of {describe(change.request)}" if change.request else ""
            return Link("merge", "covered", f"merged{by}", sha=sha)
        if change.request:
            return Link("merge", "covered", f"landed as one commit of {describe(change.request)}", sha=sha)
        if change.step > NONE:
            return Link("merge", "ambiguous", f"a single commit, {change.judged.reason}", sha=sha)
        if self.opaque:
            return Link("merge", "unseen", self.opaque, sha=sha)
        return Link("merge", "broken", "pushed directly; neither a merge nor a merge request is visible", sha=sha)

    def _review(self, change: Change) -> Link:
        sha, reason = change.commit.sha, change.judged.reason
        if change.step >= SECOND:
            return Link("review", "covered", reason, sha=sha)
        if change.step == NONE and self.opaque:
            return Link("review", "unseen", self.opaque, sha=sha)
        if change.step == NONE:
            return Link("review", "unauthorised", reason, sha=sha)
        # One person's own requests cannot have been looked at by another who left no trace.
        since = self.policy if self.found.people > 1 else None
        if change.step == REQUEST and since is not None and change.commit.committed >= since:
            return Link("review", "covered", f"{reason}, but the branch policy asks for an approval", sha=sha)
        return Link("review", "ambiguous", reason, sha=sha)

    def _run(self, change: Change) -> Link:
        found: list[Run] = []
        for sha in dict.fromkeys((change.commit.sha, *(c.sha for c in change.work[:50]))):
            found += self.runs.by_commit.get(sha, ())
        if not found and change.request:
            found += self.runs.by_request.get(change.request.number, ())
        newest = latest(tuple(found))
        if newest:
            return _ran(newest)
        if any(run.result == "passed" for run in self.whole) and not any(r.result == "failed" for r in self.whole):
            text = f"only the release as a whole has a run: {_name(self.whole[0])}"
            return Link("run", "ambiguous", text, self.whole[0].path, sha=self.whole[0].sha)
        if self.stated:
            text = (
                "only an attestation of the release names a run"
                if self.stated[0].run
                else "only an attestation of the release"
            )
            return Link("run", "ambiguous", text, self.stated[0].path)
        if self.runs.since and self.runs.since <= change.commit.committed <= self.runs.until:
            text = "no run of it is among the exported ones, which begin before it and end after it"
            return Link("run", "broken", text, self.runs.items[0].path)
        return Link("run", "unseen", "no run results were given for it: export them, or commit the attestations")

    def _tag(self) -> Link:
        if self.release is None:
            return Link("tag", "unseen", "the range ends in no release")
        kind = "annotated" if self.release.tag.annotated else "lightweight"
        return Link("tag", "covered", f"in {self.release.name} ({kind} tag)", sha=self.release.tag.commit)

    def _told(self, change: Change, items: tuple[str, ...], title: str) -> Link:
        note = self.note
        if note is None:
            if self.release is None:
                return Link("note", "unseen", "not released yet, and no section collects what is not")
            if self.elsewhere:
                return Link("note", "unseen", f"notes are made on the platform ({self.elsewhere})", self.elsewhere)
            if not self.kept:
                return Link("note", "unseen", "no release notes are kept in the repository")
            return Link("note", "broken", f"{self.release.name} has no notes")
        named = [*items, *([change.request.number] if change.request else [])]
        line = next((line for line in self.lines if any(names_item(line, item) for item in named)), "")
        if line:
            return Link("note", "covered", f"told in the {note.source}: {line.strip()[:80]}", note.path, note.line)
        if change.commit.sha in self.writing:
            return Link("note", "covered", "writes into the release notes itself", sha=change.commit.sha)
        if title in self.undone or title in self.undone.values():
            return Link("note", "covered", "cancels out with another change of the range: nothing of it was released")
        words = significant(title)
        if len(words) >= 2 and any(len(words & line) * 2 > len(words) for line in self.words):
            return Link("note", "ambiguous", f"told in the {note.source} by similar words only", note.path, note.line)
        if _INNER.match(title):
            text = f"not told in the {note.source}, as is usual for a change of this type"
            return Link("note", "ambiguous", text, note.path, note.line)
        if change.commit.sha not in self.product:
            text = f"not told in the {note.source}, as is usual for a change that touches no source of the product"
            return Link("note", "ambiguous", text, note.path, note.line)
        return Link("note", "broken", f"nothing of it is told in the {note.source}", note.path, note.line)

    def stories(self, chains: tuple[Chain, ...]) -> tuple[Story, ...]:
        """Return items that the exports plan for the release, or its note names, and no change does."""
        named = {item.lower() for chain in chains for item in chain.items}
        named |= {f"#{c.request.number}" for c in self.found.items if c.request}
        found: dict[str, Story] = {}
        for item in self.known.values():
            if self.release and item.key not in named and self._planned(item.release):
                text = f"planned for {item.release[0]}, and no change of the range names it"
                found[item.key] = Story(item.key, item.title[:120], text, item.path)
        if self.note and self.release:
            for line in self.lines:
                for match in _MENTION.finditer(line[:2000]):
                    key = match[0].lower()
                    prefix = key.partition("-")[0].upper()
                    if key in named or (not key.startswith("#") and prefix in self.scan.words("tickets", "not_keys")):
                        continue
                    text = f"named in the {self.note.source}, and no change of the range names it"
                    found.setdefault(key, Story(key, line.strip()[:120], text, self.note.path, self.note.line))
        return tuple(found[key] for key in sorted(found))[:500]

    def _planned(self, names: tuple[str, ...]) -> bool:
        assert self.release
        wanted = {self.release.version.lower().lstrip("v"), self.release.name.lower().lstrip("v")}
        return any(name.lower().lstrip("v") in wanted for name in names)

    def notes(self) -> tuple[str, ...]:
        """Return what a reader should know about the sources."""
        told = []
        for item, count in self.crowd.items():
            told.append(f"{item} is named by {count} changes and counts for none of them")
        if not self.runs.items:
            told.append("no pipeline runs, commit statuses or deployments were exported under .qms/evidence/")
        if not self.known:
            told.append("no items of a tracker were exported; only what commits and notes name is known of them")
        if self.found.line.note:
            told.append(self.found.line.note)
        return tuple(told)


def _title(change: Change) -> str:
    """Return what a change is about: of a merge the subject of the work, or its own where there is no other."""
    subject = change.commit.subject[:SUBJECT]
    if len(change.commit.parents) < 2 or not subject.startswith(("Merge ", "Merged ", "Pull request #")):
        return subject
    lines = change.commit.text.split("\n")
    body = next((line.strip() for line in lines[1:20] if line.strip()), "")
    # Platforms put the request's title below the subject.
    return (body if body and ":" not in body[:20] else change.work[-1].subject)[:SUBJECT]


def _ran(newest: tuple[Run, ...]) -> Link:
    failed = [run for run in newest if run.result == "failed"]
    passed = [run for run in newest if run.result == "passed"]
    if failed:
        text = f"{len(failed)} of {len(newest)} runs failed: {_name(failed[0])}"
        return Link("run", "broken", text, failed[0].path, sha=failed[0].sha)
    if passed:
        text = f"{len(passed)} runs passed: {_name(passed[0])}"
        return Link("run", "covered", text, passed[0].path, sha=passed[0].sha)
    return Link("run", "ambiguous", f"{len(newest)} runs that neither passed nor failed", newest[0].path)


def _name(run: Run) -> str:
    return " ".join(part for part in (run.name[:60], f"({run.id[:40]})" if run.id else "") if part)
