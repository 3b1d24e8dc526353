"""Findings and tests that somebody set aside: in files of tools, by marks in source code, and by switching tests off."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal, cast

from qmslint.facts.base import Scan, fact
from qmslint.facts.ignore_files import listed, unreadable
from qmslint.facts.sources import by_language, excluded, test_files
from qmslint.patterns import any_of, compile_pattern
from qmslint.quick import dataclass, regex

_FILES = 6_000
_SIZE = 512 * 1024
_TOTAL = 96 * 1024 * 1024
_COMMENT = regex(r"^\s*(?:#|//|/\*|\*|--|;|%)+\s*(.*)$")
_CLEAN = regex(r"[^\w'’-]+")


@dataclass(frozen=True, slots=True)
class Concession:
    """One thing that was set aside.

    Parameters
    ----------
    sort : str
        ``file``: an entry of a tool's list; ``inline``: a mark in source code; ``skip``: a test that is switched off.
    what : str
        Which finding, rule or test.
    faults : tuple of str
        What is missing: ``no reason``, ``no end date``, ``expired``, ``names no rule``.
    security : bool
        Whether it sets a finding of a security tool aside.
    """

    sort: Literal["file", "inline", "skip"]
    what: str
    path: str
    line: int
    faults: tuple[str, ...]
    security: bool


@dataclass(frozen=True, slots=True)
class Concessions:
    """All of them, with the number of automated tests they are compared with.

    Parameters
    ----------
    tests : int
        Automated tests, as far as they are recognised.
    whole : bool
        Whether all source files were looked at within the bounds.
    broken : tuple of str
        Lists that could not be read.
    """

    items: tuple[Concession, ...]
    tests: int
    whole: bool
    broken: tuple[str, ...] = ()

    def of(self, sort: str) -> tuple[Concession, ...]:
        """Return those of one sort."""
        return tuple(item for item in self.items if item.sort == sort)


@fact
def concessions(scan: Scan) -> Concessions:
    """Return everything that was set aside, by path and line."""
    found = [Concession("file", entry.what, entry.path, entry.line, entry.faults, True) for entry in listed(scan)]
    marks = _Marks(scan)
    total, whole, tests = 0, True, 0
    out, own_tests = excluded(scan), frozenset(test_files(scan))
    paths = sorted(path for paths in by_language(scan).values() for path in paths if path not in out)
    scan.snapshot.expect(path for path in paths[:_FILES] if _key(scan, path) not in scan.lasting)
    for path in paths[:_FILES]:
        size, own, marked = _overview(scan, path, marks)
        if size < 0 or size > _SIZE or total > _TOTAL:
            whole = whole and size < 0
            continue
        total += size
        tests += own
        if marked:
            found += _marked(scan, path, marks, path in own_tests)
    ordered = tuple(sorted(found, key=lambda item: (item.path, item.line, item.what)))
    return Concessions(ordered, tests, whole and len(paths) <= _FILES, unreadable(scan))


def _overview(scan: Scan, path: str, marks: _Marks) -> tuple[int, int, bool]:
    """Return the characters of a source file (-1 for none), its automated tests, and whether anything is set aside."""
    key = _key(scan, path)
    if key in scan.lasting:
        return cast("tuple[int, int, bool]", scan.lasting[key])
    text = scan.text(path)
    if text is None:
        return -1, 0, False
    answer = (len(text), 0, False)
    if len(text) <= _SIZE:
        answer = (len(text), marks.tests_in(text), marks.every.search(text) is not None)
    if key[1]:
        scan.lasting[key] = answer
    return answer


def _marked(scan: Scan, path: str, marks: _Marks, is_test: bool) -> tuple[Concession, ...]:
    """Return what is set aside in a file; of a content that was read in another revision it is known."""
    key = (_marked, path, _key(scan, path)[1], is_test)
    if not key[2]:
        return tuple(marks.of(path, scan.text(path) or "", is_test))
    if key not in scan.lasting:
        scan.lasting[key] = tuple(marks.of(path, scan.text(path) or "", is_test))
    return cast("tuple[Concession, ...]", scan.lasting[key])


def _key(scan: Scan, path: str) -> tuple[Any, str]:
    """Return under what a file's content is remembered over revisions; nothing where it has no object id."""
    return _overview, scan.snapshot.blobs.get(path, "") if scan.snapshot.view == "commit" else ""


class _Marks:
    """The patterns of the vocabulary, compiled once."""

    def __init__(self, scan: Scan) -> None:
        words: Mapping[str, Any] = scan.words("concessions")
        self.inline = [(name, _compiled(data)) for name, data in words["inline"].items()]
        self.skips = [(name, _compiled(data)) for name, data in words["skips"].items()]
        self.tests = compile_pattern(f"(?m){words['tests']}", ignore_case=False)
        self.ticket = compile_pattern(words["ticket"], ignore_case=False)
        every = [f"(?m){data['any']}" for data in (*words["inline"].values(), *words["skips"].values())]
        self.every = any_of(every, ignore_case=False)

    def tests_in(self, text: str) -> int:
        """Return the number of lines that begin a test, each as far as its first characters say."""
        if not self.tests.search(text):
            return 0
        lines = [line[:300] for line in text.split("\n")]
        return sum(1 for number in _asked(self.tests, lines) if self.tests.search(lines[number]))

    def of(self, path: str, text: str, is_test: bool) -> Iterator[Concession]:
        """Yield the marks of one file."""
        lines = text.split("\n")
        short = [line[:500] for line in lines]
        for number in (at + 1 for at in sorted(_asked(self.every, short))):
            line = short[number - 1]
            if not self.every.search(line):
                continue
            for name, mark in self.inline:
                if mark["any"].search(line):
                    yield self._inline(path, lines, number, name, mark)
                    break
            for name, mark in self.skips if is_test or "#[" in line else ():
                if mark["any"].search(line):
                    near = " ".join(part[:300] for part in lines[max(number - 3, 0) : number + 2])
                    told = mark["reasoned"].search(near) or self.ticket.search(near) or _above(lines, number) >= 3
                    yield Concession(
                        "skip", f"{name} test switched off", path, number, () if told else ("no reason",), False
                    )
                    break

    def _inline(self, path: str, lines: list[str], number: int, name: str, mark: Mapping[str, Any]) -> Concession:
        line = lines[number - 1][:500]
        faults = [] if mark["named"].search(line) else ["names no rule"]
        if mark["security"]:
            told = mark["reasoned"].search(line) or self.ticket.search(line) or _above(lines, number) >= 3
            faults += [] if told else ["no reason"]
        return Concession("inline", name, path, number, tuple(faults), bool(mark["security"]))


def _asked(pattern: Any, lines: list[str]) -> set[int]:
    """Return which lines to ask, by one pass; a match may begin in an empty line before or end in one after."""
    short = "\n".join(lines).encode("utf-8")
    asked: set[int] = set()
    number = end = 0
    for match in pattern.finditer(short):
        first, last = match.span()
        number += short.count(b"\n", end, first)
        end = first
        asked.update(range(number, number + 1 + short.count(b"\n", first, last)))
    return {number for number in asked if number < len(lines)}


def _compiled(data: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {
        key: compile_pattern(str(data.get(key, r"\b\B")), ignore_case=False) for key in ("any", "named", "reasoned")
    }
    return {**found, "security": data.get("security") in (True, "true")}


def _above(lines: list[str], number: int) -> int:
    """Return how many words the comment directly above a line has."""
    match = _COMMENT.match(lines[number - 2][:500]) if number > 1 else None
    return len([word for word in _CLEAN.split(match[1]) if word]) if match else 0
