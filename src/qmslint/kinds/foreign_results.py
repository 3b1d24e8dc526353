"""A number that another program found, in the newest of its results that are kept."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

from qmslint.derive import Pattern, option
from qmslint.facts.base import DAY, Scan
from qmslint.facts.foreign import FOLDER, Foreign, foreign
from qmslint.model.evidence import Evidence, absent_at
from qmslint.model.outcome import Confidence, Outcome, conforming, nonconforming, not_assessable
from qmslint.patterns import compile_pattern
from qmslint.quick import dataclass

NEEDS = frozenset({"tree", "text"})


@dataclass(frozen=True, slots=True)
class Params:
    """The newest SARIF, JUnit, coverage, Scorecard or platform export shows a number within limits."""

    form: Literal["sarif", "junit", "coverage", "scorecard", "ruleset", "approvals", "deployments"] = option(
        "Sort of result."
    )
    measure: str = option(
        "Which number: `error`, `warning`, `note`, `results`, `suppressed`, `failed_runs` (sarif); `tests`, `executed`, "
        "`failures`, `errors`, `skipped` (junit); `lines` from 0 to 1 (coverage); the name of a check (scorecard); "
        "`approvals`, `people` (approvals); `deployments`, `environments` (deployments); `entries` (ruleset)."
    )
    at_least: float | None = option("Smallest number that is good.", None)
    at_most: float | None = option("Largest number that is good.", None)
    days: int = option("Most days the result may be old; 0 for any age.", 90, minimum=0)
    tool: Pattern | None = option("Name of the program that made it.", None)
    what: str = option("What to call it in messages.", "result")


def check(params: Params, scan: Scan) -> Outcome:
    """Look at the newest result; one without a date, or changed after it was taken, shows nothing."""
    known = [item for item in foreign(scan) if item.content.form == params.form and _made_by(params, item)]
    if not known:
        place = absent_at(FOLDER.strip("/") + "/", params.what)
        broken = [path for path in sorted(scan.problems) if path.startswith(FOLDER.strip("/"))]
        if broken:
            text = f"{broken[0]} cannot be read: {scan.problems[broken[0]][1]}"
            return not_assessable("PARSE_ERROR", text, [absent_at(broken[0], text)])
        globs = [f"{FOLDER}**", *scan.words("foreign", "globs")]
        return nonconforming(f"no {params.what} is kept", [place], "absent", searched=globs)
    dated = [item for item in known if item.made is not None and item.made <= scan.as_of + DAY]
    if not dated:
        evidence = [_at(item, "not dated, or dated ahead") for item in known[:20]]
        return nonconforming(f"no {params.what} says when it was made", evidence, "weak")
    newest = max(dated, key=lambda item: (item.made or 0, item.path))
    return _judged(params, scan, newest)


def _made_by(params: Params, item: Foreign) -> bool:
    return params.tool is None or bool(compile_pattern(params.tool).search(item.content.tool))


def _judged(params: Params, scan: Scan, item: Foreign) -> Outcome:
    made = item.made or 0
    day = datetime.fromtimestamp(min(max(made, 0), 253402300799), UTC).date().isoformat()
    by = f" by {item.content.tool}" if item.content.tool else ""
    if item.envelope and item.envelope.digest == "differs":
        text = f"the {params.what} of {day} is not what was taken: its digest differs"
        return nonconforming(text, [_at(item, "differs from the digest it states")], "contradiction")
    if params.days and scan.as_of - made > params.days * DAY:
        text = f"the newest {params.what} is of {day}, older than {params.days} days"
        return nonconforming(text, [_at(item, f"of {day}")], "stale")
    value = item.content.numbers.get(params.measure)
    if value is None:
        known = ", ".join(sorted(item.content.numbers)[:20]) or "nothing"
        text = f"the {params.what} of {day} does not say {params.measure!r}; it says {known}"
        return not_assessable("TOO_FEW", text, [_at(item, text)])
    limits = {"at_least": params.at_least, "at_most": params.at_most}
    measured: dict[str, float | int | str] = {params.measure: round(value, 4)}
    measured |= {name: limit for name, limit in limits.items() if limit is not None}
    sentence = f"{params.what} of {day}{by}: {params.measure} {value:g}"
    evidence = [_at(item, sentence)]
    low = params.at_least is not None and value < params.at_least
    high = params.at_most is not None and value > params.at_most
    if low or high:
        limit = f"at least {params.at_least:g}" if low else f"at most {params.at_most:g}"
        return nonconforming(f"{sentence}, where {limit} is wanted", evidence, "weak", measured=measured)
    sure = Confidence.HIGH if item.envelope and item.envelope.digest == "matches" else Confidence.MEDIUM
    return conforming(sentence, evidence, confidence=sure, measured=measured)


def _at(item: Foreign, note: str) -> Evidence:
    return Evidence("export", note, path=item.path)
