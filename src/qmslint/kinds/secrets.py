"""No credentials lie in the tree."""

from __future__ import annotations

from qmslint.facts.base import Scan
from qmslint.facts.secrets import sweep
from qmslint.model.evidence import absent_at, in_file
from qmslint.model.outcome import Outcome, conforming, nonconforming, not_assessable
from qmslint.quick import dataclass

NEEDS = frozenset({"tree", "text"})


@dataclass(frozen=True, slots=True)
class Params:
    """A spot check with patterns that hardly ever err; a scanner in the pipeline is the control."""


def check(params: Params, scan: Scan) -> Outcome:
    """Report places and kinds, never values."""
    result = sweep(scan)
    measured = {"files": result.files, "left_out": result.skipped, "found": len(result.found)}
    if result.found:
        evidence = [in_file(secret.path, secret.line, secret.kind) for secret in result.found]
        first = result.found[0]
        message = f"{len(evidence)} likely credentials, first {first.kind} at {first.path}"
        return nonconforming(message, evidence, "present", measured=measured)
    seen = (
        f"{result.files} files were looked through, {result.skipped} of tests, examples and binaries "
        "and the files of older commits were not"
    )
    if not result.whole or not result.files:
        code = "LIMIT" if result.files else "TOO_FEW"
        return not_assessable(code, seen, [absent_at("", seen)], measured=measured)
    return conforming(f"no credential was recognised: {seen}", [absent_at("", seen)], measured=measured)
