"""Output formats: pure functions from :class:`~qmslint.model.report.Report` to text, in one literal table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from types import MappingProxyType
from typing import cast

from qmslint.model.report import Report

FORMATS: Mapping[str, str] = MappingProxyType(
    {
        "csv": "qmslint.report.csv_table",
        "github": "qmslint.report.github",
        "gitlab": "qmslint.report.gitlab",
        "html": "qmslint.report.html",
        "intoto": "qmslint.report.intoto",
        "json": "qmslint.report.json_report",
        "junit": "qmslint.report.junit",
        "markdown": "qmslint.report.markdown",
        "oscal": "qmslint.report.oscal",
        "sarif": "qmslint.report.sarif",
        "terminal": "qmslint.report.terminal",
    }
)
"""Format name to the module whose ``render(report, **options)`` makes it."""


def render(name: str, report: Report, **options: object) -> str:
    """Return the report in the format ``name``."""
    function = cast("Callable[..., str]", import_module(FORMATS[name]).render)
    return function(report, **options)
