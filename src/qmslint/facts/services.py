"""Services of others that the product visibly uses."""

from __future__ import annotations

import re

from qmslint.facts.base import Scan, fact
from qmslint.facts.dependencies import manifests
from qmslint.facts.sources import evidence_paths
from qmslint.model.evidence import Evidence, in_file

_TERRAFORM = ("**/*.tf", "**/*.tofu")
_FILES = 200
_LIMIT = 400_000
"""Characters of a file that is looked at."""


@fact
def services(scan: Scan) -> tuple[Evidence, ...]:
    """Return one place for each service: what infrastructure code provisions and what manifests name a library of."""
    found: dict[str, Evidence] = {}
    kinds = "|".join(re.escape(name) for name in scan.words("services", "resources"))
    resource = re.compile(rf'^resource[ \t]+"((?:{kinds})[a-z0-9_]+)"', re.M)
    for path in evidence_paths(scan, _TERRAFORM)[:_FILES]:
        text = (scan.text(path) or "")[:_LIMIT]
        for match in resource.finditer(text):
            name = match[1].partition("_")[0]
            found.setdefault(
                name, in_file(path, text.count("\n", 0, match.start()) + 1, f"a service of {name} is used")
            )
    library = _library(scan)
    for manifest in [one for one in manifests(scan) if one.dependencies][:_FILES]:
        text = (scan.text(manifest.path) or "")[:_LIMIT]
        for match in library.finditer(text):
            name = match[1].rstrip("-./@")
            line = text.count("\n", 0, match.start()) + 1
            found.setdefault(name, in_file(manifest.path, line, f"{name} calls a service"))
    return tuple(found[name] for name in sorted(found))


def _library(scan: Scan) -> re.Pattern[str]:
    names = scan.words("services", "libraries")
    whole = [rf"{re.escape(name)}(?![\w./-])" for name in names if name[-1].isalnum()]
    begun = [re.escape(name) for name in names if not name[-1].isalnum()]
    return re.compile(rf"(?<![\w./@-])({'|'.join(begun + whole)})")
