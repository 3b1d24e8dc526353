"""The first page: what was examined and what was not, one state per clause, what matters, what works."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from qmslint.model.outcome import REASONS, Confidence, Grade, State
from qmslint.model.report import ClauseLine, Moment, Report, Result, accumulated
from qmslint.report.html.development import since
from qmslint.report.html.markup import Markup, anchor, join, plural, tag
from qmslint.report.html.pieces import (
    clause_class,
    clause_links,
    clause_mark,
    grade_mark,
    requirement,
    rule_link,
    state_mark,
)
from qmslint.report.order import findings, open_findings
from qmslint.report.terminal import NATURE, clause_word, grade_by_rule

VIEWS = {
    "commit": "the commit itself",
    "index": "what the next commit would hold",
    "worktree": "the work tree",
    "plain": "a folder without git",
}
_ACTED = ("commit", "tag", "history", "record")
"""Kinds of evidence that show a control acting; files and settings show that it is there."""
_MATTER = 8
_LEFT_OUT = 12
_WORKS = 5


def front(report: Report, moments: Sequence[Moment] = ()) -> Iterator[Markup]:
    """Return the sections of the first page in the order an auditor reads them."""
    titles = {line.id: line.title for line in report.clauses}
    yield section("examined", "Examined", _examined(report))
    yield section("not-examined", "Not examined", *_not_examined(report))
    yield section("clauses", "Clause by clause", _strip(report), _legend(report))
    yield section("matter", "Findings that matter", *_matter(report, titles))
    yield section("works", "What works", *_works(report, titles))
    yield section("since", "Since last time, exceptions, statements", *_since(report, moments))
    yield section("nature", "Nature of this report and review", tag("p", NATURE), _sign())


def section(name: str, title: str, *children: str) -> Markup:
    """Return a section with its heading."""
    return tag("section", tag("h2", title, id=f"{name}-title"), *children, id=name, aria_labelledby=f"{name}-title")


def _examined(report: Report) -> Markup:
    s = report.subject
    dirty = tag("strong", ", with uncommitted changes", class_="s-not_assessable") if s.dirty else ""
    depth = tag("strong", "cut off (shallow clone)", class_="s-not_assessable") if s.shallow else "whole"
    kinds = [item.kind for result in report.results for item in result.evidence]
    cited = f"{plural(kinds.count('export'), 'export')} and {plural(kinds.count('attestation'), 'attestation')} cited"
    guessed = sum(1 for switch in report.switches if switch.origin == "guessed")
    rows: list[tuple[str, str]] = [
        ("Repository", s.name),
        ("Commit", tag("code", s.commit) if s.commit else "none"),
        ("View", join((VIEWS.get(s.view, s.view), dirty))),
        ("Branch", s.branch or "none named"),
        ("As of", join((tag("time", s.as_of, datetime=s.as_of), " (UTC)"))),
        ("History", "none")
        if s.view == "plain"
        else ("History", join((f"{plural(s.commits, 'commit')}, {plural(s.tags, 'tag')}, ", depth))),
        ("Edition", report.edition_title),
        ("Tool", f"qmslint {report.tool_version}"),
        ("Packs", join((_pack(pack.id, pack.version, pack.digest) for pack in report.packs), ", ")),
        (
            "Profile",
            join((f"{plural(len(report.switches), 'switch', 'switches')}, {guessed} guessed ", _more("method"))),
        ),
        ("Beside the tree", cited),
    ]
    return tag(
        "dl",
        (
            tag("div", tag("dt", name), tag("dd", value), class_="wide" if name == "Commit" else None)
            for name, value in rows
        ),
        class_="grid",
    )


def _pack(name: str, version: str, digest: str) -> Markup:
    return join((f"{name} {version} ", tag("span", digest.removeprefix("sha256:")[:12], class_="lines")))


def _more(where: str) -> Markup:
    return tag("a", f"(see {where})", href=f"#{where}")


def _not_examined(report: Report) -> Iterator[Markup | str]:
    below = [line for line in report.clauses if line.level > 1]
    unlooked = {line.id for line in below if not line.rules}
    unseen = [result for result in report.results if result.state is State.NOT_ASSESSABLE]
    dark = sum(1 for line in below if line.state is State.NOT_ASSESSABLE)
    yield tag(
        "p",
        f"{dark} of {len(below)} clauses below the chapters cannot be assessed here: {plural(len(unlooked), 'has', 'have')} "
        "no rule, for the others the reasons stand below. Nothing follows from this for or against them.",
        class_="lead",
    )
    rows = []
    if unlooked:
        tops = [line.id for line in below if line.id in unlooked and line.id.rpartition(".")[0] not in unlooked]
        links = clause_links(tops, [line.id for line in report.clauses])
        rows.append(
            _unseen("No rule looks at these clauses", "a look by a person, or an attestation", "NO_CHECK", links)
        )
    for code in dict.fromkeys(r.reason.code for r in unseen if r.reason):
        what, _, settle = REASONS.get(code, code).partition("; ")
        found = [result for result in unseen if result.reason and result.reason.code == code]
        links = tag("ul", (tag("li", _unseen_rule(result)) for result in found), class_="columns")
        rows.append(_unseen(what[:1].upper() + what[1:], settle, code, links))
    if rows:
        yield tag("ul", rows, class_="unseen")
    if report.lowered:
        rest = len(report.lowered) - _LEFT_OUT
        yield tag("p", tag("b", "Left out or lowered by configuration or options:"))
        yield tag("ul", (tag("li", note) for note in report.lowered[:_LEFT_OUT]), class_="dots columns")
        yield tag("p", f"and {rest} more ", _more("method")) if rest > 0 else ""


def _unseen(what: str, settle: str, code: str, links: Markup) -> Markup:
    how = tag("span", f" To settle: {settle}. ", class_="quiet") if settle else " "
    return tag("li", tag("div", tag("b", what), ".", how, tag("code", code, class_="lines")), tag("div", links))


def _unseen_rule(result: Result) -> Markup:
    numbers = tag("span", f" {', '.join(result.clauses)}", class_="lines")
    return join((tag("a", result.title, href=f"#{anchor('rule', result.rule)}"), numbers))


def _strip(report: Report) -> Markup:
    open_ = {result.rule for result in open_findings(report)}
    return tag("ol", (_chapter(line, report, open_) for line in report.clauses if line.level == 1), class_="strip")


def _chapter(line: ClauseLine, report: Report, open_: set[str]) -> Markup:
    grades = grade_by_rule(report)
    inside = [r for r in report.results if any(c.split(".")[0] == line.id for c in r.clauses)]
    found = [r for r in inside if r.rule in open_]
    records = {item for r in inside for item in r.evidence if item.kind in ("record", "commit", "tag", "export")}
    below = [c for c in report.clauses if c.level == 2 and c.id.split(".")[0] == line.id]
    return tag(
        "li",
        tag(
            "p",
            tag("a", tag("span", line.id, class_="number"), " ", line.title, href=f"#{anchor('clause', line.id)}"),
            class_="chapter",
        ),
        tag("p", clause_mark(line, grades)),
        tag("ul", (tag("li", _chip(c, grades)) for c in below), class_="chips"),
        tag("p", f"{plural(len(found), 'finding')}, {plural(len(records), 'record')} sampled", class_="tally"),
        class_=f"b-{line.state.value}",
    )


def _chip(line: ClauseLine, grades: Mapping[str, Grade | None]) -> Markup:
    sign, word, _ = clause_word(line, grades)
    return tag(
        "a",
        tag("span", sign, class_="sign", aria_hidden="true"),
        line.id,
        tag("span", f" {line.title}: {word}", class_="vh"),
        href=f"#{anchor('clause', line.id)}",
        title=f"{line.title}: {word}",
        class_=f"chip {clause_class(line, grades)}",
    )


def _legend(report: Report) -> Markup:
    order = (State.CONFORMING, State.NONCONFORMING, State.NOT_ASSESSABLE, State.NOT_APPLICABLE, State.ERROR)
    items = (tag("li", state_mark(state), " ", tag("b", str(report.count(state)))) for state in order)
    return join(
        (
            tag(
                "p",
                f"A clause shows the worst state of what looks at it. {plural(len(report.results), 'rule')} were planned, "
                "each has an entry further on:",
                class_="quiet legend",
            ),
            tag("ul", items, class_="legend"),
        )
    )


def _matter(report: Report, titles: dict[str, str]) -> Iterator[Markup]:
    open_ = open_findings(report)
    shown = [result for result in open_ if result.grade is not Grade.OFI]
    if shown:
        yield tag("ol", (_one(result, titles) for result in shown[:_MATTER]), class_="matter")
    else:
        yield tag("p", "No open finding above an opportunity for improvement among the rules that could be judged.")
    rest = [plural(len(shown) - _MATTER, "more")] if len(shown) > _MATTER else []
    hints = sum(1 for result in open_ if result.grade is Grade.OFI)
    rest += [plural(hints, "opportunity for improvement", "opportunities for improvement")] if hints else []
    closed = len(findings(report)) - len(open_)
    rest += [f"{closed} waived or baselined"] if closed else []
    if rest:
        yield tag("p", f"Further on: {', '.join(rest)} ", _more("findings"), class_="quiet")
    yield from _add_up(report, titles)
    if shown:
        yield tag("p", "Grades are proposals with reasons; a named person decides.", class_="quiet")


def _one(result: Result, titles: dict[str, str]) -> Markup:
    title = tag("a", result.title, href=f"#{anchor('rule', result.rule)}")
    return tag(
        "li",
        tag("p", grade_mark(result), " ", requirement(result, titles), class_="meta"),
        tag("p", tag("strong", title), ": ", result.message),
    )


def _add_up(report: Report, titles: dict[str, str]) -> Iterator[Markup]:
    """Flag clauses that three or more open minors touch: a person decides whether they add up."""
    touched = [clause for clause, _ in accumulated(report)]
    if touched:
        links = clause_links(touched, titles)
        yield tag("p", "Three or more open minors touch ", links, ": a person decides whether they add up to more.")


def _works(report: Report, titles: dict[str, str]) -> Iterator[Markup]:
    good = [result for result in report.results if result.state is State.CONFORMING]
    proved = [result for result in good if any(item.kind in _ACTED for item in result.evidence)]
    sure = [result for result in proved if result.confidence is Confidence.HIGH]
    # More sorts of trace first: a control seen in commits and in tags is better proved than by either.
    sure.sort(key=lambda result: (-len({i.kind for i in result.evidence if i.kind in _ACTED}), result.rule))
    if sure:
        yield tag("ul", (_seen(result, titles) for result in sure[:_WORKS]), class_="works")
    yield tag(
        "p",
        f"Conforming results that rest on commits, tags, records or counted history: {len(proved)} of {len(good)}. The other "
        f"{len(good) - len(proved)} rest on documents and configuration, which show that a control is set up, not that it "
        "acted ",
        _more("seen"),
        class_="quiet",
    )


def _seen(result: Result, titles: dict[str, str]) -> Markup:
    title = tag("a", result.title, href=f"#{anchor('rule', result.rule)}")
    return tag(
        "li", tag("p", requirement(result, titles), class_="meta"), tag("p", tag("strong", title), ": ", result.message)
    )


def _since(report: Report, moments: Sequence[Moment]) -> Iterator[Markup]:
    held = {kind: [r for r in report.results if r.disposition and r.disposition.get("kind") == kind] for kind in _HELD}
    rows = [tag("div", tag("dt", word), tag("dd", _held(held[kind]))) for kind, word in _HELD.items()]
    yield tag("dl", rows, class_="grid")
    if len(moments) > 1:
        yield tag("h3", f"Since {moments[-2].label}")
        yield from since(moments)
        return
    yield tag(
        "p",
        "This report holds no comparison with an earlier examination; ",
        tag("code", "qmslint diff"),
        " and ",
        tag("code", "qmslint trend --format html"),
        " make one.",
        class_="quiet",
    )


_HELD = {"waived": "Waived", "baselined": "Known before (baseline)", "attested": "Attested"}


def _held(results: list[Result]) -> Markup | str:
    if not results:
        return "none"
    items = [tag("li", _with_end(result)) for result in results[:_MATTER]]
    rest = len(results) - _MATTER
    return tag("ul", items, tag("li", f"and {rest} more ", _more("exceptions")) if rest > 0 else "")


def _with_end(result: Result) -> Markup:
    about = result.disposition or {}
    end = about.get("expires") or about.get("valid_until")
    who = about.get("approved_by") or about.get("role") or about.get("attested_by")
    extra = ", ".join(([f"until {end}"] if end else []) + ([f"by {who}"] if who else []))
    return join((rule_link(result.rule), f" ({extra})" if extra else ""))


def _sign() -> Markup:
    names = ("Reviewed by", "Role", "Decision", "Date and signature")
    return tag("dl", (tag("div", tag("dt", name), tag("dd", Markup("&nbsp;"))) for name in names), class_="sign-off")
