"""What happened to decision records after they were accepted."""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Iterator, Mapping

from qmslint.facts.base import DAY, Scan, fact
from qmslint.facts.decisions.find import decisions
from qmslint.facts.decisions.model import Decision
from qmslint.facts.decisions.read import read
from qmslint.facts.decisions.words import words
from qmslint.facts.document_register.text_change import difference
from qmslint.facts.edits import Edit, edits, text_at
from qmslint.facts.markup import markup_of, parse
from qmslint.facts.parts import parts
from qmslint.patterns import PathSet
from qmslint.quick import dataclass

_RECORDS = 300
_GONE = 30
_LOOKED_AT = 100
"""Changes of one record that are read at most."""


@dataclass(frozen=True, slots=True)
class Rewrite:
    """A change of what an accepted record decides, or its removal (``share`` 1, ``gone``)."""

    path: str
    commit: str
    share: float
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Kept:
    """How many accepted records were looked at, and what was rewritten."""

    looked_at: tuple[Decision, ...]
    rewrites: tuple[Rewrite, ...]


def single(scan: Scan) -> tuple[Decision, ...]:
    """Return the decisions that have a file of their own."""
    found = decisions(scan).records
    count = Counter(d.path for d in found)
    return tuple(d for d in found if count[d.path] == 1)[:_RECORDS]


@fact
def kept(scan: Scan, months: float, share: float, days: float) -> Kept:
    """Return what was rewritten of accepted decisions within a window.

    Parameters
    ----------
    months : float
        Window before the examination.
    share : float
        Share of the words of the outcome beyond which a change is a rewrite, 0 to 1.
    days : float
        Days after the acceptance in which a text may still settle.
    """
    since = scan.since(months)
    scan.need_history_since(since)
    looked: list[Decision] = []
    found: list[Rewrite] = []
    for decision in single(scan):
        if decision.status not in ("accepted", "superseded", "deprecated"):
            continue
        looked.append(decision)
        known = history(scan).get(decision.path, ())
        if known and known[0].committed >= since:
            found += _rewrites(scan, decision.path, known[:_LOOKED_AT], since, share, days)
    return Kept(tuple(looked), (*found, *_gone(scan, since)))


def history(scan: Scan) -> Mapping[str, tuple[Edit, ...]]:
    """Return the commits that changed each file of a single decision, newest first."""
    return edits(scan, tuple(sorted(d.path for d in single(scan))))


def at(scan: Scan, path: str, edit: Edit) -> Decision | None:
    """Return a decision as its file recorded it after one commit."""
    text = text_at(scan, edit)
    if text is None:
        return None
    document, prepared = parse(path, text), words(scan)
    return read(document, parts(document, prepared.parts), prepared)


def _rewrites(
    scan: Scan, path: str, found: tuple[Edit, ...], since: int, share: float, days: float
) -> Iterator[Rewrite]:
    accepted: int | None = None
    past: Decision | None = None
    for edit in reversed(found):
        now = at(scan, path, edit)
        if past is not None and accepted is not None and now is not None and edit.committed >= since:
            before, after = past.parts.get("outcome"), now.parts.get("outcome")
            changed = difference(before.text, after.text if after else "").share if before else 0.0
            if changed > share and edit.committed - accepted > days * DAY:
                yield Rewrite(path, edit.commit, changed)
        if now is not None:
            accepted = (accepted or edit.committed) if now.status == "accepted" else None
        past = now


def _gone(scan: Scan, since: int) -> Iterator[Rewrite]:
    """Yield accepted records that lay in a folder of decisions before the window and lie nowhere now."""
    start = next((c for c in scan.history.first_parents if c.committed < since), scan.history.first_parents[-1])
    old = PathSet(scan.repo.paths_at(start.sha)).match(tuple(scan.words("decisions", "homes")))
    names = {posixpath.basename(path) for path in scan.snapshot.paths}
    # Also what came and went within the window.
    folders = sorted({posixpath.dirname(path) for path in (*old, *(d.path for d in decisions(scan).records))} - {""})
    log = scan.repo.followed(folders, inside=True) if folders else ()
    old = (
        *old,
        *(touch.path for touch in log if touch.status == "D"),
    )
    lost = [
        p for p in dict.fromkeys(old) if p not in scan.snapshot and posixpath.basename(p) not in names and markup_of(p)
    ]
    test = words(scan).not_titles
    for path in lost[:_GONE]:
        known = edits(scan, tuple(lost[:_GONE])).get(path, ())
        last = next((edit for edit in known if edit.blob), None)
        decision = at(scan, path, last) if last else None
        if known and known[0].committed < since:
            continue
        if decision and decision.status == "accepted" and not test.search(decision.title) and known:
            yield Rewrite(path, known[0].commit, 1.0, gone=True)
