"""Make a git directory of our own over a foreign object store.

No list of options makes a foreign ``.git`` safe: driver names in its configuration are free text.  So
git never opens it.  The shadow has our configuration, borrows the objects through ``alternates`` and
copies refs, HEAD, the shallow marker and the index; it costs about ten milliseconds.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from qmslint.errors import RepoError
from qmslint.repo.gitcmd import Git
from qmslint.repo.locate import Located
from qmslint.repo.objects import Objects

_PACKED_LIMIT = 64 * 1024 * 1024
_INDEX_LIMIT = 512 * 1024 * 1024
_REF_LIMIT = 200_000
_SHA = re.compile(rb"[0-9a-f]{40}(?:[0-9a-f]{24})?\Z")
_SYMBOLIC = re.compile(rb"ref: (refs/[^\x00-\x20~^:?*\[\\]+)\Z")
_CONFIG = """\
[core]
\trepositoryformatversion = {version}
\tbare = true
\tcommitGraph = false
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
    git : Git
        Runs git in it.
    head : str
        Full ref name HEAD points to, empty when detached.
    shallow : frozenset of str
        Commits at which a shallow clone is cut off.
    default_branch : str
        Ref of the default branch as far as the clone tells (``origin/HEAD``, else HEAD's branch).
    notes : list of str
        Oddities of the original that a reader should know.
    """

    path: Path
    git: Git
    head: str = ""
    shallow: frozenset[str] = frozenset()
    partial: bool = False
    default_branch: str = ""
    refs: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    reader: Objects | None = None

    @property
    def objects(self) -> Objects:
        """Reader of single objects, shared by everybody who looks into other revisions."""
        if self.reader is None:
            self.reader = Objects(self.git)
        return self.reader

    def close(self) -> None:
        """Remove the shadow."""
        if self.reader:
            self.reader.close()
        shutil.rmtree(self.path, ignore_errors=True)


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
    folder = Path(tempfile.mkdtemp(prefix="qmslint-"))
    try:
        (folder / "empty").write_bytes(b"")
        (folder / "refs").mkdir()
        shadow = Shadow(folder, Git(folder, place.root))
        _configure(shadow, place.common_dir)
        _borrow_objects(shadow, place.common_dir)
        _copy_refs(shadow, place)
        _copy_shallow(shadow, place.common_dir)
        _copy_index(shadow, index or place.git_dir / "index")
        return shadow
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def read_small(path: Path, limit: int) -> bytes | None:
    """Return the content of a regular file of at most ``limit`` bytes, else ``None``; links are not followed."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    with os.fdopen(descriptor, "rb") as stream:
        info = os.fstat(descriptor)
        if not stat.S_ISREG(info.st_mode) or info.st_size > limit:
            return None
        content = stream.read(limit + 1)
    return content if len(content) <= limit else None


def _configure(shadow: Shadow, common: Path) -> None:
    text = (read_small(common / "config", 1 << 20) or b"").decode("utf-8", "replace").lower()
    sha256 = re.search(r"^\s*objectformat\s*=\s*\"?sha256", text, re.M) is not None
    if re.search(r"^\s*refstorage\s*=\s*\"?reftable", text, re.M):
        raise RepoError("refs are stored as reftable, which is not read yet; examine a clone instead")
    shadow.partial = re.search(r"^\s*(?:promisor|partialclone)\s*=", text, re.M) is not None
    config = _CONFIG.format(version=1 if sha256 else 0)
    if sha256:
        config += "[extensions]\n\tobjectFormat = sha256\n"
    (shadow.path / "config").write_text(config, encoding="ascii")


def _borrow_objects(shadow: Shadow, common: Path) -> None:
    info = shadow.path / "objects" / "info"
    info.mkdir(parents=True)
    store = (common / "objects").resolve()
    (info / "alternates").write_bytes(os.fsencode(store) + b"\n")
    if (store / "info" / "alternates").exists():
        shadow.notes.append("objects are borrowed from another repository (alternates)")


def _copy_refs(shadow: Shadow, place: Located) -> None:
    assert place.git_dir and place.common_dir
    head = (read_small(place.git_dir / "HEAD", 4096) or b"").strip()
    symbolic = _SYMBOLIC.match(head)
    if not symbolic and not _SHA.match(head):
        raise RepoError("HEAD of the repository is not readable")
    (shadow.path / "HEAD").write_bytes(head + b"\n")
    shadow.head = symbolic[1].decode("utf-8", "surrogateescape") if symbolic else ""
    found = _packed(place.common_dir) | dict(_loose(place.common_dir / "refs", shadow))
    ignored = [name for name in found if name.startswith(b"refs/replace/")]
    if ignored:
        shadow.notes.append(f"{len(ignored)} replacement refs were ignored")
    if (place.common_dir / "info" / "grafts").exists():
        shadow.notes.append("a grafts file was ignored")
    lines = [
        value + b" " + name + b"\n"
        for name, value in sorted(found.items())
        if not name.startswith(b"refs/replace/") and _SHA.match(value)
    ]
    (shadow.path / "packed-refs").write_bytes(b"# pack-refs with: sorted \n" + b"".join(lines))
    shadow.refs = {
        name.decode("utf-8", "surrogateescape"): value.decode("ascii")
        for name, value in found.items()
        if _SHA.match(value)
    }
    shadow.default_branch = _default_branch(shadow, found)


def _packed(common: Path) -> dict[bytes, bytes]:
    content = read_small(common / "packed-refs", _PACKED_LIMIT) or b""
    found = {}
    for line in content.split(b"\n"):
        value, _, name = line.partition(b" ")
        if name.startswith(b"refs/") and _SHA.match(value):
            found[name] = value
    return found


def _loose(folder: Path, shadow: Shadow) -> list[tuple[bytes, bytes]]:
    found: list[tuple[bytes, bytes]] = []
    todo = [(folder, b"refs")]
    while todo:
        here, prefix = todo.pop()
        try:
            entries = list(os.scandir(here))
        except OSError:
            continue
        for entry in entries:
            name = prefix + b"/" + os.fsencode(entry.name)
            if entry.is_dir(follow_symlinks=False):
                todo.append((Path(entry.path), name))
            elif value := (read_small(Path(entry.path), 4096) or b"").strip():
                found.append((name, value))
            if len(found) > _REF_LIMIT:
                shadow.notes.append(f"only the first {_REF_LIMIT} refs were read")
                return found
    return found


def _default_branch(shadow: Shadow, found: dict[bytes, bytes]) -> str:
    remote = _SYMBOLIC.match(found.get(b"refs/remotes/origin/HEAD", b""))
    if remote and remote[1] in found:
        return remote[1].decode("utf-8", "surrogateescape")
    return shadow.head


def _copy_shallow(shadow: Shadow, common: Path) -> None:
    content = read_small(common / "shallow", _PACKED_LIMIT)
    if content:
        lines = [line for line in content.split(b"\n") if _SHA.match(line)]
        (shadow.path / "shallow").write_bytes(b"\n".join(lines) + b"\n")
        shadow.shallow = frozenset(line.decode("ascii") for line in lines)


def _copy_index(shadow: Shadow, index: Path) -> None:
    content = read_small(index, _INDEX_LIMIT)
    if content is not None:
        (shadow.path / "index").write_bytes(content)
        for shared in index.parent.glob("sharedindex.*"):
            if (part := read_small(shared, _INDEX_LIMIT)) is not None:
                (shadow.path / shared.name).write_bytes(part)
