"""What the first-parent history says of each controlled document: substantive changes, reviews, approval."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, cast

from qmslint.facts.base import Scan, fact
from qmslint.facts.changes import ladder_here
from qmslint.facts.document_register.controlled import controlled
from qmslint.facts.document_register.model import Approval, Entry, Life, Moment, Said
from qmslint.facts.document_register.text_change import Difference, difference
from qmslint.facts.lexicon import Lexicon
from qmslint.facts.markup import parse
from qmslint.facts.parts import parts
from qmslint.facts.people import authors_of, identities, roles
from qmslint.facts.review import NAMED, NONE, PLATFORM, REQUEST, SECOND, Judged, approval_policy
from qmslint.repo.filelog import Touch
from qmslint.repo.history import Commit, Person

VERSIONS = 150
"""Versions of one document that are compared, newest first."""
_NOTES = 5
_CROWD = 4


@fact
def lives(scan: Scan) -> Mapping[str, Life]:
    """Return the life of each controlled document that the examined commit holds, by path.

    Raises
    ------
    Unassessable
        ``SHALLOW`` in a clone that is cut off: the earlier versions would be missing, and ``NO_GIT``.
    """
    return lives_of(scan, controlled(scan))


def lives_of(scan: Scan, entries: Sequence[Entry]) -> Mapping[str, Life]:
    """Return the life of each of some documents, by path; raises as :func:`lives` does."""
    scan.need_whole_history()
    by_entry = {entry.path: entry for entry in entries}
    log = scan.repo.followed(tuple(by_entry))
    by_path: dict[str, list[Touch]] = {}
    for touch in log:
        by_path.setdefault(touch.path, []).append(touch)
    swept = _swept(scan, log, len(by_entry))
    found = {}
    for path, entry in by_entry.items():
        chain = _chain(scan, by_path, path)
        if chain:
            found[path] = _life(scan, entry, chain, swept)
    return found


def _chain(scan: Scan, by_path: Mapping[str, list[Touch]], path: str) -> list[Touch]:
    """Return what happened to one document, newest first, back through renames to where it came in."""
    order = _order(scan)
    found: list[Touch] = []
    at = -1
    for _ in range(8):
        renamed = ""
        for touch in by_path.get(path, ()):
            if order.get(touch.commit, 0) <= at:
                continue
            if touch.status == "D":
                # Removed and later brought back: what was before is another life.
                return found
            found.append(touch)
            at = order.get(touch.commit, 0)
            if touch.status == "A":
                return found
            if touch.status == "R":
                renamed = touch.before
                break
        if not renamed:
            return found
        path = renamed
    return found


@fact
def _order(scan: Scan) -> Mapping[str, int]:
    return {commit.sha: at for at, commit in enumerate(scan.history.first_parents)}


def _swept(scan: Scan, log: Sequence[Touch], documents: int) -> Mapping[str, str]:
    """Return the commits that swept over many files, with the reason.

    A merge brings several commits' files at once, so only the number of documents counts for it.
    """
    rules = scan.words("register", "change")
    touched = Counter(touch.commit for touch in log)
    found = {}
    for touch in log:
        commit = scan.history.by_sha.get(touch.commit)
        if commit is None:
            continue
        count = touched[touch.commit]
        if touch.files > int(rules["files"]) and len(commit.parents) < 2:
            found[touch.commit] = f"one of {touch.files} files changed at once"
        elif count >= int(rules["swept"]) and count > float(rules["documents"]) * documents:
            found[touch.commit] = f"one of {count} documents changed at once"
    return found


@dataclass(slots=True)
class _Walk:
    """What was met on the way back to the last substantive change."""

    changed: Touch
    confirmed: Moment | None = None
    bumped: Moment | None = None
    passed: list[Moment] = field(default_factory=list)


def _walk(scan: Scan, chain: Sequence[Touch], swept: Mapping[str, str]) -> _Walk:
    walk = _Walk(chain[-1])
    for touch in chain[:VERSIONS]:
        why = "" if touch is chain[-1] else _small(scan, touch, swept)
        if not why:
            walk.changed = touch
            return walk
        moment = _moment(scan, touch, why)
        dated = _by_person(scan, touch) and touch.old != touch.new
        if walk.confirmed is None and dated and _review_date(scan, touch):
            walk.confirmed = moment
            continue
        if dated and why.startswith("only a date"):
            walk.bumped = walk.bumped or moment
        if len(walk.passed) < _NOTES:
            walk.passed.append(moment)
    # Beyond the bound nothing was compared: the oldest version is taken, which never makes a document look younger.
    return walk


def _life(scan: Scan, entry: Entry, chain: Sequence[Touch], swept: Mapping[str, str]) -> Life:
    walk = _walk(scan, chain, swept)
    changed = walk.changed
    judged = _judged_by_sha(scan, walk.confirmed.commit) if walk.confirmed else None
    made = scan.history.by_sha.get(changed.commit)
    people = {identities(scan).key(author) for touch in chain for author in _writers(scan, touch.commit)}
    return Life(
        created=_moment(scan, chain[-1], ""),
        changed=_moment(scan, changed, ""),
        confirmed=walk.confirmed,
        bumped=walk.bumped,
        passed=tuple(walk.passed),
        backed=judged is not None and judged.step >= REQUEST,
        imported=bool(made and not made.parents and _imported(scan, changed.commit)),
        commits=len(chain),
        people=len(people),
        approval=_approval(scan, entry, changed),
    )


def _small(scan: Scan, touch: Touch, swept: Mapping[str, str]) -> str:
    """Return why a change is not substantive, or an empty string."""
    rules = scan.words("register", "change")
    if not _by_person(scan, touch):
        return "by automation"
    if touch.status == "R" and touch.old == touch.new:
        return "only renamed"
    if touch.commit in swept:
        return swept[touch.commit]
    change = _difference(scan, touch.old, touch.new)
    if change is None:
        return ""
    if change.words == 0:
        return "only a date or a version number changed" if change.dates else "only white space, order or link targets"
    if change.share < float(rules["share"]) and change.words < int(rules["words"]):
        return f"{change.words} words changed, less than {float(rules['share']):.0%}"
    return ""


def _difference(scan: Scan, before: str, after: str) -> Difference | None:
    """Compare two contents; what was compared once is known for all revisions."""
    key = (difference, before, after)
    if key not in scan.lasting:
        old, new = _text(scan, before), _text(scan, after)
        if old is None or new is None:
            return None
        scan.lasting[key] = difference(old, new)
    return cast(Difference, scan.lasting[key])


def _text(scan: Scan, blob: str) -> str | None:
    return scan.repo.objects.text(blob)


def _review_date(scan: Scan, touch: Touch) -> bool:
    """Say whether a commit set a new date of review."""
    old, new = _text(scan, touch.old), _text(scan, touch.new)
    if old is None or new is None:
        return False
    before, after = _reviewed(scan, touch.before, old), _reviewed(scan, touch.path, new)
    return bool(after) and after != before


def _reviewed(scan: Scan, path: str, text: str) -> tuple[str, ...]:
    labels = scan.words("register", "labels")
    lexicon = Lexicon({name: tuple(map(str, labels[name])) for name in ("reviewed", "due")})
    found = parts(parse(path, text[:200_000]), lexicon)
    return tuple(p.text for p in found if p.name and p.form != "heading" and p.line <= 80)


def _authors(scan: Scan, sha: str) -> tuple[Person, ...]:
    commit = scan.history.by_sha.get(sha)
    if commit is None:
        return ()
    brought = scan.history.brought_in(commit) if len(commit.parents) > 1 else ()
    return authors_of([c for c in brought if len(c.parents) < 2] or [commit])


def _writers(scan: Scan, sha: str) -> tuple[Person, ...]:
    """Return the people behind a commit, nobody where it merged too much to tell who wrote what."""
    found = tuple(who for who in _authors(scan, sha) if roles(scan).is_person(who))
    return found if len(found) <= _CROWD else ()


def _by_person(scan: Scan, touch: Touch) -> bool:
    who = roles(scan)
    return any(who.is_person(author) for author in _authors(scan, touch.commit))


def _moment(scan: Scan, touch: Touch, note: str) -> Moment:
    commit = scan.history.by_sha.get(touch.commit)
    names = ", ".join(who.name for who in _authors(scan, touch.commit)[:3])
    return Moment(touch.commit, commit.committed if commit else 0, names, note)


def _judged(scan: Scan, touch: Touch) -> Judged | None:
    return _judged_by_sha(scan, touch.commit)


@fact
def _judged_by_sha(scan: Scan, sha: str) -> Judged | None:
    commit = scan.history.by_sha.get(sha)
    if commit is None:
        return None
    judge = ladder_here(scan)
    return judge.merge(commit, scan.history.brought_in(commit)) if len(commit.parents) > 1 else judge.linear(commit)


@fact
def _imported(scan: Scan, sha: str) -> bool:
    rules = scan.words("register")
    paths = frozenset(scan.repo.paths_at(sha))
    today = scan.snapshot.paths
    held = sum(path in paths for path in today)
    return held >= int(rules["imported_files"]) and held >= float(rules["imported"]) * len(today)


def _approval(scan: Scan, entry: Entry, changed: Touch) -> Approval:
    """Judge the commit that brought the current text, then what the document itself says."""
    commit, judged = scan.history.by_sha.get(changed.commit), _judged(scan, changed)
    assert commit is not None
    if judged and judged.step in (SECOND, NAMED):
        return Approval("approved", judged.reason, commit.sha)
    policy = approval_policy(scan)
    if judged and judged.step == REQUEST and policy is not None and commit.committed >= policy:
        return Approval("approved", f"{judged.reason}; the branch policy asks for an approval", commit.sha)
    stated = _stated(scan, entry, commit)
    if stated and stated.state == "approved":
        return stated
    if judged and judged.step in (PLATFORM, REQUEST):
        return Approval("requested", judged.reason, commit.sha)
    if not commit.parents:
        return Approval("unknown", "its text came with the first commit", commit.sha)
    if stated:
        return stated
    step = judged.step if judged else NONE
    reason = judged.reason if judged else "no trace of a review"
    return Approval("unapproved" if step == NONE else "unknown", reason, commit.sha)


def _stated(scan: Scan, entry: Entry, commit: Commit) -> Approval | None:
    """Return what the document says of its approval: by somebody else than the author, and not before the text."""
    by, on = entry.approved_by, entry.approved_on
    if by is None:
        return None
    day = on.on if on else by.on
    place: dict[str, Any] = {"path": by.path, "line": by.line}
    if _is_author(scan, by, commit):
        return Approval("unapproved", f"says that its author approved it: {by.text[:60]}", commit.sha, **place)
    if day is None:
        return Approval("unknown", f"says that {by.text[:60]} approved it, without a date", commit.sha, **place)
    grace = timedelta(days=int(scan.words("register", "approval_days")))
    made = Moment("", commit.committed, "").day
    if day + grace < made:
        return Approval("unapproved", f"approved on {day}, but its text changed on {made}", commit.sha, **place)
    return Approval("approved", f"says that {by.text[:60]} approved it on {day}", commit.sha, **place)


def _is_author(scan: Scan, by: Said, commit: Commit) -> bool:
    named = by.text.casefold()
    for who in _authors(scan, commit.sha):
        account = who.email.partition("@")[0].rpartition("+")[2].casefold()
        if who.name.casefold() in named or (len(account) > 3 and f"@{account}" in named):
            return True
    return False
