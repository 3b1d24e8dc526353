"""The report for a person at a terminal: what was examined, clause by clause, what to do."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping

from qmslint.model.evidence import Evidence
from qmslint.model.outcome import Grade, State
from qmslint.model.report import ClauseLine, Report, Result, accumulated
from qmslint.report.json_report import said, summary
from qmslint.report.safe import harmless_start, safe

NATURE = (
    "Automated examination of evidence in one repository at one commit. It supports, and does not replace, "
    "audit, management review or certification. Clause texts are paraphrased; the licensed standard prevails."
)
WORDS = {
    State.CONFORMING: ("conforming", "green"),
    State.NONCONFORMING: ("nonconforming", "red"),
    State.NOT_APPLICABLE: ("not applicable", "bright_black"),
    State.NOT_ASSESSABLE: ("not assessable", "yellow"),
    State.ERROR: ("error", "magenta"),
}
SIGNS = {
    State.CONFORMING: "✓",
    State.NONCONFORMING: "✗",
    State.NOT_APPLICABLE: "–",
    State.NOT_ASSESSABLE: "?",
    State.ERROR: "!",
}
_GRADES = {Grade.MAJOR: "red", Grade.MINOR: "yellow", Grade.OFI: "cyan", None: ""}
_SHOWN = 5


def render(report: Report, *, color: bool = False, verbosity: int = 0, width: int = 100, **_: object) -> str:
    """Return the report as text.

    Parameters
    ----------
    report : Report
        What to show.
    color : bool
        Use colours.
    verbosity : int
        -1: findings and counts only; 0: clause lines with findings; 1: all results with their evidence.
    width : int
        Columns for prose; paths are never wrapped.
    """
    from rich.console import Console
    from rich.text import Text

    stream = io.StringIO()
    console = Console(
        file=stream,
        force_terminal=color,
        no_color=not color,
        color_system="standard" if color else None,
        width=width,
        markup=False,
        highlight=False,
        emoji=False,
        soft_wrap=True,
        legacy_windows=False,
    )
    for parts in _lines(report, verbosity):
        line = Text()
        for text, style in parts:
            line.append(safe(text), style=style)
        if harmless_start(line.plain) != line.plain:
            line = Text("· ") + line
        console.print(line)
    return stream.getvalue()


Part = tuple[str, str]


def _lines(report: Report, verbosity: int) -> Iterator[list[Part]]:
    if verbosity >= 0:
        yield from _heading(report)
    if verbosity >= 0:
        yield from _clauses(report, verbosity)
    yield from _findings(report)
    if verbosity >= 0:
        yield from _unseen(report)
        yield from _works(report, verbosity)
        yield from _remarks(report)
    yield from _counts(report)
    if verbosity >= 0:
        yield [(NATURE, "dim")]


def _heading(report: Report) -> Iterator[list[Part]]:
    s = report.subject
    where = f" on {s.branch}" if s.branch else ""
    state = " with uncommitted changes" if s.dirty else ""
    yield [("qmslint ", "bold"), (f"{report.tool_version} · {report.edition_title}", "bold")]
    yield [(f"Examined: {s.name}, {s.view} at {s.commit[:12] or 'no commit'}{where}{state}", "")]
    depth = ", shallow clone" if s.shallow else ""
    packs = ", ".join(f"{p.id} {p.version} ({p.digest[7:19]})" for p in report.packs)
    yield [(f"History: {s.commits} commits, {s.tags} tags{depth} · as of {s.as_of} (UTC) · packs: {packs}", "")]
    if report.switches:
        yield [("Profile: " + "; ".join(f"{w.name} = {w.value} ({w.origin})" for w in report.switches), "dim")]
    yield []


def _clauses(report: Report, verbosity: int) -> Iterator[list[Part]]:
    yield [("Clause by clause", "bold")]
    grades = grade_by_rule(report)
    for line in report.clauses:
        if verbosity < 1 and line.level > 2 and line.state is not State.NONCONFORMING:
            continue
        sign, word, color = clause_word(line, grades)
        yield [
            (f"  {sign} ", color),
            (f"{line.id:<8}", "bold" if line.level == 1 else ""),
            (f"{line.title:<58.58} ", "bold" if line.level == 1 else ""),
            (f"{word:<15}", color),
            (_tally(line, grades), "dim"),
        ]
    yield []


def grade_by_rule(report: Report) -> dict[str, Grade | None]:
    """Return the grade of each rule's result."""
    return {result.rule: result.grade for result in report.results}


def clause_word(line: ClauseLine, grades: Mapping[str, Grade | None]) -> tuple[str, str, str]:
    """Return sign, word and colour of a clause line.

    Where nothing but opportunities for improvement was found, no requirement is missed, and the word says so.
    """
    word, color = WORDS[line.state]
    worst = {grade for rule in line.rules if (grade := grades.get(rule))}
    if line.state is State.NONCONFORMING and worst == {Grade.OFI}:
        return "△", "opportunity", "cyan"
    return SIGNS[line.state], word, color


def _tally(line: ClauseLine, grades: dict[str, Grade | None]) -> str:
    if not line.rules:
        return f"no check; {line.assessability}"
    found = [grade for rule in line.rules if (grade := grades.get(rule))]
    parts = [f"{found.count(grade)} {grade.value}" for grade in Grade if grade in found]
    rules = "1 rule" if len(line.rules) == 1 else f"{len(line.rules)} rules"
    return f"{rules}; {', '.join(parts)}" if parts else rules


