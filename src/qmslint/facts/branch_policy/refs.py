"""Which branches a policy is about, and whether the default branch is among them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from qmslint.facts.base import Scan, fact
from qmslint.patterns import compile_pattern, glob_source

USUAL = ("main", "master", "trunk", "develop")
_MAX_PATTERN = 250


@fact
def default_branches(scan: Scan) -> tuple[str, ...]:
    """Return the name of the default branch, or the usual names where the clone does not tell."""
    if scan.settings.default_branch:
        return (scan.settings.default_branch,)
    shadow = scan.repo.shadow
    if shadow is None:
        return USUAL
    named = shadow.default_branch
    if named.startswith("refs/remotes/origin/"):
        return (named.removeprefix("refs/remotes/origin/"),)
    here = named.removeprefix("refs/heads/")
    if scan.repo.place.bare and here:
        return (here,)
    if here in USUAL:
        return (here,)
    # A work tree may have any topic branch checked out, so its name alone says little.
    known = {ref.rsplit("/", 1)[-1] for ref in shadow.refs if ref.startswith(("refs/heads/", "refs/remotes/origin/"))}
    usual = tuple(name for name in USUAL if name in known)
    return usual or ((here, *USUAL) if here else USUAL)


def matches(pattern: str, branch: str) -> bool:
    """Say whether a branch pattern of a platform matches a branch name; ``*`` stays between slashes."""
    pattern = pattern.removeprefix("refs/heads/")
    if pattern == branch:
        return True
    if len(pattern) > _MAX_PATTERN or not set(pattern) & set("*?[{"):
        return False
    return bool(compile_pattern("^" + glob_source("/" + pattern) + "$", False).search(branch))


def covers(scan: Scan, include: Iterable[str], exclude: Sequence[str] = ()) -> bool:
    """Say whether the default branch is among the included and not among the excluded patterns."""
    include = tuple(include)

    def hit(patterns: Iterable[str], branch: str) -> bool:
        return any(p in ("~DEFAULT_BRANCH", "~ALL") or matches(p, branch) for p in patterns)

    names = default_branches(scan)
    return any(hit(include, name) and not hit(exclude, name) for name in names)
