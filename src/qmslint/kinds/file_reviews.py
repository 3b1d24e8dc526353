"""Changes of certain files were looked at by somebody else than their author before they landed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from qmslint.derive import Glob, option
from qmslint.facts.base import Scan
from qmslint.facts.changes import Change, Changes, changes, leaves_no_trace
from qmslint.facts.documents import find
from qmslint.facts.review import REQUEST, SECOND, approval_policy
from qmslint.facts.sources import evidence_paths
from qmslint.model.evidence import Evidence, absent_at, at_commit, from_history, in_file
from qmslint.model.outcome import Confidence, Outcome, conforming, nonconforming, not_assessable
from qmslint.quick import dataclass

NEEDS = frozenset({"tree", "text", "history", "diffs"})
_CHUNK = 200
_CHANGES = 2000
_LISTED = 10


@dataclass(frozen=True, slots=True)
class Params:
    """A share of the changes of a window that touch documents of certain keys, or paths, show a review."""

    keys: tuple[str, ...] = option("Document keys whose files count.", ())
    globs: tuple[Glob, ...] = option("Path patterns of further files.", ())
    months: float = option("Window before the examination, in months.", 12, minimum=1)
    at_least: float = option("Lowest share that is enough, 0 to 1.", 0.9, minimum=0, maximum=1)
    minimum: int = option("Changes that are needed to judge at all.", 5, minimum=1)
    what: str = option("What the files are called in messages.", "files")


def check(params: Params, scan: Scan) -> Outcome:
    """Count the changes that touch the files."""
    paths = _paths(params, scan)
    if not paths:
        return nonconforming(
            f"no {params.what} were found", [absent_at("docs/", params.what)], "absent", searched=params.globs
        )
    found = changes(scan, params.months)
    touching = list(_touching(scan, found.items[:_CHANGES], frozenset(paths)))
    measured: dict[str, float | int | str] = {
        "files": len(paths),
        "changes": len(touching),
        "minimum": params.minimum,
        "needed": params.at_least,
        "window_months": params.months,
    }
    figure = from_history(
        f"{len(touching)} changes touched {len(paths)} {params.what}", f"git log --first-parent -- {paths[0]}"
    )
    if len(touching) < params.minimum:
        text = f"{len(touching)} changes touched {params.what} within {params.months:g} months, {params.minimum} are needed to judge"
        return not_assessable("TOO_FEW", text, [figure, in_file(paths[0], note=params.what)], measured=measured)
    good = [change for change in touching if _reviewed(scan, found, change)]
    bad = [change for change in touching if change not in good]
    share = len(good) / len(touching)
    measured |= {"reviewed": len(good), "share": round(share, 3)}
    message = f"{len(good)} of {len(touching)} changes of {params.what} show a review or a merge request"
    files = [in_file(path, note=params.what) for path in paths[:5]]
    if share >= params.at_least:
        sure = all(change.step >= SECOND for change in good)
        evidence = [figure, *files, *(_cite(change) for change in good[:5])]
        return conforming(
            message, evidence, confidence=Confidence.HIGH if sure else Confidence.MEDIUM, measured=measured
        )
    evidence = [figure, *files, *(_cite(change) for change in bad[:_LISTED])]
    trace = leaves_no_trace(scan, found)
    if trace:
        text = f"{message}; {trace}, so nothing can be said about the others"
        return not_assessable("MERGE_METHOD_OPAQUE", text, evidence, measured=measured)
    return nonconforming(message, evidence, "weak" if good else "bypass", measured=measured)


def _paths(params: Params, scan: Scan) -> tuple[str, ...]:
    named = [item.path for key in params.keys for item in find(scan, key) if item.whole and item.how != "template"]
    return tuple(dict.fromkeys([*named, *evidence_paths(scan, params.globs)]))


def _touching(scan: Scan, items: Sequence[Change], paths: frozenset[str]) -> Iterator[Change]:
    for start in range(0, len(items), _CHUNK):
        chunk = items[start : start + _CHUNK]
        touched = scan.repo.touched([change.commit.sha for change in chunk])
        yield from (change for change in chunk if not paths.isdisjoint(touched.get(change.commit.sha, ())))


def _reviewed(scan: Scan, found: Changes, change: Change) -> bool:
    """Say whether a change counts: one person's own requests cannot have been looked at by another."""
    if change.step >= SECOND:
        return True
    policy = approval_policy(scan)
    asked = policy is not None and change.commit.committed >= policy
    return change.step == REQUEST and (asked or found.people >= 2)


def _cite(change: Change) -> Evidence:
    return at_commit(change.commit.sha, f"{change.commit.subject[:120]}: {change.judged.reason}")
