"""Changes of controlled documents and of the rules of the game came in by review, with a reason."""

from __future__ import annotations

from collections.abc import Sequence

from qmslint.derive import option
from qmslint.facts.base import Scan
from qmslint.facts.changes import Change, changes, leaves_no_trace
from qmslint.facts.dates import day_of
from qmslint.facts.document_register import controlled
from qmslint.facts.markup import count_words
from qmslint.facts.review import PLATFORM, REQUEST
from qmslint.facts.sources import evidence_paths
from qmslint.facts.tickets import references
from qmslint.model.evidence import Evidence, absent_at, at_commit, from_history
from qmslint.model.outcome import Confidence, Outcome, conforming, nonconforming, not_assessable
from qmslint.quick import dataclass, regex

NEEDS = frozenset({"tree", "text", "history", "diffs"})
_TRAILER = regex(r"(?m)^[A-Za-z][A-Za-z-]{2,30}: .*$|^\(cherry picked from .*$|^\* .{0,60}$")
_PATHS = 1200


@dataclass(frozen=True, slots=True)
class Params:
    """The share of such changes in a window that show a merge request or a second person, and say why they were made."""

    at_least: float = option("Share that is enough, 0 to 1.", 0.9, minimum=0, maximum=1)
    months: float = option("Window before the examination, in months.", 12, minimum=1)
    minimum: int = option("Changes that are needed to judge.", 3, minimum=1)
    words: int = option("Words beside the subject that make a reason; naming an item of a tracker makes one, too.", 10)


def check(params: Params, scan: Scan) -> Outcome:
    """Look at each change that touched such a file."""
    paths = tuple(entry.path for entry in controlled(scan))
    paths += evidence_paths(scan, tuple(scan.words("register", "governed")))
    found = changes(scan, params.months)
    paths = tuple(dict.fromkeys(paths))[:_PATHS]
    touched = {touch.commit: touch.path for touch in reversed(scan.repo.followed(paths))}
    chosen = [change for change in found.items if change.commit.sha in touched]
    since = str(day_of(found.line.since))
    measured: dict[str, float | int | str] = {
        "files": len(paths),
        "changes": len(chosen),
        "since": since,
        "needed": params.at_least,
    }
    if len(chosen) < params.minimum:
        text = (
            f"{len(chosen)} changes touched controlled documents, ownership, branch policy or pipelines since {since}"
        )
        evidence = [_cite(c, touched) for c in chosen] or [absent_at("", text)]
        return not_assessable("TOO_FEW", text, evidence, measured=measured)
    past = [change for change in chosen if change.step < REQUEST]
    direct = [change for change in past if change.step < PLATFORM]
    silent = [change for change in chosen if change not in past and not _reasoned(params, scan, change)]
    measured |= {"without review": len(past), "without reason": len(silent)}
    head = (
        f"{len(chosen) - len(past)} of {len(chosen)} changes of controlled documents, ownership, branch policy and pipelines "
        f"came by a merge request or a second person, {len(chosen) - len(past) - len(silent)} of them with a reason"
    )
    command = f"git log --first-parent --since={since} -- <controlled files>"
    figure = from_history(f"{len(chosen)} changes of {len(paths)} files since {since}", command)
    limit = round((1 - params.at_least) * len(chosen), 6)
    if len(past) > limit:
        trace = leaves_no_trace(scan, found)
        if trace:
            return not_assessable(
                "MERGE_METHOD_OPAQUE", f"{head}; {trace}", [figure, *_list(past, touched)], measured=measured
            )
        if len(direct) > 1 or len(direct) > limit:
            return nonconforming(head, [figure, *_list(past, touched)], "bypass", measured=measured)
    good = [change for change in chosen if change not in past and change not in silent]
    if len(silent) > limit:
        return nonconforming(
            head, [figure, *_list(silent, touched)], "incomplete", confidence=Confidence.MEDIUM, measured=measured
        )
    return conforming(head, [figure, *_list(good, touched)[:5]], confidence=Confidence.MEDIUM, measured=measured)


def _list(items: Sequence[Change], touched: dict[str, str]) -> list[Evidence]:
    return [_cite(change, touched) for change in items[:15]]


def _cite(change: Change, touched: dict[str, str]) -> Evidence:
    what = f"{touched[change.commit.sha]}: {change.commit.subject[:70]} ({change.judged.reason})"
    return at_commit(change.commit.sha, what)


def _reasoned(params: Params, scan: Scan, change: Change) -> bool:
    """Say whether a message, of the merge or of what it brought, gives a reason or names an item."""
    if references(scan, params.months)[change.commit.sha].items:
        return True
    for commit in (change.commit, *change.work[:20]):
        _, _, body = commit.text[:20_000].partition("\n")
        merge = len(commit.parents) > 1
        words = count_words(_TRAILER.sub("", body))
        # The body of a merge begins with the title of its request.
        first = body.strip().split("\n", 1)[0]
        if words - (count_words(first) if merge else 0) >= params.words:
            return True
    return False
