"""Turn bytes of unknown origin into text, or say that they are not text."""

from __future__ import annotations

import codecs

_BOMS = (
    # The mark of UTF-32 little-endian begins with that of UTF-16.
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def decode(content: bytes) -> str | None:
    """Return ``content`` as text with ``\\n`` line ends, or ``None`` when it is binary.

    A byte-order mark decides the encoding, else UTF-8; bytes that do not fit become U+FFFD.
    """
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            return _lines(content[len(mark) :].decode(encoding, "replace"))
    if b"\0" in content[:8192]:
        return None
    return _lines(content.decode("utf-8", "replace"))


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
