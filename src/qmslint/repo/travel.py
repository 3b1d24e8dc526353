"""Look at other commits of an opened repository without opening or reading it again."""

from __future__ import annotations

from qmslint.repo import snapshot as snapshots
from qmslint.repo.filelog import FileLog
from qmslint.repo.gitcmd import GitFailed
from qmslint.repo.history import records
from qmslint.repo.open import Repository


def at(repository: Repository, commit: str) -> Repository:
    """Return ``repository`` at another commit; the shadow, tags and parsed commits are shared.

    The caller closes only the snapshot of what is returned (``snapshot.close()``).
    """
    assert repository.shadow is not None
    snapshot = snapshots.of_commit(repository.git, commit, repository.blobs)
    other = Repository(repository.place, repository.shadow, snapshot, commit, list(repository.notes), repository.reader)
    if repository.files is None:
        repository.files = FileLog(repository.git, repository.commit)
    other.files = repository.files
    other.__dict__["tags"] = repository.tags
    return other


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
