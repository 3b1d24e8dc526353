"""Examine one opened repository: the program's main job, from settings to report."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from datetime import UTC, datetime

from qmslint import __version__
from qmslint.engine.dispositions import Disposed, Exceptions, dispose
from qmslint.engine.meeting import Progress, judge_in_order, judge_together
from qmslint.engine.plan import Plan
from qmslint.engine.rollup import roll_up, translate
from qmslint.facts.base import Scan
from qmslint.facts.profile import switches_used
from qmslint.facts.view import dirty, number_of
from qmslint.model.clause import Catalogue
from qmslint.model.report import Report, Result, SubjectLine
from qmslint.model.report import Switch as SwitchLine
from qmslint.model.rule import PackInfo

__all__ = ["Progress", "examine"]


def examine(
    scan: Scan,
    plan: Plan,
    packs: Iterable[PackInfo],
    own: Catalogue,
    edition: Catalogue,
    progress: Progress = lambda what, done, total: None,
    exceptions: Exceptions | None = None,
    processes: int = 1,
) -> Report:
    """Judge every planned rule and put the report together.

    Parameters
    ----------
    scan : Scan
        The repository to examine.
    plan : Plan
        What to judge.
    packs : iterable of PackInfo
        Where the rules come from.
    own, edition : Catalogue
        The edition the rules are written against, and the one to report by.
    progress : callable
        Told what is being done, how much is done and how much there is.
    exceptions : Exceptions, optional
        How waivers and the baseline are treated; without it they are ignored.
    processes : int
        How many may judge side by side; the report is the same.
    """
    results = (judge_together if processes > 1 else judge_in_order)(plan, scan, own, progress)
    disposed = dispose(scan, results, exceptions) if exceptions else Disposed(tuple(results))
    results = list(disposed.results)
    return Report(
        tool_version=__version__,
        edition=edition.id,
        edition_title=edition.title,
        packs=tuple(packs),
        subject=_subject(scan),
        clauses=roll_up(results, own, edition),
        results=tuple(_renumber(result, own, edition) for result in results),
        switches=_switches(scan),
        notes=(*disposed.notes, *_notes(scan)),
        baseline=disposed.baseline,
        lowered=(*_lowered(scan), *(f"rule left out because it reads the history: {r}" for r in plan.left_out)),
    )


def _renumber(result: Result, own: Catalogue, edition: Catalogue) -> Result:
    return dataclasses.replace(result, clauses=translate(result.clauses, own, edition))


def _subject(scan: Scan) -> SubjectLine:
    repo = scan.repo
    return SubjectLine(
        name=repo.name,
        commit=repo.commit,
        view=scan.snapshot.view,
        # Which branch somebody checked out says nothing of a revision that was named.
        branch="" if scan.snapshot.view == "commit" else repo.branch,
        dirty=dirty(scan),
        shallow=repo.shallow,
        as_of=datetime.fromtimestamp(min(max(scan.as_of, 0), 253402300799), UTC).date().isoformat(),
        commits=number_of(scan, "commits"),
        tags=number_of(scan, "tags"),
    )


def _switches(scan: Scan) -> tuple[SwitchLine, ...]:
    """List the profile switches that played a part."""
    return tuple(
        SwitchLine(s.name, s.value, "declared" if s.declared else "guessed", s.note) for s in switches_used(scan)
    )


def _notes(scan: Scan) -> tuple[str, ...]:
    notes = [*scan.repo.notes, *scan.snapshot.notes]
    notes += [f"{path}: {text}" for path, (_, text) in sorted(scan.problems.items())]
    notes += [
        f"{path}: not read ({why})" for path, why in sorted(scan.snapshot.unread.items()) if why not in ("missing", "")
    ]
    return tuple(dict.fromkeys(notes))


def _lowered(scan: Scan) -> tuple[str, ...]:
    """List whatever in the configuration can make a verdict milder."""
    settings = scan.settings
    found = [f"rule {name} is disabled: {item.reason}" for name, item in settings.rules.items() if item.disable]
    found += [
        f"rule {name} is graded {item.grade}: {item.reason}" for name, item in settings.rules.items() if item.grade
    ]
    found += [f"paths left out: {glob}" for glob in settings.exclude]
    found += [f"rules left out: {glob}" for glob in settings.ignore]
    found += [f"clause {item.clause} excluded: {item.reason}" for item in settings.exclusions]
    found += [
        f"evidence of clause {number} is declared to be {item.is_}: {item.where or 'no place given'}"
        for number, item in sorted(settings.evidence_home.items())
        if item.is_ != "repository"
    ]
    found += [f"document {key} is declared to live at {at}" for key, at in settings.documents.items() if "://" in at]
    found += [f"only these rules: {glob}" for glob in settings.select]
    found += [f"not counted as people: {name}" for name in settings.bots]
    return tuple(found)
