"""Which branches hold the commit of a release."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Literal

from qmslint.errors import Unassessable
from qmslint.facts.base import Scan, fact
from qmslint.facts.landing import default_ref, is_release_branch, short
from qmslint.facts.releases import Release
from qmslint.facts.versions import globs_of_sources
from qmslint.patterns import PathSet
from qmslint.quick import dataclass
from qmslint.repo.history import BESIDE_LIMIT, Commit

Where = Literal["line", "branch", "bump", "elsewhere", "nowhere"]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a release comes from.

    Parameters
    ----------
    where : str
        ``line``: an ancestor of the examined commit; ``branch``: on a branch that releases may come from; ``bump``:
        commits that only make the release on top of one of those; ``elsewhere``: only on other branches;
        ``nowhere``: on no branch of this clone.
    note : str
        In words.
    """

    where: Where
    note: str


@fact
def beside(scan: Scan, chosen: tuple[Release, ...]) -> Mapping[str, Commit]:
    """Return the commits that hold releases or branches outside the examined line, by object id.

    Raises
    ------
    Unassessable
        ``LIMIT`` where there are too many.
    """
    known = scan.history.by_sha
    off = [release.tag.commit for release in chosen if release.tag.commit not in known]
    if not off:
        return MappingProxyType({})
    tips = {sha for _, sha in _branches(scan) if sha not in known}
    read = scan.repo.beside((*off, *tips))
    if len(read) >= BESIDE_LIMIT:
        raise Unassessable(
            "LIMIT", f"more than {BESIDE_LIMIT} commits are on other branches; only the newest were read"
        )
    return MappingProxyType({commit.sha: commit for commit in read})


def origins(scan: Scan, chosen: tuple[Release, ...], bump: int) -> dict[Release, Origin]:
    """Return where each release comes from; ``bump`` commits may lie between a branch and its tag."""
    known, others = scan.history.by_sha, beside(scan, chosen)
    children = _children(others.values())
    tips: dict[str, list[str]] = {}
    for ref, sha in _branches(scan):
        tips.setdefault(sha, []).append(ref)
    result = {}
    for release in chosen:
        sha = release.tag.commit
        if sha in known:
            result[release] = Origin("line", "an ancestor of the examined commit")
        else:
            result[release] = _off_line(scan, sha, others, children, tips, bump)
    return result


def _branches(scan: Scan) -> Iterable[tuple[str, str]]:
    shadow = scan.repo.shadow
    refs = shadow.refs.items() if shadow else ()
    return sorted(
        (ref, sha) for ref, sha in refs if ref.startswith(("refs/heads/", "refs/remotes/")) and "/pull/" not in ref
    )


def _children(commits: Iterable[Commit]) -> dict[str, list[str]]:
    children: dict[str, list[str]] = {}
    for commit in commits:
        for parent in commit.parents:
            children.setdefault(parent, []).append(commit.sha)
    return children


def _holding(sha: str, children: Mapping[str, Sequence[str]], tips: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the branches that a commit is on: those whose tip is the commit or a descendant."""
    todo, seen = [sha], {sha}
    refs: list[str] = []
    while todo:
        here = todo.pop()
        refs += tips.get(here, ())
        fresh = [child for child in children.get(here, ()) if child not in seen]
        seen.update(fresh)
        todo += fresh
    return sorted(set(refs))


def _off_line(
    scan: Scan, sha: str, others: Mapping[str, Commit], children: Mapping[str, Sequence[str]],
    tips: Mapping[str, Sequence[str]], bump: int,
) -> Origin:  # fmt: skip
    refs = _holding(sha, children, tips)
    good = [ref for ref in refs if _may_release(scan, ref)]
    if good:
        return Origin("branch", f"on {short(good[0])}")
    on_top = _on_top(scan, sha, others, children, tips, bump)
    if on_top:
        return Origin("bump", on_top)
    if refs:
        names = ", ".join(dict.fromkeys(short(ref) for ref in refs[:3]))
        return Origin("elsewhere", f"only on {names}")
    return Origin("nowhere", "on no branch of this clone")


def _may_release(scan: Scan, ref: str) -> bool:
    shadow = scan.repo.shadow
    return bool(shadow and ref == default_ref(scan)) or is_release_branch(scan, ref)


def _on_top(
    scan: Scan, sha: str, others: Mapping[str, Commit], children: Mapping[str, Sequence[str]],
    tips: Mapping[str, Sequence[str]], bump: int,
) -> str:  # fmt: skip
    """Say which few commits lie between a branch and a tag when they only make the release."""
    steps: list[Commit] = []
    commit = others.get(sha)
    while commit is not None and len(steps) < bump and commit.parents:
        steps.append(commit)
        below = commit.parents[0]
        if below in scan.history.by_sha or any(_may_release(scan, r) for r in _holding(below, children, tips)):
            touched = scan.repo.touched([step.sha for step in steps])
            if steps and all(_only_release_files(scan, touched.get(step.sha, ())) for step in steps):
                return f"{len(steps)} commits that only change version files on top of a branch that may release"
            return ""
        commit = others.get(below)
    return ""


def _only_release_files(scan: Scan, paths: Sequence[str]) -> bool:
    test = globs_of_sources(scan)
    rest = [path for path in paths if not test.match(path)]
    return len(PathSet(rest).match(tuple(scan.words("releases", "bump_files")))) == len(rest)
