"""JUnit XML: a suite per clause chapter part, a test case per rule, understood by every CI system."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from qmslint.model.outcome import Grade, State
from qmslint.model.report import Report, Result
from qmslint.report.safe import safe
from qmslint.report.terminal import place

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(report: Report, **_: object) -> str:
    """Return the report as JUnit XML; each rule stands once, under the first of its clauses."""
    root = ET.Element("testsuites", name="qmslint")
    titles = {line.id: line.title for line in report.clauses}
    suites: dict[str, list[Result]] = {}
    for result in report.results:
        suites.setdefault(result.clauses[0] if result.clauses else "other", []).append(result)
    order = [*titles, "other"]
    for number in sorted(suites, key=order.index):
        _suite(root, number, titles.get(number, ""), suites[number], report.subject.as_of)
    for key in ("tests", "failures", "errors", "skipped"):
        root.set(key, str(sum(int(suite.get(key, "0")) for suite in root)))
    ET.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _suite(root: ET.Element, number: str, title: str, results: list[Result], day: str) -> None:
    failures = sum(1 for r in results if _fails(r))
    skipped = sum(1 for r in results if r.state in (State.NOT_APPLICABLE, State.NOT_ASSESSABLE) or r.disposition)
    errors = sum(1 for r in results if r.state is State.ERROR)
    suite = ET.SubElement(
        root,
        "testsuite",
        name=_xml(f"{number} {title}".strip()),
        tests=str(len(results)),
        failures=str(failures),
        errors=str(errors),
        skipped=str(skipped),
        time="0",
        timestamp=f"{day}T00:00:00",
        hostname="localhost",
    )
    for result in results:
        _case(suite, number, result)


def _case(suite: ET.Element, number: str, result: Result) -> None:
    case = ET.SubElement(suite, "testcase", classname=f"clause.{number}", name=result.rule, time="0")
    message = _xml(safe(result.message))
    places = "\n".join(_xml(safe(place(item))) for item in result.evidence[:50])
    body = f"{places}\n{_xml(result.remediation)}".strip()
    if result.state is State.ERROR:
        ET.SubElement(case, "error", type="error", message=message).text = body
    elif result.disposition:
        ET.SubElement(case, "skipped", message=f"{result.disposition.get('kind')}: {message}")
    elif _fails(result):
        grade = result.grade.value if result.grade else ""
        ET.SubElement(case, "failure", type=grade, message=message).text = body
    elif result.state in (State.NOT_APPLICABLE, State.NOT_ASSESSABLE):
        code = f"{result.reason.code}: " if result.reason else "not applicable: "
        ET.SubElement(case, "skipped", message=code + message)
    if result.state is State.CONFORMING or result.grade is Grade.OFI:
        ET.SubElement(case, "system-out").text = f"{result.state.value}: {message}\n{body}"


def _fails(result: Result) -> bool:
    return result.state is State.NONCONFORMING and result.grade in (Grade.MAJOR, Grade.MINOR) and not result.disposition


def _xml(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)
