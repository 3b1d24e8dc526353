"""Decisions are recorded, and the records say what was decided."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from qmslint.derive import option
from qmslint.facts.base import Scan
from qmslint.facts.dates import day_of
from qmslint.facts.decisions import Decision, Decisions, decisions
from qmslint.model.evidence import Evidence, absent_at, from_history, in_file, in_record
from qmslint.model.outcome import Confidence, Outcome, conforming, nonconforming, not_applicable, not_assessable
from qmslint.quick import dataclass

NEEDS = frozenset({"tree", "text", "history", "diffs"})
_PLACE = "docs/decisions/"
_LISTED = 20


@dataclass(frozen=True, slots=True)
class Params:
    """Decision records of any dialect; those that only introduce the practice, and templates, never count."""

    minimum: int = option("How many records are needed.", 2, minimum=1)
    fields: tuple[str, ...] = option(
        "Parts every record needs: `status date decided_by context options outcome consequences`; none to count only.",
        (),
    )
    share: float = option("Share of records that need all of them, 0 to 1.", 0.9, minimum=0, maximum=1)
    severe: float = option("When more than this share lacks both status and outcome the gap is called `weak`.", 0.3)
    forgotten_days: int = option("Age in days from which on a proposal counts as forgotten; 0 never.", 0, minimum=0)
    forgotten: float = option("From this share of forgotten proposals on they are a gap, 0 to 1.", 0.2)
    lines: int = option("Without records the claim applies only beyond this many lines of code.", 0, minimum=0)
    people: int = option("… and beyond this many people who changed something in the last 12 months.", 0, minimum=0)
    optional: bool = option("Not applicable, instead of a gap, where there is no record at all.", False)


def check(params: Params, scan: Scan) -> Outcome:
    """Count the records, look for their parts, and list what is missing where."""
    found = decisions(scan)
    if params.fields:
        if not found.records:
            return _nothing(params, scan, found)
        return _complete(params, scan, found)
    if len(found.records) < params.minimum:
        return _nothing(params, scan, found)
    newest = max((d.date for d in found.records if d.date), default=None)
    measured: dict[str, float | int | str] = {
        "records": len(found.records),
        "needed": params.minimum,
        "newest": str(newest or ""),
    }
    kinds = ", ".join(sorted({d.dialect for d in found.records if d.dialect != "other"})[:3])
    message = f"{len(found.records)} decisions are recorded" + (f" ({kinds})" if kinds else "")
    return conforming(message, [_cite(d) for d in found.records[:_LISTED]], measured=measured)


def _cite(decision: Decision, lacks: str = "") -> Evidence:
    text = f"{decision.title[:80]}: {lacks or decision.status or 'no status'}"
    return in_record(decision.path, decision.line, text, name=decision.title[:80], lacks=bool(lacks))


def _nothing(params: Params, scan: Scan, found: Decisions) -> Outcome:
    searched = (
        "docs/adr",
        "docs/decisions",
        "decision-log.*",
        "rfcs",
        "keps",
        ".adr-dir",
        *found.templates[:5],
        *found.others[:10],
    )
    broken = [path for path in sorted(scan.problems) if path.endswith("kep.yaml")]
    count = len(found.records)
    if broken and not count:
        return not_assessable("PARSE_ERROR", scan.problems[broken[0]][1], [in_file(broken[0])], searched=searched)
    if params.optional and not count:
        text = "no decision is recorded"
        text += " beside the one that introduces the practice" if found.practice else ""
        return not_applicable(text, [absent_at(_PLACE, "decision records")])
    small = _small(params, scan)
    if small and not count:
        return not_applicable(small[0], small[1])
    what = f"only {count} of {params.minimum} decisions are" if count else "no decision is"
    said = [_cite(d) for d in found.records]
    said += [
        in_file(d.path, d.line, "introduces the practice, which is not a decision about the product")
        for d in found.practice[:3]
    ]
    said += [in_file(path, note="a template") for path in found.templates[:5]]
    gap = "incomplete" if count else "absent"
    measured = {"records": count, "needed": params.minimum}
    return nonconforming(
        f"{what} recorded", [*said, absent_at(_PLACE, "decision records")], gap, searched=searched, measured=measured
    )


def _small(params: Params, scan: Scan) -> tuple[str, list[Evidence]] | None:
    """Return why the product is too small to need records, with what shows it."""
    from qmslint.facts.people import active_people
    from qmslint.facts.size import lines_of_code

    if params.lines:
        count = lines_of_code(scan, params.lines)
        if count <= params.lines:
            text = f"no decision is recorded, and {count} lines of code are not more than {params.lines}"
            return text, [absent_at(_PLACE, text)]
    if params.people:
        people = active_people(scan)
        if len(people) <= params.people:
            text = f"no decision is recorded, and {len(people)} people changed something in the last 12 months"
            return text, [from_history(text, "git shortlog -sne --since='12 months ago'")]
    return None


def _complete(params: Params, scan: Scan, found: Decisions) -> Outcome:
    records = found.records
    gaps = {d: lacks for d in records if (lacks := _lacking(params, d))}
    bare = [d for d in records if not d.has("status") and not d.has("outcome")]
    old = _forgotten(params, scan, records)
    whole = 1 - len(gaps) / len(records)
    measured: dict[str, float | int | str] = {
        "records": len(records),
        "complete": round(whole, 3),
        "needed": params.share,
        "forgotten proposals": len(old),
        "forgotten after days": params.forgotten_days,
    }
    odd = [in_record(path, 1, note) for path, note in found.notes[:_LISTED]]
    listed = [
        _cite(d, f"lacks {', '.join(name.replace('_', ' ') for name in lacks)}")
        for d, lacks in list(gaps.items())[:_LISTED]
    ]
    listed += [_cite(d, f"proposed since {d.date}") for d in old[:_LISTED]]
    complaints = []
    if whole < params.share:
        worst = max(
            {name for lacks in gaps.values() for name in lacks}, key=lambda n: (sum(n in g for g in gaps.values()), n)
        )
        complaints.append(
            f"{len(gaps)} of {len(records)} decisions are incomplete, most often without {worst.replace('_', ' ')}"
        )
    if old and len(old) / len(records) >= params.forgotten:
        complaints.append(f"{len(old)} of {len(records)} are proposals older than {params.forgotten_days} days")
    if complaints:
        gap = "weak" if len(bare) / len(records) > params.severe else "incomplete" if whole < params.share else "stale"
        return nonconforming("; ".join(complaints), [*listed, *odd], gap, measured=measured)
    message = f"{len(records) - len(gaps)} of {len(records)} decisions carry {', '.join(f.replace('_', ' ') for f in params.fields)}"
    sure = Confidence.HIGH if len(gaps) + len(old) == 0 else Confidence.MEDIUM
    good = [_cite(d) for d in records if d not in gaps][:_LISTED]
    return conforming(message, [*good, *listed, *odd], confidence=sure, measured=measured)


def _lacking(params: Params, decision: Decision) -> tuple[str, ...]:
    """Return the wanted parts a record lacks; an undecided or deferred one need not have an outcome yet."""
    waits = decision.status in ("proposed", "deferred", "rejected") and (
        decision.has("context") or decision.has("options")
    )
    return tuple(name for name in params.fields if not decision.has(name) and not (name == "outcome" and waits))


def _forgotten(params: Params, scan: Scan, records: Sequence[Decision]) -> list[Decision]:
    if not params.forgotten_days:
        return []
    limit = day_of(scan.as_of) - timedelta(days=params.forgotten_days)
    return [d for d in records if d.status == "proposed" and d.date and d.date < limit]
