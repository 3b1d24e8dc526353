"""Results of the checks of released commits are kept with the release."""

from __future__ import annotations

from qmslint.derive import option
from qmslint.facts.base import Scan
from qmslint.facts.pipelines import pipelines
from qmslint.facts.releases import Release, sample
from qmslint.facts.results import Kept, attaching_steps, kept_for, storing_days, storing_steps
from qmslint.model.evidence import Evidence, absent_at, at_tag, in_file
from qmslint.model.outcome import Confidence, Outcome, conforming, nonconforming, not_applicable, not_assessable
from qmslint.quick import dataclass

NEEDS = frozenset({"tree", "text", "history", "tags"})
_CHECKS = frozenset({"test", "sast", "sca", "lint", "coverage", "build"})


@dataclass(frozen=True, slots=True)
class Params:
    """The newest releases have results that are bound to their commit and kept long enough."""

    last: int = option("How many of the newest releases are looked at.", 3, minimum=1)
    days: int = option("Days that results kept by the provider alone have to stay.", 90, minimum=1)


def check(params: Params, scan: Scan) -> Outcome:
    """Look for results of each release; else say where they may be and for how long."""
    chosen = sample(scan, 0.1, params.last)[: params.last]
    if not chosen:
        return not_applicable("nothing was released yet", [absent_at("refs/tags", "release tags")])
    found = {release: kept_for(scan, release) for release in chosen}
    stray = [(r, k) for r, items in found.items() for k in items if k.stray]
    held = {r: [k for k in items if not k.stray] for r, items in found.items()}
    failed = [(r, k) for r, items in held.items() for k in items if k.result == "failed"]
    without = [release for release in chosen if not held[release]]
    measured: dict[str, float | int | str] = {
        "releases": len(chosen), "with results": len(chosen) - len(without), "of another commit": len(stray),
        "failed": len(failed), "needed days": params.days,
    }  # fmt: skip
    names = f"{chosen[-1].name} to {chosen[0].name}" if len(chosen) > 1 else chosen[0].name
    if stray:
        message = f"results kept for {stray[0][0].name} are of another commit, {stray[0][1].stray[:12]}"
        return nonconforming(message, [_cite(r, k) for r, k in stray[:20]], "contradiction", measured=measured)
    if failed:
        message = f"{failed[0][0].name} was released although checks of its commit failed: {failed[0][1].note}"
        cited = [_cite(r, k) for r, k in failed[:20]]
        return nonconforming(message, cited, "contradiction", confidence=Confidence.MEDIUM, measured=measured)
    if not without:
        message = f"results of the checks are kept for {names}"
        evidence = [_cite(r, k) for r in chosen for k in held[r][:5]]
        return conforming(message, evidence, confidence=Confidence.MEDIUM, measured=measured)
    return _elsewhere(params, scan, chosen, held, without, measured)


def _elsewhere(
    params: Params,
    scan: Scan,
    chosen: tuple[Release, ...],
    held: dict[Release, list[Kept]],
    without: list[Release],
    measured: dict[str, float | int | str],
) -> Outcome:
    """Say whether results are attached on the platform, or stay with the provider and for how long."""
    cited = [at_tag(r.name, r.tag.commit, "no results of its commit") for r in without]
    cited += [_cite(r, k) for r in chosen for k in held[r][:3]]
    head = f"{len(without)} of the {len(chosen)} newest releases have no results of their commit here"
    attached = attaching_steps(scan)
    if attached:
        text = (
            f"{head}; a pipeline attaches them to the release on the platform: export them, or the list of its assets"
        )
        steps = [in_file(path, line, words) for path, line, words in attached[:5]]
        return not_assessable("EXTERNAL", text, [*steps, *cited], measured=measured)
    short = [place for place in storing_days(scan) if place[2] < params.days]
    if short:
        message = f"{head}, and what the provider stores is deleted after {short[0][2]} days"
        days = [in_file(path, line, f"kept for {kept} days") for path, line, kept in short[:5]]
        return nonconforming(message, [*days, *cited], "incomplete", measured=measured)
    checks = [step for step in pipelines(scan).steps if step.classes & _CHECKS]
    if checks or storing_steps(scan):
        text = f"{head}; they may still be with the provider, whose time of keeping is a setting"
        return not_assessable("SETTINGS_ONLY", text, [*_checks(scan), *cited], measured=measured)
    place = absent_at("releases/", "results of the released commit")
    return nonconforming(f"{head}, and no pipeline that checks was found", [place, *cited], "absent", measured=measured)


def _checks(scan: Scan) -> list[Evidence]:
    steps = [step for step in pipelines(scan).steps if step.classes & _CHECKS]
    return [in_file(step.path, step.line, f"checks: {step.what[:80]}") for step in steps[:3]]


def _cite(release: Release, kept: Kept) -> Evidence:
    note = f"{release.name}: {kept.note}" + (f", of commit {kept.stray[:12]}" if kept.stray else "")
    return in_file(kept.path, kept.line, note)
