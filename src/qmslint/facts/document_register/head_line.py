"""The line at the head of a document that says several things at once, such as ``Owner: Ada · Version 1.2 · 2026-03-17``."""

from __future__ import annotations

from qmslint.facts.dates import parse_date
from qmslint.facts.document_register.model import Said
from qmslint.facts.lexicon import Lexicon, is_unfilled
from qmslint.facts.markup import Document
from qmslint.quick import regex

_HEAD = 15
"""Lines from the beginning in which such a line is looked for."""
_BETWEEN = regex(r"[ \t]+[·•∙|/–—]+[ \t]+|[ \t]*;[ \t]+|[ \t]{3,}")
_SAID = regex(
    r"[^\w]{0,6}([^\W\d][^:\d|]{1,40}?)[*_]{0,3}[ \t]*(?::[*_]{0,3}[ \t]*(\S.{0,120})|[ \t](v?\d[\w.:-]{0,30}))$"
)


def in_head_line(parsed: Document, lexicon: Lexicon) -> tuple[tuple[str, Said], ...]:
    """Return what the lines near the beginning say that hold several statements, by name, in their order."""
    found = []
    for line in parsed.prose:
        if line.line > _HEAD:
            break
        pieces = _BETWEEN.split(line.text[:400].strip())
        for piece in pieces if len(pieces) > 1 else ():
            match = _SAID.fullmatch(piece.strip(" *_"))
            name = lexicon.exact(match[1]) if match else ""
            text = (match[2] or match[3]).strip(" *_") if match else ""
            if name and text and not is_unfilled(text):
                day = parse_date(text, end=name == "due")
                found.append((name, Said(text[:160], parsed.path, line.line, "line", day)))
    return tuple(found)
