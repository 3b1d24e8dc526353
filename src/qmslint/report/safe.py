"""The one door through which text of the examined repository reaches an output."""

from __future__ import annotations

import re

_UNSAFE = re.compile(
    "[\x00-\x08\x0a-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
_SECRET = re.compile(r"(?<=://)[^/@\s:]+(?::[^/@\s]*)?@")


def safe(text: str) -> str:
    """Return ``text`` with everything that could steer a terminal or reorder a line made visible.

    Control characters, lone surrogates, bidirectional marks and invisible separators become ``\\xNN`` or
    ``\\uNNNN``; tabs become a blank; user names and passwords are cut out of addresses.
    """
    return _SECRET.sub("", _UNSAFE.sub(_visible, text.replace("\t", " ")))


def _visible(match: re.Match[str]) -> str:
    code = ord(match[0])
    if 0xDC80 <= code <= 0xDCFF:
        code -= 0xDC00
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
