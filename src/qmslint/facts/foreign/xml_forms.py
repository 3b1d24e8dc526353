"""JUnit results and coverage reports in XML; read as a bounded stream, without entities."""

from __future__ import annotations

import re
from collections.abc import Mapping
from xml.etree import ElementTree as ET

from qmslint.facts.foreign.model import Content
from qmslint.facts.foreign.values import moment, number
from qmslint.quick import regex

_ELEMENTS = 400_000
_DEPTH = 100
_SUBSET = regex(r"<!ENTITY|<!DOCTYPE[^>\[]*\[", re.IGNORECASE)


class Refused(Exception):
    """The file is not read, and why."""


class _Counter:
    """Counts what is needed of the elements as they come; no tree is built."""

    def __init__(self) -> None:
        self.root: tuple[str, Mapping[str, str]] = ("", {})
        self.depth = self.seen = 0
        self.cases = 0
        self.outcomes = {"failure": 0, "error": 0, "skipped": 0}
        self.last: set[str] = set()
        self.times: list[int] = []
        self.lines: tuple[float, float] | None = None
        self.names: set[str] = set()
        self.statements: tuple[float, float] | None = None

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Take one element into account."""
        tag = tag.rpartition("}")[2]
        if not self.seen:
            self.root = (tag, dict(attributes))
        self.seen += 1
        self.depth += 1
        if self.seen > _ELEMENTS or self.depth > _DEPTH:
            raise Refused("it has too many elements or is too deep")
        if tag == "testcase":
            self.cases += 1
            self.last = set()
        elif tag in self.outcomes and tag not in self.last:
            self.last.add(tag)
            self.outcomes[tag] += 1
        elif tag == "testsuite":
            self._time(attributes.get("timestamp"))
        elif tag == "counter" and self.depth == 2 and attributes.get("type") == "LINE":
            self.lines = (number(attributes.get("covered")), number(attributes.get("missed")))
        elif tag == "sessioninfo":
            self._time(attributes.get("dump"))
        elif tag == "metrics" and self.statements is None and "statements" in attributes:
            self.statements = (number(attributes.get("coveredstatements")), number(attributes.get("statements")))

    def end(self, tag: str) -> None:
        """Leave an element."""
        self.depth -= 1

    def close(self) -> None:
        """End the document."""

    def _time(self, text: str | None) -> None:
        when = moment(text)
        if when is not None and len(self.times) < 1000:
            self.times.append(when)


def read(text: str) -> Content:
    """Return what an XML file says; raises :class:`Refused` when it is not read."""
    if _SUBSET.search(text[:100_000]) or "<!ENTITY" in text:
        raise Refused("it declares entities")
    counter = _Counter()
    parser = ET.XMLParser(target=counter)  # noqa: S314 - entities are refused above, size and depth are bounded
    try:
        parser.feed(text.removeprefix("\ufeff"))
        parser.close()
    except (ET.ParseError, ValueError) as error:
        raise Refused(f"it is not valid XML: {str(error)[:120]}") from None
    tag, attributes = counter.root
    made = max(counter.times, default=None)
    if tag in ("testsuites", "testsuite"):
        return Content(
            "junit", made=made if made is not None else moment(attributes.get("timestamp")), numbers=_tests(counter)
        )
    if tag == "coverage" and "line-rate" in attributes:
        return Content(
            "coverage",
            "Cobertura",
            moment(attributes.get("timestamp")),
            numbers={"lines": number(attributes["line-rate"])},
        )
    if tag == "report" and counter.lines is not None:
        covered, missed = counter.lines
        return Content("coverage", "JaCoCo", made, numbers=_share(covered, covered + missed))
    if tag == "coverage" and counter.statements is not None:
        return Content("coverage", "Clover", moment(attributes.get("generated")), numbers=_share(*counter.statements))
    return Content("other")


def _tests(counter: _Counter) -> dict[str, float]:
    bad = counter.outcomes
    executed = counter.cases - bad["skipped"]
    return {
        "tests": counter.cases,
        "executed": executed,
        "failures": bad["failure"],
        "errors": bad["error"],
        "skipped": bad["skipped"],
    }


def _share(part: float, whole: float) -> dict[str, float]:
    return {"lines": part / whole} if whole else {}
