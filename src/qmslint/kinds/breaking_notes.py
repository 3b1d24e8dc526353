"""Releases that break something tell those who use the product."""

from __future__ import annotations

from qmslint.derive import option
from qmslint.facts.base import Scan
from qmslint.facts.breaking import Break, breaks, notice_of
from qmslint.facts.changelog import generators, note_of, pointer
from qmslint.facts.releases import is_calendar, sample
from qmslint.kinds.release_notes import cite
from qmslint.model.evidence import absent_at, at_commit, at_tag, in_file
from qmslint.model.outcome import Outcome, conforming, nonconforming, not_applicable, not_assessable
from qmslint.quick import dataclass

NEEDS = frozenset({"history", "tags", "tree", "text"})


@dataclass(frozen=True, slots=True)
class Params:
    """Every release that breaks something has notes, or a guide, that say so."""

    months: float = option("Window before the examination, in months.", 12, minimum=1)
    last: int = option("Where the window has fewer releases, the last so many.", 1, minimum=1)
    at_least: float = option("Lowest share of breaking releases with a notice, 0 to 1.", 1.0, minimum=0, maximum=1)


def check(params: Params, scan: Scan) -> Outcome:
    """Find the breaking releases of the sample and look for words of warning in their notes."""
    chosen = sample(scan, params.months, params.last)
    if not chosen:
        return not_applicable("nothing was released yet", [absent_at("refs/tags", "release tags")])
    found = breaks(scan, chosen)
    if not found:
        text = f"none of the {len(chosen)} releases from {chosen[-1].name} to {chosen[0].name} breaks anything that is marked"
        if is_calendar(scan, chosen[0].component):
            text += "; they are numbered by date"
        return not_applicable(text, [at_tag(r.name, r.tag.commit, "no new major version") for r in chosen[:5]])
    told = [(item, *notice_of(scan, item)) for item in found]
    good = [(item, note, word) for item, note, word in told if note]
    bad = [item for item, note, _ in told if not note]
    measured = {"releases": len(chosen), "breaking": len(found), "with_notice": len(good), "needed": params.at_least}
    head = f"{len(good)} of {len(found)} breaking releases warn of it or say how to move"
    if len(good) >= params.at_least * len(found):
        evidence = [cite(item.release, note) for item, note, _ in good[:10] if note]
        words = ", ".join(dict.fromkeys(f"{item.release.name} ({word.strip().lower()})" for item, _, word in good[:5]))
        return conforming(f"{head}: {words}", evidence, measured=measured)
    if all(note_of(scan, item.release, 1) is None for item in bad) and (place := _elsewhere(scan)):
        text = f"{head} here; notes are written on the platform ({place[0]}): commit them, or add an export"
        return not_assessable("SETTINGS_ONLY", text, [in_file(*place, note="release notes live on the platform")])
    evidence = [at_tag(item.release.name, item.release.tag.commit, item.why) for item in bad[:10]]
    evidence += [at_commit(c.sha, c.subject[:120]) for item in bad[:5] for c in item.commits[:2]]
    gap = "incomplete" if good else "absent"
    return nonconforming(f"{head}; not {_names(bad)}", evidence, gap, searched=_SEARCHED, measured=measured)


_SEARCHED = ("entry of the change log", "file of the release", "message of the tag", "upgrade and migration guides")


def _names(items: list[Break]) -> str:
    return ", ".join(f"{item.release.name} ({item.why})" for item in items[:4])


def _elsewhere(scan: Scan) -> tuple[str, int] | None:
    made = generators(scan)
    return pointer(scan) or ((made[0], 1) if made else None)
