"""The one door through which text of the examined repository reaches an output."""

from __future__ import annotations

import re

LIMIT = 4_000
"""Characters of one text that are shown."""
_UNSAFE = re.compile(
    "[\x00-\x08\x0a-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ud800-\udfff\ufeff\uffa0\ufff0-\uffff\U000e0000-\U000e0fff]"
)
# The last at sign counts: a password may hold others.
_SECRET = re.compile(r"(?<=://)[^/\s]*@")
# Build servers obey these wherever they stand in a line: ##[group], ##vso[task…], ##teamcity[…].
_COMMAND = re.compile(r"#(?=#[A-Za-z]*\[)")
# And these at the start of a line, blanks before it not counted.
_AT_START = re.compile(r"\s*(?:::|##|section_(?:start|end):)")


def safe(text: str) -> str:
    """Return ``text`` as one line with everything that could steer a terminal or a build server made harmless.

    Control characters, lone surrogates, bidirectional marks and invisible separators become ``\\xNN`` or
    ``\\uNNNN``; tabs become a blank; user names and passwords are cut out of addresses; markers of build
    server commands are broken by a backslash; what is longer than :data:`LIMIT` is cut, and says so.
    """
    rest = len(text) - LIMIT
    if rest > 0:
        text = f"{text[:LIMIT]}… ({rest} more characters)"
    visible = _UNSAFE.sub(_visible, text.replace("\t", " "))
    return _COMMAND.sub(r"#\\", _SECRET.sub("", visible))


def harmless_start(line: str) -> str:
    """Return ``line`` so that no build server takes its start for a command; for output that is read line by line."""
    return f"· {line}" if _AT_START.match(line) else line


def _visible(match: re.Match[str]) -> str:
    code = ord(match[0])
    if 0xDC80 <= code <= 0xDCFF:
        code -= 0xDC00
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
