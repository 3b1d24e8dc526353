"""What documents say is enforced is what the configuration enforces."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from qmslint.derive import option
from qmslint.facts.base import Scan
from qmslint.facts.branch_policy import branch_policies
from qmslint.facts.branch_policy.model import APPROVALS
from qmslint.facts.documents import find
from qmslint.facts.pipelines import MERGE, pipelines
from qmslint.facts.sentences import sentences
from qmslint.facts.thresholds import hosted, thresholds
from qmslint.model.evidence import Evidence, absent_at, in_file
from qmslint.model.outcome import Confidence, Outcome, conforming, nonconforming, not_assessable
from qmslint.patterns import any_of
from qmslint.quick import dataclass, regex

NEEDS = frozenset({"tree", "text"})
_LISTED = 30
_QUOTED = regex(r"[\"“„«][^\"“”„«»\n]{1,200}[\"”“»]")
Answer = Literal["matched", "contradicted", "unseen"]


@dataclass(frozen=True, slots=True)
class Params:
    """Each binding sentence about approvals, coverage or checks has a configuration of equal or stricter value."""

    keys: tuple[str, ...] = option("Documents whose sentences are read.")


@dataclass(frozen=True, slots=True)
class _Claim:
    sort: str
    value: int
    path: str
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class _Judged:
    claim: _Claim
    answer: Answer
    note: str
    places: tuple[Evidence, ...] = ()


def check(params: Params, scan: Scan) -> Outcome:
    """Compare every recognised statement."""
    claims = list(dict.fromkeys(_claims(params, scan)))[:200]
    if not claims:
        text = "no sentence was recognised that binds changes to approvals, coverage or checks; free prose is not interpreted"
        return not_assessable("TOO_FEW", text, [absent_at("CONTRIBUTING.md", text)], searched=params.keys)
    judged = [_judge(scan, claim) for claim in claims]
    by = {answer: [j for j in judged if j.answer == answer] for answer in ("matched", "contradicted", "unseen")}
    measured: dict[str, float | int | str] = {
        "statements": len(claims),
        **{name: len(items) for name, items in by.items()},
    }
    if by["contradicted"]:
        first = by["contradicted"][0]
        message = (
            f"{len(by['contradicted'])} of {len(claims)} statements about gates are not what is configured, first "
            f"{first.claim.path}:{first.claim.line}: {first.note}"
        )
        return nonconforming(message, _cite(by["contradicted"]), "contradiction", measured=measured)
    if by["unseen"]:
        first = by["unseen"][0]
        text = f"{first.claim.path}:{first.claim.line} says {first.claim.text!r}; {first.note}"
        if by["matched"]:
            text += f"; {len(by['matched'])} of {len(claims)} statements are matched"
        return not_assessable("SETTINGS_ONLY", text, _cite([*by["unseen"], *by["matched"]]), measured=measured)
    message = f"{len(by['matched'])} of {len(claims)} statements about gates are matched by configuration"
    return conforming(message, _cite(by["matched"]), confidence=Confidence.MEDIUM, measured=measured)


def _cite(judged: Sequence[_Judged]) -> list[Evidence]:
    found = []
    for item in judged[:_LISTED]:
        found.append(in_file(item.claim.path, item.claim.line, f"says {item.claim.text[:80]!r}: {item.note}"))
        found += item.places
    return list(dict.fromkeys(found))


def _claims(params: Params, scan: Scan) -> Iterator[_Claim]:
    words = scan.words("thresholds")
    binding, wished = any_of(words["binding"], False), any_of(words["wished"], False)
    tests = {sort: any_of(patterns, False) for sort, patterns in words["statements"].items()}
    numbers = words["numbers"]
    for item in (item for key in params.keys for item in find(scan, key) if item.substantial):
        listed = {entry.line for entry in item.document.items}
        for line in sentences(item.document):
            # What stands in quotation marks is an example of what somebody may write.
            sentence = _QUOTED.sub(" ", line.text)
            # A criterion of a checklist binds without a word that says so.
            binds = binding.search(sentence) or (item.key == "definition-of-done" and line.line in listed)
            if not binds or wished.search(sentence):
                continue
            for sort, test in tests.items():
                match = test.search(sentence)
                if match:
                    value = next((group for group in match.groups() if group), "")
                    number = int(value) if value.isdigit() else int(numbers.get(value.lower(), 0))
                    yield _Claim(sort, number, item.path, line.line, " ".join(sentence.split())[:120])


def _judge(scan: Scan, claim: _Claim) -> _Judged:
    if claim.sort == "approvals":
        return _approvals(scan, claim)
    if claim.sort == "coverage":
        return _coverage(scan, claim)
    return _step(scan, claim)


def _approvals(scan: Scan, claim: _Claim) -> _Judged:
    known = [
        (policy, said)
        for policy in branch_policies(scan).about_branches()
        if policy.enforcement == "active" and policy.covers_default and (said := policy.says(APPROVALS)) is not None
    ]
    if not known:
        return _Judged(claim, "unseen", "no branch policy with approvals is seen: commit the ruleset or a dated export")
    policy, said = max(
        known, key=lambda pair: (int(pair[1].value) if isinstance(pair[1].value, int) else 0, pair[0].path)
    )
    asked = int(said.value) if isinstance(said.value, int) else 0
    if said.value is None or isinstance(said.value, tuple):
        return _Judged(claim, "unseen", f"the number of approvals at {policy.path} is set elsewhere")
    place = in_file(said.path or policy.path, said.line or policy.line, f"asks for {asked} approvals")
    answer: Answer = "matched" if asked >= max(claim.value, 1) else "contradicted"
    return _Judged(claim, answer, f"the branch policy asks for {asked} approvals", (place,))


def _coverage(scan: Scan, claim: _Claim) -> _Judged:
    values = [(t, t.number) for t in thresholds(scan) if t.name == "coverage" and t.number is not None]
    if not values:
        if hosted(scan) or any("coverage" in step.classes for step in pipelines(scan).steps):
            return _Judged(claim, "unseen", "coverage is measured, but the threshold is not in the repository")
        return _Judged(claim, "contradicted", "no threshold of coverage is configured")
    best, number = max(values, key=lambda pair: (pair[1], pair[0].path))
    place = in_file(best.path, best.line, f"threshold {best.value}")
    answer: Answer = "matched" if number >= claim.value else "contradicted"
    return _Judged(claim, answer, f"the configured threshold is {number:g} %", (place,))


def _step(scan: Scan, claim: _Claim) -> _Judged:
    found = pipelines(scan)
    steps = [step for step in found.steps if claim.sort in step.classes]
    good = [step for step in steps if MERGE in step.triggers and step.blocking]
    if good:
        place = in_file(good[0].path, good[0].line, good[0].what[:80])
        return _Judged(claim, "matched", f"{claim.sort} runs on merge requests and can stop them", (place,))
    if not found.pipelines or found.broken or any(pipeline.externals for pipeline in found.pipelines):
        return _Judged(claim, "unseen", "the pipeline, or a part of it, is not in this repository")
    if steps:
        step = steps[0]
        why = step.bypasses[0].why if step.bypasses else "it does not run on merge requests"
        return _Judged(
            claim, "contradicted", f"{claim.sort} cannot stop a change: {why}", (in_file(step.path, step.line),)
        )
    return _Judged(claim, "contradicted", f"no step of a pipeline that does {claim.sort} was recognised")
