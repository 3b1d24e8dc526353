"""Gates of a pipeline can stop a change."""

from __future__ import annotations

from collections.abc import Iterable

from qmslint.derive import option
from qmslint.facts.base import Scan
from qmslint.facts.pipelines import EXPECTED, Step, pipelines
from qmslint.facts.pipelines.vocabulary import vocabulary
from qmslint.model.evidence import Evidence, absent_at, in_file
from qmslint.model.outcome import Outcome, conforming, nonconforming, not_applicable, not_assessable
from qmslint.quick import dataclass, regex

NEEDS = frozenset({"tree", "text"})
_VARIABLE = regex(r"\$\{\{[^}]{0,200}\}\}|\$\([^)]{0,100}\)|\$\{[^}]{0,100}\}|\$\w{1,60}")
_VERSION = regex(r"[+v]?\d[\w.]{0,20}|nightly|beta|stable|latest|canary|next")


@dataclass(frozen=True, slots=True)
class Params:
    """For each class of gates that runs before a merge, at least one step can fail the pipeline."""

    classes: tuple[str, ...] = option("Classes of steps that are gates.")
    crucial: tuple[str, ...] = option("Classes whose loss makes the gap `unenforced` instead of `bypass`.", ())
    trigger: str = option("The event on which they have to be able to stop.", "merge-request")
    each: tuple[str, ...] = option(
        "Classes of which no step may be neutralised unless another one does the same and can stop.", ()
    )


def check(params: Params, scan: Scan) -> Outcome:
    """Return the classes all of whose steps are neutralised, with the lines that do it."""
    found = pipelines(scan)
    gates: dict[str, list[Step]] = {}
    for step in found.steps:
        if params.trigger in step.triggers:
            for name in sorted(step.classes & frozenset(params.classes)):
                gates.setdefault(name, []).append(step)
    if not gates:
        if found.broken:
            text = f"{found.broken[0]} cannot be read"
            return not_assessable("PARSE_ERROR", text, [in_file(found.broken[0])])
        text = "no gate runs before a merge"
        place = absent_at(found.paths[0] if found.paths else EXPECTED[0].replace("*.yml", "ci.yml"), text)
        return not_applicable(text, [place])
    dead = {name: steps for name, steps in gates.items() if not any(step.blocking for step in steps)}
    loose = [step for name, steps in gates.items() if name not in dead for step in steps if not step.blocking]
    measured = {"gates": len(gates), "neutralised": len(dead), "tolerated_steps": len(loose)}
    if dead:
        gap = "unenforced" if any(name in params.crucial for name in dead) else "bypass"
        evidence = [item for steps in dead.values() for step in steps for item in _cite(step)]
        message = f"failures of {_called(dead)} stop nothing: {evidence[0].path}:{evidence[0].line} {evidence[0].note}"
        return nonconforming(message, list(dict.fromkeys(evidence))[:40], gap, measured=measured)
    words, each = vocabulary(scan), frozenset(params.each)
    alone = [
        step
        for step in loose
        if step.classes & each and not words.is_experimental(f"{step.job} {step.name}") and not _repeats(step, gates)
    ]
    if alone:
        evidence = [item for step in alone for item in _cite(step)]
        first = alone[0]
        message = (
            f"failures of {_short(first)} ({first.path}:{first.line}) stop nothing, and no other step does the same"
        )
        return nonconforming(message, list(dict.fromkeys(evidence))[:40], "weak", measured=measured)
    firm = [next(step for step in steps if step.blocking) for steps in gates.values()]
    evidence = [in_file(step.path, step.line, f"can stop a change: {step.tool or step.what[:60]}") for step in firm]
    tail = f"; {len(loose)} further {'steps are' if len(loose) > 1 else 'step is'} allowed to fail" if loose else ""
    notes = [item for step in loose[:5] for item in _cite(step)]
    return conforming(
        f"{_called(gates)} can stop a change{tail}", [*dict.fromkeys(evidence), *notes], measured=measured
    )


def _repeats(step: Step, gates: dict[str, list[Step]]) -> bool:
    """Say whether a step that can stop a change does the same, as beside a run on versions still to come."""
    others = [other for name in step.classes for other in gates.get(name, ()) if other.blocking]
    return any(other.tool == step.tool and _targets(other) == _targets(step) for other in others)


def _targets(step: Step) -> frozenset[str]:
    """Return the words of a command without options, versions and variables."""
    words = _VARIABLE.sub(" ", step.what).split()
    return frozenset(word for word in words if not word.startswith(("-", "/p:")) and not _VERSION.fullmatch(word))


_CALLED = {"sast": "security analysis", "sca": "scan of dependencies", "secret": "scan for secrets"}


def _called(names: Iterable[str]) -> str:
    """Return classes of steps as people call them."""
    return ", ".join(_CALLED.get(name, name) for name in names)


def _short(step: Step) -> str:
    return " ".join((step.what or step.tool).split())[:60]


def _cite(step: Step) -> list[Evidence]:
    return [in_file(b.place.path, b.place.line, f"{b.why}: {(step.tool or step.what)[:60]}") for b in step.bypasses[:2]]
