"""Markdown for step summaries and merge-request comments."""

from __future__ import annotations

import re
from collections.abc import Iterator

from qmslint.model.outcome import Grade, State
from qmslint.model.report import Report, Result, accumulated
from qmslint.quick import regex
from qmslint.report.json_report import said, summary
from qmslint.report.safe import safe
from qmslint.report.terminal import NATURE, clause_word, grade_by_rule, place

LIMIT = 60_000
"""Characters; merge-request comments of the big platforms hold about 65,000."""
_CLOSE = "\n</details>"
_CUT = "\n*The rest does not fit here; the JSON report has all of it.*"
_END = f"\n*{NATURE}*"
_SPECIAL = regex(r"([\\`*_{}\[\]<>()#+|~!@&$:])")
# Without a scheme, "www." is enough for a platform to make a link.
_BARE = regex(r"(?<=www)\.", re.I)


def render(report: Report, *, limit: int = LIMIT, **_: object) -> str:
    """Return the report as Markdown of at most ``limit`` characters; what is cut off is said."""
    out: list[str] = []
    size, folded = len(_END) + len(_CUT) + len(_CLOSE), False
    for line in _lines(report):
        size += len(line) + 1
        if size > limit:
            # In what is folded the remark would not be seen.
            out += [_CLOSE, _CUT] if folded else [_CUT]
            break
        folded = line.startswith("\n<details>") or (folded and line != _CLOSE)
        out.append(line)
    return "\n".join([*out, _END]) + "\n"


def plain(text: str) -> str:
    """Return text of the repository so that Markdown shows it as it is: no links, images, mentions or markup."""
    escaped = _BARE.sub(r"\\.", _SPECIAL.sub(r"\\\1", safe(text)))
    return escaped.replace("\\@", "@\u200b").replace("\\#", "\\#\u200b")


def code(text: str) -> str:
    """Return text as a code span whose fence is longer than any run of backticks inside."""
    body = safe(text)
    longest = max((len(run) for run in re.findall("`+", body)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if body.startswith("`") or body.endswith("`") else ""
    return f"{fence}{pad}{body}{pad}{fence}" if body else ""


def _lines(report: Report) -> Iterator[str]:
    s = report.subject
    counts = summary(report)
    yield f"## qmslint: evidence by clause, {plain(report.edition_title)}"
    yield ""
    yield (
        f"Examined {plain(s.name)} at {code(s.commit[:12] or s.view)} as of {s.as_of} (UTC), {s.commits} commits, "
        f"{s.tags} tags{', **shallow clone**' if s.shallow else ''}. "
        f"Packs: {', '.join(plain(f'{p.id} {p.version}') for p in report.packs)}."
    )
    yield ""
    yield (
        f"**{counts['planned']} rules**: {counts['conforming']} conforming, {counts['nonconforming']} nonconforming "
        f"({counts['major']} major, {counts['minor']} minor, {counts['ofi']} ofi), {counts['not_applicable']} not "
        f"applicable, {counts['not_assessable']} not assessable, {counts['error']} errors, {counts['waived']} waived, "
        f"{counts['baselined']} baselined, {counts['attested']} attested."
    )
    yield from _findings(report)
    yield from _unseen(report)
    yield from _clauses(report)
    yield from _good(report)
    if report.lowered or report.notes:
        yield "\n<details><summary>Notes</summary>\n"
        yield from (f"- {plain(note)}" for note in (*report.lowered, *report.notes))
        yield _CLOSE


def _findings(report: Report) -> Iterator[str]:
    order = {Grade.MAJOR: 0, Grade.MINOR: 1, Grade.OFI: 2, None: 3}
    bad = [r for r in report.results if r.state in (State.NONCONFORMING, State.ERROR)]
    if not bad:
        return
    yield "\n### Findings\n"
    yield "| grade | rule | clauses | what was found | where | what to do |"
    yield "|---|---|---|---|---|---|"
    for result in sorted(bad, key=lambda r: (order[r.grade], r.rule)):
        grade = result.grade.value if result.grade else "error"
        if result.disposition:
            grade += f" ({result.disposition.get('kind')})"
        yield f"| {grade} | {code(result.rule)} | {', '.join(result.clauses)} | {_cell(result)} | {_where(result)} | {plain(result.remediation)} |"
    for clause, rules in accumulated(report):
        names = ", ".join(code(rule) for rule in rules)
        yield f"\n{len(rules)} minors on {clause}; whether together they are a major is for a person to decide: {names}"


def _cell(result: Result) -> str:
    unsure = "" if result.confidence.value == "high" else f" ({result.confidence.value} confidence)"
    disposed = f"<br>{result.disposition.get('kind')}: {plain(said(result.disposition))}" if result.disposition else ""
    return plain(result.message) + unsure + _source(result) + disposed


def _source(result: Result) -> str:
    return f" \\[{plain(result.source)}\\]" if result.source else ""


def _where(result: Result) -> str:
    places = [plain(place(item)) for item in result.evidence[:3]]
    more = len(result.evidence) - 3
    return "<br>".join(places) + (f"<br>and {more} more" if more > 0 else "")


def _unseen(report: Report) -> Iterator[str]:
    unseen = [r for r in report.results if r.state is State.NOT_ASSESSABLE]
    if unseen:
        yield "\n### Not to be seen here\n"
        for result in unseen:
            assert result.reason
            yield f"- {code(result.rule)} ({', '.join(result.clauses)}): {result.reason.code}: {_cell(result)}"


def _clauses(report: Report) -> Iterator[str]:
    yield "\n<details><summary>Clause by clause</summary>\n"
    yield "| clause | title | state | rules |"
    yield "|---|---|---|---|"
    grades = grade_by_rule(report)
    for line in report.clauses:
        if line.level <= 2 or line.rules:
            sign, word, _ = clause_word(line, grades)
            yield f"| {line.id} | {plain(line.title)} | {sign} {word} | {len(line.rules) or 'no check'} |"
    yield _CLOSE


def _good(report: Report) -> Iterator[str]:
    good = [r for r in report.results if r.state is State.CONFORMING]
    if good:
        yield "\n<details><summary>Evidence seen</summary>\n"
        yield from (f"- {code(result.rule)}: {_cell(result)}" for result in good)
        yield _CLOSE
    idle = [r for r in report.results if r.state is State.NOT_APPLICABLE]
    if idle:
        yield "\n<details><summary>Not applicable</summary>\n"
        yield from (f"- {code(result.rule)}: {plain(result.message)}{_source(result)}" for result in idle)
        yield _CLOSE
