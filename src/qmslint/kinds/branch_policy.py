"""What a visible policy demands before a change reaches the default branch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from qmslint.derive import option
from qmslint.facts.base import DAY, Scan
from qmslint.facts.branch_policy import branch_policies
from qmslint.facts.branch_policy.effective import Answer, Limits, assess
from qmslint.facts.branch_policy.model import CHECKS, CODE_OWNERS, BranchPolicies, Policy, Property
from qmslint.facts.branch_policy.reporters import unreported
from qmslint.facts.profile import switch
from qmslint.model.evidence import Evidence, absent_at, in_file
from qmslint.model.outcome import Confidence, Outcome, conforming, nonconforming, not_assessable
from qmslint.quick import dataclass

NEEDS = frozenset({"tree", "text", "history"})

Demand = Literal[
    "approvals",
    "checks",
    "no-force-push",
    "no-deletion",
    "admins-bound",
    "bypass-limited",
    "code-owners",
    "stale-dismissed",
    "last-pusher",
    "threads",
    "signatures",
    "linear",
]
SEARCHED = (
    ".github/rulesets/*.json, *ruleset*.json, *branch-protection*.json",
    ".github/settings.yml, .asf.yaml",
    "*.tf: github_*, gitlab_*, azuredevops_branch_policy_*, bitbucket_branch_restriction",
    ".gitlab/security-policies/*.yml, project.config",
    ".mergify.yml, bors.toml, .zuul.yaml, Prow configuration",
    ".qms/evidence/*.json",
)


@dataclass(frozen=True, slots=True)
class Params:
    """Demands on the policy that is in force on the default branch."""

    need: tuple[Demand, ...] = option(
        "Which demands count.",
        ("approvals", "checks", "no-force-push", "no-deletion", "admins-bound", "bypass-limited"),
    )
    approvals: int = option("People other than the author who must approve.", 1, minimum=1)
    bypass_actors: int = option("Roles, teams or applications that may have a way around, at most.", 2, minimum=0)
    max_export_age_days: int = option("Days after which an export of settings shows nothing any more.", 90, minimum=1)
    coherent_checks: bool = option("Compare required check names with the jobs of visible workflows.", True)
    single_maintainer: Literal["exempt", "bound"] = option(
        "Whether approvals are demanded where there is only one maintainer.", "exempt"
    )
    code_owners: Literal["where-owned", "as-needed"] = option(
        "`where-owned`: owners must approve wherever there is a CODEOWNERS file.", "as-needed"
    )


def check(params: Params, scan: Scan) -> Outcome:
    """Lay all visible policies over each other and answer demand by demand."""
    known = branch_policies(scan)
    candidates = known.about_branches()
    fresh = [p for p in candidates if p.export is None or not _stale(p, params, scan)]
    active = [p for p in fresh if p.enforcement == "active" and p.covers_default is not False]
    certain = [p for p in active if p.about == "" and p.covers_default]
    if not active:
        return _nothing_in_force(params, scan, known)
    answers = _answers(certain or active, params, scan)
    outcome = _judged(params, scan, certain or active, answers)
    unsure = [p for p in active if p not in certain]
    if outcome.gap and unsure and certain:
        # What a variable decides may supply what is missing.
        answers = _answers(active, params, scan)
        if all(answer.state != "unmet" for answer in answers):
            return _undecided(unsure, outcome)
    elif not certain and not outcome.gap:
        return _undecided(unsure, outcome)
    if outcome.gap and known.unread:
        return _unread(known)
    return outcome


def _answers(policies: list[Policy], params: Params, scan: Scan) -> tuple[Answer, ...]:
    need: tuple[str, ...] = params.need
    if params.code_owners == "where-owned" and _owned(scan):
        need = (*need, "code-owners")
    here = branch_policies(scan).about_branches()
    idle = [p for p in here if p.enforcement != "active" and p.covers_default is not False]
    answers = assess(policies, need, _limits(params), idle)
    open_ = any(a.demand == "approvals" and a.state == "unmet" for a in answers)
    if open_ and params.single_maintainer == "exempt" and _single(scan):
        text = "one maintainer, so no approval by another person is demanded"
        answers = tuple(Answer(a.demand, "met", text, a.places) if a.demand == "approvals" else a for a in answers)
    return answers


def _single(scan: Scan) -> bool:
    return switch(scan, "team").value == "single"


def _owned(scan: Scan) -> bool:
    return bool(scan.glob("/CODEOWNERS", "/.github/CODEOWNERS", "/docs/CODEOWNERS", "/.gitlab/CODEOWNERS"))


def _judged(params: Params, scan: Scan, policies: list[Policy], answers: tuple[Answer, ...]) -> Outcome:
    unmet = [a for a in answers if a.state == "unmet"]
    unseen = [a for a in answers if a.state == "unseen"]
    met = [a for a in answers if a.state == "met"]
    measured = _measured(params, scan, policies, answers)
    evidence = _evidence(policies, [*unmet, *unseen, *met])
    branch = ", ".join(branch_policies(scan).default_branches[:1])
    invisible = f"; not in the visible part: {_join(a.text for a in unseen)}" if unseen else ""
    if unmet:
        message = f"the policy for {branch} leaves gaps: {_join(a.text for a in unmet)}{invisible}"
        return nonconforming(message, evidence, _gap(unmet), measured=measured)
    contradiction = _contradiction(params, scan, policies, answers)
    if contradiction:
        return nonconforming(contradiction, evidence, "contradiction", confidence=Confidence.MEDIUM, measured=measured)
    if unseen:
        text = (
            f"what is visible of the policy for {branch} is in order ({_join(a.text for a in met) or 'nothing is demanded'})"
            f"{invisible}; add a dated export of the settings, or commit the policy"
        )
        return not_assessable("SETTINGS_ONLY", text, evidence, measured=measured)
    message = f"changes to {branch} are protected: {_join(a.text for a in met)}{_remarks(policies, scan)}"
    doubts = any(p.export or p.notes for p in policies)
    return conforming(message, evidence, confidence=Confidence.MEDIUM if doubts else Confidence.HIGH, measured=measured)


def _gap(unmet: list[Answer]) -> str:
    if any(a.demand == "approvals" for a in unmet):
        return "unenforced"
    if all(a.bypass for a in unmet):
        return "bypass"
    return "incomplete"


def _remarks(policies: list[Policy], scan: Scan) -> str:
    remarks = [note for p in policies for note in p.notes]
    exports = [p for p in policies if p.export]
    if exports:
        remarks.append("this rests on an export, which is weaker than policy as code")
    asked = any((said := p.says(CODE_OWNERS)) is not None and said.value for p in policies)
    if (
        _owned(scan)
        and not asked
        and any(p.dialect.startswith(("github", "settings", "terraform-git")) for p in policies)
    ):
        remarks.append("owners named in CODEOWNERS are asked, but their approval is not required")
    return f" ({'; '.join(dict.fromkeys(remarks))})" if remarks else ""


def _contradiction(params: Params, scan: Scan, policies: list[Policy], answers: tuple[Answer, ...]) -> str:
    """Return how the policy contradicts what else is visible: its own export, or the jobs that exist."""
    exports = [p for p in policies if p.export and p.dialect.startswith("github")]
    if exports and any(p.export is None and not p.gatekeeper for p in policies):
        shown = assess(
            exports, [d for d in params.need if d in ("approvals", "checks", "no-force-push")], _limits(params)
        )
        bad = [a for a in shown if a.state == "unmet"]
        if bad and any(p.dialect != "github-branch-rules" or len(exports) == 1 for p in exports):
            return f"the export of the settings contradicts the policy in the repository: {_join(a.text for a in bad)}"
    if not params.coherent_checks or "checks" not in params.need:
        return ""
    names = _github_checks(policies)
    missing = unreported(scan, names)
    if names and len(missing) == len(names):
        return f"no visible workflow job reports a required check: {', '.join(missing[:5])}"
    return ""


def _limits(params: Params) -> Limits:
    return Limits(params.approvals, params.bypass_actors)


def _github_checks(policies: list[Policy]) -> tuple[str, ...]:
    github = ("github", "settings-app", "terraform-github", "asf")
    found: dict[str, None] = {}
    for policy in policies:
        said = policy.says(CHECKS)
        if said and isinstance(said.value, tuple) and policy.dialect.startswith(github):
            found.update(dict.fromkeys(said.value))
    if any(name.startswith(("workflow ", "code scanning by ")) for name in found):
        return ()
    return tuple(found)


def _nothing_in_force(params: Params, scan: Scan, known: BranchPolicies) -> Outcome:
    """Say what kind of nothing it is: unreadable, computed, too old, switched off, for other branches, or none."""
    here = known.about_branches()
    branch = ", ".join(known.default_branches[:1])
    old = [p for p in here if p.export and _stale(p, params, scan)]
    off = [p for p in here if p.enforcement != "active" and p.covers_default is not False]
    elsewhere = [p for p in here if p.covers_default is False]
    if known.unread and not old and not off:
        return _unread(known)
    for policies, gap, text in (
        (old, "stale", _age_text(old, params, scan)),
        (off, "unenforced" if any(p.enforcement != "broken" for p in off) else "broken", _off_text(off)),
        (elsewhere, "incomplete", _elsewhere_text(elsewhere, branch)),
    ):
        if policies:
            return nonconforming(text, _places(policies), gap, measured=_base(params))
    computed = [note for note in known.notes if note.computed]
    if computed:
        text = f"{computed[0].text} ({computed[0].path}); add a dated export of what is applied"
        return not_assessable("SETTINGS_ONLY", text, [in_file(n.path, n.line, n.text) for n in computed[:10]])
    near = [f"{n.path}:{n.line}: {n.text}" for n in known.notes]
    near += [
        f"{p.path}:{p.line}: it is for the repository {p.about}" for p in known.policies if p.about not in ("", "?")
    ]
    message = (
        f"no policy that protects {branch} can be seen: commit the ruleset, or add a dated export below "
        ".qms/evidence/, or declare where it lives"
    )
    expected = absent_at(".github/rulesets/main.json", "branch policy as code or a dated export")
    evidence = [expected, *(in_file(n.path, n.line, n.text) for n in known.notes[:10])]
    return nonconforming(message, evidence, "absent", searched=[*SEARCHED, *near[:20]], measured=_base(params))


def _undecided(unsure: list[Policy], outcome: Outcome) -> Outcome:
    which = [p for p in unsure if p.about == "?"]
    what = "which repositories it is for" if which else "which branches it is for"
    first = (which or unsure)[0]
    text = f"{first.title} at {first.path}:{first.line}: {what} is decided by an expression; add a dated export"
    return not_assessable("SETTINGS_ONLY", text, outcome.evidence, measured=outcome.measured)


def _unread(known: BranchPolicies) -> Outcome:
    path, code, text = known.unread[0]
    return not_assessable(
        "PARSE_ERROR" if code == "PARSE_ERROR" else "LIMIT",
        f"{path} cannot be read: {text}",
        [in_file(p, note=t) for p, _, t in known.unread[:10]],
    )


def _stale(policy: Policy, params: Params, scan: Scan) -> bool:
    assert policy.export
    at = policy.export.collected_at
    return at is None or at > scan.as_of + DAY or scan.as_of - at > params.max_export_age_days * DAY


def _age_text(policies: list[Policy], params: Params, scan: Scan) -> str:
    for policy in policies:
        assert policy.export
        at = policy.export.collected_at
        if at is None:
            return f"the export {policy.path} does not say when it was collected, so it shows nothing about now"
        if at > scan.as_of + DAY:
            return f"the export {policy.path} carries a date after the examination"
        days = (scan.as_of - at) // DAY
        return f"the export {policy.path} is {days} days old; at most {params.max_export_age_days} are accepted"
    return ""


def _off_text(policies: list[Policy]) -> str:
    words = {
        "evaluate": "only evaluates and stops nothing",
        "disabled": "is switched off",
        "broken": "cannot be applied as it is written",
    }
    parts = []
    for policy in policies[:3]:
        detail = f" ({policy.notes[0]})" if policy.notes else ""
        parts.append(f"the {policy.title} {policy.name or policy.path} {words[policy.enforcement]}{detail}")
    return "; ".join(parts)


def _elsewhere_text(policies: list[Policy], branch: str) -> str:
    names = sorted({b for p in policies for b in p.branches})
    return f"the visible policy is for {', '.join(names[:5]) or 'other branches'}, not for {branch}"


def _places(policies: Iterable[Policy]) -> list[Evidence]:
    return [_at(p, p.enforcement_line or p.line, p.path, f"{p.title}: {p.enforcement}") for p in policies][:20]


def _evidence(policies: list[Policy], answers: list[Answer]) -> list[Evidence]:
    found = [_place(policy, said, answer) for answer in answers for policy, said in answer.places]
    found += [_at(p, p.line, p.path, p.title) for p in policies]
    return list(dict.fromkeys(found))[:50]


def _place(policy: Policy, said: Property, answer: Answer) -> Evidence:
    return _at(policy, said.line or policy.line, said.path or policy.path, answer.text)


def _at(policy: Policy, line: int, path: str, note: str) -> Evidence:
    return Evidence("export" if policy.export else "file", note, path=path, line=line)


def _join(texts: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(texts))


def _base(params: Params) -> dict[str, float | int | str]:
    return {
        "approvals_needed": params.approvals,
        "bypass_actors_allowed": params.bypass_actors,
        "max_export_age_days": params.max_export_age_days,
    }


def _measured(
    params: Params, scan: Scan, policies: list[Policy], answers: tuple[Answer, ...]
) -> Mapping[str, float | int | str]:
    found = _base(params)
    for answer in answers:
        for _, said in answer.places[:1]:
            if answer.demand == "approvals" and isinstance(said.value, int):
                found["approvals_required"] = int(said.value)
            elif answer.demand == "checks" and isinstance(said.value, tuple):
                found["checks_required"] = len(said.value)
    ages = [(scan.as_of - p.export.collected_at) // DAY for p in policies if p.export and p.export.collected_at]
    if ages:
        found["export_age_days"] = max(ages)
    return found
