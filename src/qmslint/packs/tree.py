"""Read a folder of rules: every YAML file once, checked for being YAML, kept by its path."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from qmslint import cache, lineyaml
from qmslint.errors import PackError, Place, PluginError
from qmslint.packs.locate import rules_root
from qmslint.quick import dataclass
from qmslint.repo.snapshot import Snapshot

GROUP = "qmslint.packs"
"""Entry-point group of third-party packs: name of a pack = package:folder."""
_FILE_LIMIT = 1 << 20
_FILES_LIMIT = 2000


@dataclass(frozen=True, slots=True)
class Tree:
    """A folder of rules.

    Parameters
    ----------
    root : Path
        The folder.
    files : mapping of str to bytes
        ``/``-separated path to content, of every rule, pack, vocabulary and catalogue file.
    data : mapping of str to object
        The same parsed.
    trusted : bool
        It was chosen from outside the examined repository, so its checks may be of third-party kinds.
    """

    root: Path
    files: Mapping[str, bytes]
    data: Mapping[str, Any]
    trusted: bool = True

    def digest(self, *paths: str) -> str:
        """Return the SHA-256 over the given files with their names."""
        total = hashlib.sha256()
        for path in sorted(paths):
            content = self.files[path]
            total.update(f"{path}\0{len(content)}\0".encode())
            total.update(content)
        return f"sha256:{total.hexdigest()}"


def combine(digests: list[str]) -> str:
    """Return one digest over several."""
    return "sha256:" + hashlib.sha256("\n".join(digests).encode()).hexdigest()


def bundled(cached: bool = True) -> Tree:
    """Return the rules that come with the program, from their compiled form where one may be used and is at hand."""
    root = rules_root()
    files = _read(root)
    total = hashlib.sha256()
    for path in sorted(files):
        total.update(f"{path}\0".encode() + files[path] + b"\0")
    name = f"rules-{total.hexdigest()[:32]}.json"
    data = cache.load_json(name) if cached else None
    if not isinstance(data, dict) or data.keys() != files.keys():
        data = {path: _parse(content, f"rules/{path}") for path, content in files.items()}
        if cached:
            cache.store_json(name, data)
    return Tree(root, files, data)


def from_folder(root: Path) -> Tree:
    """Return a user's folder of rules; its YAML keeps line numbers for complaints."""
    files = _read(root)
    return Tree(root, files, {p: _parse(content, f"{root.name}/{p}") for p, content in files.items()})


def from_snapshot(snapshot: Snapshot, folder: str) -> Tree:
    """Return a folder of rules inside the examined repository; what is in it is data only.

    Raises
    ------
    PackError
        If it is not there, is not readable, or holds too many files.
    """
    base = folder.strip("/").removeprefix("./").strip("/") + "/"
    paths = [p for p in snapshot.paths if p.startswith(base) and p.endswith(".yaml") and not p.endswith(".cases.yaml")]
    if not paths:
        raise PackError(f"{folder!r} is no folder of rules in this repository")
    if len(paths) > _FILES_LIMIT:
        raise PackError(f"{folder} holds more than {_FILES_LIMIT} rules")
    files = {}
    for path in paths:
        content = snapshot.read(path)
        if content is None or len(content) > _FILE_LIMIT:
            raise PackError("cannot be read", Place(path))
        files[path.removeprefix(base)] = content
    data = {name: _parse(content, f"{base}{name}") for name, content in files.items()}
    return Tree(Path(base.rstrip("/")), files, data, trusted=False)


def installed(name: str) -> Tree | None:
    """Return the folder of rules that an installed package offers under ``name``; none of its code is run.

    Raises
    ------
    PluginError
        If the package says where its rules are and they are not there.
    """
    from importlib.metadata import entry_points
    from importlib.util import find_spec

    for point in entry_points(group=GROUP, name=name):
        spec = find_spec(point.module.split(".")[0])
        places = spec.submodule_search_locations if spec else None
        for place in places or ():
            root = Path(place).joinpath(*point.module.split(".")[1:], *point.attr.split("."))
            if (root / "packs").is_dir():
                return from_folder(root)
        raise PluginError(f"the pack {name} is said to be in {point.value}, where there is no folder packs")
    return None


def _read(root: Path) -> dict[str, bytes]:
    files = {}
    for path in sorted(root.rglob("*.yaml")):
        name = path.relative_to(root).as_posix()
        if name.endswith(".cases.yaml") or not path.is_file():
            continue
        try:
            content = path.read_bytes()
        except OSError as error:
            raise PackError(f"cannot be read: {error.strerror}", Place(name)) from error
        if len(content) > _FILE_LIMIT:
            raise PackError(f"larger than {_FILE_LIMIT} bytes", Place(name))
        files[name] = content
    return files


def _parse(content: bytes, name: str) -> Any:
    try:
        return lineyaml.load(content.decode("utf-8"), name, strict=True)
    except UnicodeDecodeError:
        raise PackError("not UTF-8 text", Place(name)) from None
    except lineyaml.YamlError as error:
        raise PackError(error.message, error.place) from None
