"""Known templates, recognised by hashes of word groups; their texts are not kept."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from types import MappingProxyType

from qmslint.facts.base import Scan, fact
from qmslint.facts.markup import Document
from qmslint.quick import regex

_WORD = regex(r"[a-z0-9]+")
SIZE = 5
"""Words in a group."""
_HEX = 8
_FEWEST = 8


def groups(text: str) -> frozenset[str]:
    """Return the hashes of all groups of five successive words of a text in lower case; half of them, chosen by hash."""
    words = _WORD.findall(text)[:20_000]
    hashes = (
        hashlib.blake2s(" ".join(words[i : i + SIZE]).encode(), digest_size=_HEX // 2).hexdigest()
        for i in range(len(words) - SIZE + 1)
    )
    return frozenset(code for code in hashes if code[-1] in "02468ace")


@fact
def _known(scan: Scan) -> Mapping[str, frozenset[str]]:
    return MappingProxyType(
        {
            str(title): frozenset(str(codes)[i : i + _HEX] for i in range(0, len(str(codes)), _HEX))
            for title, codes in scan.words("fingerprints", "templates").items()
        }
    )


def resembles(scan: Scan, parsed: Document) -> str:
    """Return the title of the known template a document still equals, or an empty string."""
    limit = float(scan.words("placeholders", "similar"))
    known = _known(scan)
    if parsed.words > 1500:
        return ""
    own = groups(parsed.plain)
    if len(own) < _FEWEST:
        return ""
    for title, codes in known.items():
        if len(own & codes) > limit * len(own):
            return title
    return ""
