"""Names the product of this repository goes by, and whether a document uses one of them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from qmslint.facts.base import Scan, fact
from qmslint.facts.document_index import index
from qmslint.facts.markup import Document, document, fold
from qmslint.facts.parts import title_of
from qmslint.quick import regex

_MANIFESTS: Mapping[str, str] = {
    "pyproject.toml": r"(?m)^name\s*=\s*[\"']([^\"'\n]{2,80})[\"']",
    "Cargo.toml": r"(?m)^name\s*=\s*[\"']([^\"'\n]{2,80})[\"']",
    "package.json": r"\"name\"\s*:\s*\"(?:@[^\"/\n]{1,60}/)?([^\"\n]{2,80})\"",
    "composer.json": r"\"name\"\s*:\s*\"(?:[^\"/\n]{1,60}/)?([^\"\n]{2,80})\"",
    "go.mod": r"(?m)^module\s+\S{0,200}?([^/\s]{2,80})$",
    "setup.cfg": r"(?m)^name\s*=\s*(\S{2,80})",
    "pom.xml": r"<artifactId>([^<\n]{2,80})</artifactId>",
}
_GENERIC = frozenset(
    [
        "readme",
        "app",
        "application",
        "project",
        "product",
        "documentation",
        "docs",
        "handbook",
        "software",
        "library",
        "the",
        "service",
        "platform",
        "tool",
        "anwendung",
        "produkt",
        "dokumentation",
        "handbuch",
    ]
)
_FIRST = regex(r"[:|–—]| - ")


@fact
def product_names(scan: Scan) -> tuple[str, ...]:
    """Return the names in comparable form: of manifests at the top and in the title of the README."""
    found = []
    for name, pattern in _MANIFESTS.items():
        text = scan.text(name) if name in scan.snapshot else None
        match = re.search(pattern, (text or "")[:50_000])
        if match:
            found.append(match[1])
    for path in index(scan).by_name.get("readme", ()):
        parsed = document(scan, path)
        if parsed is not None:
            found.append(_FIRST.split(title_of(parsed), maxsplit=1)[0])
    plain = (_plain(name) for name in found)
    return tuple(
        dict.fromkeys(name for name in plain if len(name) > 2 and name not in _GENERIC and len(name.split()) < 6)
    )


def named_in(scan: Scan, parsed: Document) -> str:
    """Return ``yes`` or ``no`` for whether a document names the product, empty where no name of it is known."""
    names = product_names(scan)
    text = f" {_plain(parsed.text[:200_000])} "
    if not names:
        return ""
    return "yes" if any(f" {name} " in text for name in names) else "no"


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[^\w]+|_", " ", fold(text)).split())
