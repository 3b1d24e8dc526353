"""What every page has: its head, a policy that loads nothing, the style, and the way past the navigation."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from importlib.resources import files

from qmslint.report.html.markup import Markup, tag


def page(
    title: str,
    version: str,
    heading: Iterable[str],
    sections: Iterable[tuple[str, str]],
    body: Iterable[str],
    filtered: bool = True,
) -> str:
    """Return a whole page, self-contained and readable without its script.

    Parameters
    ----------
    title : str
        Of the window, repeated at the end.
    version : str
        Of the program.
    heading : iterable of Markup
        What the page is about.
    sections : iterable of (id, title)
        What the navigation leads to; the way past it leads to the first section named ``matter``, else the first one.
    body : iterable of Markup
        The sections.
    filtered : bool
        It holds results and the filter over them, which needs the script.
    """
    style, script = _asset("page.css"), _asset("page.js") if filtered else ""
    links = list(sections)
    policy = f"default-src 'none'; style-src '{_digest(style)}'; {_scripts(script)}base-uri 'none'; form-action 'none'"
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=policy),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="referrer", content="no-referrer"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("meta", name="generator", content=f"qmslint {version}"),
        tag("title", title),
        tag("style", style),
    )
    goal, name = ("matter", "findings") if "matter" in dict(links) else (links[0][0], "content")
    content = tag(
        "body",
        tag("a", f"Skip to the {name}", href=f"#{goal}", class_="skip"),
        tag("header", *heading),
        tag("nav", tag("ul", (tag("li", tag("a", t, href=f"#{i}")) for i, t in links)), aria_label="Sections"),
        tag("main", *body, id="main"),
        tag("footer", tag("p", f"{title}. qmslint {version}.")),
        tag("script", script) if script else "",
    )
    return f"<!DOCTYPE html>\n{tag('html', head, content, lang='en')}"


def _asset(name: str) -> Markup:
    return Markup(files(__package__ or "").joinpath(name).read_text(encoding="utf-8"))


def _scripts(script: str) -> str:
    return f"script-src '{_digest(script)}'; " if script else ""


def _digest(content: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
