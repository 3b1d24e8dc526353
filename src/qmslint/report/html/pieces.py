"""Parts that several sections of the page use: states, grades, places, one result."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from shlex import quote

from qmslint.model.evidence import Evidence
from qmslint.model.outcome import Grade, State
from qmslint.model.report import ClauseLine, Report, Result
from qmslint.report.html.markup import Markup, anchor, join, plural, tag
from qmslint.report.terminal import SIGNS, WORDS, clause_word

GRADES = {Grade.MAJOR: "candidate major", Grade.MINOR: "minor", Grade.OFI: "opportunity for improvement"}
KINDS = {
    "file": "file",
    "commit": "commit",
    "tag": "tag",
    "history": "counted",
    "record": "record",
    "attestation": "attestation",
    "export": "export",
    "setting": "setting",
    "absence": "not found",
}
_FIRST = 5
_MOST = 100


def state_mark(state: State) -> Markup:
    """Return the sign and word of a state; never colour alone."""
    sign = tag("span", SIGNS[state], class_="sign", aria_hidden="true")
    return tag("span", sign, " ", WORDS[state][0], class_=f"state s-{state.value}")


def clause_mark(line: ClauseLine, grades: Mapping[str, Grade | None]) -> Markup:
    """Return the sign and word of a clause; opportunities alone are called what they are."""
    sign, word, _ = clause_word(line, grades)
    return tag(
        "span",
        tag("span", sign, class_="sign", aria_hidden="true"),
        " ",
        word,
        class_=f"state {clause_class(line, grades)}",
    )


def clause_class(line: ClauseLine, grades: Mapping[str, Grade | None]) -> str:
    """Return the style class of a clause's state."""
    return "s-opportunity" if clause_word(line, grades)[1] == "opportunity" else f"s-{line.state.value}"


def grade_mark(result: Result) -> Markup:
    """Return the proposed grade of a finding, or that it could not be judged."""
    if result.grade is None:
        return tag("span", "could not be judged", class_="grade g-error")
    return tag("span", GRADES[result.grade], class_=f"grade g-{result.grade.value}")


def rule_link(rule: str) -> Markup:
    """Return a link to the full entry of a rule."""
    return tag("a", rule, href=f"#{anchor('rule', rule)}", class_="rule")


def clause_links(clauses: Iterable[str], known: Iterable[str]) -> Markup:
    """Return clause numbers, linked where the page has their line."""
    lines = set(known)
    return join(
        (tag("a", c, href=f"#{anchor('clause', c)}") if c in lines else tag("span", c) for c in clauses),
        ", ",
    )


def requirement(result: Result, titles: dict[str, str]) -> Markup:
    """Return the first clause with its title, and the others a finding touches too."""
    if not result.clauses:
        return tag("span", "no clause", class_="clauses")
    first, *rest = result.clauses
    also = join((", also touches ", clause_links(rest, titles))) if rest else ""
    title = f" {titles[first]}" if first in titles else ""
    return tag("span", "Clause ", clause_links([first], titles), title, also, class_="clauses")


def entry(result: Result, report: Report, titles: dict[str, str]) -> Markup:
    """Return everything the report holds about one result, as an article the script can filter."""
    finding = result.state in (State.NONCONFORMING, State.ERROR)
    marks = [grade_mark(result)] if finding else [state_mark(result.state)]
    if result.disposition:
        marks.append(tag("span", str(result.disposition.get("kind", "")), class_="grade g-disposed"))
    heading = anchor("title", result.rule)
    return tag(
        "article",
        tag("p", join(marks, " "), " ", tag("code", result.rule, class_="rule"), class_="marks"),
        tag("h3", result.title, id=heading),
        tag("p", requirement(result, titles), class_="meta"),
        tag("p", result.message, _unsure(result), class_="message"),
        _facts(result),
        evidence_list(result.evidence, folded=not finding),
        _searched(result),
        _disposition(result),
        tag("p", tag("b", "Advice, apart from the finding: "), result.remediation, class_="advice")
        if result.remediation
        else "",
        _again(result, report) if finding else "",
        id=anchor("rule", result.rule),
        class_="result",
        aria_labelledby=heading,
        data_rule=result.rule,
        data_state=result.state.value,
        data_grade=result.grade.value if result.grade else None,
        data_chapters=" ".join(dict.fromkeys(c.split(".")[0] for c in result.clauses)),
    )