def _findings(report: Report) -> Iterator[list[Part]]:
    bad = [r for r in report.results if r.state in (State.NONCONFORMING, State.ERROR)]
    order = {Grade.MAJOR: 0, Grade.MINOR: 1, Grade.OFI: 2, None: 3}
    bad.sort(key=lambda r: (order[r.grade], r.rule))
    if not bad:
        return
    yield [("Findings", "bold")]
    for result in bad:
        label = result.grade.value if result.grade else "error"
        color = _GRADES[result.grade] or "magenta"
        disposed = f" [{result.disposition['kind']}]" if result.disposition else ""
        yield [
            (f"  {label:<6}", color),
            (f"{result.rule}{disposed}", "bold"),
            (f"  ({', '.join(result.clauses)}) {result.title}", ""),
        ]
        yield [(f"         {result.message}{_confidence(result)}", "")]
        yield from _disposed(result)
        if result.source:
            yield [(f"         goes back to: {result.source}", "dim")]
        yield from _places(result.evidence)
        if result.searched:
            yield [("         searched: " + ", ".join(result.searched[:8]) + _more(len(result.searched) - 8), "dim")]
        if result.remediation:
            yield [("         → " + result.remediation, "")]
    for clause, rules in accumulated(report):
        text = f"{len(rules)} minors on {clause}; whether together they are a major is for a person to decide: "
        yield [("  weigh ", "yellow"), (text + ", ".join(rules), "")]
    yield []


def _confidence(result: Result) -> str:
    return "" if result.confidence.value == "high" else f" ({result.confidence.value} confidence)"


def _disposed(result: Result) -> Iterator[list[Part]]:
    if result.disposition and (text := said(result.disposition)):
        yield [(f"         {result.disposition['kind']}: {text}", "")]


def _source(result: Result) -> str:
    return f" [{result.source}]" if result.source else ""


def _places(evidence: Iterable[Evidence]) -> Iterator[list[Part]]:
    items = list(evidence)
    for item in items[:_SHOWN]:
        yield [(f"         - {place(item)}", "dim")]
    if len(items) > _SHOWN:
        yield [(f"         - and {len(items) - _SHOWN} more places (--format json lists them)", "dim")]


def place(item: Evidence) -> str:
    """Return one line that says where a piece of evidence is."""
    note = f": {item.note}" if item.note else ""
    if item.kind == "absence":
        return f"expected at {item.path}{note}" if item.path else item.note
    if item.path:
        return f"{item.path}:{item.line}{note}" if item.line else f"{item.path}{note}"
    if item.kind == "commit":
        return f"commit {item.sha[:12]}{note}"
    if item.kind == "tag":
        return f"tag {item.ref}{note}"
    return f"{item.note} ({item.ref})" if item.ref else item.note


def _more(count: int) -> str:
    return f" and {count} more" if count > 0 else ""


def _unseen(report: Report) -> Iterator[list[Part]]:
    unseen = [r for r in report.results if r.state is State.NOT_ASSESSABLE]
    unlooked = [c for c in report.clauses if not c.rules and c.level > 1]
    if not unseen and not unlooked:
        return
    yield [("Not examined, or not to be seen here", "bold")]
    for result in unseen:
        assert result.reason
        yield [
            ("  ?      ", "yellow"),
            (result.rule, "bold"),
            (f"  ({', '.join(result.clauses)}) {result.reason.code}: {result.message}{_source(result)}", ""),
        ]
        yield from _disposed(result)
    if unlooked:
        numbers = ", ".join(c.id for c in unlooked)
        yield [
            (
                f"  No rule of the chosen packs looks at: {numbers} (qmslint explain CLAUSE says what would settle one)",
                "",
            )
        ]
    yield []


def _works(report: Report, verbosity: int) -> Iterator[list[Part]]:
    good = [r for r in report.results if r.state is State.CONFORMING]
    if good:
        yield [("Evidence seen", "bold")]
    for result in good:
        yield [
            ("  ✓      ", "green"),
            (result.rule, "bold"),
            (f"  {result.message}{_confidence(result)}{_source(result)}", ""),
        ]
        if verbosity >= 1:
            yield from _places(result.evidence)
    if good:
        yield []
    idle = [r for r in report.results if r.state is State.NOT_APPLICABLE]
    if idle:
        yield [("Not applicable", "bold")]
    for result in idle:
        yield [("  –      ", "dim"), (result.rule, "bold"), (f"  {result.message}{_source(result)}", "dim")]
    if idle:
        yield []


def _remarks(report: Report) -> Iterator[list[Part]]:
    if report.lowered:
        yield [("What the configuration leaves out or lowers", "bold")]
        for note in report.lowered:
            yield [(f"  - {note}", "")]
        yield []
    if report.notes:
        yield [("Notes", "bold")]
        for note in report.notes[:20]:
            yield [(f"  - {note}", "dim")]
        if len(report.notes) > 20:
            yield [(f"  and {len(report.notes) - 20} more", "dim")]
        yield []


def _counts(report: Report) -> Iterator[list[Part]]:
    s = summary(report)
    grades = ", ".join(f"{s[g.value]} {g.value}" for g in Grade)
    yield [
        (
            f"{s['planned']} rules: {s['conforming']} conforming, {s['nonconforming']} nonconforming ({grades}), "
            f"{s['not_applicable']} not applicable, {s['not_assessable']} not assessable, {s['error']} errors, "
            f"{s['waived']} waived, {s['baselined']} baselined, {s['attested']} attested",
            "bold",
        )
    ]
