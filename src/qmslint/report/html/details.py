"""What follows the first page: every result, every clause, exceptions, method and limits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from qmslint.model.outcome import Grade, State
from qmslint.model.report import ClauseLine, Moment, Report, Result
from qmslint.report.html.development import development
from qmslint.report.html.front import section
from qmslint.report.html.markup import Markup, anchor, join, plural, tag
from qmslint.report.html.pieces import clause_mark, command, entry, rule_link
from qmslint.report.html.register import register
from qmslint.report.order import findings
from qmslint.report.terminal import WORDS, grade_by_rule

_SEEN_HERE = {
    "repository": "Normally to be seen in a repository",
    "partial": "Partly to be seen in a repository",
    "attestation": "Not to be seen in a repository",
}
_NOTHING = {
    "findings": "No rule that could be judged came out nonconforming.",
    "unseen": "Every rule that applies could be judged.",
    "seen": "No rule came out conforming.",
    "not-applicable": "Every rule applies.",
}


def details(report: Report, moments: Sequence[Moment] = ()) -> Iterator[Markup]:
    """Return the sections after the first page."""
    by_state = {state: [r for r in report.results if r.state is state] for state in State}
    yield _filter(report)
    yield _results(report, "findings", "Findings", findings(report))
    yield _results(report, "unseen", "Not to be seen here", by_state[State.NOT_ASSESSABLE])
    yield _results(report, "seen", "Evidence seen", by_state[State.CONFORMING])
    yield _results(report, "not-applicable", "Not applicable, with reasons", by_state[State.NOT_APPLICABLE])
    yield section("all-clauses", "Every clause", _table(report))
    if report.documents:
        yield section("documents", "Documented information", *register(report.documents))
    if moments:
        yield section("development", "Development", *development(moments))
    yield section("exceptions", "Waivers and attestations", *_exceptions(report))
    yield section("method", "Method and limits", *_method(report))


def _results(report: Report, name: str, title: str, results: list[Result]) -> Markup:
    titles = {line.id: line.title for line in report.clauses}
    entries = [entry(result, report, titles) for result in results] or [tag("p", _NOTHING[name])]
    none = tag("p", "Nothing here matches the filter.", class_="quiet no-match", hidden=True)
    return section(name, f"{title} ({len(results)})", none, *entries)


def _filter(report: Report) -> Markup:
    """Return the filter; it stays hidden where no script runs, and nothing is lost then."""
    chapters = [line for line in report.clauses if line.level == 1]
    states = [
        tag("label", tag("input", type="checkbox", value=s.value, checked=True), " ", WORDS[s][0]) for s in _ORDER
    ]
    options = [tag("option", "all chapters", value="")]
    options += [tag("option", f"{line.id} {line.title}", value=line.id) for line in chapters]
    return tag(
        "form",
        tag("h2", "Find in the results", id="filter-title"),
        tag(
            "div",
            tag("label", "Search for", for_="search"),
            tag("input", id="search", type="search", autocomplete="off"),
            class_="field",
        ),
        tag("div", tag("label", "Chapter", for_="chapter"), tag("select", *options, id="chapter"), class_="field"),
        tag("fieldset", tag("legend", "State"), *states),
        tag(
            "div",
            tag("button", "Show all", type="reset"),
            " ",
            tag("button", "Unfold all evidence", type="button", id="unfold", aria_pressed="false"),
            class_="field buttons",
        ),
        tag("p", id="shown", role="status", class_="quiet"),
        id="filter",
        role="search",
        aria_labelledby="filter-title",
        hidden=True,
    )


_ORDER = (State.NONCONFORMING, State.ERROR, State.NOT_ASSESSABLE, State.CONFORMING, State.NOT_APPLICABLE)


def _table(report: Report) -> Markup:
    grades = grade_by_rule(report)
    # Two columns only, so that a phone shows the table as a table.
    head = tag(
        "tr", (tag("th", name, scope="col") for name in ("Clause and state", "What it is about, what looks at it"))
    )
    return tag(
        "table",
        tag("caption", f"{report.edition_title}: numbers and short titles; the worst state of a clause's rules stands"),
        tag("thead", head),
        tag("tbody", (_row(line, grades) for line in report.clauses)),
    )


def _row(line: ClauseLine, grades: Mapping[str, Grade | None]) -> Markup:
    rules = join((rule_link(rule) for rule in line.rules), ", ") if line.rules else "No rule looks here."
    seen = _SEEN_HERE.get(line.assessability, "")
    settle = f" What would settle it: {line.settled_by}" if line.state is State.NOT_ASSESSABLE else ""
    return tag(
        "tr",
        tag("th", tag("span", line.id, class_="clause-number"), " ", clause_mark(line, grades), scope="row"),
        tag(
            "td",
            tag("p", line.title, class_="clause-title"),
            # The rules of a chapter stand with its clauses.
            tag("p", rules) if line.level > 1 or not line.rules else "",
            tag("p", f"{seen}.{settle}", class_="quiet"),
        ),
        id=anchor("clause", line.id),
        class_=f"level-{min(line.level, 4)}",
    )


def _exceptions(report: Report) -> Iterator[Markup]:
    disposed = [result for result in report.results if result.disposition]
    if not disposed:
        yield tag("p", "No waiver, no baseline entry and no attestation counted in this examination.")
        return
    yield tag("p", "An exception never changes a state; it says who accepts or states what, and until when.")
    yield tag("ul", (_exception(result) for result in disposed), class_="unseen")


def _exception(result: Result) -> Markup:
    about = result.disposition or {}
    rest = "; ".join(f"{k.replace('_', ' ')}: {v}" for k, v in about.items() if k != "kind" and v not in ("", None))
    return tag(
        "li", tag("span", str(about.get("kind", "")), class_="code"), " ", rule_link(result.rule), tag("br"), rest
    )


def _method(report: Report) -> Iterator[Markup]:
    s = report.subject
    yield tag(
        "p",
        "Rules, written as data and mapped to clauses, were judged against the files of one revision and the history that "
        "leads to it; nothing was executed and nothing fetched. Same commit, packs, version and date give the same result.",
    )
    yield tag(
        "p",
        "A place reads as ",
        tag("code", f"{s.name}@{s.commit or 'no commit'}:path#Lfrom-Lto"),
        "; the blob beside it is the content as examined (",
        tag("code", "git show BLOB"),
        "). To judge a rule again: ",
        tag("code", command(report)),
        ". To read what it looks for: ",
        tag("code", "qmslint explain RULE"),
        ".",
    )
    yield tag("h3", "What the report cannot say")
    yield tag("ul", (tag("li", limit) for limit in _LIMITS), class_="dots")
    yield tag("h3", "Rule packs")
    yield tag(
        "ul",
        (tag("li", f"{p.title} ({p.id} {p.version}) ", tag("code", p.digest)) for p in report.packs),
        class_="dots",
    )
    yield tag("h3", "Profile: what is taken to be so of the product")
    yield _list(
        (tag("b", w.name.replace("_", " ")), f": {w.value} ", tag("span", f"({w.origin}: {w.note})", class_="quiet"))
        for w in report.switches
    )
    yield tag("h3", "Left out or lowered by configuration or options")
    yield _list((note,) for note in report.lowered)
    yield tag("h3", f"Remarks of the examination ({plural(len(report.notes), 'remark')})")
    yield _list((note,) for note in report.notes)


_LIMITS = (
    "Whether an organisation, product or repository meets a standard: that is for people who see more than a repository.",
    "Whether a control acted where only its configuration was seen, or a signature is valid where only its presence was seen.",
    "That something does not exist: only that it was not found in the places and by the patterns listed.",
    "Anything about a person's competence or intent. It counts what the process left behind.",
    "How weighty a gap is: the grade is a proposal by kind of gap, and a person can overrule it.",
)


def _list(rows: Iterable[Iterable[str]]) -> Markup:
    items = [tag("li", *row) for row in rows]
    return tag("ul", items, class_="dots") if items else tag("p", "none", class_="quiet")
