"""Results of indicators are recorded, not only defined."""

from __future__ import annotations

from collections.abc import Sequence

from qmslint.derive import option
from qmslint.errors import Unassessable
from qmslint.facts.base import Scan
from qmslint.facts.dates import day_of
from qmslint.facts.documents import find
from qmslint.facts.families import decides, family_of, speaks_of
from qmslint.facts.figures import metrics
from qmslint.facts.markup import document, markup_of
from qmslint.facts.measurements import Measurement, measurements, objectives_as_code
from qmslint.facts.records import records
from qmslint.facts.records.actions import from_document, linked
from qmslint.facts.records.words import common
from qmslint.facts.sentences import points, sentences
from qmslint.model.evidence import Evidence, absent_at, from_history, in_file, in_record
from qmslint.model.metrics import LEAST
from qmslint.model.outcome import Confidence, Outcome, conforming, nonconforming, not_applicable, not_assessable
from qmslint.quick import dataclass

NEEDS = frozenset({"tree", "text", "history", "tags"})
_LISTED = 20


@dataclass(frozen=True, slots=True)
class Params:
    """Different measures of one family of indicators have results within a window."""

    family: str = option("Family of indicators in the vocabulary `measurements`.")
    least: int = option("How many different measures need a result.", 1, minimum=1)
    months: float = option("Results of this many months count.", 6, minimum=1)
    objective: bool = option(
        "An objective is needed as well: as code, or as a target in the catalogue of indicators.", False
    )
    action: bool = option("Something that was done because of a result is needed as well.", False)
    figures: bool = option("Tell the delivery figures that git itself shows beside the recorded ones.", False)
    what: str = option("What the results are about, for messages.", "indicators")


def check(params: Params, scan: Scan) -> Outcome:
    """Look for recent results; else say whether the indicators are at least defined."""
    beside, own = _figures(params, scan)
    if isinstance(beside, Outcome):
        return beside
    every = measurements(scan)
    mine = [m for m in every if m.family == params.family]
    since = day_of(scan.since(params.months))
    fresh = [m for m in mine if m.day and m.day >= since]
    names = tuple(dict.fromkeys(m.measure for m in fresh))
    measured: dict[str, float | int | str] = {
        "results": len(mine), "recent": len(fresh), "measures": len(names), "needed": params.least,
        "window in months": params.months, **own,
    }  # fmt: skip
    evidence = [_cite(m) for m in fresh[:_LISTED]]
    if len(names) >= params.least:
        goals = _objectives(params, scan)
        acted = _acted(params, scan, fresh) if params.action else []
        lacks = "an objective to compare them with" if params.objective and not goals else ""
        lacks = lacks or ("anything that was done because of them" if params.action and not acted else "")
        if lacks:
            message = f"{len(names)} measures of {params.what} have results, but without {lacks}"
            return nonconforming(
                message, [*evidence, *beside], "incomplete", confidence=Confidence.MEDIUM, measured=measured
            )
        message = f"results of {', '.join(names)} are recorded within {params.months:g} months"
        return conforming(
            message, [*evidence, *goals[:5], *acted[:5], *beside], confidence=Confidence.MEDIUM, measured=measured
        )
    return _short(params, scan, every, mine, fresh, beside, measured)


def _short(
    params: Params,
    scan: Scan,
    every: Sequence[Measurement],
    mine: Sequence[Measurement],
    fresh: Sequence[Measurement],
    beside: list[Evidence],
    measured: dict[str, float | int | str],
) -> Outcome:
    """Say what is there instead of enough recent results."""
    if fresh:
        message = f"only {', '.join(dict.fromkeys(m.measure for m in fresh))} of {params.what} have recent results"
        return nonconforming(message, [*map(_cite, fresh[:_LISTED]), *beside], "incomplete", measured=measured)
    undated = [m for m in mine if m.day is None]
    if undated and len(undated) == len(mine):
        text = f"{len(undated)} results of {params.what} carry no date that can be read in one way only"
        return not_assessable("TOO_FEW", text, list(map(_cite, undated[:_LISTED])), measured=measured)
    if mine:
        newest = max(m.day for m in mine if m.day)
        message = f"the newest result of {params.what} is of {newest}, more than {params.months:g} months ago"
        return nonconforming(message, [*map(_cite, mine[-_LISTED:]), *beside], "stale", measured=measured)
    defined = _defined(params, scan)
    if defined:
        message = f"{params.what} are defined, but no result is recorded"
        return nonconforming(
            message, [*defined[:_LISTED], *beside], "weak", confidence=Confidence.MEDIUM, measured=measured
        )
    if len({m.measure for m in every}) >= 2:
        others = ", ".join(sorted({m.measure for m in every})[:6])
        message = f"results are recorded ({others}), but none of {params.what}"
        evidence = [*map(_cite, every[:_LISTED]), *beside]
        return nonconforming(message, evidence, "incomplete", confidence=Confidence.MEDIUM, measured=measured)
    searched = [str(glob) for glob in scan.words("measurements", "globs")][:12]
    place = absent_at("docs/kpis.md", f"results of {params.what}")
    message = f"no results of {params.what} were found"
    return nonconforming(message, [place, *beside], "absent", searched=searched, measured=measured)


