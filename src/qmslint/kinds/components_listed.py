"""Every component the product is delivered with is in a list of records, in the version that is used."""

from __future__ import annotations

from qmslint.derive import option
from qmslint.facts.base import Scan
from qmslint.facts.components import Component, compared, components
from qmslint.facts.records import Record, records
from qmslint.kinds.recorded import none_found
from qmslint.model.evidence import absent_at, in_file, in_record
from qmslint.model.outcome import Outcome, conforming, nonconforming, not_applicable, not_assessable
from qmslint.quick import dataclass, regex

NEEDS = frozenset({"tree", "text"})
_LISTED = 40
_VERSION = regex(r"v?([0-9][\w.+-]*)")


@dataclass(frozen=True, slots=True)
class Params:
    """The components of lock files against the records of a kind; components for development are not asked for."""

    kind: str = option("Kind of record in the vocabulary `records`.")
    names: tuple[str, ...] = option("Fields that may hold the component's name.", ("title", "id"))
    version: str = option("Field that holds its version.", "version")
    share: float = option(
        "Share of the components that have to be listed in that version, 0 to 1.", 0.98, minimum=0, maximum=1
    )
    what: str = option("What the records are called, in the plural.", "components")


def check(params: Params, scan: Scan) -> Outcome:
    """List what is used and not listed, and what is listed in another version."""
    used = components(scan)
    if not used:
        unread = sorted(path for path in scan.problems if path.rsplit("/", 1)[-1].lower() in _LOCKS)
        if unread:
            text = f"{unread[0]} cannot be read, so the {params.what} could not be compared; repair it"
            return not_assessable("PARSE_ERROR", text, [in_file(path, note="lock file") for path in unread[:10]])
        return not_applicable("no lock file with components was found", [absent_at("", "lock file")])
    found = records(scan, params.kind)
    if not found.items:
        return none_found(scan, (params.kind,), params.what, optional=False)
    listed: dict[str, list[Record]] = {}
    for record in found.items:
        for name in params.names:
            if record.text(name):
                listed.setdefault(compared(record.text(name)), []).append(record)
    unlisted = [c for c in used if c.key not in listed]
    other = [(c, listed[c.key][0]) for c in used if c.key in listed and not _same(params, c, listed[c.key])]
    good = len(used) - len(unlisted) - len(other)
    measured = {"components": len(used), "listed": good, "share": round(good / len(used), 3), "needed": params.share}
    notes = [in_file(c.path, note=f"{c.name} {c.version} is used, but not listed") for c in unlisted]
    notes += [
        in_record(
            r.path, r.line, f"{c.name}: {r.text(params.version)[:40] or 'no version'} is listed, {c.version} used"
        )
        for c, r in other
    ]
    kept = [in_record(r.path, r.line, r.name) for r in found.items[:10]]
    message = f"{good} of {len(used)} components of the lock files are listed in the version that is used"
    if good >= params.share * len(used):
        return conforming(message, [*kept, *notes][:_LISTED], measured=measured)
    rest = f"; {len(unlisted)} are not listed, {len(other)} in another version"
    return nonconforming(
        message + rest, [*notes[:_LISTED], *kept[:3]], "incomplete" if good else "weak", measured=measured
    )


def _same(params: Params, used: Component, listed: list[Record]) -> bool:
    """Say whether one of the records names exactly the version; a range names none."""
    for record in listed:
        match = _VERSION.fullmatch(record.text(params.version).strip().strip("`"))
        if match and match[1] == used.version.removeprefix("v"):
            return True
    return False


_LOCKS = (
    "package-lock.json",
    "npm-shrinkwrap.json",
    "poetry.lock",
    "uv.lock",
    "cargo.lock",
    "pipfile.lock",
    "composer.lock",
)
