"""Make a git directory of our own over a foreign object store.

No list of options makes a foreign ``.git`` safe: driver names in its configuration are free text.  So
git never opens it.  The shadow has our configuration, borrows the objects through ``alternates`` and
copies refs, HEAD, the shallow marker and the index; it costs about ten milliseconds.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from qmslint.errors import RepoError
from qmslint.quick import regex
from qmslint.repo import gitconfig
from qmslint.repo.gitcmd import Git
from qmslint.repo.locate import Located, read_small
from qmslint.repo.objects import Objects
from qmslint.repo.refs import PACKED_LIMIT, SHA, Refs, read_refs
from qmslint.repo.stores import alternates_line, object_store

_INDEX_LIMIT = 512 * 1024 * 1024
_LOG_LIMIT = 16 * 1024 * 1024
_SHARED_INDEX = regex(r"sharedindex\.([0-9a-f]{40}(?:[0-9a-f]{24})?)\Z")
_CONFIG = """\
[core]
\trepositoryformatversion = {version}
\tbare = true
\tcommitGraph = false
\tmultiPackIndex = false
\tbigFileThreshold = 16m
\tfsmonitor = false
\thooksPath = /nonexistent
[gc]
\tauto = 0
[protocol]
\tallow = never
"""


@dataclass(slots=True)
class Shadow:
    """A cast shadow.

    Parameters
    ----------
    path : Path
        The directory.
    place : Located
        The original.
    git : Git
        Runs git in it.
    head : str
        Full ref name HEAD points to, empty when detached.
    tip : str
        Object id HEAD leads to, empty when there is no commit yet.
    shallow : frozenset of str
        Commits at which a shallow clone is cut off.
    partial : bool
        Objects may be missing because the clone is a partial one.
    default_branch : str
        Ref of the default branch as far as the clone tells (``origin/HEAD``, else HEAD's branch).
    refs : dict
        Full ref name to object id.
    index_trouble : str
        Why the index could not be taken over; empty when it was, or when there is none.
    notes : list of str
        Oddities of the original that a reader should know.
    """

    path: Path
    place: Located
    git: Git
    head: str = ""
    tip: str = ""
    shallow: frozenset[str] = frozenset()
    partial: bool = False
    default_branch: str = ""
    refs: dict[str, str] = field(default_factory=dict)
    index_trouble: str = ""
    notes: list[str] = field(default_factory=list)
    reader: Objects | None = None

    @property
    def objects(self) -> Objects:
        """Reader of single objects, shared by everybody who looks into other revisions."""
        if self.reader is None:
            self.reader = Objects(self.git)
        return self.reader

    def close(self) -> None:
        """End what still runs in the shadow, and remove it."""
        if self.reader:
            self.reader.close()
        self.git.close()
        shutil.rmtree(self.path, ignore_errors=True)

    def drop_refs(self, names: Collection[str]) -> None:
        """Leave some refs out of the shadow, such as tags of objects that are missing."""
        self.refs = {name: value for name, value in self.refs.items() if name not in names}
        _write_refs(self.path, {os.fsencode(name): value.encode("ascii") for name, value in self.refs.items()})

    def unreadable(self, trouble: str) -> str:
        """Return the reason code for objects that cannot be read, given what git said."""
        return "PARTIAL_CLONE" if self.partial else trouble


def cast(place: Located, index: Path | None = None) -> Shadow:
    """Make a shadow of the repository at ``place``.

    Parameters
    ----------
    place : Located
        A repository, not a plain directory.
    index : Path, optional
        The index to copy instead of the repository's own (a commit hook's temporary one).

    Raises
    ------
    RepoError
        If the repository is in a form that cannot be read.
    """
    assert place.git_dir and place.common_dir
    folder = Path(tempfile.mkdtemp(prefix="qmslint-", dir=temporary_folder(place.root)))
    try:
        (folder / "empty").write_bytes(b"")
        (folder / "refs").mkdir()
        shadow = Shadow(folder, place, Git(folder, place.root, (place.common_dir, place.git_dir, place.root)))
        _configure(shadow, place.common_dir)
        _borrow_objects(shadow, place.common_dir)
        _copy_refs(shadow, read_refs(place))
        _copy_shallow(shadow, place.common_dir)
        _copy_index(shadow, index or place.git_dir / "index")
        if place.redirected:
            shadow.notes.append("the git directory lies elsewhere and does not name this work tree as its own")
        return shadow
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise RepoError(f"the repository cannot be read: {error.strerror or error}") from error
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def temporary_folder(root: Path) -> str:
    """Return a folder for temporary files that does not lie in the examined tree.

    Raises
    ------
    RepoError
        If there is none: nothing is ever written into what is examined.
    """
    # The library's own search tries each folder out by writing into it, and goes on to the working directory.
    named = [folder for name in ("TMPDIR", "TEMP", "TMP") if os.path.isabs(folder := os.environ.get(name, ""))]
    for folder in (*named, "/tmp", "/var/tmp", "/dev/shm"):  # noqa: S108 - mkdtemp makes a private folder in it
        usable = os.path.isdir(folder) and os.access(folder, os.W_OK | os.X_OK)
        if usable and not Path(folder).resolve().is_relative_to(root):
            return folder
    raise RepoError("there is no folder for temporary files outside the examined tree", hint="set TMPDIR")


def copy_logs(shadow: Shadow, name: str) -> None:
    """Copy the reflogs that a revision such as ``main@{yesterday}`` of the branch ``name`` can need."""
    place = shadow.place
    assert place.git_dir and place.common_dir
    wanted = {("HEAD", place.git_dir)}
    for form in ("{}", "refs/{}", "refs/tags/{}", "refs/heads/{}", "refs/remotes/{}", "refs/remotes/{}/HEAD"):
        if name and (ref := form.format(name)) in shadow.refs:
            wanted.add((ref, place.common_dir))
    if shadow.head:
        wanted.add((shadow.head, place.common_dir))
    for ref, folder in sorted(wanted):
        content = read_small(folder / "logs" / ref, _LOG_LIMIT)
        if content is not None:
            target = shadow.path / "logs" / ref
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)


def _configure(shadow: Shadow, common: Path) -> None:
    content = read_small(common / "config", gitconfig.LIMIT)
    if content is None and os.path.lexists(common / "config"):
        shadow.notes.append("the configuration of the repository is not readable, or too large; it was not looked at")
    found = gitconfig.parse((content or b"").decode("utf-8", "replace"))
    sha256 = found.get("extensions.objectformat", "").lower() == "sha256"
    if found.get("extensions.refstorage", "files").lower().split(":")[0] != "files":
        raise RepoError("refs are stored as reftable, which is not read yet; examine a clone instead")
    shadow.partial = bool(found.get("extensions.partialclone")) or any(
        key.startswith("remote.") and key.endswith(".promisor") and gitconfig.truth(value)
        for key, value in found.items()
    )
    config = _CONFIG.format(version=1 if sha256 else 0)
    if sha256:
        config += "[extensions]\n\tobjectFormat = sha256\n"
    (shadow.path / "config").write_text(config, encoding="ascii")


def _borrow_objects(shadow: Shadow, common: Path) -> None:
    info = shadow.path / "objects" / "info"
    info.mkdir(parents=True)
    store, borrows = object_store(common)
    (info / "alternates").write_bytes(alternates_line(store))
    if borrows or (common / "objects").is_symlink():
        shadow.notes.append("objects are borrowed from another repository (alternates)")


def _copy_refs(shadow: Shadow, refs: Refs) -> None:
    (shadow.path / "HEAD").write_bytes(refs.head + b"\n")
    _write_refs(shadow.path, refs.values)
    for name, value in refs.pseudo.items():
        (shadow.path / name).write_bytes(value + b"\n")
    shadow.head, shadow.tip, shadow.default_branch = refs.branch, refs.tip, refs.default_branch
    shadow.refs = {os.fsdecode(name): value.decode("ascii") for name, value in refs.values.items()}
    shadow.notes += refs.notes


def _write_refs(folder: Path, values: Mapping[bytes, bytes]) -> None:
    lines = b"".join(value + b" " + name + b"\n" for name, value in sorted(values.items()))
    (folder / "packed-refs").write_bytes(b"# pack-refs with: sorted \n" + lines)


def _copy_shallow(shadow: Shadow, common: Path) -> None:
    content = read_small(common / "shallow", PACKED_LIMIT)
    if content is None and os.path.lexists(common / "shallow"):
        raise RepoError("the shallow marker of the repository is not readable, or too large")
    lines = [line for line in (content or b"").split(b"\n") if SHA.match(line)]
    if lines:
        (shadow.path / "shallow").write_bytes(b"\n".join(lines) + b"\n")
        shadow.shallow = frozenset(line.decode("ascii") for line in lines)


def _copy_index(shadow: Shadow, index: Path) -> None:
    content = read_small(index, _INDEX_LIMIT)
    if content is None:
        if os.path.lexists(index):
            shadow.index_trouble = "the index is not readable, or too large"
        return
    (shadow.path / "index").write_bytes(content)
    if b"link" not in content:
        return
    for entry in sorted(os.listdir(index.parent)):
        # A split index names its shared part by object id; other shared parts are left-overs.
        named = _SHARED_INDEX.match(entry)
        if named and bytes.fromhex(named[1]) in content:
            part = read_small(index.parent / entry, _INDEX_LIMIT)
            if part is not None:
                (shadow.path / entry).write_bytes(part)
