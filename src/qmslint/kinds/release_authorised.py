"""Releases can be traced to a person who let them go."""

from __future__ import annotations

from qmslint.derive import option
from qmslint.facts.authority import STRONG, Authority, authorities, weak_ways, written_rule
from qmslint.facts.base import Scan
from qmslint.facts.releases import Release, sample
from qmslint.facts.review import approval_policy
from qmslint.model.evidence import Evidence, absent_at, at_tag, from_history, in_record
from qmslint.model.outcome import Confidence, Outcome, conforming, nonconforming, not_applicable
from qmslint.quick import dataclass

NEEDS = frozenset({"history", "tags", "tree", "text"})


@dataclass(frozen=True, slots=True)
class Params:
    """A share of the releases names an approver, was merged by a second person, has a record, or is signed."""

    at_least: float = option("Lowest share of releases tied to a person, 0 to 1.", 0.9, minimum=0, maximum=1)
    tagger: bool = option("Whether an unsigned annotated tag ties a release to its tagger.", False)
    months: float = option("Window before the examination, in months.", 12, minimum=1)
    last: int = option("Where the window has fewer releases, the last so many.", 5, minimum=1)
    pre_releases: bool = option("Whether pre-releases count.", False)


def check(params: Params, scan: Scan) -> Outcome:
    """Look for the strongest tie of each release to a person."""
    chosen = sample(scan, params.months, params.last, params.pre_releases)
    if not chosen:
        return not_applicable("nothing was released yet", [absent_at("refs/tags", "release tags")])
    found = authorities(scan, chosen)
    rule = written_rule(scan)
    good = [release for release in chosen if _enough(params, scan, release, found[release], rule is not None)]
    bad = [release for release in chosen if release not in good]
    share = len(good) / len(chosen)
    measured: dict[str, float | int | str] = {
        "releases": len(chosen),
        "share": round(share, 3),
        "needed": params.at_least,
    }
    for authority in found.values():
        measured[authority.how] = int(measured.get(authority.how, 0)) + 1
    measured["window_months"] = params.months
    head = f"{len(good)} of {len(chosen)} releases from {chosen[-1].name} to {chosen[0].name} can be traced to a person who let them go"
    if bad:
        head += f"; {weak_ways(found[release] for release in bad)}"
    if share >= params.at_least:
        sure = all(found[release].how in ("approval", "record") for release in good)
        evidence = [_cite(release, found[release]) for release in good[:10]]
        if rule and any(found[release].how not in STRONG for release in good):
            head += f"; it is written who may release ({rule.path}:{rule.line})"
            evidence.insert(0, rule)
        return conforming(head, evidence, confidence=Confidence.HIGH if sure else Confidence.MEDIUM, measured=measured)
    tied = any(found[release].how != "none" for release in chosen)
    evidence = [_figure(len(chosen)), *(_cite(release, found[release]) for release in bad[:10])]
    searched = (
        "tag messages",
        "trailers of the tagged commits",
        "who merged them",
        "releases/<version>/",
        "signatures",
    )
    return nonconforming(head, evidence, "weak" if tied else "absent", searched=searched, measured=measured)


def _enough(params: Params, scan: Scan, release: Release, authority: Authority, ruled: bool) -> bool:
    """Say whether a tie counts: the weaker ones only under a written rule or a policy that asks for approval."""
    if authority.how in STRONG:
        return True
    if authority.how in ("tagger", "automation"):
        return ruled or (params.tagger and authority.how == "tagger")
    policy = approval_policy(scan)
    return authority.how == "merge-request" and policy is not None and release.tag.tagged >= policy


def _figure(number: int) -> Evidence:
    text = f"{number} release tags, their taggers and messages"
    return from_history(text, "git for-each-ref --format='%(refname:short) %(taggername) %(contents)' refs/tags")


def _cite(release: Release, authority: Authority) -> Evidence:
    if authority.path:
        return in_record(authority.path, authority.line, f"{release.name}: {authority.note}")
    return at_tag(release.name, release.tag.commit, authority.note)
