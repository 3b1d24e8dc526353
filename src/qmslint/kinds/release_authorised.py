"""Each release can be tied to somebody who released it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from qmslint.derive import option
from qmslint.facts.base import Scan
from qmslint.facts.documents import find
from qmslint.facts.people import roles
from qmslint.facts.releases import Release, sample
from qmslint.facts.topics import seen
from qmslint.model.evidence import Evidence, absent_at, at_tag, in_file
from qmslint.model.outcome import Confidence, Outcome, conforming, nonconforming, not_applicable
from qmslint.repo.history import Person

NEEDS = frozenset({"tags", "history", "tree", "text"})
_APPROVER = re.compile(
    r"(?im)^[ \t]*(?:approved|released|authori[sz]ed|reviewed|signed-off|freigegeben)[ -](?:by|von)[ \t]*:[ \t]*(\S.{1,120})$"
    r"|^meta:release:(?:workflow|code-review)\+[12]:[ \t]*(\S.{1,120})$"
)


@dataclass(frozen=True, slots=True)
class Params:
    """The releases of a window name an authoriser: tagger, approver in the tag, or another person's merge."""

    at_least: float = option("Share of releases with an authoriser, 0 to 1.", 0.9, minimum=0, maximum=1)
    months: float = option("Window before the examination, in months.", 12, minimum=1)
    last: int = option("Where the window has fewer releases, the last so many.", 5, minimum=1)


def check(params: Params, scan: Scan) -> Outcome:
    """Say who released each release, as far as git shows it."""
    chosen = sample(scan, params.months, params.last)
    if not chosen:
        return not_applicable("nothing was released yet", [absent_at("refs/tags", "release tags")])
    told = [(release, _authoriser(scan, release)) for release in chosen]
    good = [(release, who) for release, who in told if who]
    measured: dict[str, float | int | str] = {
        "releases": len(chosen),
        "with_authoriser": len(good),
        "share": round(len(good) / len(chosen), 3),
        "needed": params.at_least,
        "window_months": params.months,
    }
    head = f"{len(good)} of {len(chosen)} releases from {chosen[-1].name} to {chosen[0].name} show who released them"
    if len(good) >= params.at_least * len(chosen):
        return _enough(scan, head, good, measured)
    bad = [release for release, who in told if not who]
    rule = _automatic(scan) if all(_by_automation(scan, release) for release in bad) else None
    evidence = [
        _cite(r, "a lightweight tag names nobody" if not r.tag.annotated else "made by automation") for r in bad[:10]
    ]
    if rule:
        message = f"{head}; the others were made by automation under a written rule ({rule.path}:{rule.line})"
        return conforming(message, [rule, *evidence], confidence=Confidence.MEDIUM, measured=measured)
    gap = "incomplete" if good else "absent"
    return nonconforming(head, [*evidence, *(_cite(r, who) for r, who in good[:3])], gap, measured=measured)


def _enough(scan: Scan, head: str, good: list[tuple[Release, str]], measured: dict[str, float | int | str]) -> Outcome:
    """Accept names; a name that only the tagger's own machine stated needs a rule on who may release."""
    evidence = [_cite(release, who) for release, who in good[:10]]
    stated = [release for release, who in good if who.startswith("tagged by") and not release.tag.signed]
    if len(stated) * 2 < len(good):
        return conforming(head, evidence, measured=measured)
    rule = _automatic(scan)
    if rule:
        return conforming(
            f"{head}, under a written rule ({rule.path}:{rule.line})", [rule, *evidence], measured=measured
        )
    message = f"{head} only by an unsigned tag, and nothing that was found says who may release"
    return nonconforming(message, evidence, "weak", measured=measured)


def _authoriser(scan: Scan, release: Release) -> str:
    tag = release.tag
    approver = _APPROVER.search(tag.message[:8000]) if tag.annotated else None
    if approver:
        return f"approved by {(approver[1] or approver[2]).strip()}"
    if tag.annotated and tag.tagger:
        name, _, mail = tag.tagger.partition(" <")
        if roles(scan).is_person(Person(name.strip(), mail.rstrip(">"))):
            return f"tagged by {name.strip()}{' with a signature, not verified' if tag.signed else ''}"
    commit = scan.history.by_sha.get(tag.commit)
    if commit is not None and len(commit.parents) > 1 and roles(scan).is_person(commit.author):
        other = scan.history.by_sha.get(commit.parents[1])
        if other is not None and other.author != commit.author:
            return f"merged by {commit.author.name}, written by {other.author.name}"
    return ""


def _by_automation(scan: Scan, release: Release) -> bool:
    name, _, mail = release.tag.tagger.partition(" <")
    return release.tag.annotated and not roles(scan).is_person(Person(name.strip(), mail.rstrip(">")))


def _automatic(scan: Scan) -> Evidence | None:
    """Return where it is written who or what authorises a release."""
    for item in find(scan, "release-procedure"):
        if item.substantial:
            found = seen(scan, item.document, ["release-approval"]).get("release-approval")
            if found:
                return in_file(found.path, found.line, f"who authorises: {found.text}")
    return None


def _cite(release: Release, who: str) -> Evidence:
    return at_tag(release.name, release.tag.commit, who)