def _unsure(result: Result) -> Markup | str:
    if result.confidence.value == "high":
        return ""
    return tag("span", f" ({result.confidence.value} confidence)", class_="quiet")


def _facts(result: Result) -> Markup | str:
    rows = []
    if result.reason:
        rows.append(("Reason", result.reason.code))
    if result.gap:
        rows.append(("Kind of gap", result.gap))
    if result.measured:
        rows.append(("Measured", ", ".join(f"{k.replace('_', ' ')}: {_number(v)}" for k, v in result.measured.items())))
    if not rows:
        return ""
    return tag("dl", (tag("div", tag("dt", name), tag("dd", value)) for name, value in rows), class_="facts")


def _number(value: float | int | str) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def evidence_list(items: tuple[Evidence, ...], *, folded: bool) -> Markup:
    """Return the places as a list; what is long, or belongs to what is well, is folded."""
    shown = items[:_MOST]
    rest = len(items) - len(shown)
    more = tag("p", f"{rest} more places are in the JSON report.", class_="quiet") if rest else ""
    if folded:
        return tag(
            "details",
            tag("summary", plural(len(items), "piece", "pieces"), " of evidence"),
            tag("ul", map(_item, shown), class_="evidence"),
            more,
        )
    first = tag("ul", map(_item, shown[:_FIRST]), class_="evidence")
    if len(shown) <= _FIRST:
        return first
    others = tag("ul", map(_item, shown[_FIRST:]), class_="evidence")
    return join((first, tag("details", tag("summary", f"{len(items) - _FIRST} more pieces of evidence"), others, more)))


def _item(item: Evidence) -> Markup:
    return tag(
        "li",
        tag("span", KINDS[item.kind], class_=f"kind k-{item.kind}"),
        " ",
        tag("span", join(_where(item), " "), class_="place"),
        data_path=item.path or None,
        data_line=item.line or None,
    )


def _where(item: Evidence) -> Iterator[str]:
    if item.path:
        span = f"L{item.line}–L{item.end_line}" if item.end_line > item.line > 0 else f"L{item.line}"
        yield tag("code", item.path)
        yield from [tag("span", span, class_="lines")] if item.line else []
    if item.kind == "commit":
        yield tag("code", item.sha[:12])
    elif item.kind == "tag":
        yield tag("code", item.ref)
        yield from [tag("span", item.sha[:12], class_="lines")] if item.sha else []
    if item.note:
        yield tag("span", f"expected here: {item.note}" if item.kind == "absence" and item.path else item.note)
    if item.ref and item.kind != "tag":
        yield tag("code", item.ref, class_="command")
    if item.blob:
        yield tag("span", f"blob {item.blob[:12]}", class_="lines")


def _searched(result: Result) -> Markup | str:
    if not result.searched:
        return ""
    return tag(
        "details",
        tag("summary", f"Searched: {plural(len(result.searched), 'place or pattern', 'places and patterns')}"),
        tag("ul", (tag("li", tag("code", item)) for item in result.searched[:_MOST]), class_="searched"),
    )


def _disposition(result: Result) -> Markup | str:
    if not result.disposition:
        return ""
    pairs = [(k.replace("_", " "), str(v)) for k, v in result.disposition.items() if v not in ("", None)]
    return tag("dl", (tag("div", tag("dt", name), tag("dd", value)) for name, value in pairs), class_="facts disposed")


def _again(result: Result, report: Report) -> Markup:
    return tag("p", "Look again: ", tag("code", command(report, result.rule), class_="command"), class_="again")


def command(report: Report, rule: str = "RULE") -> str:
    """Return the command that judges a rule again as this report did; safe to paste into a shell."""
    subject = report.subject
    rev = f" --rev {subject.commit[:12]}" if subject.commit and not subject.dirty and subject.view != "index" else ""
    edition = f" --edition {quote(report.edition.rpartition(':')[2])}" if not report.edition.endswith(":2015") else ""
    staged = " --staged" if subject.view == "index" else ""
    return f"qmslint check{rev}{staged} --as-of {subject.as_of}{edition} --select {quote(rule)} -v"
