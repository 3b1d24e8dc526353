"""A pipeline runs something of a certain class when it matters."""

from __future__ import annotations

import re
from collections.abc import Iterable

from qmslint.derive import Pattern, option
from qmslint.facts.base import Scan
from qmslint.facts.pipelines import EXPECTED, Pipelines, Step, pipelines, spoken
from qmslint.facts.sources import by_language, inline_tests, test_files
from qmslint.model.evidence import Evidence, absent_at, in_file
from qmslint.model.outcome import Confidence, Outcome, conforming, nonconforming, not_assessable
from qmslint.patterns import compile_pattern
from qmslint.quick import dataclass

NEEDS = frozenset({"tree", "text"})
_LITTLE = 12
"""Recognised steps up to which a part kept elsewhere may be the pipeline proper."""
_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Params:
    """Steps of one of the classes run on one of the triggers."""

    what: str = option("What such a step is, for messages.")
    classes: tuple[str, ...] = option("Classes of steps, any of which will do (vocabulary `steps`).", ())
    triggers: tuple[str, ...] = option("Events on which it has to run, any of which will do.", ("merge-request",))
    blocking: bool = option("At least one such step has to be able to stop the change.", False)
    named: Pattern | None = option(
        "The command, or the name of the step, job or file, has to match this; without classes any step that matches counts.",
        None,
    )
    tests: bool = option("There also have to be test files in the tree.", False)


def check(params: Params, scan: Scan) -> Outcome:
    """Return the steps that count; else what comes nearest."""
    found = pipelines(scan)
    wanted = frozenset(params.classes)
    looked_at = found.steps if wanted else (*found.steps, *found.unknown)
    steps = [
        s for s in looked_at if (s.classes & wanted or not wanted) and _named(params, s) and _fits(scan, s, wanted)
    ]
    # What is meant first is told first.
    steps.sort(key=lambda step: min((params.classes.index(name) for name in step.classes & wanted), default=0))
    timely = [step for step in steps if step.triggers & frozenset(params.triggers)]
    firm = [step for step in timely if step.blocking or not params.blocking]
    measured: dict[str, float | int | str] = {
        "steps": len(steps),
        "on_trigger": len(timely),
        "able_to_stop": sum(s.blocking for s in timely),
    }
    if firm and params.tests and not (test_files(scan) or inline_tests(scan)):
        message = f"{params.what} runs at {firm[0].path}:{firm[0].line}, but no test files were found"
        return nonconforming(message, [*_cite(firm), absent_at("tests/", "test files")], "absent", measured=measured)
    if firm:
        return _good(params, scan, firm, measured)
    if timely:
        message = f"{params.what} cannot stop a change: {timely[0].bypasses[0].why}"
        return nonconforming(message, _cite(timely), "bypass", measured=measured)
    if steps:
        events = spoken((event for step in steps for event in step.triggers), "events that are not seen")
        message = f"{params.what} runs only on {events}"
        return nonconforming(message, _cite(steps), "weak", measured=measured)
    return _nothing(params, scan, found, wanted)


def _fits(scan: Scan, step: Step, wanted: frozenset[str]) -> bool:
    """Say whether a step that only installs, which stands for a build, installs what the product is written in."""
    languages = scan.words("steps", "install_languages").get(step.tool)
    if languages is None or step.classes & wanted != {"install"}:
        return True
    files = by_language(scan)
    total = sum(map(len, files.values()))
    return any(len(files.get(language, ())) * 10 >= total for language in languages)


def _named(params: Params, step: Step) -> bool:
    if params.named is None:
        return True
    words = f"{step.what}\n{step.name}\n{step.job}\n{step.pipeline}\n{step.path}"
    return compile_pattern(params.named).search(words[:4000]) is not None


def _good(params: Params, scan: Scan, steps: list[Step], measured: dict[str, float | int | str]) -> Outcome:
    sure = any(step.confidence is Confidence.HIGH for step in steps)
    evidence = _cite(steps)
    if params.tests:
        evidence += [in_file(path, note="test file") for path in (test_files(scan) or inline_tests(scan))[:3]]
    message = f"{params.what}: {_short(steps[0])} ({steps[0].path}:{steps[0].line})"
    return conforming(message, evidence, confidence=Confidence.HIGH if sure else Confidence.MEDIUM, measured=measured)


def _general(scan: Scan, found: Pipelines) -> bool:
    """Say whether a part that is kept elsewhere is called as one that does all there is to do, beside little that is here."""
    if len(found.steps) > _LITTLE:
        return False
    words = frozenset(scan.words("steps", "general"))
    last = (item.name.partition("@")[0].rpartition("/")[2].lower() for item in found.externals)
    return any(not words.isdisjoint(re.split(r"[^a-z]+", name)) for name in last)


def _nothing(params: Params, scan: Scan, found: Pipelines, wanted: frozenset[str]) -> Outcome:
    if found.broken:
        text = f"{found.broken[0]} cannot be read, so it cannot be said whether {params.what} runs"
        return not_assessable("PARSE_ERROR", text, [in_file(path) for path in found.broken[:5]], searched=EXPECTED)
    named = [step for step in found.steps if step.indicated & wanted and _named(params, step)]
    if found.externals and (len(found.externals) >= len(found.steps) or _general(scan, found)):
        return _kept_elsewhere(params, found)
    if named:
        message = f"only a name says that {params.what} runs ({named[0].path}:{named[0].line}); what it runs was not recognised"
        return nonconforming(message, _cite(named), "weak", confidence=Confidence.LOW)
    if found.pipelines:
        paths = [in_file(path, note="pipeline that was read") for path in found.paths[:8]]
        hidden = f"; {len(found.externals)} parts live in other repositories" if found.externals else ""
        message = f"none of {len(found.steps)} recognised steps is {params.what}{hidden}"
        return nonconforming(message, [absent_at(found.paths[0], params.what), *paths], "absent", searched=found.paths)
    place = absent_at(EXPECTED[0].replace("*.yml", "ci.yml"), params.what)
    return nonconforming("no pipeline was found", [place], "absent", searched=EXPECTED)


def _kept_elsewhere(params: Params, found: Pipelines) -> Outcome:
    """Say that what runs is mostly kept where it was not looked at."""
    items = found.externals
    parts = "parts of the pipeline are" if len(items) > 1 else "a part of the pipeline is"
    what = parts if found.steps else "the pipeline is"
    text = f"{what} kept elsewhere and cannot be seen here, first {items[0].name[:120]}; look there whether {params.what} runs"
    return not_assessable("EXTERNAL", text, [in_file(i.place.path, i.place.line, i.name) for i in items[:8]])


def _cite(steps: Iterable[Step]) -> list[Evidence]:
    found = []
    for step in list(steps)[:_SHOWN]:
        note = f"{_short(step)} on {spoken(step.triggers)}"
        if step.bypasses:
            note += f"; {step.bypasses[0].why}"
        found.append(in_file(step.path, step.line, note))
        found += [in_file(place.path, place.line, "where it leads") for place in step.via[:2]]
    return list(dict.fromkeys(found))


def _short(step: Step) -> str:
    text = " ".join((step.what or step.tool).split())
    return text if len(text) <= 90 else f"{text[:87]}…"
