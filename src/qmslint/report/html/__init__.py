"""The report for auditors and quality managers: one HTML file that needs no network and no script."""

from __future__ import annotations

from collections.abc import Sequence

from qmslint.model.report import Moment, Report
from qmslint.report.html.details import details
from qmslint.report.html.front import front
from qmslint.report.html.markup import Markup, join, tag
from qmslint.report.html.shell import page

_SECTIONS = (
    ("examined", "Examined"),
    ("not-examined", "Not examined"),
    ("clauses", "Clauses"),
    ("matter", "What matters"),
    ("works", "What works"),
    ("findings", "All findings"),
    ("unseen", "Not to be seen"),
    ("seen", "Evidence seen"),
    ("not-applicable", "Not applicable"),
    ("all-clauses", "Every clause"),
    ("documents", "Documents"),
    ("development", "Development"),
    ("exceptions", "Exceptions"),
    ("method", "Method"),
)


def render(report: Report, moments: Sequence[Moment] = (), **_: object) -> str:
    """Return the report as one self-contained HTML page, readable and printable without its script.

    Parameters
    ----------
    report : Report
        What is reported.
    moments : sequence of Moment
        Earlier examinations and this one, oldest first, where the report shows how it came to this.
    """
    s = report.subject
    title = f"Evidence by clause: {s.name} at {s.commit[:12] or s.view}, as of {s.as_of}"
    there = {"documents": report.documents is not None, "development": bool(moments)}
    sections = [section for section in _SECTIONS if there.get(section[0], True)]
    body = (
        tag("div", *front(report, moments), class_="front"),
        tag("div", *details(report, moments), class_="details"),
    )
    return page(title, report.tool_version, _heading(report), sections, body)


def _heading(report: Report) -> tuple[Markup, ...]:
    s = report.subject
    return (
        tag("p", "qmslint evidence report", class_="eyebrow"),
        tag("h1", s.name),
        tag(
            "p",
            join(
                (
                    f"{report.edition_title}, clause by clause, at ",
                    tag("code", s.commit[:12] or s.view),
                    f" as of {s.as_of}",
                )
            ),
            class_="subtitle",
        ),
    )
