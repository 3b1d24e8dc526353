"""How the results developed: a chart with the same figures as a table, and what changed since the time before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from qmslint.model.outcome import State
from qmslint.model.report import Moment, Result
from qmslint.report.html.markup import Markup, plural, tag
from qmslint.report.html.pieces import rule_link, state_mark
from qmslint.report.terminal import SIGNS, WORDS

_ORDER = (State.CONFORMING, State.NONCONFORMING, State.NOT_ASSESSABLE, State.NOT_APPLICABLE, State.ERROR)
_HEIGHT = 220
_LEFT = 34
_STEP = 26
_BAR = 18
_LABELS = 12


def development(moments: Sequence[Moment]) -> Iterator[Markup]:
    """Return the section on time: the chart and its table."""
    yield tag(
        "p",
        f"How many rules were in which state at {plural(len(moments), 'moment')}, each judged from the files and the "
        "history of its revision by today's rules. More rules in one state is no measure of quality.",
    )
    yield _wide("Chart of the states", _chart(moments), "chart scroll")
    yield tag("p", (tag("span", state_mark(state), class_="key") for state in _shown(moments)), class_="legend")
    yield tag("details", tag("summary", "The figures of the chart"), _figures(moments))
    yield tag("details", tag("summary", "Each clause at each moment"), _clauses(moments))


def since(moments: Sequence[Moment]) -> Iterator[Markup]:
    """Return which rules came out otherwise than at the moment before."""
    before = {result.rule: result for result in moments[-2].report.results}
    rows = [
        (result, old)
        for result in moments[-1].report.results
        if (old := before.get(result.rule)) and _stands(old) != _stands(result)
    ]
    if not rows:
        yield tag("p", "Every rule came out as it did then.", class_="quiet")
        return
    yield tag("ul", (_changed(result, old) for result, old in rows), class_="dots")


def _changed(result: Result, old: Result) -> Markup:
    return tag(
        "li", rule_link(result.rule), " ", state_mark(old.state), " then, ", state_mark(result.state), _grade(result)
    )


def _grade(result: Result) -> str:
    return f" now ({result.grade.value})" if result.grade else " now"


def _stands(result: Result) -> tuple[State, object]:
    return result.state, result.grade


def _shown(moments: Sequence[Moment]) -> list[State]:
    return [state for state in _ORDER if any(moment.report.count(state) for moment in moments)]


def _chart(moments: Sequence[Moment]) -> Markup:
    total = max((len(moment.report.results) for moment in moments), default=1) or 1
    width = _LEFT + len(moments) * _STEP + 10
    bars = [part for at, moment in enumerate(moments) for part in _bar(at, moment, total)]
    every = max(1, -(-len(moments) // _LABELS))
    labels = [
        tag("text", moment.label, x=_LEFT + at * _STEP + _BAR // 2, y=_HEIGHT + 24, text_anchor="middle")
        for at, moment in enumerate(moments)
        if (len(moments) - 1 - at) % every == 0
    ]
    axis = [
        tag("text", str(round(total * share / 4)), x=_LEFT - 8, y=_HEIGHT + 9 - _HEIGHT * share // 4, text_anchor="end")
        for share in range(5)
    ]
    first, last = moments[0], moments[-1]
    told = "; ".join(f"{last.report.count(s)} {s.value.replace('_', ' ')}" for s in _shown(moments))
    return tag(
        "svg",
        *axis,
        *bars,
        *labels,
        viewBox=f"0 0 {width} {_HEIGHT + 34}",
        width=width,
        height=_HEIGHT + 34,
        role="img",
        aria_label=f"States of up to {total} rules from {first.label} to {last.label}; at the end {told}",
    )


def _bar(at: int, moment: Moment, total: int) -> Iterator[Markup]:
    y = float(_HEIGHT + 5)
    for state in _ORDER:
        count = moment.report.count(state)
        if count:
            size = _HEIGHT * count / total
            y -= size
            told = tag("title", f"{moment.label}: {count} {state.value.replace('_', ' ')}")
            yield tag(
                "rect",
                told,
                x=_LEFT + at * _STEP,
                y=f"{y:.1f}",
                width=_BAR,
                height=f"{size:.1f}",
                class_=f"f-{state.value}",
            )


def _figures(moments: Sequence[Moment]) -> Markup:
    states = _shown(moments)
    head = tag("tr", tag("th", "Moment", scope="col"), (tag("th", state_mark(s), scope="col") for s in states))
    rows = [
        tag(
            "tr",
            tag("th", moment.label, " ", tag("code", moment.report.subject.commit[:12]), scope="row"),
            (tag("td", str(moment.report.count(s))) for s in states),
        )
        for moment in moments
    ]
    caption = tag("caption", "Rules in each state")
    return _wide("The figures of the chart", tag("table", caption, tag("thead", head), tag("tbody", rows)))


def _clauses(moments: Sequence[Moment]) -> Markup:
    """Return the worst state of each clause that rules look at, one column for each moment."""
    head = tag("tr", tag("th", "Clause", scope="col"), (tag("th", moment.label, scope="col") for moment in moments))
    rows = []
    for index, line in enumerate(moments[-1].report.clauses):
        states = [moment.report.clauses[index].state for moment in moments]
        if line.level <= 3 and any(moment.report.clauses[index].rules for moment in moments):
            cells = (tag("td", _sign(state)) for state in states)
            rows.append(tag("tr", tag("th", f"{line.id} {line.title}", scope="row"), cells))
    caption = tag("caption", "The worst state of each clause's rules")
    return _wide("Each clause at each moment", tag("table", caption, tag("thead", head), tag("tbody", rows)))


def _sign(state: State) -> Markup:
    return tag(
        "span",
        tag("span", SIGNS[state], aria_hidden="true"),
        tag("span", WORDS[state][0], class_="vh"),
        class_=f"s-{state.value}",
        title=WORDS[state][0],
    )


def _wide(name: str, content: Markup, style: str = "scroll") -> Markup:
    """Return what a narrow screen scrolls; the keyboard must reach what scrolls."""
    return tag("div", content, class_=style, tabindex=0, role="region", aria_label=name)
