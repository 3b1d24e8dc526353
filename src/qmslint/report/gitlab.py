"""GitLab's Code Quality report: what merge requests compare between their two sides."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from qmslint.model.outcome import Grade, State
from qmslint.model.report import Report, Result
from qmslint.report.order import findings, places
from qmslint.report.safe import safe

_SEVERITIES = {Grade.MAJOR: "major", Grade.MINOR: "minor", Grade.OFI: "info", None: "info"}
_ANCHOR = "README.md"


def render(report: Report, **_: object) -> str:
    """Return the report as an array of issues: the open findings, and what could not be assessed.

    What could not be assessed is listed too, as ``info``: were it left out, GitLab would call a finding resolved that
    merely could not be looked at any more. What the configuration leaves out or lowers is ``info`` as well. What is waived, baselined or attested is not open and stays out; conforming and
    inapplicable results have no place in this format.
    """
    unseen = [result for result in report.results if result.state is State.NOT_ASSESSABLE]
    issues = [_issue(result) for result in (*findings(report), *unseen) if not result.disposition]
    issues += [_lowered(note) for note in report.lowered]
    return json.dumps(issues, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _issue(result: Result) -> dict[str, Any]:
    found = places(result)
    path = safe(found[0].path).removeprefix("./").lstrip("/") if found else ""
    return {
        "type": "issue",
        "check_name": result.rule,
        "description": _description(result),
        "severity": _SEVERITIES[result.grade],
        "fingerprint": result.fingerprint,
        "location": {"path": path or _ANCHOR, "lines": {"begin": max(found[0].line, 1) if found else 1}},
    }


def _lowered(note: str) -> dict[str, Any]:
    text = f"left out or lowered by configuration or options: {safe(note)}"
    return {
        "type": "issue",
        "check_name": "configuration",
        "description": text,
        "severity": "info",
        "fingerprint": hashlib.sha256(text.encode("utf-8")).hexdigest()[:32],
        "location": {"path": "qmslint.yml", "lines": {"begin": 1}},
    }


def _description(result: Result) -> str:
    word = "" if result.state is State.NONCONFORMING else f"{result.state.value.replace('_', ' ')}: "
    more = len(places(result)) - 1
    where = f" ({more} more places)" if more > 0 else ""
    return f"{', '.join(result.clauses)} {result.rule}: {word}{safe(result.message)}{where}"
