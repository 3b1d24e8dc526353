"""Parse what git lists of a tree or an index, within bounds and without paths no checkout can have."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from qmslint.quick import regex
from qmslint.repo.gitcmd import Git, GitFailed
from qmslint.repo.walk import MAX_DEPTH, MAX_ENTRIES, shortened

_LINK, _SUBMODULE = b"120000", b"160000"
_ABOUT = regex(rb"(?:  [^\n]*\n){4}  size: \d+\tflags: ([0-9a-f]+)\n")
_INTENDED = 1 << 29
_IMPOSSIBLE = regex(r"(?:^|/)(?:|\.|\.\.|\.git)(?:/|\Z)", re.I)


@dataclass(slots=True)
class Listing:
    """Files, links and submodules with their object ids.

    Parameters
    ----------
    blobs, links : dict
        Path to object id.
    submodules : list of str
        Paths at which other repositories are mounted.
    absent : set of str
        Paths of the index that a sparse checkout leaves out of the work tree.
    notes : list of str
        What was left out, and why.
    """

    blobs: dict[str, str] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    submodules: list[str] = field(default_factory=list)
    absent: set[str] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)


def list_commit(git: Git, commit: str) -> Listing:
    """Return what a commit holds."""
    found = Listing()
    with git.stream("ls-tree", "-r", "-z", "--full-tree", commit) as chunks:
        for line in _lines(chunks):
            info, _, path = line.partition(b"\t")
            mode, _, sha = info.split(b" ", 2)
            if not _add(found, mode, sha, path):
                break
    found.notes = shortened(found.notes)
    return found


def list_index(git: Git) -> Listing:
    """Return what the shadow's index holds; of a conflict our side counts, and that is noted."""
    found = Listing()
    if not (git.shadow / "index").exists():
        return found
    conflicts: set[bytes] = set()
    with git.stream("ls-files", "--stage", "-t", "-z") as chunks:
        for line in _lines(chunks):
            info, _, path = line.partition(b"\t")
            tag, mode, sha, stage = info.split(b" ", 3)
            if stage != b"0":
                ours = path not in conflicts
                conflicts.add(path)
                if not ours and stage != b"2":
                    continue
            if not _add(found, mode, sha, path):
                break
            if tag == b"S":
                found.absent.add(path.decode("utf-8", "surrogateescape"))
    if conflicts:
        found.notes.append(f"{len(conflicts)} files are in conflict in the index; our side was looked at")
    found.notes = shortened(found.notes)
    return found


def drop_intended(git: Git, found: Listing) -> None:
    """Leave out what is only meant to be added (``git add --intent-to-add``): a commit does not hold it."""
    index = git.shadow / "index"
    if not index.exists():
        return
    with open(index, "rb") as stream:
        version = stream.read(8)[4:]
    # Only newer forms of the index can mark such entries, and git chooses them where they are needed.
    if version == b"\0\0\0\2":
        return
    path, *parts = git.run("ls-files", "-z", "--debug").split(b"\0")
    for part in parts:
        # Lines about one path, then the next path.
        about = _ABOUT.match(part)
        if about is None:
            raise GitFailed("UNREADABLE", "git describes the index in a way that is not understood")
        if int(about[1], 16) & _INTENDED:
            found.blobs.pop(path.decode("utf-8", "surrogateescape"), None)
        path = part[about.end() :]


def _lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    rest = b""
    for chunk in chunks:
        parts = (rest + chunk).split(b"\0")
        rest = parts.pop()
        yield from parts


def _add(found: Listing, mode: bytes, sha: bytes, name: bytes) -> bool:
    """Take one entry in; false when the bound is reached."""
    path = name.decode("utf-8", "surrogateescape")
    if len(found.blobs) + len(found.links) >= MAX_ENTRIES:
        found.notes.append(f"only the first {MAX_ENTRIES} files were looked at")
        return False
    if path.count("/") >= MAX_DEPTH:
        found.notes.append(f"{path[: path.find('/')]}: has folders deeper than {MAX_DEPTH} levels, not looked at")
    elif _IMPOSSIBLE.search(path):
        found.notes.append(f"{path}: a path that no checkout can have, not looked at")
    elif mode == _LINK:
        found.links[path] = sha.decode("ascii")
    elif mode == _SUBMODULE:
        found.submodules.append(path)
    else:
        found.blobs[path] = sha.decode("ascii")
    return True
