"""Release tags are objects that say who made them and when, or carry a signature."""

from __future__ import annotations

from typing import Literal

from qmslint.derive import option
from qmslint.facts.base import Scan
from qmslint.facts.releases import Release, sample
from qmslint.facts.tag_rules import tag_rules
from qmslint.model.evidence import Evidence, absent_at, at_tag, from_history, in_file
from qmslint.model.outcome import Confidence, Outcome, conforming, nonconforming, not_applicable, not_assessable
from qmslint.quick import dataclass

NEEDS = frozenset({"tags", "tree"})


@dataclass(frozen=True, slots=True)
class Params:
    """A share of the release tags is annotated, or signed."""

    form: Literal["annotated", "signed"] = option(
        "What a release tag has to be; a signed one is annotated.", "annotated"
    )
    at_least: float = option("Lowest share of release tags of that form, 0 to 1.", 0.9, minimum=0, maximum=1)
    protected: bool = option("Whether a rule that keeps tags from being moved has to be visible.", False)
    months: float = option("Window before the examination, in months.", 12, minimum=1)
    last: int = option("Where the window has fewer releases, the last so many.", 5, minimum=1)
    pre_releases: bool = option("Whether tags of pre-releases count.", False)


def check(params: Params, scan: Scan) -> Outcome:
    """Count the forms of the release tags and look for rules that protect them."""
    chosen = sample(scan, params.months, params.last, params.pre_releases)
    if not chosen:
        return not_applicable("nothing was released yet", [absent_at("refs/tags", "release tags")])
    annotated = [r for r in chosen if r.tag.annotated]
    signed = [r for r in chosen if r.tag.signed]
    good = signed if params.form == "signed" else annotated
    bad = [release for release in chosen if release not in good]
    rules = tag_rules(scan)
    share = len(good) / len(chosen)
    measured = {
        "releases": len(chosen),
        "annotated": len(annotated),
        "signed": len(signed),
        "share": round(share, 3),
        "needed": params.at_least,
        "window_months": params.months,
        "protection": "seen" if rules else "not seen",
    }
    head = (
        f"of {len(chosen)} release tags from {chosen[-1].name} to {chosen[0].name} {len(annotated)} are annotated and "
        f"{len(signed)} carry a signature (presence, not verified)"
    )
    places = [in_file(*place, note="rule that protects tags") for place in rules[:5]]
    if share < params.at_least:
        gap = "weak" if good else "unenforced"
        evidence = [_figure(len(chosen)), *map(_cite, bad[:10])]
        return nonconforming(head, evidence, gap, measured=measured)
    if rules:
        head += "; a rule protects tags"
    elif params.protected:
        text = f"{head}; whether tags can be moved is a setting of the platform: add the rule as code or a dated export"
        return not_assessable("SETTINGS_ONLY", text, [_figure(len(chosen)), *map(_cite, good[:3])], measured=measured)
    else:
        head += "; whether they can be moved is a setting of the platform that is not visible here"
    sure = Confidence.HIGH if rules or len(signed) >= params.at_least * len(chosen) else Confidence.MEDIUM
    return conforming(head, [_figure(len(chosen)), *places, *map(_cite, good[:5])], confidence=sure, measured=measured)


def _figure(number: int) -> Evidence:
    text = f"{number} release tags and their form"
    return from_history(text, "git for-each-ref --format='%(refname:short) %(objecttype) %(taggername)' refs/tags")


def _cite(release: Release) -> Evidence:
    tag = release.tag
    form = (
        "signed" if tag.signed else "annotated, no signature" if tag.annotated else "lightweight: a name without tagger"
    )
    by = tag.tagger.partition(" <")[0]
    return at_tag(tag.name, tag.commit, f"{form}, by {by}" if by else form)
