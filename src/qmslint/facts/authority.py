"""Who let a release go, as far as tags, commits and records tell."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

from qmslint.facts.base import Scan, fact
from qmslint.facts.changelog import release_files
from qmslint.facts.documents import find
from qmslint.facts.origin import beside
from qmslint.facts.people import identities, roles
from qmslint.facts.releases import Release
from qmslint.facts.requests import SUBJECT
from qmslint.facts.review import NAMED, REQUEST, SECOND, Judged, ladder
from qmslint.facts.topics import seen
from qmslint.facts.trailers import person_in
from qmslint.model.evidence import Evidence, in_file
from qmslint.patterns import any_of
from qmslint.quick import dataclass
from qmslint.repo.history import Commit, Person

How = Literal["approval", "request", "record", "signature", "tagger", "automation", "merge-request", "none"]
STRONG: frozenset[How] = frozenset({"approval", "request", "record", "signature"})
"""Ways that show a person who answers for a release; a tagger without signature only states a name."""


@dataclass(frozen=True, slots=True)
class Authority:
    """What ties a release to a person.

    Parameters
    ----------
    how : str
        ``approval``: a person is named as approver; ``request``: another person than its author merged or reviewed
        the release commit; ``record``: a record of the release names a person; ``signature``: a person signed the
        tag; ``tagger``: a person made the tag, unsigned; ``automation`` made it; ``merge-request``: approval not
        visible; ``none``.
    """

    how: How
    note: str
    path: str = ""
    line: int = 0


def authorities(scan: Scan, chosen: tuple[Release, ...]) -> dict[Release, Authority]:
    """Return for each release the strongest tie to a person."""
    others = beside(scan, chosen)
    result = {}
    for release in chosen:
        commit = scan.history.by_sha.get(release.tag.commit) or others.get(release.tag.commit)
        judged = _judged(scan, commit, release) if commit else None
        tagged = _tagger(scan, release)
        result[release] = (
            _approval(scan, release, commit)
            or _record(scan, release)
            or _request(judged)
            or (tagged if tagged and tagged.how != "automation" else None)
            or _open_request(judged)
            or tagged
            or Authority("none", "nothing ties it to a person")
        )
    return result


@fact
def _approvals(scan: Scan) -> Any:
    return any_of(scan.words("releases", "approvals"))


def _approval(scan: Scan, release: Release, commit: Commit | None) -> Authority | None:
    """Look for a person whom the tag names, or whom the tagged commit names beside its own author."""
    for text, where, author in (
        (release.tag.message, "the tag", None),
        (commit.text if commit else "", "the commit", commit),
    ):
        who = _named(scan, text, author)
        if who:
            return Authority("approval", f"{where} names {who.name or who.email} as the one who let it go")
    return None


def _named(scan: Scan, text: str, commit: Commit | None) -> Person | None:
    """Return the first person a text names as letting a release go; the author of ``commit`` does not count."""
    test, judge, same = _approvals(scan), roles(scan), identities(scan)
    for match in test.finditer(text[:50_000]):
        named = next((group for group in match.groups() if group), "")
        who = person_in(named)
        if not who or not judge.is_person(who) or _placeholder(named):
            continue
        if commit is None or same.key(who) != same.key(commit.author):
            return who
    return None


def _record(scan: Scan, release: Release) -> Authority | None:
    """Look into records of the release and files named after it for a person who let it go."""
    written = release.version
    globs = tuple(g.replace("{version}", written) for g in scan.words("releases", "records")) if _plain(written) else ()
    paths = [*scan.glob(*globs), *(path for path, number in release_files(scan) if number.same(release.number))]
    test = _approvals(scan)
    for path in dict.fromkeys(paths[:20]):
        text = (scan.text(path) or "")[:100_000]
        for match in test.finditer(text):
            named = next((group for group in match.groups() if group), "").strip(" |*_`")
            if named and not _placeholder(named):
                line = text.count("\n", 0, match.start()) + 1
                return Authority("record", f"the record names {named[:60]}", path, line)
    return None


def _plain(text: str) -> bool:
    return bool(text) and all(letter.isalnum() or letter in ".-_+" for letter in text)


def _placeholder(text: str) -> bool:
    bare = text.strip().lower()
    return (
        bare[:1] in "<[{_"
        or bare in ("tbd", "todo", "n/a", "na", "-", "name", "…", "...", "?")
        or bare.startswith("tbd")
    )


def _judged(scan: Scan, commit: Commit, release: Release) -> Judged | None:
    """Judge the tagged commit by the ladder of reviews, if it is there to make the release."""
    second = scan.history.by_sha.get(commit.parents[1]) if len(commit.parents) > 1 else None
    test = any_of(scan.words("changes", "release_subjects"))
    subjects = [c.subject[:SUBJECT] for c in (commit, second) if c]
    if not any(test.search(subject) or release.version in subject for subject in subjects):
        return None
    judge = ladder(scan, False, False)
    return judge.merge(commit, [second] if second else []) if len(commit.parents) > 1 else judge.linear(commit)


def _request(judged: Judged | None) -> Authority | None:
    if judged and judged.step in (SECOND, NAMED):
        return Authority("request", f"the release commit was {judged.reason}")
    return None


def _open_request(judged: Judged | None) -> Authority | None:
    return Authority("merge-request", judged.reason) if judged and judged.step == REQUEST else None


def _tagger(scan: Scan, release: Release) -> Authority | None:
    if not release.tag.annotated or not release.tag.tagger:
        return None
    who = person_in(release.tag.tagger)
    if not who:
        return None
    if not roles(scan).is_person(who):
        return Authority("automation", f"tagged by automation ({who.name})")
    if release.tag.signed:
        return Authority("signature", f"signed by {who.name} (signature present, not verified)")
    return Authority("tagger", f"tagged by {who.name} without signature or approval")


def written_rule(scan: Scan) -> Evidence | None:
    """Return where it is written who or what authorises a release."""
    for item in find(scan, "release-procedure"):
        if item.substantial:
            found = seen(scan, item.document, ["release-approval"]).get("release-approval")
            if found:
                return in_file(found.path, found.line, f"who authorises: {found.text}")
    return None


def weak_ways(found: Iterable[Authority]) -> str:
    """Return in words what the weaker ties are."""
    counted: dict[str, int] = {}
    for authority in found:
        counted[authority.how] = counted.get(authority.how, 0) + 1
    words = {
        "automation": "were tagged by automation",
        "tagger": "only carry a tagger's name without signature",
        "merge-request": "came by a merge request whose approval is not visible in git",
        "none": "are tied to nobody",
    }
    return ", ".join(f"{counted[how]} {text}" for how, text in words.items() if how in counted)
