"""Read a git configuration file as data: no includes, no commands, nothing is ever applied."""

from __future__ import annotations

from qmslint.quick import regex

_HEADER = regex(r"\[\s*([A-Za-z0-9.-]+)(?:\s+\"((?:[^\"\\\n]|\\.)*)\")?\s*\]")
_ENTRY = regex(r"([A-Za-z][A-Za-z0-9-]*)[ \t]*(?:=[ \t]*(.*))?\Z")
LIMIT = 1 << 20
"""Bytes of a configuration file that are read at most."""


def parse(text: str) -> dict[str, str]:
    """Return ``section.subsection.key`` to its last value; section and key in lower case.

    A key without a value is ``true``, as git reads it.
    """
    found: dict[str, str] = {}
    section = ""
    for line in text.replace("\\\n", "").splitlines():
        rest = line.strip()
        if header := _HEADER.match(rest):
            section = header[1].lower() + (f".{header[2]}" if header[2] is not None else "")
            rest = rest[header.end() :].strip()
        if section and (entry := _ENTRY.match(rest)):
            value = "true" if entry[2] is None else _value(entry[2])
            found[f"{section}.{entry[1].lower()}"] = value
    return found


def truth(value: str) -> bool:
    """Say whether git takes a value for true."""
    return value.lower() in ("true", "yes", "on", "1")


def _value(text: str) -> str:
    """Take quotes and comments away."""
    out, quoted, skip = [], False, False
    for letter in text:
        if skip:
            out.append(letter)
            skip = False
        elif letter == "\\":
            skip = True
        elif letter == '"':
            quoted = not quoted
        elif letter in "#;" and not quoted:
            break
        else:
            out.append(letter)
    return "".join(out).strip()
