"""Facts about the examined view itself."""

from __future__ import annotations

from typing import Literal

from qmslint.errors import Unassessable
from qmslint.facts.base import Scan, fact


@fact
def dirty(scan: Scan) -> bool:
    """Say whether files, as far as they were read, differ from the examined commit.

    Only what a result can rest on is compared: the list of files and the content of those that were read.
    """
    snapshot = scan.snapshot
    if snapshot.view not in ("worktree", "index") or not scan.repo.commit:
        return False
    try:
        committed = scan.repo.head_blobs
    except Unassessable:
        return False
    files = {path: blob for path, blob in snapshot.blobs.items() if path not in snapshot.aliases}
    if committed.keys() != files.keys():
        return True
    if snapshot.view == "index":
        return files != committed
    return any(
        snapshot.blob_id(path) != committed[path]
        for path, content in list(snapshot.contents.items())
        if content is not None and b"\r\n" not in content and path in files
    )


def number_of(scan: Scan, what: Literal["commits", "tags"]) -> int:
    """Return how many commits or tags there are, 0 where they cannot be read."""
    try:
        return scan.repo.count() if what == "commits" else len(scan.tags)
    except Unassessable:
        return 0
