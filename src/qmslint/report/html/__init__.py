"""The report for auditors and quality managers: one HTML file that needs no network and no script."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from importlib.resources import files

from qmslint.model.report import Moment, Report
from qmslint.report.html.details import details
from qmslint.report.html.front import front
from qmslint.report.html.markup import Markup, join, tag

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
    style, script = _asset("page.css"), _asset("page.js")
    policy = (
        f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    s = report.subject
    title = f"Evidence by clause: {s.name} at {s.commit[:12] or s.view}, as of {s.as_of}"
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=policy),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="referrer", content="no-referrer"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("meta", name="generator", content=f"qmslint {report.tool_version}"),
        tag("title", title),
        tag("style", style),
    )
    body = tag(
        "body",
        tag("a", "Skip to the findings", href="#matter", class_="skip"),
        _header(report),
        _contents(report, moments),
        tag(
            "main",
            tag("div", *front(report, moments), class_="front"),
            tag("div", *details(report, moments), class_="details"),
            id="main",
        ),
        tag("footer", tag("p", f"{title}. qmslint {report.tool_version}.")),
        tag("script", script),
    )
    return f"<!DOCTYPE html>\n{tag('html', head, body, lang='en')}"


def _contents(report: Report, moments: Sequence[Moment]) -> Markup:
    there = {"documents": report.documents is not None, "development": bool(moments)}
    links = (tag("li", tag("a", title, href=f"#{name}")) for name, title in _SECTIONS if there.get(name, True))
    return tag("nav", tag("ul", links), aria_label="Sections")


def _header(report: Report) -> Markup:
    s = report.subject
    return tag(
        "header",
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


def _asset(name: str) -> Markup:
    return Markup(files(__package__ or "").joinpath(name).read_text(encoding="utf-8"))


def _digest(content: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
