"""Earlier versions of single files, and who wrote what lies under a path: one bounded process each."""

from __future__ import annotations

from qmslint.quick import dataclass
from qmslint.repo.gitcmd import Git
from qmslint.repo.history import records, seconds_of
from qmslint.repo.text import decode

LIMIT = 200
"""Commits that are looked at for one file."""
_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Version:
    """A file as one commit left it; ``text`` is ``None`` where it was removed or is not text.

    ``signed`` (known of the newest version only) says that the commit carries a signature, not that it is valid.
    """

    commit: str
    author: str
    committed: int
    text: str | None
    signed: bool = False


def versions_of(git: Git, commit: str, path: str) -> tuple[Version, ...]:
    """Return the versions of ``path`` up to ``commit``, newest first, at most :data:`LIMIT`."""
    form = "--format=tformat:%x01%H%x00%aN <%aE>%x00%ct%x00"
    options = ("--raw", "-z", "--no-renames", "--no-abbrev", f"--max-count={LIMIT}")
    out = git.run("log", form, *options, commit, "--", f":(literal,top){path}")
    found = []
    for part in records(out):
        sha, author, moment, *rest = part.split(b"\0")
        blob = next((item.split()[3] for item in rest if item.lstrip(b"\n").startswith(b":")), b"")
        found.append((sha.decode(), author.decode("utf-8", "replace"), seconds_of(moment), blob.decode()))
    return tuple(
        Version(sha, author, moment, _text(git, blob), number == 0 and _signed(git, sha))
        for number, (sha, author, moment, blob) in enumerate(found)
        if blob
    )


def authors_of(git: Git, commit: str, paths: tuple[str, ...]) -> tuple[str, ...]:
    """Return everybody who authored a commit that touched one of ``paths``, sorted."""
    if not paths:
        return ()
    specs = [f":(literal,top){path}" for path in paths[:100]]
    out = git.run("log", "--format=tformat:%aN <%aE>", f"--max-count={LIMIT}", commit, "--", *specs)
    return tuple(sorted(set(out.decode("utf-8", "replace").splitlines())))


def _signed(git: Git, commit: str) -> bool:
    """Say whether a commit carries a signature; whether it is valid is not looked at."""
    head = git.run("cat-file", "commit", commit).split(b"\n\n", 1)[0]
    return b"\ngpgsig" in head


def _text(git: Git, blob: str) -> str | None:
    if not blob.strip("0"):
        return None
    content = git.run("cat-file", "blob", blob)
    return decode(content) if len(content) <= _BYTES else None
