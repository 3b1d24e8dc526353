"""Look at a repository and propose a configuration, each line with the reason for it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator

from qmslint.errors import Unassessable
from qmslint.facts.base import Scan
from qmslint.facts.documents import find
from qmslint.facts.profile import Switch, switch
from qmslint.facts.records import records
from qmslint.facts.releases import releases
from qmslint.quick import dataclass, regex

_SWITCHES = ("kind", "deploys", "ui", "team")
_ASK = (
    ("personal_data", "false", "whether personal data is processed cannot be told from files"),
    ("customer_property", "none", "whether customers entrust data or devices cannot be told from files"),
)
_MANAGED = ("risk", "capa", "management-review", "audit-plan", "objective", "supplier", "indicator")
_WRITTEN = ("policy", "objectives", "scope", "process", "roles", "document-control")
_KEY = regex(r"\b([A-Z][A-Z0-9]{1,9})-([1-9][0-9]{0,6})\b")
_COMMITS = 500


@dataclass(frozen=True, slots=True)
class Proposal:
    """A configuration as text, and the pack with the reason for it."""

    text: str
    pack: str
    reason: str


def propose(scan: Scan, packs: Iterable[str]) -> Proposal:
    """Return a configuration for what is seen in a repository.

    Parameters
    ----------
    scan : Scan
        The repository, without a configuration.
    packs : iterable of str
        Names of the packs at hand.
    """
    pack, reason = _pack(scan, tuple(packs))
    lines = [
        "# yaml-language-server: $schema=https://github.com/qmslint/qmslint/raw/main/schemas/config-1.json",
        "# Proposed from what is in the repository. Correct what is wrong: what is declared here is believed.",
        f"packs: [{pack}]  # {_comment(reason)}",
        "profile:",
        *_profile(scan),
        *_tickets(scan),
        *_releases(scan),
        *_homes(scan),
    ]
    return Proposal("\n".join(lines) + "\n", pack, reason)


def _pack(scan: Scan, packs: tuple[str, ...]) -> tuple[str, str]:
    managed = [kind for kind in _MANAGED if records(scan, kind).items]
    written = [key for key in _WRITTEN if any(item.substantial and item.whole for item in find(scan, key))]
    seen = ", ".join([*managed, *written])
    if "core" not in packs:
        return "iso9001", "everything that rests on a requirement"
    if len(managed) >= 2 or len(managed) + len(written) >= 3:
        return "iso9001", f"a quality management system is kept here: {seen}"
    return "core", f"few of its records are here ({seen or 'none'}); iso9001 asks for all that rests on a requirement"


def _profile(scan: Scan) -> Iterator[str]:
    for name in _SWITCHES:
        try:
            found: Switch = switch(scan, name)
        except Unassessable as trouble:
            yield f"  # {name}:  # not seen: {_comment(trouble.text)}"
            continue
        value = {"yes": "true", "no": "false"}.get(found.value, found.value)
        # That nothing was found is no reason to declare it: declared, it would be believed.
        mark = "# " if found.value == "no" else ""
        yield f"  {mark}{name}: {value}  # {_comment(found.note)}"
    for name, value, why in _ASK:
        yield f"  # {name}: {value}  # {why}: say it"


def _tickets(scan: Scan) -> Iterator[str]:
    try:
        commits = scan.history.commits[:_COMMITS]
    except Unassessable:
        return
    numbers: dict[str, set[str]] = {}
    counts: Counter[str] = Counter()
    out = frozenset(scan.words("tickets", "not_keys"))
    for commit in commits:
        keys = {match[1]: match[2] for match in _KEY.finditer(commit.text[:2000]) if match[1] not in out}
        for key, number in keys.items():
            numbers.setdefault(key, set()).add(number)
            counts[key] += 1
    used = sorted(key for key, seen in numbers.items() if len(seen) > 1)
    if used:
        named = ", ".join(f"{key} in {counts[key]}" for key in used[:5])
        yield f"ticket_keys: [{', '.join(used[:5])}]  # of {len(commits)} commit messages: {named}"
    else:
        yield "# ticket_keys: [ABC]  # no key of a tracker recurs in commit messages"


def _releases(scan: Scan) -> Iterator[str]:
    try:
        found = releases(scan)
    except Unassessable as trouble:
        yield f"# release_tags:  # not seen: {_comment(trouble.text)}"
        return
    if found:
        yield f"# release_tags: '^v'  # not needed: {len(found)} tags are read as releases, newest {_comment(found[-1].name)}"
    else:
        yield "# release_tags: '^v'  # no tag was found that names a version"


def _homes(scan: Scan) -> Iterator[str]:
    missing = [kind for kind in ("management-review", "audit-plan") if not records(scan, kind).items]
    if not missing:
        return
    yield f"# Not seen here: {', '.join(missing)}. Where such evidence lives elsewhere, say where and who answers for it:"
    yield "# evidence_home:"
    yield f'#   "9.3": {{is: external, where: {json.dumps("management share")}, owner: quality manager}}'


def _comment(text: str) -> str:
    """Return text of the repository as one line that cannot end a comment."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:160]
