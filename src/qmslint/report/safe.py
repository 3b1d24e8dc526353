"""The one door through which text of the examined repository reaches an output."""

from __future__ import annotations

import re

from qmslint.quick import regex

LIMIT = 4_000
"""Characters of one text that are shown."""
_UNSAFE = regex(
    "[\x00-\x08\x0a-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ud800-\udfff\ufeff\uffa0\ufff0-\uffff\U000e0000-\U000e0fff]"
)
# The last at sign counts: a password may hold others.
_SECRET = regex(r"(?<=://)[^/\s]*@")
# Build servers obey these wherever they stand in a line: ##[group], ##vso[task…], ##teamcity[…].
_COMMAND = regex(r"#(?=#[A-Za-z]*\[)")
# And these at the start of a line, blanks before it not counted.
# Credentials that can be told by their form, wherever they were quoted from.
_TOKEN = regex(
    r"(?<![A-Za-z0-9])(?:gh[pousr]_[A-Za-z0-9]{20,255}|github_pat_\w{20,255}|gl(?:pat|dt|rt|ptt|cbt|soat)-[\w-]{20,255}"
    r"|(?:AKIA|ASIA)[A-Z2-7]{16}|xox[abeprs]-[\w-]{20,255}|[rs]k_live_\w{20,255}|npm_\w{36}|pypi-AgE[\w-]{40,255}"
    r"|SG\.[\w-]{20,64}\.[\w-]{20,64}|AIza[\w-]{35}|sk-[\w-]{32,255}|hf_[A-Za-z]{30,64}|do[opr]_v1_[a-f0-9]{60,64}"
    r"|shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}|hv[sb]\.[\w-]{60,255}|dapi[a-f0-9]{32}|AGE-SECRET-KEY-1[0-9A-Z]{50,64}"
    r"|eyJ[\w-]{10,2000}\.eyJ[\w-]{10,2000}\.[\w-]{10,1000})"
    r"|-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----.*"
)
_AT_START = regex(r"\s*(?:::|##|section_(?:start|end):)")


def safe(text: str) -> str:
    """Return ``text`` as one line with everything that could steer a terminal or a build server made harmless.

    Control characters, lone surrogates, bidirectional marks and invisible separators become ``\\xNN`` or
    ``\\uNNNN``; tabs become a blank; user names and passwords are cut out of addresses, and credentials known by their form out of everything; markers of build
    server commands are broken by a backslash; what is longer than :data:`LIMIT` is cut, and says so.
    """
    rest = len(text) - LIMIT
    if rest > 0:
        text = f"{text[:LIMIT]}… ({rest} more characters)"
    visible = _UNSAFE.sub(_visible, text.replace("\t", " "))
    return _COMMAND.sub(r"#\\", _TOKEN.sub("[credential left out]", _SECRET.sub("", visible)))


def harmless_start(line: str) -> str:
    """Return ``line`` so that no build server takes its start for a command; for output that is read line by line."""
    return f"· {line}" if _AT_START.match(line) else line


def _visible(match: re.Match[str]) -> str:
    code = ord(match[0])
    if 0xDC80 <= code <= 0xDCFF:
        code -= 0xDC00
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
