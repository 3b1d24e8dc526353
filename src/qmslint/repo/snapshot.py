"""One interface to the files of a commit, the index, a work tree or a plain directory."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path

from qmslint.repo.batch import Batch
from qmslint.repo.gitcmd import Git, GitFailed
from qmslint.repo.ignore import Ignores
from qmslint.repo.links import LIMIT as LINK_LIMIT
from qmslint.repo.links import resolve
from qmslint.repo.listing import Listing, drop_intended, list_commit, list_index
from qmslint.repo.sources import FolderSource, ObjectSource, SharedBlobs, Source, SparseSource
from qmslint.repo.text import decode
from qmslint.repo.walk import walk

TOTAL_LIMIT = 512 * 1024 * 1024
"""Bytes of all files of a view together that are read at most."""
_TARGET_LIMIT = 4096


class Snapshot:
    """The files of one view of a repository.

    Parameters
    ----------
    view : str
        ``worktree``, ``index``, ``commit`` or ``plain``.
    blobs : mapping of str to str
        Every file with its object id, empty where it is not known without reading.
    links : mapping of str to str
        Symbolic links with the text they hold; they are never followed.  Those that name a file of the view
        stand for it: such a link is in ``aliases`` and counts as a file.
    submodules : tuple of str
        Paths at which other repositories are mounted.
    """

    def __init__(
        self,
        view: str,
        source: Source,
        blobs: Mapping[str, str],
        links: Mapping[str, str] | None = None,
        submodules: tuple[str, ...] = (),
        notes: Iterable[str] = (),
    ) -> None:
        self.view = view
        self.links = links or {}
        self.aliases, remarks = resolve(self.links, blobs)
        self.blobs = {**blobs, **{path: blobs[target] for path, target in self.aliases.items()}}
        self.paths: tuple[str, ...] = tuple(sorted(self.blobs))
        self.submodules = submodules
        self.notes = (*notes, *remarks)
        self.unread: dict[str, str] = {}
        self.source = source
        self.contents: dict[str, bytes | None] = {}
        self._texts: dict[str, str | None] = {}
        self._left = TOTAL_LIMIT

    def __contains__(self, path: str) -> bool:
        return path in self.blobs

    def read(self, path: str) -> bytes | None:
        """Return the content of a file, or ``None`` with the reason noted in ``unread``."""
        if path not in self.contents:
            content, why = self._fetch(path)
            if content is None:
                self.unread[path] = why
            else:
                self._left -= len(content)
            self.contents[path] = content
        return self.contents[path]

    def expect(self, paths: Iterable[str]) -> None:
        """Take note of which files will be read next, in this order: together they are read quicker."""
        unread = (path for path in paths if path not in self.contents)
        self.source.expect([self.aliases.get(path, path) for path in unread])

    @property
    def spent(self) -> int:
        """Bytes that were read so far, of :data:`TOTAL_LIMIT`."""
        return TOTAL_LIMIT - self._left

    def forget(self) -> None:
        """Forget all that was read, as if nothing had been."""
        self.unread.clear()
        self.contents.clear()
        self._texts.clear()
        self._left = TOTAL_LIMIT

    def _fetch(self, path: str) -> tuple[bytes | None, str]:
        if path not in self.blobs:
            return None, "missing"
        if self._left < 0:
            return None, "too much to read"
        return self.source.read(self.aliases.get(path, path))

    def text(self, path: str) -> str | None:
        """Return the content of a file as text, or ``None`` when it is missing, unread or binary."""
        if path not in self._texts:
            content = self.read(path)
            self._texts[path] = None if content is None else decode(content)
        return self._texts[path]

    def blob_id(self, path: str) -> str:
        """Return the object id of a file as it was examined; SHA-1 where the repository does not tell."""
        known = self.blobs.get(path, "")
        if known and self.view in ("commit", "index"):
            return known
        content = self.read(path)
        if content is None:
            return known
        algorithm = "sha256" if len(known) == 64 else "sha1"
        header = b"blob %d\0" % len(content)
        return hashlib.new(algorithm, header + content, usedforsecurity=False).hexdigest()

    def close(self) -> None:
        """Release what is held open."""
        self.source.close()


def of_commit(git: Git, commit: str, shared: SharedBlobs | None = None) -> Snapshot:
    """Return the files of a commit; nothing is checked out.

    Parameters
    ----------
    git : Git
        Runs in the shadow.
    commit : str
        Full object id.
    shared : SharedBlobs, optional
        Reads for several revisions.
    """
    try:
        listing = list_commit(git, commit)
    except GitFailed as failure:
        failure.text = f"the files of {commit[:12]} cannot be listed: {failure.text}"
        raise
    return _of_objects("commit", git, listing, shared)


def of_index(git: Git) -> Snapshot:
    """Return the files of the index as the next commit would have them."""
    listing = list_index(git)
    drop_intended(git, listing)
    return _of_objects("index", git, listing)


def of_worktree(git: Git, root: Path, exclude: str = "") -> Snapshot:
    """Return the files of a work tree: tracked ones that exist, and untracked ones git does not ignore.

    Files a sparse checkout leaves out count as they are in the index, as they do for git.
    """
    listing = list_index(git)
    folders = _folders((*listing.blobs, *listing.links))
    mounted = set(listing.submodules)
    folder = FolderSource(root)
    ignored = Ignores(lambda path: _text(folder, path), exclude)

    def skip(path: str, is_dir: bool) -> bool:
        if is_dir:
            return path in mounted or (path not in folders and ignored(path, True))
        return path not in listing.blobs and path not in listing.links and ignored(path, False)

    found = walk(root, skip, folders.__contains__)
    blobs = {path: listing.blobs.get(path, "") for path in found.files}
    there = (*blobs, *found.links)
    absent = {path: listing.blobs[path] for path in listing.absent - set(there) if path in listing.blobs}
    notes = [*listing.notes, *found.notes, *ignored.notes]
    if not absent:
        return Snapshot("worktree", folder, blobs, found.links, tuple(listing.submodules), notes)
    notes.append(f"{len(absent)} files are not checked out (sparse checkout); they were read as they are in the index")
    source = SparseSource(folder, ObjectSource(git, absent), absent)
    return Snapshot("worktree", source, {**blobs, **absent}, found.links, tuple(listing.submodules), notes)


def of_folder(root: Path) -> Snapshot:
    """Return the files of a directory that is no repository, its ignore files respected."""
    source = FolderSource(root)
    ignored = Ignores(lambda path: _text(source, path))
    found = walk(root, ignored)
    return Snapshot("plain", source, dict.fromkeys(found.files, ""), found.links, (), [*found.notes, *ignored.notes])


def _of_objects(view: str, git: Git, listing: Listing, shared: SharedBlobs | None = None) -> Snapshot:
    source = ObjectSource(git, listing.blobs, shared)
    links = _targets(git, listing.links) if listing.links else {}
    return Snapshot(view, source, listing.blobs, links, tuple(listing.submodules), listing.notes)


def _targets(git: Git, links: Mapping[str, str]) -> dict[str, str]:
    """Read what links hold; one whose text cannot be read leads nowhere."""
    batch = Batch(git)
    try:
        found = {}
        for number, (path, sha) in enumerate(sorted(links.items())):
            kind, content = batch.read(sha, _TARGET_LIMIT) if number <= LINK_LIMIT else ("missing", b"")
            found[path] = content.decode("utf-8", "surrogateescape") if kind == "blob" else "?"
        return found
    finally:
        batch.close()


def _folders(paths: Iterable[str]) -> set[str]:
    found: set[str] = set()
    for path in paths:
        end = path.rfind("/")
        while end > 0 and (folder := path[:end]) not in found:
            found.add(folder)
            end = path.rfind("/", 0, end)
    return found


def _text(source: FolderSource, path: str) -> str | None:
    content, _ = source.read(path)
    return None if content is None else decode(content)
