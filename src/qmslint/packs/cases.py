"""Cases of rules: small repositories with the result they must give; read, built and judged."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from qmslint import lineyaml
from qmslint.derive import Builder, option
from qmslint.errors import PackError, Place
from qmslint.quick import dataclass
from qmslint.repo.build import Step, build, moment, person

StateWord = Literal["conforming", "nonconforming", "not_applicable", "not_assessable"]
START = "2025-01-15"
AS_OF = "2026-06-30"
DAY = 86_400


@dataclass(frozen=True, slots=True)
class CaseStep:
    """One step of a case's history; exactly one of ``commit``, ``merge`` and ``tag``."""

    commit: str = option("Message of a commit made directly on the branch; `{n}` counts repetitions.", "")
    merge: str = option("Message of a merge of a one-commit topic branch.", "")
    tag: str = option("Name of a tag on the newest commit.", "")
    by: str = option("Author, merger or tagger; a tag without it is lightweight.", "")
    committer: str = option("Committer, where it is not the author.", "")
    topic_by: str = option("Author of the merged commit.", "Ada")
    topic: str = option("Message of the merged commit.", "Work on topic {n}")
    message: str = option("Message of an annotated tag.", "")
    on: str = option("Date; later than the step before. Default: a day later.", "")
    files: Mapping[str, str | None] = option("Files written or, with null, removed.", {})
    repeat: int = option("How many times.", 1, minimum=1)
    every: int = option("Days between repetitions.", 1, minimum=0)
    branch: str = option("Branch it happens on.", "main")
    age: int = option("Hours between writing and committing it, as where it was rebased.", 0, minimum=0)


@dataclass(frozen=True, slots=True)
class Case:
    """A small repository and the result a rule must give for it."""

    name: str = option("What the case shows, as a claim.")
    expect: StateWord = option("State the rule must come out with.")
    grade: Literal["major", "minor", "ofi"] | None = option("Grade it must propose.", None)
    reason: str = option("Reason code it must give.", "")
    mentions: tuple[str, ...] = option("Texts the message or a note of the evidence must hold.", ())
    like: str = option("Name of an earlier case whose files, history and configuration are the start.", "")
    config: Mapping[str, Any] = option("Configuration of the repository.", {})
    files: Mapping[str, str | None] = option("Files of the first commit; null takes one of `like` away.", {})
    history: tuple[CaseStep, ...] = option("What happens after the first commit.", ())
    as_of: str = option("Date of the examination.", AS_OF)
    shallow: int = option("Look like a clone of this depth; 0 for a whole clone.", 0)
    survives: str = option("Why the result stays conforming without the files it cites; otherwise it must not.", "")


@dataclass(frozen=True, slots=True)
class CaseFile:
    """The cases of one rule."""

    cases: tuple[Case, ...] = option("At least one conforming and one nonconforming case.")


def cases_of(root: Path, rule_id: str) -> tuple[Case, ...]:
    """Return the cases beside the rule ``rule_id`` below ``root``; raises :class:`PackError` if there are none."""
    found = sorted(root.rglob(f"{rule_id.split(':')[-1]}.cases.yaml"))
    if not found:
        raise PackError(f"the rule {rule_id} has no cases; write {rule_id}.cases.yaml beside it")
    name = found[0].relative_to(root).as_posix()
    try:
        data = lineyaml.load(found[0].read_text(encoding="utf-8"), name, strict=True)
    except lineyaml.YamlError as error:
        raise PackError(error.message, error.place) from None
    cases: tuple[Case, ...] = Builder(name).build(CaseFile, data, 1, "the case file").cases
    return _resolved(cases, name)


def _resolved(cases: Iterable[Case], name: str) -> tuple[Case, ...]:
    known: dict[str, Case] = {}
    for case in cases:
        if case.name in known:
            raise PackError(f"two cases are called {case.name!r}", Place(name))
        if case.like and case.like not in known:
            raise PackError(f"the case {case.name!r} is like {case.like!r}, which does not come before it", Place(name))
        known[case.name] = _like(case, known[case.like]) if case.like else case
    return tuple(known.values())


def _like(case: Case, base: Case) -> Case:
    import dataclasses

    files = {**base.files, **case.files}
    return dataclasses.replace(
        case,
        files=MappingProxyType({path: text for path, text in files.items() if text is not None}),
        config=MappingProxyType({**base.config, **case.config}),
        history=case.history or base.history,
        as_of=case.as_of if case.as_of != AS_OF else base.as_of,
    )


def steps_of(case: Case) -> list[Step]:
    """Return the history of a case, its first commit included."""
    files: dict[str, bytes | None] = {p: _bytes(text) for p, text in case.files.items() if text is not None}
    files.setdefault(".gitkeep", b"")
    now = moment(START)
    steps = [Step("commit", "First version", now, person("Ada"), files=files)]
    for step in case.history:
        for item in _repeated(step, now):
            steps.append(item)
            now = item.when
    return steps


def _repeated(step: CaseStep, now: int) -> Iterator[Step]:
    start = moment(step.on) if step.on else now + DAY
    kind: Literal["commit", "merge", "tag"] = "tag" if step.tag else "merge" if step.merge else "commit"
    text = step.tag or step.merge or step.commit
    for number in range(1, step.repeat + 1):
        author = person(step.by) if step.by or kind != "tag" else ""
        if kind != "tag" and not step.by:
            author = person("Ada")

        def count(value: str, number: int = number) -> str:
            return value.replace("{n}", str(number))

        yield Step(
            kind,
            count(text),
            start + (number - 1) * step.every * DAY,
            author,
            person(step.committer) if step.committer else "",
            {count(path): None if body is None else _bytes(count(body)) for path, body in step.files.items()},
            person(step.topic_by),
            count(step.topic),
            count(step.message),
            step.branch,
            step.age * 3600,
        )


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def make(case: Case, folder: Path) -> Path:
    """Build the repository of a case in ``folder``."""
    return build(folder, steps_of(case), case.shallow)


def temporary(case: Case) -> tempfile.TemporaryDirectory[str]:
    """Build the repository of a case in a temporary directory that the caller cleans up."""
    folder = tempfile.TemporaryDirectory(prefix="qmslint-case-")
    make(case, Path(folder.name) / "repository")
    return folder
