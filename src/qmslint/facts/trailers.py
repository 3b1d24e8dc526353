"""Trailers of commit messages, by the rules of git itself, in one linear scan.

``git log --format=%(trailers)`` costs half a log more and has to be asked for every commit; only commits of a
window are of interest, so messages are read here.
"""

from __future__ import annotations

from qmslint.quick import dataclass, regex
from qmslint.repo.history import Commit, Person

_KEY = regex(rb"([A-Za-z0-9-]+)[ \t]*:")
_GENERATED = (b"Signed-off-by: ", b"(cherry picked from commit ")
_SCISSORS = b"# ------------------------ >8 ------------------------\n"
_WHO = regex(r"^\s*(.*?)\s*<([^<>\s]*)>")
_SPACE = b" \t\n\r\v\f"


@dataclass(frozen=True, slots=True)
class Trailer:
    """One ``Key: value`` line of a message's last paragraph; the key is lower case."""

    key: str
    value: str


def trailers_of(commit: Commit) -> tuple[Trailer, ...]:
    """Return the trailers of a commit message, in order."""
    return parse_trailers(commit.message) if b":" in commit.message else ()


def parse_trailers(message: bytes) -> tuple[Trailer, ...]:
    """Return the trailers of a message.

    As in git, the block is the last paragraph, never the first; it must consist of trailers only, or hold one
    that git itself writes and be one quarter trailers.  Indented lines continue the line before.
    """
    lines = _without_tail(message)
    start = _block(lines)
    found: list[tuple[bytes, list[bytes]]] = []
    inside = False
    for line in lines[start:]:
        if inside and line[:1] in (b" ", b"\t"):
            found[-1][1].append(line.strip(_SPACE))
            continue
        match = None if line.startswith(b"#") else _KEY.match(line)
        inside = match is not None
        if match:
            found.append((match[1].lower(), [line[match.end() :].strip(_SPACE)]))
    return tuple(Trailer(key.decode("ascii"), _joined(parts)) for key, parts in found)


def _joined(parts: list[bytes]) -> str:
    return b" ".join(part for part in parts if part).decode("utf-8", "replace")


def person_in(value: str) -> Person | None:
    """Return the person a trailer names as ``Name <address>``, or by name alone; ``None`` when empty."""
    match = _WHO.match(value[:400])
    if match:
        return Person(match[1], match[2])
    name = value.strip()
    return Person(name, "") if name else None


def _without_tail(message: bytes) -> list[bytes]:
    """Drop what git adds below a message while it is edited: comments, scissors and lists of conflicts."""
    cut = message.find(_SCISSORS)
    if cut == 0 or (cut > 0 and message[cut - 1 : cut] == b"\n"):
        message = message[:cut]
    lines = message.split(b"\n")
    tail, conflicts = -1, False
    for index, line in enumerate(lines):
        if not line or line.startswith(b"#") or line == b"Conflicts:":
            conflicts = conflicts or line == b"Conflicts:"
            tail = index if tail < 0 else tail
        elif not (conflicts and line.startswith(b"\t")):
            tail, conflicts = -1, False
    return lines if tail < 0 else lines[:tail]


def _block(lines: list[bytes]) -> int:
    """Return the index of the first line of the trailer block, or the number of lines when there is none."""
    title = 0
    while title < len(lines) and (lines[title].startswith(b"#") or lines[title].strip(_SPACE)):
        title += 1
    trailers = others = continued = 0
    generated, only_blank = False, True
    for index in range(len(lines) - 1, title - 1, -1):
        line = lines[index]
        if line.startswith(b"#"):
            others, continued = others + continued, 0
        elif not line.strip(_SPACE):
            if only_blank:
                continue
            others += continued
            wanted = (generated and trailers * 3 >= others) or (trailers and not others)
            return index + 1 if wanted else len(lines)
        else:
            only_blank = False
            if line.startswith(_GENERATED):
                trailers, continued, generated = trailers + 1, 0, True
            elif line[:1] in (b" ", b"\t"):
                continued += 1
            elif _KEY.match(line):
                trailers, continued = trailers + 1, 0
            else:
                others, continued = others + 1 + continued, 0
    return len(lines)