def _cite(item: Measurement) -> Evidence:
    return in_record(item.path, item.line, f"{item.label}: {item.value}" + (f" ({item.day})" if item.day else ""))


def _defined(params: Params, scan: Scan) -> list[Evidence]:
    found = [
        in_record(r.path, r.line, f"defined: {r.name}")
        for r in records(scan, "indicator").items
        if family_of(scan, r.text("metric") or r.title)[0] == params.family
    ]
    return found + (_as_code(scan) if params.objective else [])


def _as_code(scan: Scan) -> list[Evidence]:
    return [in_file(path, line, "an objective as code") for path, line in objectives_as_code(scan)]


def _objectives(params: Params, scan: Scan) -> list[Evidence]:
    if not params.objective:
        return []
    goals = [
        in_record(r.path, r.line, f"target {r.text('target')[:40]}: {r.name}")
        for kind in ("indicator", "objective")
        for r in records(scan, kind).items
        if r.text("target") and family_of(scan, r.text("metric") or r.title)[0] == params.family
    ]
    return _as_code(scan) + goals


def _acted(params: Params, scan: Scan, fresh: Sequence[Measurement]) -> list[Evidence]:
    """Return what was done because of results: named in their row, an action of the same document, or said in it."""
    found = [in_record(m.path, m.line, f"done: {m.action[:80]}") for m in fresh if m.action]
    for path in dict.fromkeys(m.path for m in fresh):
        parsed = document(scan, path) if markup_of(path) else None
        if parsed:
            spans = [(1, parsed.lines), *_action_parts(scan, path)]
            found += [
                in_record(path, a.line, f"action: {a.text[:80]}") for a in from_document(parsed, spans, common(scan))
            ]
            found += [
                in_record(path, said.line, f"said: {said.text[:80]}")
                for said in (*sentences(parsed), *points(parsed))
                if linked(said.text) and decides(scan, said.text) and speaks_of(scan, params.family, said.text)
            ]
    return found


def _action_parts(scan: Scan, path: str) -> list[tuple[int, int]]:
    parsed = document(scan, path)
    assert parsed
    spans = []
    for index, heading in enumerate(parsed.headings):
        after = [h.line for h in parsed.headings[index + 1 :] if h.level <= heading.level]
        if common(scan).action.exact(heading.text) == "action":
            spans.append((heading.line + 1, after[0] - 1 if after else parsed.lines))
    return spans


def _figures(params: Params, scan: Scan) -> tuple[list[Evidence] | Outcome, dict[str, float | int | str]]:
    """Return the delivery figures of git as evidence, or the outcome that ends it: nothing released, or too little."""
    if not params.figures:
        return [], {}
    try:
        found = metrics(scan, 12)
    except Unassessable as trouble:
        return [from_history(f"delivery figures from git: {trouble.text}", "qmslint metrics")], {}
    if not found.events and "tags" in found.source:
        from qmslint.facts.releases import releases

        if not releases(scan):
            return not_applicable("nothing was released yet", [absent_at("refs/tags", "release tags")]), {}
    told = ", ".join(f"{figure.id.replace('_', ' ')} {figure.text}" for figure in found.figures)
    note = f"from git itself ({found.source}, {found.since} to {found.until}, n = {found.events}): {told}"
    recorded = any(m.family == params.family for m in measurements(scan))
    if found.events < LEAST and not recorded and not find(scan, "kpis"):
        text = f"{found.events} releases in 12 months are too few for delivery figures; {LEAST} are needed"
        return not_assessable("TOO_FEW", text, [from_history(note, "qmslint metrics")]), {}
    figures: dict[str, float | int | str] = {
        f"git {f.id}": f.value if f.value is not None else f.text for f in found.figures
    }
    return [from_history(note, "qmslint metrics")], figures
