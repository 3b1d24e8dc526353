"""How many of the changes that landed in a window show a certain trace in git."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Literal

from qmslint.derive import option
from qmslint.facts.base import Scan
from qmslint.facts.changes import Change, Changes, changes, imported, leaves_no_trace
from qmslint.facts.review import NAMED, NONE, PLATFORM, REQUEST, SECOND, approval_policy
from qmslint.facts.tickets import Reference, catch_all, references
from qmslint.model.evidence import Evidence, at_commit, from_history
from qmslint.model.outcome import Confidence, Outcome, conforming, nonconforming, not_assessable
from qmslint.patterns import any_of
from qmslint.quick import dataclass
from qmslint.repo.history import Commit

NEEDS = frozenset({"history", "tree"})
_COMMAND = "git log --first-parent --since='{months:g} months ago' --format='%h %cs %an | %cn | %s'"


@dataclass(frozen=True, slots=True)
class Params:
    """A share of the changes of a window; automation and commits that only make a release are left out."""

    measure: Literal["reviewed", "referenced", "direct", "improving"] = option(
        "`reviewed`: a reviewer, another merger or a merge request is visible; `referenced`: an item of a tracker or "
        "a merge request is named; `direct`: neither a merge request nor a second person is visible; `improving`: it "
        "says that it tidies, speeds up, simplifies or renews what is there."
    )
    at_least: float | None = option("Lowest share that is enough, 0 to 1.", None, minimum=0, maximum=1)
    at_most: float | None = option("Highest share that is tolerable, 0 to 1.", None, minimum=0, maximum=1)
    months: float = option("Window before the examination, in months.", 12, minimum=1)
    minimum: int = option("Changes that are needed to judge at all.", 10, minimum=1)
    severe: float = option(
        "Where `at_least` is missed below this share, or `at_most` by more than this share, the gap is called "
        "`unenforced` or `bypass` instead of `weak`.",
        0.5,
    )
    inferred: bool = option("Whether a merge request counts as a review although git does not show who approved.", True)
    catch_all: float = option("An item that more than this share of the changes name counts for nothing.", 0.2)
    listed: int = option("How many of the failing changes to list.", 10, minimum=1)


@dataclass(frozen=True, slots=True)
class _Count:
    """Which changes count, which do not, and what to say about them."""

    good: tuple[Change, ...]
    bad: tuple[Change, ...]
    phrase: str
    measured: dict[str, float | int | str]
    sure: bool = True
    has: str = ""
    lacks: str = ""


def check(params: Params, scan: Scan) -> Outcome:
    """Count, compare with the threshold, and list what failed."""
    found = changes(scan, params.months)
    if len(found.items) < params.minimum:
        return _too_few(params, scan, found)
    if params.measure == "referenced":
        count = _referenced(params, scan, found)
    elif params.measure == "improving":
        count = _improving(scan, found)
    else:
        count = _reviewed(params, scan, found) if params.measure == "reviewed" else _direct(found)
    share = len(count.good) / len(found.items)
    measured = {**_population(params, found), **count.measured, "share": round(share, 3)}
    measured["needed"] = params.at_least if params.at_least is not None else 1 - (params.at_most or 0)
    enough = share >= params.at_least if params.at_least is not None else 1 - share <= (params.at_most or 0)
    head = f"{count.phrase} (from {_day(found.line.since)} to {_day(scan.as_of)})"
    if enough:
        evidence = [_figure(params, scan, found), *(_cite(c, count.has) for c in count.good[:3])]
        sure = Confidence.HIGH if count.sure else Confidence.MEDIUM
        return conforming(head, evidence, confidence=sure, measured=measured)
    trace = leaves_no_trace(scan, found) if params.measure in ("reviewed", "direct") else ""
    if trace:
        text = f"{head}; {trace}, so nothing can be said about the others: add trailers or an export of the approvals"
        return not_assessable(
            "MERGE_METHOD_OPAQUE",
            text,
            [_figure(params, scan, found), *map(_cite, count.bad[:3])],
            measured=measured,
        )
    evidence = [_figure(params, scan, found), *(_cite(c, count.lacks) for c in count.bad[: params.listed])]
    return nonconforming(head, evidence, _gap(params, share), measured=measured)


def _reviewed(params: Params, scan: Scan, found: Changes) -> _Count:
    steps = {step: found.at_step(step) for step in (NONE, PLATFORM, REQUEST, SECOND, NAMED)}
    policy = approval_policy(scan)
    seen = len(steps[SECOND]) + len(steps[NAMED])
    # One person's own requests cannot have been looked at by another who left no trace.
    alone = found.people < 2 and not seen
    asked = [c for c in steps[REQUEST] if policy is not None and c.commit.committed >= policy]
    counted = () if alone else steps[REQUEST] if params.inferred else asked
    kept = {change.commit.sha for change in counted}
    good = tuple(c for c in found.items if c.step >= SECOND or c.commit.sha in kept)
    bad = tuple(c for c in found.items if not (c.step >= SECOND or c.commit.sha in kept))
    phrase = (
        f"{seen} of {len(found.items)} changes name a reviewer or were merged by another person than their authors, "
        f"{len(steps[REQUEST])} more came by a merge request whose approval is not visible in git"
    )
    if asked:
        part = "" if len(asked) == len(steps[REQUEST]) else f", for {len(asked)} of them"
        phrase += f" but is asked for by the branch policy{part}"
    if alone and steps[REQUEST]:
        phrase += "; only one person is seen at work, so these do not show a review by somebody else"
    if len(steps[NONE]) + len(steps[PLATFORM]):
        phrase += f", {len(steps[NONE]) + len(steps[PLATFORM])} show no review"
    measured: dict[str, float | int | str] = {
        "reviewed": len(good),
        "named_reviewer": len(steps[NAMED]),
        "second_person": len(steps[SECOND]),
        "merge_request": len(steps[REQUEST]),
        "platform_only": len(steps[PLATFORM]),
        "no_trace": len(steps[NONE]),
        "people": found.people,
        "approval_policy": "not seen" if policy is None else "seen",
    }
    return _Count(good, bad, phrase, measured, seen >= (params.at_least or 0) * len(found.items))


def _direct(found: Changes) -> _Count:
    bad = found.at_step(NONE)
    good = tuple(change for change in found.items if change.step > NONE)
    phrase = (
        f"{len(bad)} of {len(found.items)} changes show neither a merge request nor a second person"
        if bad
        else f"all {len(found.items)} changes show a merge request, a second person or the platform"
    )
    unclear = len(found.at_step(PLATFORM))
    measured: dict[str, float | int | str] = {"direct": len(bad), "platform_only": unclear}
    return _Count(good, bad, phrase, measured, unclear * 100 <= len(found.items))


def _referenced(params: Params, scan: Scan, found: Changes) -> _Count:
    refs = references(scan, params.months)
    crowd = catch_all(refs.values(), params.catch_all, params.minimum)

    def leads(reference: Reference) -> bool:
        return bool(reference.request) or any(item not in crowd for item in reference.items)

    good = tuple(change for change in found.items if leads(refs[change.commit.sha]))
    kept = {change.commit.sha for change in good}
    bad = tuple(change for change in found.items if change.commit.sha not in kept)
    strong = sum(any(item not in crowd for item in refs[c.commit.sha].items) for c in found.items)
    phrase = (
        f"{len(good)} of {len(found.items)} changes lead back to an item: {strong} to a tracker's, "
        f"{len(good) - strong} only to their merge request"
    )
    if crowd:
        names = ", ".join(f"{item} ({n})" for item, n in crowd.items())
        phrase += f"; named by too many changes to say anything: {names}"
    measured: dict[str, float | int | str] = {
        "referenced": len(good),
        "tracker_items": strong,
        "merge_request_only": len(good) - strong,
        "catch_all_items": len(crowd),
    }
    has, lacks = "leads back to an item", "names no item and no merge request"
    return _Count(good, bad, phrase, measured, strong * 2 >= len(good), has, lacks)


def _improves(change: Change, test: Any) -> bool:
    """Say whether a change, or at least half of what it brings in, improves what is there."""
    if test.search(change.commit.subject[:300]):
        return True
    work = [one for one in change.work[:50] if len(one.parents) < 2 and one is not change.commit]
    # The platform puts the title of the request below the subject of the merge.
    if work and test.search(_title(change.commit)):
        return True
    return bool(work) and 2 * sum(bool(test.search(one.subject[:300])) for one in work) >= len(work)


def _title(merge: Commit) -> str:
    lines = merge.message[:2_000].decode("utf-8", "replace").split("\n")
    return next((line for line in lines[1:] if line.strip()), "")


def _improving(scan: Scan, found: Changes) -> _Count:
    test = any_of(scan.words("changes", "improving_subjects"))
    good = tuple(change for change in found.items if _improves(change, test))
    kept = {change.commit.sha for change in good}
    bad = tuple(change for change in found.items if change.commit.sha not in kept)
    phrase = f"{len(good)} of {len(found.items)} changes tidy, speed up, simplify or renew what is there"
    return _Count(good, bad, phrase, {"improving": len(good)}, False, "improves what is there", "does something else")


def _population(params: Params, found: Changes) -> dict[str, float | int | str]:
    return {
        "changes": len(found.items),
        "minimum": params.minimum,
        "window_months": params.months,
        "automation_left_out": found.bots,
        "releases_left_out": found.releases,
    }


def _too_few(params: Params, scan: Scan, found: Changes) -> Outcome:
    head = (
        f"{len(found.items)} change{'' if len(found.items) == 1 else 's'} by people landed from {_day(found.line.since)} to {_day(scan.as_of)}, "
        f"{params.minimum} are needed to judge"
    )
    code, text = "TOO_FEW", head
    if imported(scan, found, 0.9):
        code = "HISTORY_IMPORTED"
        text = f"{head}; the history begins with a commit that already holds nearly everything"
    return not_assessable(code, text, [_figure(params, scan, found)], measured=_population(params, found))


def _gap(params: Params, share: float) -> str:
    if params.at_least is not None:
        return "absent" if not share else "unenforced" if share < params.severe else "weak"
    return "bypass" if 1 - share > params.severe else "weak"


def _figure(params: Params, scan: Scan, found: Changes) -> Evidence:
    """State the population with the window it was counted over and the command that lists it."""
    window = f"{_day(found.line.since)} to {_day(scan.as_of)}"
    note = f"{len(found.items)} changes of the first-parent line from {found.line.tip[:12]}, {window}"
    left = found.bots + found.releases
    if left:
        note += f"; {found.bots} changes by automation and {found.releases} that only make a release left out"
    if found.line.note:
        note += f"; {found.line.note}"
    return from_history(note, _COMMAND.format(months=params.months))


def _cite(change: Change, note: str = "") -> Evidence:
    return at_commit(change.commit.sha, f"{change.commit.subject[:120]}: {note or change.judged.reason}")


def _day(moment: int) -> str:
    return datetime.fromtimestamp(min(max(moment, 0), 253402300799), UTC).date().isoformat()
