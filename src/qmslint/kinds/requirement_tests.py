"""Requirements are named by tests that hold something, and results of the last release are kept."""

from __future__ import annotations

from qmslint.derive import option
from qmslint.errors import Unassessable
from qmslint.facts.base import Scan
from qmslint.facts.releases import sample
from qmslint.facts.requirements import Requirement, named_in_tests, requirements, strangers
from qmslint.facts.results import kept_for
from qmslint.facts.runs import latest, runs
from qmslint.model.evidence import Evidence, absent_at, in_file
from qmslint.model.outcome import Confidence, Outcome, conforming, nonconforming, not_applicable, not_assessable
from qmslint.quick import dataclass

NEEDS = frozenset({"tree", "text", "history", "tags"})
_LISTED = 30


@dataclass(frozen=True, slots=True)
class Params:
    """A share of the testable requirements has a test that names it; both sorts of orphans are listed."""

    at_least: float = option("Share of the testable requirements that need a test, 0 to 1.", 0.9, minimum=0, maximum=1)
    results: bool = option("Whether results of the tests are needed as well.", True)


def check(params: Params, scan: Scan) -> Outcome:
    """Match requirements and tests in both directions."""
    every = requirements(scan)
    if not every:
        return not_applicable("no requirement has an identifier", [absent_at("docs/requirements.md", "requirements")])
    wanted = [item for item in every if item.testable]
    named = named_in_tests(scan)
    good = [item for item in wanted if any(not place.empty for place in named.get(item.id, ()))]
    hollow = [item for item in wanted if item not in good and item.id in named]
    bare = [item for item in wanted if item.id not in named]
    odd = strangers(scan)
    share = len(good) / len(wanted) if wanted else 1.0
    measured: dict[str, float | int | str] = {
        "requirements": len(every), "testable": len(wanted), "with a test": len(good), "share": round(share, 3),
        "needed": params.at_least, "only in empty tests": len(hollow), "unknown to the requirements": len(odd),
    }  # fmt: skip
    message = f"{len(good)} of {len(wanted)} testable requirements are named by a test"
    orphans = [_cite(item, "only an empty test names it") for item in hollow]
    orphans += [_cite(item, "no test names it") for item in bare]
    orphans += [in_file(path, line, f"names {name}, which no requirement has") for name, path, line in odd]
    if share < params.at_least:
        gap = "absent" if not good else "incomplete"
        return nonconforming(message, orphans[:_LISTED], gap, confidence=Confidence.MEDIUM, measured=measured)
    shown = [in_file(p.path, p.line, f"names {i.id}") for i in good[:10] for p in named[i.id][:1]]
    shown += [_cite(item, "has a test") for item in good[:5]]
    results = _results(scan) if params.results else [in_file(good[0].path, good[0].line)]
    if not results:
        text = f"{message}, but no results of the tests were found: keep those of the released commit"
        return not_assessable("NO_EVIDENCE_HERE", text, [*shown, *orphans][:_LISTED], measured=measured)
    return conforming(message, [*shown, *results, *orphans][:_LISTED], confidence=Confidence.MEDIUM, measured=measured)


def _cite(item: Requirement, note: str) -> Evidence:
    return in_file(item.path, item.line, f"{item.id}: {note}")


def _results(scan: Scan) -> list[Evidence]:
    """Return passing results of the newest release, or of the examined commit where nothing was released."""
    try:
        newest = sample(scan, 0.1, 1)[:1]
        kept = [k for release in newest for k in kept_for(scan, release) if k.result != "failed" and not k.stray]
        if kept:
            return [in_file(k.path, k.line, k.note) for k in kept[:3]]
        here = latest(runs(scan).by_commit.get(scan.repo.commit, ()))
    except Unassessable:
        return []
    return [in_file(run.path, 0, f"{run.name} {run.id} {run.result}") for run in here[:3] if run.result == "passed"]
