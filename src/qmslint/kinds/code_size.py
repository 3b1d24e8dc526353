"""There is more code than a tiny tool has: a precondition of other checks."""

from __future__ import annotations

from qmslint.derive import option
from qmslint.facts.base import Scan
from qmslint.facts.size import lines_of_code
from qmslint.facts.sources import source_files
from qmslint.model.evidence import absent_at, in_file
from qmslint.model.outcome import Outcome, conforming, nonconforming
from qmslint.quick import dataclass

NEEDS = frozenset({"tree", "text"})


@dataclass(frozen=True, slots=True)
class Params:
    """Lines of the repository's own source files, tests left out."""

    more_than: int = option("Lines that have to be exceeded.", 2000, minimum=0)


def check(params: Params, scan: Scan) -> Outcome:
    """Count no further than is needed to know."""
    files = source_files(scan)
    count = lines_of_code(scan, params.more_than)
    measured = {"lines": count, "more_than": params.more_than}
    if count > params.more_than:
        message = f"there are more than {params.more_than} lines of code"
        return conforming(message, [in_file(files[0], note="source code")], measured=measured)
    text = f"{count} lines of code are not more than {params.more_than}"
    return nonconforming(text, [in_file(p) for p in files[:3]] or [absent_at("", text)], "other", measured=measured)
