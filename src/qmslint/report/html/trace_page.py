"""The traceability matrix as a page: a row per change, a column per step, and what is left over on both sides."""

from __future__ import annotations

from collections.abc import Iterator

from qmslint import __version__
from qmslint.model.trace import FAULTS, STATES, STEPS, Chain, Link, LinkState, Matrix
from qmslint.report.html.markup import Markup, join, plural, tag
from qmslint.report.html.shell import page

SIGNS: dict[LinkState, str] = {"covered": "✓", "broken": "✗", "ambiguous": "~", "unauthorised": "!", "unseen": "?"}
_STYLES: dict[LinkState, str] = {
    "covered": "s-conforming",
    "broken": "s-nonconforming",
    "ambiguous": "s-opportunity",
    "unauthorised": "s-nonconforming",
    "unseen": "s-not_assessable",
}
_SECTIONS = (("matrix", "Matrix"), ("broken", "Broken links"), ("orphans", "Left over"), ("signs", "Signs and remarks"))


def as_html(matrix: Matrix) -> str:
    """Return the matrix as one self-contained HTML page."""
    title = f"Traceability of {matrix.label}, as of {matrix.as_of}"
    heading = (
        tag("p", "qmslint traceability", class_="eyebrow"),
        tag("h1", matrix.label),
        tag(
            "p",
            join(
                (
                    tag("code", matrix.base[:12]) if matrix.base else "The beginning",
                    " to ",
                    tag("code", matrix.tip[:12]),
                    f" as of {matrix.as_of}",
                )
            ),
            class_="subtitle",
        ),
    )
    body = (
        _section("matrix", "Story to release note", *_matrix(matrix)),
        _section("broken", "Broken links", *_broken(matrix)),
        _section("orphans", "Left over on both sides", *_orphans(matrix)),
        _section("signs", "What the signs mean", *_signs(matrix)),
    )
    return page(title, __version__, heading, _SECTIONS, body, filtered=False)


def _section(name: str, title: str, *children: str) -> Markup:
    return tag("section", tag("h2", title, id=f"{name}-title"), *children, id=name, aria_labelledby=f"{name}-title")


def _matrix(matrix: Matrix) -> Iterator[Markup]:
    broken = sum(1 for chain in matrix.chains if chain.fault)
    hidden = sum(1 for chain in matrix.chains if not chain.fault and chain.unseen)
    left = (
        f" {matrix.left_out} commits by automation, or that only make a release, are left out."
        if matrix.left_out
        else ""
    )
    yield tag(
        "p",
        f"{plural(len(matrix.chains), 'change')}: {len(matrix.chains) - broken - hidden} can be followed from end to end, "
        f"{broken} break, {hidden} could not be seen as a whole.{left}",
    )
    head = tag("tr", (tag("th", name, scope="col") for name in ("Change", *STEPS)))
    table = tag(
        "table",
        tag("caption", "Each change with its steps"),
        tag("thead", head),
        tag("tbody", map(_row, matrix.chains)),
        class_="matrix",
    )
    yield tag("div", table, class_="scroll", tabindex=0, role="region", aria_label="Each change with its steps")


def _row(chain: Chain) -> Markup:
    items = f" ({', '.join(chain.items)})" if chain.items else ""
    by_step = {link.step: link for link in chain.links}
    cells = (tag("td", _sign(by_step[step].state, by_step[step].text) if step in by_step else "") for step in STEPS)
    return tag("tr", tag("th", tag("code", chain.commit[:12]), f" {chain.title}{items}", scope="row"), cells)


def _sign(state: LinkState, text: str = "") -> Markup:
    return tag(
        "span",
        tag("span", SIGNS[state], class_="sign", aria_hidden="true"),
        tag("span", state, class_="vh"),
        class_=f"state {_STYLES[state]}",
        title=text or None,
    )


def _broken(matrix: Matrix) -> Iterator[Markup]:
    rows = [(chain, link) for chain in matrix.chains for link in chain.links if link.state in FAULTS]
    if not rows:
        yield tag("p", "No link that could be looked at is broken.")
        return
    yield tag("ul", (_fault(chain, link) for chain, link in rows), class_="unseen")


def _fault(chain: Chain, link: Link) -> Markup:
    place = f" {link.path}{f':{link.line}' if link.line else ''}" if link.path else ""
    return tag(
        "li",
        tag("code", chain.commit[:12]),
        f" {chain.title}",
        tag("br"),
        _sign(link.state),
        " ",
        tag("b", link.step),
        f" {link.state}: {link.text}",
        tag("code", place) if place else "",
    )


def _orphans(matrix: Matrix) -> Iterator[Markup]:
    free = matrix.unclaimed()
    yield tag("h3", f"Changes that name no item of a tracker ({len(free)})")
    yield _list([join((tag("code", chain.commit[:12]), f" {chain.title}")) for chain in free])
    yield tag("h3", f"Items without a change of this range ({len(matrix.stories)})")
    yield _list(
        [
            join((f"{s.item} {s.title}: {s.text} ", tag("code", f"{s.path}:{s.line}" if s.line else s.path)))
            for s in matrix.stories
        ]
    )


def _signs(matrix: Matrix) -> Iterator[Markup]:
    yield tag("ul", (tag("li", _sign(state), " ", tag("b", state), f": {text}") for state, text in STATES.items()))
    if matrix.notes:
        yield tag("h3", "Remarks")
        yield _list([join((note,)) for note in matrix.notes])


def _list(rows: list[Markup]) -> Markup:
    return tag("ul", (tag("li", row) for row in rows), class_="dots") if rows else tag("p", "none", class_="quiet")
