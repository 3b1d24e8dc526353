"""Read the refs of a foreign repository as data: names are checked, links and special files are passed over."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from qmslint.errors import RepoError
from qmslint.quick import regex
from qmslint.repo.locate import Located, read_small

PACKED_LIMIT = 64 * 1024 * 1024
"""Bytes of packed-refs that are read at most."""
REF_LIMIT = 200_000
"""Refs that are read at most."""
SHA = regex(rb"[0-9a-f]{40}(?:[0-9a-f]{24})?\Z")
_NAME = rb"refs(?:/(?!\.)(?:[^\x00-\x20\x7f~^:?*\[\\/.@]|\.(?!\.)|@(?!\{))+(?<!\.lock)(?<!\.))+"
_GOOD_NAME = regex(_NAME + rb"\Z")
_SYMBOLIC = regex(rb"ref:[ \t]*(" + _NAME + rb")\Z")
_PACKED = regex(rb"^([0-9a-f]{40}(?:[0-9a-f]{24})?) (" + _NAME + rb")$", re.M)
_PSEUDO = ("ORIG_HEAD", "FETCH_HEAD", "MERGE_HEAD")


@dataclass(slots=True)
class Refs:
    """What a repository's refs say.

    Parameters
    ----------
    head : bytes
        Content of HEAD, checked: ``ref: <name>`` or an object id.
    branch : str
        Full name of the ref HEAD points to, empty when detached.
    values : dict
        Full ref name to object id; symbolic refs are followed, replacement refs left out.
    default_branch : str
        Where ``origin/HEAD`` points, else HEAD's branch.
    pseudo : dict
        ``FETCH_HEAD`` and its like with the object id they hold.
    notes : list of str
        What a reader should know about refs that were not taken over.
    """

    head: bytes
    branch: str
    values: dict[bytes, bytes] = field(default_factory=dict)
    default_branch: str = ""
    pseudo: dict[str, bytes] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def tip(self) -> str:
        """Object id HEAD leads to, empty when it leads to a branch without commits."""
        value = self.head if not self.branch else self.values.get(os.fsencode(self.branch), b"")
        return value.decode("ascii")


def read_refs(place: Located) -> Refs:
    """Read HEAD and all refs of the repository at ``place``.

    Raises
    ------
    RepoError
        If HEAD or the packed refs are there but cannot be read: guessing would examine something else.
    """
    assert place.git_dir and place.common_dir
    refs = _head(place.git_dir)
    loose: dict[bytes, bytes] = {}
    _walk(place.common_dir / "refs", loose, refs.notes)
    if place.git_dir != place.common_dir:
        _walk(place.git_dir / "refs", loose, refs.notes)
    found = _packed(place.common_dir, refs.notes) | loose
    replaced = [name for name in found if name.startswith(b"refs/replace/")]
    for name in replaced:
        del found[name]
    if replaced:
        refs.notes.append(f"{len(replaced)} replacement refs were ignored")
    if os.path.lexists(place.common_dir / "info" / "grafts"):
        refs.notes.append("a grafts file was ignored")
    refs.default_branch = _default_branch(refs, found)
    refs.values = {name: value for name in found if (value := _follow(name, found))}
    for pseudo in _PSEUDO:
        words = (read_small(place.git_dir / pseudo, 1 << 16) or b"").split()
        if words and SHA.match(words[0]):
            refs.pseudo[pseudo] = words[0]
    return refs


def _head(git_dir: Path) -> Refs:
    file = git_dir / "HEAD"
    content = (read_small(file, 4096) or b"").strip()
    if file.is_symlink():
        # The oldest form of a symbolic ref.
        content = b"ref: " + os.fsencode(os.readlink(file))
    symbolic = _SYMBOLIC.match(content)
    if not symbolic and not SHA.match(content):
        raise RepoError("HEAD of the repository is not readable")
    branch = os.fsdecode(symbolic[1]) if symbolic else ""
    return Refs(b"ref: " + symbolic[1] if symbolic else content, branch)


def _packed(common: Path, notes: list[str]) -> dict[bytes, bytes]:
    file = common / "packed-refs"
    content = read_small(file, PACKED_LIMIT)
    if content is None:
        if os.path.lexists(file):
            raise RepoError("packed-refs of the repository is not readable, or too large")
        return {}
    found = {}
    for match in _PACKED.finditer(content.replace(b"\r\n", b"\n")):
        found[match[2]] = match[1]
        if len(found) >= REF_LIMIT:
            notes.append(f"only the first {REF_LIMIT} refs were read")
            break
    return found


def _walk(folder: Path, found: dict[bytes, bytes], notes: list[str]) -> None:
    todo = [(folder, b"refs")]
    left = REF_LIMIT
    odd = 0
    while todo:
        here, prefix = todo.pop()
        for entry in _entries(here):
            left -= 1
            name = prefix + b"/" + os.fsencode(entry.name)
            if entry.is_dir(follow_symlinks=False):
                todo.append((Path(entry.path), name))
            elif name.endswith(b".lock"):
                continue
            elif (value := read_small(Path(entry.path), 4096)) is None or not _GOOD_NAME.match(name):
                odd += 1
            elif SHA.match(value := value.strip()) or _SYMBOLIC.match(value):
                found[name] = value
        if left < 0:
            notes.append(f"only the first {REF_LIMIT} refs were read")
            break
    if odd:
        notes.append(f"{odd} refs that are links, special files or wrongly named were ignored")


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError:
        return []


def _follow(name: bytes, found: dict[bytes, bytes]) -> bytes:
    value = found[name]
    for _ in range(5):
        if SHA.match(value):
            return value
        symbolic = _SYMBOLIC.match(value)
        value = found.get(symbolic[1], b"") if symbolic else b""
    return b""


def _default_branch(refs: Refs, found: dict[bytes, bytes]) -> str:
    remote = _SYMBOLIC.match(found.get(b"refs/remotes/origin/HEAD", b""))
    return os.fsdecode(remote[1]) if remote and remote[1] in found else refs.branch
