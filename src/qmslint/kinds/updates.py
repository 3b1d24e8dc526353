"""Something proposes updates of components, for the ecosystems in use, and they are taken."""

from __future__ import annotations

from qmslint.derive import option
from qmslint.errors import Unassessable
from qmslint.facts.base import Scan
from qmslint.facts.dependencies import ECOSYSTEMS, constraints_elsewhere, manifests, untaken, updaters
from qmslint.facts.people import roles
from qmslint.facts.pipelines import pipelines
from qmslint.model.evidence import Evidence, absent_at, at_commit, in_file
from qmslint.model.outcome import Confidence, Outcome, conforming, nonconforming, not_applicable, not_assessable
from qmslint.quick import dataclass

NEEDS = frozenset({"tree", "text", "history"})
_PIPELINE = frozenset({"github-actions"})
_WORDS = (b"bump ", b"update dependency", b"deps", b"renovate", b"dependabot", b"upgrade ")


@dataclass(frozen=True, slots=True)
class Params:
    """Update automation covers a share of the ecosystems that declare dependencies."""

    at_least: float = option("Share of the ecosystems that must be covered, 0 to 1.", 0.8, minimum=0, maximum=1)
    days: int = option("Days without a taken update, while automation is configured, that are noted.", 180, minimum=1)


def check(params: Params, scan: Scan) -> Outcome:
    """Compare ecosystems in use with those the automation covers, and show updates that landed."""
    used = {ECOSYSTEMS.get(m.ecosystem, m.ecosystem) for m in manifests(scan) if m.dependencies > 0}
    if pipelines(scan).systems and any(
        system == "github" or "github" in system.lower() for system in pipelines(scan).systems
    ):
        used.add("github-actions")
    tools = updaters(scan)
    unread = untaken(scan)
    if not used - _PIPELINE and not tools and not unread:
        return not_applicable("no declared dependency was found", [absent_at("", "manifest with dependencies")])
    landed = _landed(scan, params.days)
    if not tools and landed:
        message = f"no update automation is configured here, but {len(landed)} update{'s' if len(landed) > 1 else ''} by automation landed in {params.days} days"
        return conforming(message, landed[:10], confidence=Confidence.MEDIUM, measured={"taken_updates": len(landed)})
    if unread and not used - _PIPELINE and all(tool.ecosystems and tool.ecosystems <= _PIPELINE for tool in tools):
        text = f"dependencies are declared in {unread[0].path}, a form that is not taken apart; what proposes updates of them was not recognised"
        return not_assessable(
            "NO_CHECK", text, [in_file(m.path, note=f"dependencies for {m.ecosystem}") for m in unread[:10]]
        )
    elsewhere = constraints_elsewhere(scan) if not tools and used - _PIPELINE == {"python"} else None
    if elsewhere:
        path, line, address = elsewhere
        text = f"the versions of Python components come from {address[:160]}, says {path}:{line}; look there who keeps them current"
        return not_assessable("EXTERNAL", text, [in_file(path, line, f"versions from {address[:160]}")])
    if not tools:
        place = absent_at(".github/dependabot.yml", "update automation")
        searched = ["dependabot.yml", "renovate.json", ".pyup.yml", ".scala-steward.conf"]
        message = f"nothing proposes updates for {', '.join(sorted(used))}"
        return nonconforming(message, [place], "absent", searched=searched)
    covered = {name for name in used if any(not tool.ecosystems or name in tool.ecosystems for tool in tools)}
    own = used - _PIPELINE
    share = len(covered & own) / len(own) if own else 1.0
    measured = {
        "ecosystems": len(own),
        "covered": len(covered & own),
        "needed": params.at_least,
        "taken_updates": len(landed),
    }
    evidence: list[Evidence] = [
        in_file(tool.path, tool.line, f"{tool.name}: {', '.join(sorted(tool.ecosystems)) or 'all ecosystems'}")
        for tool in tools
    ]
    evidence += landed[:3]
    if share < params.at_least:
        missing = ", ".join(sorted(own - covered))
        return nonconforming(f"update automation does not cover {missing}", evidence, "incomplete", measured=measured)
    names = " and ".join(sorted({tool.name for tool in tools}))
    sure = Confidence.HIGH if landed else Confidence.MEDIUM
    tail = f", {len(landed)} updates landed in {params.days} days" if landed else ""
    if unread:
        sure = Confidence.MEDIUM
        tail += f"; {unread[0].path} was not taken apart"
    return conforming(
        f"{names} covers {', '.join(sorted(covered)) or 'what is used'}{tail}",
        evidence,
        confidence=sure,
        measured=measured,
    )


def _landed(scan: Scan, days: int) -> list[Evidence]:
    try:
        commits = scan.history.commits
    except Unassessable:
        return []
    since = scan.as_of - days * 86_400
    who = roles(scan)
    found = []
    for commit in commits:
        # A merge by automation brings in what a person may have written; where the history is cut off, it has no parents.
        if commit.committed < since or len(commit.parents) != 1:
            continue
        head = commit.message[:400].lower()
        if any(word in head for word in _WORDS) and who.role(commit.author) == "bot":
            found.append(at_commit(commit.sha, commit.subject[:100]))
    return found
