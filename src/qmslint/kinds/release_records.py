"""Each release has a record of a kind that names it."""

from __future__ import annotations

import re
from collections import Counter

from qmslint.derive import option
from qmslint.facts.base import Scan
from qmslint.facts.records import Records, records
from qmslint.facts.releases import Release, sample
from qmslint.kinds.recorded import none_found
from qmslint.model.evidence import Evidence, absent_at, at_tag, in_file, in_record
from qmslint.model.outcome import Outcome, conforming, nonconforming, not_applicable
from qmslint.quick import dataclass

NEEDS = frozenset({"tree", "text", "history", "tags"})
_LISTED = 40


@dataclass(frozen=True, slots=True)
class Params:
    """A share of the releases of a window is named by a record, or by a file where such records are kept."""

    kind: str = option("Kind of record in the vocabulary `records`.")
    fields: tuple[str, ...] = option("Fields that may name the release, besides title and path.", ("version",))
    share: float = option("Lowest share of releases that need one, 0 to 1.", 1.0, minimum=0, maximum=1)
    months: float = option("Window before the examination, in months.", 12, minimum=1)
    last: int = option("Where the window has fewer releases, the last so many.", 1, minimum=1)
    what: str = option("What such a record is called, in the plural.", "records")


def check(params: Params, scan: Scan) -> Outcome:
    """Look for each release of the sample in the records, then in the files that hold them."""
    chosen = sample(scan, params.months, params.last)
    if not chosen:
        return not_applicable("nothing was released yet", [absent_at("refs/tags", "release tags")])
    found = records(scan, params.kind)
    if not found.items and not found.others:
        return none_found(scan, (params.kind,), params.what, optional=False)
    named = [(release, _named(params, scan, found, release)) for release in chosen]
    good = [(release, place) for release, place in named if place]
    bad = [release for release, place in named if not place]
    measured = {
        "releases": len(named),
        "with_records": len(good),
        "share": round(len(good) / len(named), 3),
        "needed": params.share,
    }
    evidence = [place for _, place in good if place][:_LISTED]
    lacks = [at_tag(r.name, r.tag.commit, f"no {params.what} name it") for r in bad[:_LISTED]]
    message = f"{len(good)} of {len(named)} releases from {chosen[-1].name} to {chosen[0].name} have {params.what}"
    copies = _copies(scan, [(release, place) for release, place in good if place])
    if copies:
        message += f"; {len(copies)} of them say word for word the same"
        return nonconforming(message, [*copies, *lacks], "weak", measured=measured)
    if len(good) >= params.share * len(named):
        return conforming(message, [*evidence, *lacks], measured=measured)
    gap = "incomplete" if good else "absent"
    return nonconforming(message, [*lacks, *evidence[:5]], gap, measured=measured)


def _named(params: Params, scan: Scan, found: Records, release: Release) -> Evidence | None:
    number = re.escape(release.version.lstrip("vV"))
    pattern = re.compile(rf"(?<![0-9.])v?{number}(?![0-9]|\.[0-9]|-?(?:rc|alpha|beta))", re.I)
    for record in found.items:
        texts = [record.title, record.path, *(record.text(name) for name in params.fields)]
        if any(pattern.search(text) for text in texts):
            return in_record(record.path, record.line, f"{release.name}: {record.name}")
    for path in (*found.files, *found.others):
        text = scan.text(path) or ""
        match = pattern.search(text)
        if match or pattern.search(path):
            line = text.count("\n", 0, match.start()) + 1 if match else 1
            return in_file(path, line, f"names {release.name}")
    return None


def _copies(scan: Scan, places: list[tuple[Release, Evidence]]) -> list[Evidence]:
    """Return the files with records that are the same for different releases but for the release's number."""
    texts: dict[str, str] = {}
    for release, item in places:
        if item.kind == "record":
            text = (scan.text(item.path) or "").replace(release.version.lstrip("vV"), "#")
            texts.setdefault(item.path, " ".join(text.split()))
    counts = Counter(texts.values())
    return [in_file(path, note="the same as for another release") for path, text in texts.items() if counts[text] > 1]
