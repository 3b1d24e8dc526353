"""Run the cases of rules: the expected result, and that it falls when its evidence is taken away."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from qmslint.config import settings_from
from qmslint.engine.judge import judge
from qmslint.facts.base import Scan
from qmslint.model.clause import Catalogue
from qmslint.model.outcome import State
from qmslint.model.report import Result
from qmslint.model.rule import PlannedRule
from qmslint.packs.cases import Case, temporary
from qmslint.packs.load import Library
from qmslint.quick import dataclass
from qmslint.repo.build import moment
from qmslint.repo.open import Repository, open_repository
from qmslint.repo.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Verdict:
    """How one case came out; ``complaints`` is empty when it is as expected."""

    rule: str
    case: str
    result: Result
    complaints: tuple[str, ...]


def run_case(rule_id: str, case: Case, library: Library, catalogue: Catalogue) -> Verdict:
    """Build the case's repository, judge it, and compare."""
    settings = settings_from(dict(case.config), f"{rule_id}: {case.name}")
    own = settings.rules.get(rule_id)
    planned = PlannedRule(library.rule(rule_id, own.with_ if own else None), "cases")
    with temporary(case) as folder:
        repository = open_repository(Path(folder) / "repository")
        try:
            end_of_day = moment(case.as_of) + 43_199
            scan = Scan(repository, settings, end_of_day, library.vocabulary)
            result = judge(planned, scan, catalogue)
            complaints = list(_differences(case, result))
            if result.state is State.CONFORMING and not complaints:
                complaints += _without_evidence(case, planned, scan, catalogue, result)
        finally:
            repository.close()
    return Verdict(rule_id, case.name, result, tuple(complaints))


def _differences(case: Case, result: Result) -> Iterator[str]:
    if result.state.value != case.expect:
        yield f"expected {case.expect}, got {result.state.value}: {result.message}"
        return
    if case.grade and (not result.grade or result.grade.value != case.grade):
        yield f"expected grade {case.grade}, got {result.grade}"
    if case.reason and (not result.reason or result.reason.code != case.reason):
        yield f"expected reason {case.reason}, got {result.reason}"
    said = " | ".join([result.message, *(f"{e.path}:{e.line} {e.ref} {e.note}" for e in result.evidence)])
    for text in case.mentions:
        if text.lower() not in said.lower():
            yield f"nothing mentions {text!r}: {said}"


def _without_evidence(case: Case, planned: PlannedRule, scan: Scan, catalogue: Catalogue, result: Result) -> list[str]:
    cited = {item.path for item in result.evidence if item.path in scan.snapshot}
    if not cited or case.survives:
        return []
    again = Scan(_without(scan.repo, cited), scan.settings, scan.as_of, scan.vocabulary)
    after = judge(planned, again, catalogue)
    if after.state is State.CONFORMING:
        return [f"still conforming without {', '.join(sorted(cited))}: {after.message}"]
    return []


def _without(repository: Repository, cited: set[str]) -> Repository:
    source = repository.snapshot
    blobs = {path: blob for path, blob in source.blobs.items() if path not in cited}
    snapshot = Snapshot(source.view, source.source, blobs, source.links, source.submodules)
    return Repository(repository.place, repository.shadow, snapshot, repository.commit, [], repository.reader)
