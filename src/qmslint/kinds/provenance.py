"""What is handed out can be tied to the commit and the run it was built from, and to its content."""

from __future__ import annotations

from qmslint.derive import option
from qmslint.facts.base import Scan
from qmslint.facts.pipelines import Step, pipelines
from qmslint.facts.releases import releases
from qmslint.facts.sources import evidence_paths
from qmslint.facts.statements import Statement, statements
from qmslint.model.evidence import Evidence, absent_at, in_file
from qmslint.model.outcome import Confidence, Outcome, conforming, nonconforming, not_applicable, not_assessable
from qmslint.patterns import any_of
from qmslint.quick import dataclass

NEEDS = frozenset({"tree", "text", "history", "tags"})
_HANDED_OUT = frozenset({"publish", "deploy-service"})
_TEXT = 200_000
_LISTED = 10


@dataclass(frozen=True, slots=True)
class Params:
    """Steps that state provenance, or marks of commit, run and digest in what builds the artefacts."""

    parts: tuple[str, ...] = option(
        "What an artefact has to be tied to: `commit`, `run`, `digest`.", ("commit", "run", "digest")
    )


def check(params: Params, scan: Scan) -> Outcome:
    """Look for each part, in provenance steps, attestations and the files that build."""
    steps = pipelines(scan).steps
    handed = [step for step in steps if step.classes & _HANDED_OUT]
    images = evidence_paths(scan, tuple(scan.words("artefacts", "images")))
    stated = [s for s in statements(scan) if s.digests]
    strange = [s for s in stated if s.commits and not any(_known(scan, sha) for sha in s.commits)]
    if strange:
        message = f"the attestation {strange[0].path} names a commit that this history does not hold"
        cited = [in_file(s.path, 0, f"commit {s.commits[0][:12]}") for s in strange[:_LISTED]]
        return nonconforming(message, cited, "contradiction", confidence=Confidence.MEDIUM)
    if not handed and not images and not stated:
        return _source_only(scan)
    found = {part: _marks(scan, part) for part in params.parts}
    for place in _stating(scan):
        for items in found.values():
            items.append(place)
    for step in steps:
        for part in _of_step(scan, step):
            if part in found:
                found[part].append(in_file(step.path, step.line, f"{part}: {step.what[:80]}"))
    for item in stated:
        for part in _of_statement(item):
            if part in found:
                found[part].append(in_file(item.path, 0, f"{part}: attestation, signature not verified"))
    if not any(found.values()) and (not handed or all(step.origin == "template" for step in handed)):
        return _unseen(handed, images)
    return _answer(found, [in_file(s.path, s.line, f"hands out: {s.what[:80]}") for s in handed[:3]], images)


def _answer(found: dict[str, list[Evidence]], handed: list[Evidence], images: tuple[str, ...]) -> Outcome:
    there = [part for part, items in found.items() if items]
    lacks = [part for part, items in found.items() if not items]
    measured: dict[str, float | int | str] = {part: len(items) for part, items in found.items()}
    evidence = list(dict.fromkeys(item for items in found.values() for item in items[:_LISTED]))
    if not lacks:
        message = f"artefacts are tied to {', '.join(there)}"
        return conforming(message, [*evidence, *handed], confidence=Confidence.MEDIUM, measured=measured)
    place = handed or [in_file(path, 0, "builds an image") for path in images[:3]]
    if there:
        message = f"artefacts are tied to {', '.join(there)}, but not to {' and '.join(lacks)}"
        return nonconforming(
            message, [*evidence, *place], "incomplete", confidence=Confidence.MEDIUM, measured=measured
        )
    message = "nothing ties what is handed out to the commit and run it was built from"
    return nonconforming(
        message, [*place, absent_at(".github/workflows/release.yml", "provenance")], "absent", measured=measured
    )


def _unseen(handed: list[Step], images: tuple[str, ...]) -> Outcome:
    """Say that what hands the artefacts out is kept elsewhere."""
    if handed:
        text = "what hands the artefacts out is a part of a pipeline that is kept in another repository"
        return not_assessable("EXTERNAL", text, [in_file(s.path, s.line, s.what[:80]) for s in handed[:5]])
    text = "an image can be built here, and what builds and hands it out was not found"
    return not_assessable("NO_EVIDENCE_HERE", text, [in_file(path, 0, "describes an image") for path in images[:5]])


def _source_only(scan: Scan) -> Outcome:
    tags = releases(scan)
    signed = sum(1 for release in tags if release.tag.signed)
    text = "nothing that is built is handed out from here"
    note = f"{text}; {signed} of {len(tags)} release tags are signed" if tags else text
    return not_applicable(text, [absent_at(".github/workflows/release.yml", note)])


def _known(scan: Scan, sha: str) -> bool:
    return sha in scan.history.by_sha or any(tag.commit == sha for tag in scan.tags)


def _marks(scan: Scan, part: str) -> list[Evidence]:
    """Return lines that write a commit, run or digest into what is built, and name it for nothing else."""
    test = any_of(scan.words("artefacts", f"{part}_marks"))
    elsewhere = any_of(scan.words("artefacts", f"{part}_elsewhere"))
    found = []
    for path in evidence_paths(scan, tuple(scan.words("artefacts", "commit_files")))[:300]:
        text = (scan.text(path) or "")[:_TEXT]
        if not test.search(text):
            continue
        for number, line in enumerate(text.split("\n"), 1):
            if test.search(line[:500]) and not elsewhere.search(line[:500]):
                found.append(in_file(path, number, f"{part}: {line.strip()[:80]}"))
                break
    return found


def _stating(scan: Scan) -> list[Evidence]:
    """Return lines of pipelines whose inputs or permissions make a tool state provenance."""
    test = any_of(scan.words("artefacts", "provenance_marks"))
    unlike = any_of(scan.words("artefacts", "provenance_unless"))
    pairs = [[any_of([mark]) for mark in marks] for marks in scan.words("artefacts", "provenance_pairs")]
    found = []
    for path in pipelines(scan).paths:
        lines = (scan.text(path) or "")[:_TEXT].split("\n")
        live = [
            (number, line[:500])
            for number, line in enumerate(lines, 1)
            if not line.lstrip().startswith(("#", "name:", "- name:", "run-name:"))
        ]
        hits = [(number, line) for number, line in live if test.search(line) and not unlike.search(line)]
        for first, second, unless in pairs:
            there = [(number, line) for number, line in live if second.search(line)]
            if (
                there
                and any(first.search(line) for _, line in live)
                and not any(unless.search(line) for _, line in live)
            ):
                hits += there[:1]
        found += [in_file(path, number, f"provenance: {line.strip()[:80]}") for number, line in hits[:2]]
    return found


def _of_step(scan: Scan, step: Step) -> tuple[str, ...]:
    if "provenance" not in step.classes:
        return ("digest",) if "sign" in step.classes else ()
    unlike = any_of(scan.words("artefacts", "provenance_unless")).search(step.what)
    return ("digest",) if unlike else ("commit", "run", "digest")


def _of_statement(item: Statement) -> tuple[str, ...]:
    return tuple(
        part for part, there in (("commit", item.commits), ("run", item.run), ("digest", item.digests)) if there
    )
