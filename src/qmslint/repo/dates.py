"""When files came into the repository: one process for all of them."""

from __future__ import annotations

from qmslint.repo.gitcmd import Git

_PATHS = 500
_COMMITS = 5000


def first_seen(git: Git, commit: str, paths: tuple[str, ...]) -> dict[str, int]:
    """Return when each of ``paths`` was first added, in seconds since 1970; a path may be missing.

    Parameters
    ----------
    git : Git
        Runs in the shadow.
    commit : str
        Newest commit to look at.
    paths : tuple of str
        At most 500 of them are looked at.
    """
    if not paths:
        return {}
    specs = [f":(literal,top){path}" for path in paths[:_PATHS]]
    options = ("--diff-filter=A", "--no-renames", "--name-only", "-z", f"--max-count={_COMMITS}")
    out = git.run("log", "--format=tformat:%x01%ct", *options, commit, "--", *specs)
    found: dict[str, int] = {}
    for entry in out.split(b"\x01")[1:]:
        moment, *names = entry.split(b"\0")
        for name in names:
            # Newest first, so that the last assignment is the oldest commit.
            found[name.lstrip(b"\n").decode("utf-8", "surrogateescape")] = int(moment)
    return found
