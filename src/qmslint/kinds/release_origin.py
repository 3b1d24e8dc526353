"""Releases come from the default branch or from a branch that releases may come from."""

from __future__ import annotations

from qmslint.derive import option
from qmslint.facts.base import Scan
from qmslint.facts.origin import Origin, origins
from qmslint.facts.releases import Release, sample
from qmslint.model.evidence import Evidence, absent_at, at_tag, from_history
from qmslint.model.outcome import Outcome, conforming, nonconforming, not_applicable, not_assessable
from qmslint.quick import dataclass

NEEDS = frozenset({"history", "tags", "tree"})


@dataclass(frozen=True, slots=True)
class Params:
    """The commit of every release tag is on a branch that releases may come from."""

    at_least: float = option("Lowest share of releases from such a branch, 0 to 1.", 1.0, minimum=0, maximum=1)
    bump: int = option(
        "Commits that only change version files and notes which may lie between branch and tag.", 3, minimum=0
    )
    months: float = option("Window before the examination, in months.", 12, minimum=1)
    last: int = option("Where the window has fewer releases, the last so many.", 5, minimum=1)
    pre_releases: bool = option("Whether pre-releases are looked at as well.", False)


def check(params: Params, scan: Scan) -> Outcome:
    """Look for the branches that hold each release's commit."""
    chosen = sample(scan, params.months, params.last, params.pre_releases)
    if not chosen:
        return not_applicable("nothing was released yet", [absent_at("refs/tags", "release tags")])
    found = origins(scan, chosen, params.bump)
    good = [r for r in chosen if found[r].where in ("line", "branch", "bump")]
    wrong = [r for r in chosen if found[r].where == "elsewhere"]
    unknown = [r for r in chosen if found[r].where == "nowhere"]
    measured = {
        "releases": len(chosen),
        "from_controlled_branch": len(good),
        "from_other_branch": len(wrong),
        "on_no_branch": len(unknown),
        "needed": params.at_least,
        "window_months": params.months,
    }
    head = f"{len(good)} of {len(chosen)} releases from {chosen[-1].name} to {chosen[0].name} come from the default or a release branch"
    if len(good) >= params.at_least * len(chosen):
        return conforming(head, [_figure(len(chosen)), *(_cite(r, found[r]) for r in good[:8])], measured=measured)
    evidence = [_figure(len(chosen)), *(_cite(r, found[r]) for r in (wrong + unknown)[:10])]
    if len(good) + len(unknown) >= params.at_least * len(chosen):
        text = f"{head}; {len(unknown)} are on no branch of this clone: fetch all branches, or declare where they went"
        return not_assessable("NO_EVIDENCE_HERE", text, evidence, measured=measured)
    names = ", ".join(f"{r.name} ({found[r].note})" for r in wrong[:3])
    return nonconforming(f"{head}; not {names}", evidence, "bypass" if not good else "weak", measured=measured)


def _figure(number: int) -> Evidence:
    text = f"{number} release tags and the branches that hold them"
    return from_history(text, "git branch --all --contains <tag>")


def _cite(release: Release, origin: Origin) -> Evidence:
    return at_tag(release.name, release.tag.commit, origin.note)
