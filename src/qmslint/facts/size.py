"""How much source code there is, counted only as far as somebody needs to know."""

from __future__ import annotations

from qmslint.facts.base import Scan, fact, fact_of_content
from qmslint.facts.sources import source_files


@fact
def lines_of_code(scan: Scan, enough: int) -> int:
    """Return the number of lines of source files that are not blank; counting stops beyond ``enough``."""
    count = 0
    for path in source_files(scan):
        count += _lines(scan, path) or 0
        if count > enough:
            break
    return count


@fact_of_content
def _lines(path: str, text: str) -> int:
    return sum(1 for line in text.split("\n") if line.strip())
