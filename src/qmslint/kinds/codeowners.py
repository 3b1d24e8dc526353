"""Ownership rules reach what matters and lead to people who are around."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field, replace
from typing import Any

from qmslint.derive import option
from qmslint.errors import Unassessable
from qmslint.facts.base import Scan
from qmslint.facts.codeowners import critical_paths, ownable_paths, ownership
from qmslint.facts.codeowners.activity import Standing, standings
from qmslint.facts.codeowners.model import OwnerRule, Ownership
from qmslint.facts.people import active_people
from qmslint.model.evidence import Evidence, absent_at, from_history, in_file
from qmslint.model.outcome import Confidence, Outcome, conforming, nonconforming, not_applicable, not_assessable
from qmslint.patterns import any_of
from qmslint.quick import dataclass

NEEDS = frozenset({"tree", "text", "history"})
SEARCHED = (
    "CODEOWNERS, .github/CODEOWNERS, .gitlab/CODEOWNERS, docs/CODEOWNERS",
    ".bitbucket/CODEOWNERS, .gitea/CODEOWNERS, .forgejo/CODEOWNERS",
    "OWNERS of directories, OWNERS_ALIASES",
    "reviewers for paths in Terraform (azuredevops_branch_policy_auto_reviewers) or in an export of Azure's policies",
)


@dataclass(frozen=True, slots=True)
class Params:
    """How far ownership must reach and how lively owners must be."""

    share: float = option("Share of files that must have an owner, 0 to 1.", 0.8, minimum=0, maximum=1)
    critical: tuple[str, ...] = option(
        "Groups of paths that must be owned where they exist.",
        ("source", "migrations", "infrastructure", "pipelines", "policies", "ownership"),
    )
    critical_share: float = option("Share of each such group that must be owned, 0 to 1.", 0.8, minimum=0, maximum=1)
    active_days: float = option("Days within which an owner must have taken part.", 180, minimum=1)
    idle_rules_share: float = option(
        "Share of rules that may match nothing or not be understood, 0 to 1.", 0.05, minimum=0, maximum=1
    )
    needed_from: int = option("People active in a year from which ownership has to be written down.", 3, minimum=1)


@dataclass(slots=True)
class _Gap:
    gap: str
    text: str
    evidence: list[Evidence] = field(default_factory=list)


_TIED, _TIED_SHARE = 3, 0.75
"""Handles that have to be tied to people in the history before one that is not counts as gone."""
_ORDER = ("placeholder", "incomplete", "stale", "weak", "broken")
"""Which gap names the result when there are several."""


def check(params: Params, scan: Scan) -> Outcome:
    """Compare the ownership rules with the tree and with the history."""
    found = ownership(scan)
    if not found.rules:
        return _none(params, scan, found)
    measured = _measured(params, scan, found)
    gaps = [*_placeholders(scan, found), *_reach(params, scan, found, measured), *_idle(params, found)]
    alive, unseen, why = _alive(params, scan, found)
    gaps += alive
    if gaps:
        main = min(gaps, key=lambda gap: _ORDER.index(gap.gap))
        ordered = [main, *(gap for gap in gaps if gap is not main)]
        evidence = [item for gap in ordered for item in gap.evidence[:10]] or [in_file(found.files[0])]
        return nonconforming("; ".join(gap.text for gap in ordered), evidence, main.gap, measured=measured)
    if why:
        return why.but(measured=measured, evidence=(*why.evidence, *_cited(scan, found)))
    if found.files[0] in scan.problems:
        code, text = scan.problems[found.files[0]]
        return not_assessable(code, f"{found.files[0]}: {text}", [in_file(found.files[0], note=text)])
    return _good(scan, found, unseen, measured)


def _none(params: Params, scan: Scan, found: Ownership) -> Outcome:
    broken = [p for p in scan.problems if p.rsplit("/", 1)[-1] in ("CODEOWNERS", "OWNERS", "OWNERS_ALIASES")]
    if broken:
        text = f"{broken[0]}: {scan.problems[broken[0]][1]}"
        return not_assessable("PARSE_ERROR", text, [in_file(path) for path in broken[:5]])
    if found.files:
        places = [in_file(m.path, m.line, m.text) for m in found.mistakes[:10]] or [in_file(found.files[0])]
        return nonconforming(f"{found.files[0]} gives no path to anybody", places, "placeholder")
    people = active_people(scan)
    note = f"{len(people)} people authored changes in the last 12 months"
    figure = from_history(note, "git shortlog -sne --since='12 months ago'")
    if len(people) < params.needed_from:
        return not_applicable(f"{note}; from {params.needed_from} on, ownership has to be written down", [figure])
    expected = absent_at(".github/CODEOWNERS", "who owns which paths")
    measured = {"people": len(people), "needed_from": params.needed_from}
    return nonconforming(
        f"no ownership file was found, and {note}", [expected, figure], "absent", searched=SEARCHED, measured=measured
    )


def _measured(params: Params, scan: Scan, found: Ownership) -> dict[str, float | int | str]:
    paths = ownable_paths(scan)
    owned = sum(1 for path in paths if path in found.owned)
    return {
        "dialect": found.dialect,
        "rules": len(found.rules),
        "files": len(paths),
        "owned": owned,
        "owned_share": round(owned / len(paths), 3) if paths else 0,
        "share_needed": params.share,
        "critical_share_needed": params.critical_share,
        "rules_without_effect": len(found.dead) + len(found.mistakes),
        "active_days": params.active_days,
    }


def _placeholders(scan: Scan, found: Ownership) -> list[_Gap]:
    test = any_of([f"^(?:{pattern})$" for pattern in scan.words("ownership", "placeholders")])
    hits = [(rule, owner) for rule in found.rules for owner in rule.owners if test.search(owner)]
    if not hits:
        return []
    names = ", ".join(dict.fromkeys(owner for _, owner in hits[:5]))
    places = [in_file(rule.path, rule.line, f"{owner} stands for somebody") for rule, owner in hits]
    return [_Gap("placeholder", f"owners of an example were never replaced: {names}", places)]


def _reach(params: Params, scan: Scan, found: Ownership, measured: dict[str, float | int | str]) -> list[_Gap]:
    gaps = []
    for name, paths in critical_paths(scan).items():
        if name not in params.critical:
            continue
        free = [path for path in paths if path not in found.owned]
        share = 1 - len(free) / len(paths)
        measured[f"owned_{name}"] = round(share, 3)
        if share < params.critical_share:
            text = f"{len(free)} of {len(paths)} files of {_GROUPS.get(name, name)} have no owner"
            gaps.append(_Gap("incomplete", text, [in_file(path, note="it has no owner") for path in free]))
    share = float(measured["owned_share"])
    if share < params.share:
        free = [path for path in ownable_paths(scan) if path not in found.owned]
        text = f"{share:.0%} of the files have an owner, {params.share:.0%} are needed"
        gaps.append(_Gap("weak", text, [in_file(path, note="it has no owner") for path in free]))
    return gaps


_GROUPS: Mapping[str, str] = {
    "source": "the source code",
    "migrations": "migrations",
    "infrastructure": "the infrastructure",
    "pipelines": "the pipelines",
    "policies": "policy documents",
    "ownership": "the ownership rules themselves",
}


def _idle(params: Params, found: Ownership) -> list[_Gap]:
    """Return the gap of rules without effect, when they are more than a leftover."""
    total = len(found.rules) + len(found.mistakes)
    idle = len(found.dead) + len(found.mistakes)
    if not idle or idle <= params.idle_rules_share * total:
        return []
    parts = []
    if found.dead:
        patterns = ", ".join(rule.pattern for rule in found.dead[:5])
        parts.append(f"{len(found.dead)} of {total} patterns match nothing: {patterns}")
    if found.mistakes:
        parts.append(f"line {found.mistakes[0].line} has no effect: {found.mistakes[0].text}")
    places = [in_file(rule.path, rule.line, f"{rule.pattern} matches nothing") for rule in found.dead]
    places += [in_file(mistake.path, mistake.line, mistake.text) for mistake in found.mistakes]
    return [_Gap("broken", "; ".join(parts), places)]


def _alive(params: Params, scan: Scan, found: Ownership) -> tuple[list[_Gap], list[str], Outcome | None]:
    """Return groups and files whose owners are all gone, owners nobody can tell about, and why one cannot look."""
    owners = tuple(dict.fromkeys(owner for rules in _distinct(found) for rule in rules for owner in rule.owners))
    try:
        known = _strangers(standings(scan, owners, params.active_days))
    except Unassessable as trouble:
        return [], [], not_assessable(trouble.code, trouble.text, [absent_at("", trouble.text)])
    unseen = [owner for owner in owners if known[owner].state == "unknown"]
    verdicts = {rules: _verdict(rules, known) for rules in _distinct(found)}
    gaps, seen = [], False
    for name, paths in critical_paths(scan).items():
        if name not in params.critical:
            continue
        states = [verdicts[found.owned[path]] for path in paths if path in found.owned]
        seen = seen or "active" in states
        gone = [path for path in paths if path in found.owned and verdicts[found.owned[path]] == "gone"]
        if states and len(gone) > (1 - params.critical_share) * len(states):
            gaps.append(_departed(f"nobody who owns {_GROUPS.get(name, name)}", gone, found, known, params))
    reached = [path for path in ownable_paths(scan) if path in found.owned]
    lost = [path for path in reached if verdicts[found.owned[path]] == "gone"]
    if not gaps and lost and len(lost) > (1 - params.share) * len(reached):
        gaps.append(_departed(f"no owner of {len(lost)} files", lost, found, known, params))
    if not gaps and not seen and "active" not in verdicts.values():
        text = (
            f"none of the owners ({', '.join(unseen[:5])}) can be tied to anybody in the history; the platform knows "
            "who is behind them: name teams, or add their addresses to .mailmap"
        )
        return [], unseen, not_assessable("SETTINGS_ONLY", text, [in_file(found.files[0], found.rules[0].line)])
    return gaps, unseen, None


def _strangers(known: Mapping[str, Standing]) -> Mapping[str, Standing]:
    """Return what is known of owners; a handle nobody in the history has is nobody's where the others are people's."""
    people = {owner: s for owner, s in known.items() if owner.startswith("@") and "/" not in owner}
    tied = [owner for owner, standing in people.items() if standing.state in ("active", "inactive")]
    if len(tied) < _TIED or len(tied) < _TIED_SHARE * len(people):
        return known
    why = "nobody in the history has this handle, while the other owners are found there"
    return {
        owner: replace(s, state="inactive", why=why) if owner in people and s.state == "unknown" else s
        for owner, s in known.items()
    }


def _distinct(found: Ownership) -> Iterable[tuple[OwnerRule, ...]]:
    return dict.fromkeys(found.owned.values())


def _verdict(rules: tuple[OwnerRule, ...], known: Mapping[str, Standing]) -> str:
    states = {known[owner].state for rule in rules for owner in rule.owners}
    if "active" in states:
        return "active"
    return "unknown" if "unknown" in states or not states else "gone"


def _departed(who: str, paths: list[str], found: Ownership, known: Mapping[str, Standing], params: Params) -> _Gap:
    rules = dict.fromkeys(rule for path in paths for rule in found.owned[path])
    names = dict.fromkeys(owner for rule in rules for owner in rule.owners)
    places = [in_file(rule.path, rule.line, _told(rule, known)) for rule in rules]
    text = f"{who} has taken part in the last {params.active_days:.0f} days: {', '.join(list(names)[:5])}"
    return _Gap("stale", text, places)


def _told(rule: OwnerRule, known: Mapping[str, Standing]) -> str:
    return "; ".join(f"{owner}: {_day(known[owner])}" for owner in rule.owners[:5])


def _day(standing: Standing) -> str:
    from datetime import UTC, datetime

    if standing.last is None:
        return standing.why
    return f"last seen {datetime.fromtimestamp(standing.last, UTC):%Y-%m-%d} ({standing.why})"


def _cited(scan: Scan, found: Ownership) -> list[Evidence]:
    """Return the deciding rule of each critical group."""
    cited: dict[Evidence, None] = {}
    for name, paths in critical_paths(scan).items():
        for path in paths:
            for rule in found.owned.get(path, ())[:1]:
                note = f"{_GROUPS.get(name, name)}: {' '.join(rule.owners[:4])}"
                cited.setdefault(in_file(rule.path, rule.line, note))
            break
    return list(cited) or [in_file(found.files[0])]


def _good(scan: Scan, found: Ownership, unseen: list[str], measured: Mapping[str, Any]) -> Outcome:
    remarks = []
    if found.catch_all_only:
        remarks.append("one pattern for everything is all there is")
    if unseen:
        remarks.append(f"not tied to anybody in the history: {', '.join(unseen[:5])}")
    if found.dead or found.mistakes:
        remarks.append(f"{len(found.dead) + len(found.mistakes)} rules without effect")
    if found.ignored:
        remarks.append(f"not read by the platform: {', '.join(found.ignored)}")
    message = (
        f"{float(measured['owned_share']):.0%} of the files have an owner, the critical ones too, by {found.files[0]}"
    )
    confidence = Confidence.LOW if found.catch_all_only else Confidence.MEDIUM
    return conforming(
        message + (f" ({'; '.join(remarks)})" if remarks else ""),
        _cited(scan, found),
        confidence=confidence,
        measured=measured,
    )
