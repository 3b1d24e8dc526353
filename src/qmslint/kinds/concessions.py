"""What was set aside has a reason, names what it sets aside, and ends."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from qmslint.derive import option
from qmslint.facts.base import Scan
from qmslint.facts.concessions import Concession, concessions
from qmslint.model.evidence import Evidence, absent_at, in_file
from qmslint.model.outcome import Confidence, Outcome, conforming, nonconforming, not_applicable, not_assessable
from qmslint.quick import dataclass

NEEDS = frozenset({"tree", "text"})
_LISTED = 30
_GRAVE = frozenset({"no reason", "expired"})
_SEVERE = frozenset({"no reason", "expired", "names no rule"})


@dataclass(frozen=True, slots=True)
class Params:
    """Entries of ignore lists, marks in source code, and tests that are switched off."""

    at_least: float = option(
        "Share of entries and of marks that has to be without fault, 0 to 1.", 0.9, minimum=0, maximum=1
    )
    skipped: float = option(
        "Share of the tests that may be switched off without a reason, 0 to 1.", 0.02, minimum=0, maximum=1
    )
    few: int = option("So many faults of one sort are tolerable whatever their share.", 1, minimum=0)


def check(params: Params, scan: Scan) -> Outcome:
    """Count faults by sort and list them, those of security tools first."""
    found = concessions(scan)
    if found.broken:
        why = scan.problems[found.broken[0]][1]
        text = f"{why}; repair it, or nobody can tell what is ignored"
        return not_assessable("PARSE_ERROR", text, [in_file(path, 0, scan.problems[path][1]) for path in found.broken])
    if not found.items:
        return not_applicable(
            "nothing was set aside", [absent_at(".qms/waivers.yml", "ignore lists, marks, skipped tests")]
        )
    listed, inline, skips = found.of("file"), found.of("inline"), found.of("skip")
    severe = [c for c in (*listed, *inline) if _SEVERE & set(c.faults)]
    grave = [c for c in severe if c.security and _GRAVE & set(c.faults)]
    endless = [c for c in listed if "no end date" in c.faults]
    bare = [c for c in skips if c.faults]
    measured: dict[str, float | int | str] = {
        "in lists": len(listed), "in code": len(inline), "tests switched off": len(skips), "tests": found.tests,
        "without fault": round(1 - len(severe) / max(len(listed) + len(inline), 1), 3), "needed": params.at_least,
        "without end date": len(endless), "switched off without reason": len(bare),
    }  # fmt: skip
    complaints, gap = _complaints(params, found.tests, (listed, inline), (grave, endless, bare))
    order = [*grave, *severe, *endless, *bare]
    evidence = [_cite(c) for c in dict.fromkeys(order)][:_LISTED]
    good = [_cite(c) for c in found.items if not c.faults][:10]
    if complaints:
        return nonconforming("; ".join(complaints), evidence, gap, confidence=Confidence.MEDIUM, measured=measured)
    faulty = len(dict.fromkeys(order))
    message = (
        f"{len(listed)} findings are ignored in lists and {len(inline)} by marks in code, {len(skips)} of {found.tests} tests"
        " are switched off; "
    )
    message += (
        f"{faulty} of these lack a rule, a reason or an end, which is tolerable" if faulty else "all say what and why"
    )
    sure = Confidence.MEDIUM if found.whole else Confidence.LOW
    message += "" if found.whole else "; not all source files could be looked at"
    return conforming(message, [*good, *evidence][:_LISTED], confidence=sure, measured=measured)


def _complaints(
    params: Params,
    tests: int,
    population: tuple[Sequence[Concession], Sequence[Concession]],
    faulty: tuple[list[Concession], list[Concession], list[Concession]],
) -> tuple[list[str], str]:
    """Return what to say, and the gap: ``weak`` where findings of security tools are set aside without a reason."""
    listed, inline = population
    grave, endless, bare = faulty
    secure = [c for c in (*listed, *inline) if c.security]
    found, gap = [], "incomplete"
    # An entry of a list was written down once and can be looked after, and a single mark is no slip among many where
    # there is no other; single marks among many are tolerable.
    many = len(grave) > params.few or len(grave) == len(secure) or any(c.sort == "file" for c in grave)
    if grave and many and len(grave) > (1 - params.at_least) * len(secure):
        found.append(f"{len(grave)} of {len(secure)} ignored findings of security tools {_why(grave)}")
        gap = "weak"
    style = [c for c in (*listed, *inline) if "names no rule" in c.faults]
    if len(style) > params.few and len(style) > (1 - params.at_least) * (len(listed) + len(inline)):
        found.append(f"{len(style)} of {len(listed) + len(inline)} entries and marks name no rule")
    if len(endless) > params.few and len(endless) > (1 - params.at_least) * len(listed):
        found.append(f"{len(endless)} of {len(listed)} entries of ignore lists never end")
    if len(bare) > params.few and len(bare) > params.skipped * max(tests, 1):
        found.append(f"{len(bare)} of {tests} tests are switched off without a reason or ticket")
    return found, gap


def _why(items: Sequence[Concession]) -> str:
    counts = Counter(fault for item in items for fault in item.faults if fault in _GRAVE)
    words = {"no reason": "give no reason", "expired": "have expired"}
    return ", ".join(f"{words[fault]} ({n})" for fault, n in sorted(counts.items(), key=lambda c: (-c[1], c[0])))


def _cite(item: Concession) -> Evidence:
    note = f"{item.what}: {', '.join(item.faults)}" if item.faults else f"{item.what}: in order"
    return in_file(item.path, item.line, note)
