"""JUnit XML: a suite per clause chapter part, a test case per rule, understood by every CI system."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from qmslint.model.outcome import Grade, State
from qmslint.model.report import Report, Result
from qmslint.quick import regex
from qmslint.report.json_report import said
from qmslint.report.safe import safe
from qmslint.report.terminal import place

_NOT_XML = regex("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(report: Report, **_: object) -> str:
    """Return the report as JUnit XML; each rule stands once, under the first of its clauses.

    Only what both schemas in wide use allow is written (Ant's and the Jenkins plug-in's): no attributes on the
    root, output per suite.
    """
    root = ET.Element("testsuites")
    titles = {line.id: line.title for line in report.clauses}
    suites: dict[str, list[Result]] = {}
    for result in report.results:
        suites.setdefault(result.clauses[0] if result.clauses else "other", []).append(result)
    order = [*titles, "other"]
    for index, number in enumerate(sorted(suites, key=order.index)):
        name = _xml(f"{number} {titles.get(number, '')}".strip())
        suite = ET.SubElement(root, "testsuite", name=name, id=str(index), package="qmslint")
        _fill(suite, number, suites[number], report.subject.as_of)
    ET.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _fill(suite: ET.Element, number: str, results: list[Result], day: str) -> None:
    cases = [_case(number, result) for result in results]
    counts = {name: sum(1 for case in cases if case.find(name) is not None) for name in ("failure", "error", "skipped")}
    suite.set("tests", str(len(cases)))
    suite.set("failures", str(counts["failure"]))
    suite.set("errors", str(counts["error"]))
    suite.set("skipped", str(counts["skipped"]))
    suite.set("time", "0")
    suite.set("timestamp", f"{day}T00:00:00")
    suite.set("hostname", "localhost")
    ET.SubElement(suite, "properties")
    suite.extend(cases)
    passed = (r for r in results if r.state in (State.CONFORMING, State.NONCONFORMING) and not _fails(r))
    said = "\n\n".join(f"{r.rule}: {_state(r)}: {_xml(safe(r.message))}\n{_body(r)}" for r in passed)
    ET.SubElement(suite, "system-out").text = said
    ET.SubElement(suite, "system-err")


def _case(number: str, result: Result) -> ET.Element:
    case = ET.Element("testcase", classname=f"clause.{number}", name=result.rule, time="0")
    message = _xml(safe(result.message))
    if result.state is State.ERROR:
        ET.SubElement(case, "error", type="error", message=message).text = _body(result)
    elif result.disposition:
        ET.SubElement(case, "skipped", message=f"{result.disposition.get('kind')}: {message}").text = _xml(
            safe(said(result.disposition))
        )
    elif _fails(result):
        ET.SubElement(case, "failure", type=_state(result), message=message).text = _body(result)
    elif result.state in (State.NOT_APPLICABLE, State.NOT_ASSESSABLE):
        code = result.reason.code if result.reason else "not applicable"
        ET.SubElement(case, "skipped", message=f"{code}: {message}")
    return case


def _state(result: Result) -> str:
    return result.grade.value if result.grade else result.state.value


def _body(result: Result) -> str:
    places = "\n".join(f"- {_xml(safe(place(item)))}" for item in result.evidence[:50])
    return f"{places}\n{_xml(result.remediation)}".strip()


def _fails(result: Result) -> bool:
    return result.state is State.NONCONFORMING and result.grade in (Grade.MAJOR, Grade.MINOR) and not result.disposition


def _xml(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)
