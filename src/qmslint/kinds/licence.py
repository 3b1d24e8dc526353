"""The licence is stated, and all places that state it agree."""

from __future__ import annotations

from qmslint.facts.base import Scan
from qmslint.facts.licences import metadata, texts
from qmslint.model.evidence import absent_at, in_file
from qmslint.model.outcome import Outcome, conforming, nonconforming
from qmslint.quick import dataclass

NEEDS = frozenset({"tree", "text"})


@dataclass(frozen=True, slots=True)
class Params:
    """A licence text or notice is in the tree; package metadata does not contradict it."""


def check(params: Params, scan: Scan) -> Outcome:
    """Compare licence texts with package metadata; only families that are recognised on both sides are compared."""
    files, stated = texts(scan), metadata(scan)
    evidence = [in_file(item.path, item.line, item.family or "licence text or notice") for item in files]
    evidence += [in_file(item.path, item.line, f"says {item.text}") for item in stated]
    families = {item.family for item in files if item.family}
    odd = [item for item in stated if item.family and families and item.family not in families]
    if files and odd:
        message = f"{odd[0].path} says {odd[0].text}, the licence text is {' and '.join(sorted(families))}"
        return nonconforming(message, evidence, "contradiction")
    if files:
        names = " and ".join(sorted(families)) or files[0].text
        return conforming(f"licence: {names} ({files[0].path})", evidence)
    if stated:
        message = f"{stated[0].path} says {stated[0].text}, but the text of the licence is not here"
        return nonconforming(message, [*evidence, absent_at("LICENSE", "licence text")], "incomplete")
    searched = ["LICENSE", "COPYING", "LICENSES/", "package metadata"]
    return nonconforming("no licence is stated", [absent_at("LICENSE", "licence text")], "absent", searched=searched)
