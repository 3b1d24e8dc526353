"""Delivery figures from release tags or deployment exports, with their limits; they are told, never graded."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from qmslint.facts.base import DAY, MONTH, Scan, fact
from qmslint.facts.dates import day_of
from qmslint.facts.delivery import REPAIR_DAYS, Deliveries, Event, deliveries
from qmslint.model.metrics import LEAST, Figure, Metrics

WEEK = 7 * DAY


@fact
def metrics(scan: Scan, months: float) -> Metrics:
    """Return the five delivery figures of the last ``months``.

    Raises
    ------
    Unassessable
        ``SHALLOW`` in a clone that is cut off.
    """
    found = deliveries(scan)
    since = scan.since(months)
    events = [event for event in found.events if since <= event.when <= scan.as_of]
    tags = found.source == "tags"
    what = "releases" if tags else "deployments"
    figures = (
        _frequency(events, months, what, tags),
        _lead(events, what, tags),
        _failed(events, what, tags),
        _recovery(events, what),
        _rework(events, what),
    )
    return Metrics(
        _source(found, events),
        _merging(scan, since),
        day_of(since).isoformat(),
        day_of(scan.as_of).isoformat(),
        months,
        len(events),
        figures,
        _notes(found, events),
    )


def _frequency(events: Sequence[Event], months: float, what: str, tags: bool) -> Figure:
    weeks = months * MONTH / WEEK
    value = round(len(events) / weeks, 2) if len(events) >= LEAST else None
    caveat = "a tag is not a deployment, and continuous deployment has no tags" if tags else "as complete as the export"
    return Figure(
        "deployment_frequency", "Deployment frequency", value, "per week",
        f"{what} in the window, divided by its weeks", len(events), what, caveat,
    )  # fmt: skip


def _lead(events: Sequence[Event], what: str, tags: bool) -> Figure:
    per_event, commits = [], 0
    for event in events:
        days = [(event.when - c.authored) / DAY for c in event.commits if c.authored <= event.when]
        commits += len(days)
        per_event += [median(days)] if days else []
    value = round(median(per_event), 1) if len(per_event) >= LEAST else None
    end = "release tag" if tags else "deployment"
    caveat = "a squash keeps only its last commit, author dates are what authors' machines said"
    return Figure(
        "change_lead_time", "Change lead time", value, "days",
        f"days from the author date of a commit to the first {end} that holds it, merges left out: the median of the medians of the {what}",
        len(per_event), f"{what} with {commits} commits", caveat,
    )  # fmt: skip


def _failed(events: Sequence[Event], what: str, tags: bool) -> Figure:
    bad = sum(1 for event in events if event.failed)
    value = round(100 * bad / len(events), 1) if len(events) >= LEAST else None
    told = "withdrawn by the change log" if tags else "reported as failed"
    return Figure(
        "change_fail_rate", "Change fail rate (change failure rate)", value, "%",
        f"share of {what} that were {told}, or whose change a later one reverted, or that were followed within "
        f"{REPAIR_DAYS} days by one that reverts, hotfixes or names an incident",
        len(events), what, "a lower bound: repairs that do not say so are not seen",
    )  # fmt: skip


def _recovery(events: Sequence[Event], what: str) -> Figure:
    hours = [(event.repaired - event.when) / 3600 for event in events if event.failed and event.repaired]
    value = round(median(hours), 1) if len(hours) >= LEAST else None
    return Figure(
        "failed_deployment_recovery_time", "Failed deployment recovery time (time to restore service)", value, "hours",
        f"median time from {what[:-1]} to the one that repaired it",
        len(hours), f"failed {what}", "when customers noticed and when they were served again is not in git",
    )  # fmt: skip


def _rework(events: Sequence[Event], what: str) -> Figure:
    count = sum(1 for event in events if event.repair)
    value = round(100 * count / len(events), 1) if len(events) >= LEAST else None
    return Figure(
        "deployment_rework_rate", "Deployment rework rate", value, "%",
        f"share of {what} that are named as unplanned, revert or hotfix something delivered, or name an incident",
        len(events), what, "needs a custom of naming such deliveries",
    )  # fmt: skip


def _source(found: Deliveries, events: Sequence[Event]) -> str:
    if found.source == "tags":
        return "final release tags of the examined line"
    paths = sorted({event.path for event in events or found.events})
    return f"deployments exported in {', '.join(paths[:5])}"


def _merging(scan: Scan, since: int) -> str:
    line = [commit for commit in scan.history.first_parents if commit.committed >= since and commit.parents]
    merges = sum(1 for commit in line if len(commit.parents) > 1)
    if not line:
        return "nothing landed in the window"
    share = merges / len(line)
    how = "merge commits" if share >= 0.5 else "single commits: squashed, rebased or pushed" if share < 0.1 else "mixed"
    return f"{how} ({merges} of {len(line)} changes landed by a merge commit)"


def _notes(found: Deliveries, events: Sequence[Event]) -> tuple[str, ...]:
    notes = [f"failed: {event.name} ({event.failed})" for event in events if event.failed][:20]
    late = sum(1 for event in events for c in event.commits if c.authored > event.when)
    if late:
        notes.append(f"{late} commits are dated after what delivered them, and were left out")
    if found.source == "tags":
        notes.append("with an export of deployments below .qms/evidence/ the figures are about deployments")
    return tuple(notes)
