"""Changes of the newest release can be followed from what asked for them to what tells of them."""

from __future__ import annotations

from qmslint.derive import option
from qmslint.errors import Unassessable
from qmslint.facts.base import MONTH, Scan
from qmslint.facts.chain import matrix
from qmslint.facts.draw import draw, pool
from qmslint.facts.releases import Release, releases
from qmslint.facts.spans import before, below, shipped
from qmslint.model.evidence import Evidence, absent_at, at_commit, at_tag, in_file
from qmslint.model.outcome import Confidence, Outcome, conforming, nonconforming, not_applicable, not_assessable
from qmslint.model.trace import Chain, Link, Matrix
from qmslint.quick import dataclass

NEEDS = frozenset({"history", "tags", "tree", "text"})


@dataclass(frozen=True, slots=True)
class Params:
    """A seeded sample of the changes of the newest release; each step of each chain is looked up."""

    sample: int = option("How many changes are drawn.", 5, minimum=1)
    seed: int = option("What the draw depends on; the same seed draws the same changes.", 1, minimum=0)
    severe: float = option(
        "Where more than this share of the chains breaks before the note the gap is called `broken`.", 0.5
    )
    minimum: int = option(
        "Changes a release needs to be looked at; where it has fewer, an earlier one is.", 1, minimum=1
    )
    months: float = option(
        "A release so many months before the newest of all says nothing of how releases are made today.", 24, minimum=1
    )


def check(params: Params, scan: Scan) -> Outcome:
    """Draw changes of the newest release that has any, and name the first broken link of each."""
    if scan.repo.shallow:
        raise Unassessable("SHALLOW", "the clone is cut off; fetch the whole history with tags (fetch-depth: 0)")
    if not releases(scan):
        return not_applicable("nothing was released yet", [absent_at("refs/tags", "release tags")])
    found = _newest(params, scan)
    if found is None and (beside := _newer_beside(params, scan)):
        text = f"the releases of today, up to {beside}, come from branches that the examined commit does not hold; examine one of them"
        return not_assessable("NO_EVIDENCE_HERE", text, [absent_at("refs/tags", text)])
    if found is None:
        text = f"no release of the examined line brings {params.minimum} changes by people"
        return not_assessable("TOO_FEW", text, [absent_at("refs/tags", text)])
    drawn = draw(found.chains, params.sample, params.seed)
    broken = [(chain, link) for chain in drawn if (link := chain.fault)]
    hidden = [chain for chain in drawn if not chain.fault and chain.unseen]
    measured: dict[str, float | int | str] = {
        "release": found.release,
        "changes": len(found.chains),
        "sampled": len(drawn),
        "seed": params.seed,
        "broken": len(broken),
        "not seen as a whole": len(hidden),
        "severe": params.severe,
    }
    head = f"{found.release}: {len(drawn)} of {len(pool(found.chains))} changes of the product drawn with seed {params.seed}"
    if broken:
        steps = ", ".join(f"{link.step} of {chain.commit[:10]}" for chain, link in broken[:5])
        # Notes are written for users: what they leave out still leads from its story to its release.
        early = sum(1 for _, link in broken if link.step != "note")
        gap = "broken" if early > params.severe * len(drawn) else "weak"
        evidence = [_figure(found), *(item for chain, link in broken for item in _cite(chain, link))]
        message = f"{head}; {len(broken)} cannot be followed to the end: {steps}"
        return nonconforming(message, evidence, gap, confidence=Confidence.MEDIUM, measured=measured)
    if hidden:
        steps = ", ".join(dict.fromkeys(link.step for c in hidden for link in c.links if link.state == "unseen"))
        text = f"{head}; none breaks, but not all of them could be followed: {steps} not seen; put an export under .qms/evidence/"
        evidence = [_figure(found), *(item for chain in drawn for item in _cite(chain, None))]
        return not_assessable("NO_EVIDENCE_HERE", text, evidence, measured=measured)
    sure = all(link.state == "covered" for chain in drawn for link in chain.links)
    evidence = [_figure(found), *(item for chain in drawn for item in _cite(chain, None))]
    message = f"{head}; all of them can be followed from end to end"
    return conforming(message, evidence, confidence=Confidence.HIGH if sure else Confidence.MEDIUM, measured=measured)


def _newest(params: Params, scan: Scan) -> Matrix | None:
    for release in tuple(shipped(scan))[::-1][:5]:
        if _newer_beside(params, scan, release):
            break
        under = before(scan, release) or below(scan, release)
        base = under.tag.commit if under else ""
        found = matrix(scan, release.name, base, release.tag.commit, release)
        if len(found.chains) >= params.minimum:
            return found
    return None


def _newer_beside(params: Params, scan: Scan, than: Release | None = None) -> str:
    """Return the newest release where the newest of the examined line, or the given one, is long before it."""
    final = [release for release in releases(scan) if not release.pre]
    here = than or next(reversed(tuple(shipped(scan))), None)
    if not final or here is None:
        return ""
    newest = max(final, key=lambda release: (release.tag.tagged, release.name))
    return newest.name if newest.tag.tagged - here.tag.tagged > params.months * MONTH else ""


def _figure(found: Matrix) -> Evidence:
    return at_tag(found.release, found.tip, f"{len(found.chains)} changes since {found.base[:12] or 'the beginning'}")


def _cite(chain: Chain, link: Link | None) -> list[Evidence]:
    """Return the change and, of its links, the broken one or all that lead to a file."""
    shown = [link] if link else [one for one in chain.links if one.path]
    text = f"{link.step} {link.state}: {link.text}" if link else ", ".join(f"{o.step} {o.state}" for o in chain.links)
    found = [at_commit(chain.commit, f"{chain.title[:80]}: {text}")]
    return found + [in_file(one.path, one.line, f"{one.step}: {one.text}") for one in shown if one.path]
