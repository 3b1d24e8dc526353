"""The stages of a process are described, each with who answers for it and by what it is judged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field

from qmslint.derive import option
from qmslint.facts.base import Scan
from qmslint.facts.document_register import Entry, register
from qmslint.facts.documents import find
from qmslint.facts.lexicon import is_unfilled
from qmslint.facts.markup import Document, Table, document
from qmslint.facts.pipelines import pipelines
from qmslint.facts.topics import mentions, seen
from qmslint.model.evidence import Evidence, absent_at, in_file
from qmslint.model.outcome import Confidence, Outcome, conforming, nonconforming, none_found
from qmslint.quick import dataclass

NEEDS = frozenset({"tree", "text", "history", "diffs"})
_MODELS = ("**/*process*.{puml,plantuml,mmd,drawio,bpmn}", "**/*sdlc*.{puml,plantuml,mmd,drawio,bpmn}")


@dataclass(frozen=True, slots=True)
class Params:
    """Every stage stands in a row of a table, a section, a diagram, a document of its own or a pipeline."""

    keys: tuple[str, ...] = option("Keys of the documents that describe the process.")
    stages: tuple[str, ...] = option("Topics of the vocabulary, one a stage; all have to be described.")
    own: Mapping[str, tuple[str, ...]] = option("Stage to the keys of documents that describe it on their own.", {})
    steps: Mapping[str, tuple[str, ...]] = option("Stage to the classes of pipeline steps that carry it out.", {})
    owner: str = option("Topic by which a column or sentence says who answers.", "process-owner")
    criterion: str = option("Topic by which a column or sentence says what it is judged by.", "process-criterion")
    at_least: int = option("Stages that need both.", 4, minimum=0)
    what: str = option("What the description is called.", "description of the process")


@dataclass(slots=True)
class _Stage:
    """What is known of one stage, with the best place first."""

    topic: str
    owner: bool = False
    criterion: bool = False
    seen: list[Evidence] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.topic.partition("-")[2].replace("-", " ") or self.topic


def check(params: Params, scan: Scan) -> Outcome:
    """Gather what is said of each stage and name the stages that lack something."""
    stages = {topic: _Stage(topic) for topic in params.stages}
    described = [item for key in params.keys for item in find(scan, key) if item.substantial and item.how != "template"]
    for item in described:
        _from_document(params, scan, item.document, stages)
    models = _from_models(scan, stages)
    unfilled = [item for key in params.keys for item in find(scan, key) if "template" in item.weak]
    _from_own(params, scan, stages)
    covered = [stage for stage in stages.values() if stage.seen]
    if not described and not models and len(covered) < len(stages):
        return _absent(params, stages, [in_file(i.path, i.line, i.weak) for i in unfilled])
    _from_pipelines(params, scan, stages)
    return _answer(params, stages, bool(described))


def _absent(params: Params, stages: Mapping[str, _Stage], unfilled: Sequence[Evidence]) -> Outcome:
    if unfilled:
        return nonconforming(f"the {params.what} at {unfilled[0].path} is {unfilled[0].note}", unfilled, "placeholder")
    near = [f"{e.path}: {stage.name}" for stage in stages.values() for e in stage.seen[:2]]
    place = absent_at("docs/process.md", params.what)
    return nonconforming(none_found(params.what), [place], "absent", searched=[*params.keys, *near])


def _answer(params: Params, stages: Mapping[str, _Stage], described: bool) -> Outcome:
    missing = [stage for stage in stages.values() if not stage.seen]
    whole = [stage for stage in stages.values() if stage.owner and stage.criterion]
    measured: dict[str, float | int | str] = {
        "stages described": len(stages) - len(missing),
        "stages": len(stages),
        "with owner and criterion": len(whole),
        "needed": params.at_least,
    }
    evidence = [e for stage in stages.values() for e in stage.seen[:2]]
    parts = []
    if missing:
        parts.append(f"{', '.join(stage.name for stage in missing)} is not described")
    if len(whole) < params.at_least:
        bare = [
            f"{stage.name} ({' and '.join(w for w, has in (('owner', stage.owner), ('criterion', stage.criterion)) if not has)})"
            for stage in stages.values()
            if stage.seen and stage not in whole
        ]
        parts.append(f"{len(whole)} of {params.at_least} stages state owner and criterion; missing: {', '.join(bare)}")
    if parts:
        evidence = evidence or [absent_at("docs/process.md", params.what)]
        return nonconforming(f"{params.what}: {'; '.join(parts)}", evidence, "incomplete", measured=measured)
    message = f"all {len(stages)} stages are described, {len(whole)} with owner and criterion"
    return conforming(
        message, evidence, confidence=Confidence.HIGH if described else Confidence.MEDIUM, measured=measured
    )


def _from_document(params: Params, scan: Scan, parsed: Document, stages: Mapping[str, _Stage]) -> None:
    for table in parsed.tables:
        _from_table(params, scan, parsed.path, table, stages)
    for heading in parsed.headings:
        hits = mentions(scan, heading.text, stages)
        # A heading that names many stages is about the whole.
        if 0 < len(hits) <= 2:
            part = parsed.section(heading)
            if part.words + len(part.items) + len(part.code) < 8:
                continue
            said = seen(scan, part, (params.owner, params.criterion))
            for topic in hits:
                stage = stages[topic]
                stage.owner = stage.owner or params.owner in said
                stage.criterion = stage.criterion or params.criterion in said
                stage.seen.append(in_file(parsed.path, heading.line, f"{stage.name}: section {heading.text[:60]}"))
    for line in parsed.code[:2000]:
        if "-->" in line.text or "->" in line.text or "[" in line.text:
            for topic in mentions(scan, line.text[:300], stages):
                if not stages[topic].seen:
                    stages[topic].seen.append(in_file(parsed.path, line.line, f"{stages[topic].name}: diagram"))


def _from_table(params: Params, scan: Scan, path: str, table: Table, stages: Mapping[str, _Stage]) -> None:
    if len(table.header) < 2:
        return
    roles = {i: set(mentions(scan, cell, (params.owner, params.criterion))) for i, cell in enumerate(table.header)}
    for row in table.rows[:200]:
        hits = mentions(scan, row.cells[0][:200], stages) if row.cells else ()
        if not 0 < len(hits) <= 2:
            continue
        filled = {i for i, cell in enumerate(row.cells) if i and not is_unfilled(cell)}
        if not filled:
            continue
        for topic in hits:
            stage = stages[topic]
            stage.owner = stage.owner or any(params.owner in roles.get(i, ()) for i in filled)
            stage.criterion = stage.criterion or any(params.criterion in roles.get(i, ()) for i in filled)
            stage.seen.insert(0, in_file(path, row.line, f"{stage.name}: {' | '.join(row.cells)[:100]}"))


def _from_models(scan: Scan, stages: Mapping[str, _Stage]) -> bool:
    found = False
    for path in scan.glob(*_MODELS)[:20]:
        text = (scan.text(path) or "")[:100_000]
        for topic in mentions(scan, text, stages):
            stages[topic].seen.append(in_file(path, 0, f"{stages[topic].name}: model"))
            found = True
    return found


def _from_own(params: Params, scan: Scan, stages: Mapping[str, _Stage]) -> None:
    owners = {entry.path: entry for entry in register(scan).entries if entry.state == "in force"}
    for topic, keys in params.own.items():
        for item in (item for key in keys for item in find(scan, key)):
            if not item.substantial or item.how == "template" or topic not in stages:
                continue
            stage, entry = stages[topic], owners.get(item.path)
            said = seen(scan, item.document, (params.owner, params.criterion))
            stage.owner = stage.owner or bool(entry and entry.owner) or params.owner in said
            stage.criterion = stage.criterion or params.criterion in said
            stage.seen.append(in_file(item.path, item.line, f"{stage.name}: {item.key.replace('-', ' ')}"))
            break
    for entry in owners.values():
        _from_title(params, scan, entry, stages)


def _from_title(params: Params, scan: Scan, entry: Entry, stages: Mapping[str, _Stage]) -> None:
    """Take a controlled document for the description of the one or two stages that its title names."""
    hits = mentions(scan, entry.title, stages)
    parsed = document(scan, entry.path) if 0 < len(hits) <= 2 else None
    if parsed is None:
        return
    said = seen(scan, parsed, (params.owner, params.criterion))
    for topic in hits:
        stage = stages[topic]
        stage.owner = stage.owner or entry.owner is not None or params.owner in said
        stage.criterion = stage.criterion or params.criterion in said
        stage.seen.append(in_file(entry.path, 1, f"{stage.name}: {entry.title[:80]}"))


def _from_pipelines(params: Params, scan: Scan, stages: Mapping[str, _Stage]) -> None:
    for step in _steps(scan):
        for topic, classes in params.steps.items():
            stage = stages.get(topic)
            if stage is not None and step[0] & set(classes) and not stage.seen:
                stage.seen.append(in_file(step[1], step[2], f"{stage.name}: step of a pipeline"))


def _steps(scan: Scan) -> Iterator[tuple[frozenset[str], str, int]]:
    for step in pipelines(scan).steps:
        yield step.classes, step.path, step.line
