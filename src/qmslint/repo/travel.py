"""Look at other commits of an opened repository without opening or reading it again."""

from __future__ import annotations

from qmslint.repo import snapshot as snapshots
from qmslint.repo.gitcmd import GitFailed
from qmslint.repo.history import History, read_history, records
from qmslint.repo.open import Repository


def at(repository: Repository, commit: str) -> Repository:
    """Return ``repository`` at another commit; the shadow, tags and parsed commits are shared.

    The caller closes only the snapshot of what is returned (``snapshot.close()``).
    """
    assert repository.shadow is not None
    snapshot = snapshots.of_commit(repository.git, commit)
    other = Repository(repository.place, repository.shadow, snapshot, commit, list(repository.notes))
    other.__dict__["tags"] = repository.tags
    known = repository.history
    if commit in known.by_sha and _mailmap(repository, repository.commit) == _mailmap(repository, commit):
        other.__dict__["history"] = up_to(known, commit)
    else:
        other.__dict__["history"] = read_history(
            repository.git, commit, repository.shadow.shallow, f"{commit}:.mailmap"
        )
    return other


def up_to(history: History, head: str) -> History:
    """Return the part of ``history`` that is reachable from ``head``."""
    if head == history.head:
        return history
    reached = set()
    todo = [head]
    by_sha = history.by_sha
    while todo:
        sha = todo.pop()
        commit = by_sha.get(sha)
        if commit is not None and sha not in reached:
            reached.add(sha)
            todo.extend(commit.parents)
    commits = tuple(commit for commit in history.commits if commit.sha in reached)
    return History(commits, history.cut & reached, head, history.notes)


def merge_base(repository: Repository, one: str, other: str) -> str:
    """Return the commit where two commits parted; empty when they have nothing in common."""
    try:
        return repository.git.run("merge-base", one, other).decode("ascii").strip()
    except GitFailed:
        return ""


def touched(repository: Repository, base: str, head: str) -> dict[str, tuple[str, ...]]:
    """Return for each path the commits of ``base..head`` that touched it, newest first, at most 2,000 commits."""
    form = "--format=tformat:%x01%H"
    out = repository.git.run(
        "log", form, "--name-only", "-z", "--no-renames", "-m", "--first-parent", "--max-count=2000", f"{base}..{head}"
    )
    found: dict[str, list[str]] = {}
    for part in records(out):
        sha, *names = part.split(b"\0")
        for name in names:
            path = name.lstrip(b"\n").decode("utf-8", "surrogateescape")
            if path:
                found.setdefault(path, []).append(sha.decode("ascii").strip())
    return {path: tuple(dict.fromkeys(commits)) for path, commits in found.items()}


def _mailmap(repository: Repository, commit: str) -> str:
    try:
        return repository.git.run("rev-parse", "--verify", "--quiet", f"{commit}:.mailmap").decode("ascii").strip()
    except GitFailed:
        return ""
