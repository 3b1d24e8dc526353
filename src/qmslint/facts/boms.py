"""Bills of materials that lie in the tree: how many components they list and when they last changed."""

from __future__ import annotations

import json
import re

from qmslint.facts.base import Scan, fact
from qmslint.facts.sources import evidence_paths
from qmslint.quick import dataclass, regex

GLOBS = (
    "**/bom.{json,xml}",
    "**/*.cdx.{json,xml}",
    "**/*.spdx",
    "**/*.spdx.{json,yml,yaml,rdf,xml}",
    "**/*sbom*.{json,xml,spdx,yml,yaml}",
    "**/*.sbom",
)
_SIGNS = regex(r"CycloneDX|cyclonedx\.org|SPDXVersion|spdxVersion|spdx\.org/rdf", re.I)
_ENTRY = regex(
    r"<(?:\w+:)?component\b|^PackageName:|<spdx:Package\b|^[ \t]*-?[ \t]*\"?SPDXID\"?:\s*\"?SPDXRef-Package", re.M
)


@dataclass(frozen=True, slots=True)
class Bom:
    """A bill of materials.

    Parameters
    ----------
    components, versioned : int
        Components it lists, and those of them with a version, -1 where the format does not tell cheaply.
    """

    path: str
    form: str
    components: int
    versioned: int


@fact
def boms(scan: Scan) -> tuple[Bom, ...]:
    """Return the bills of materials in the tree, by path; test data and files that only carry the name are none."""
    found = []
    for path in evidence_paths(scan, GLOBS)[:200]:
        text = scan.text(path)
        if text is None or not _SIGNS.search(text[:20_000]):
            continue
        form = "SPDX" if re.search(r"spdx", text[:20_000], re.I) and "ycloneDX" not in text[:2_000] else "CycloneDX"
        counted = _json(text) if path.endswith(".json") or text.lstrip()[:1] == "{" else None
        number, versioned = counted if counted else (len(_ENTRY.findall(text)), -1)
        found.append(Bom(path, form, number, versioned))
    return tuple(found)


def _json(text: str) -> tuple[int, int] | None:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(data, dict):
        return None
    items: list[object] = next(
        (data[key] for key in ("components", "packages", "@graph") if isinstance(data.get(key), list)), []
    )
    rows = [item for item in items if isinstance(item, dict)]
    return len(rows), sum(1 for row in rows if row.get("version") or row.get("versionInfo"))
