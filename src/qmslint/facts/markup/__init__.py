"""Read Markdown, reStructuredText, AsciiDoc, Org and plain text by one linear scan over lines.

A full Markdown parser costs about eight milliseconds a kilobyte; the examined repository may hold
megabytes of documents, so only the blocks that facts look at are recognised.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping
from functools import lru_cache
from types import MappingProxyType

from qmslint.facts.base import Scan, fact, fact_of_content
from qmslint.facts.markup import asciidoc, markdown, org, rst
from qmslint.facts.markup.model import Document, Heading, Item, Line, Link, Row, Table, count_words, fold, normal

__all__ = [
    "Document",
    "Heading",
    "Item",
    "Line",
    "Link",
    "Row",
    "Table",
    "count_words",
    "document",
    "fold",
    "markup_of",
    "normal",
    "parse",
]

LIMIT = 1024 * 1024
"""Characters of a document that are looked at."""
_READERS: Mapping[str, Callable[[str, str], Document]] = MappingProxyType(
    {
        "markdown": markdown.parse,
        "rst": rst.parse,
        "asciidoc": asciidoc.parse,
        "org": org.parse,
        "text": markdown.parse_text,
    }
)
_SUFFIXES: Mapping[str, str] = MappingProxyType(
    {
        ".md": "markdown",
        ".markdown": "markdown",
        ".mdx": "markdown",
        ".mkd": "markdown",
        ".qmd": "markdown",
        ".rst": "rst",
        ".adoc": "asciidoc",
        ".asciidoc": "asciidoc",
        ".asc": "asciidoc",
        ".org": "org",
        ".txt": "text",
        "": "text",
    }
)


_WRAPPERS = (".erb", ".liquid", ".njk", ".j2", ".jinja", ".jinja2", ".in")
"""Endings of pages that a site generator fills in first, such as ``page.html.md.erb``."""


@lru_cache(maxsize=65_536)
def markup_of(path: str) -> str:
    """Return the markup language of a path by its ending, or an empty string when it is no document."""
    name = posixpath.basename(path).lower()
    for ending in _WRAPPERS:
        if name.endswith(ending) and "." in name[: -len(ending)].lstrip("."):
            name = name.removesuffix(ending)
            break
    dot = name.rfind(".")
    return _SUFFIXES.get(name[dot:] if dot > 0 else "", "")


def parse(path: str, text: str) -> Document:
    """Return ``text`` taken apart; text beyond :data:`LIMIT` is not looked at."""
    return _READERS[markup_of(path) or "text"](path, text[:LIMIT])


@fact
def document(scan: Scan, path: str) -> Document | None:
    """Return the document at ``path``, or ``None`` when it is missing or not text."""
    known = _parsed(scan, path)
    if known is None:
        return None
    if not known[1]:
        scan.problem(path, "LIMIT", f"only the first {LIMIT} characters were looked at")
    return known[0]


@fact_of_content
def _parsed(path: str, text: str) -> tuple[Document, bool]:
    """Return a document, and whether it is all of the file."""
    return parse(path, text), len(text) <= LIMIT
