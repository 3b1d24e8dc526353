"""Documents by name and by heading, prepared once so that any number of questions cost little."""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from qmslint.facts.base import Scan, fact
from qmslint.facts.markup import Heading, document, markup_of, normal
from qmslint.facts.sources import evidence_paths
from qmslint.patterns import PathSet
from qmslint.quick import dataclass, regex

_YEAR = regex(r"(?:^|[^0-9])(?:19|20)[0-9]{2}(?:[^0-9]|$)|yyyy")
_NUMBER = regex(r"^(?:[a-z]{1,8}-?)?[0-9]{1,4}(?:[.-][0-9]{1,4})*[-.]+(?=[a-z])")
_ID = regex(r"^[a-z]{1,8}-?[0-9]{1,4}\s+")
_LITTLE = 3
_ORDER = regex(r"\A[0-9]{1,3}[-. ]+")
_UNNORMAL = str.maketrans({"_": "-", " ": "-"})


@dataclass(frozen=True, slots=True)
class Place:
    """Where a document lies.

    Parameters
    ----------
    name : str
        The path in the form names are compared in.
    folder : str
        Lower-case folder, empty for the top.
    root, process, product, record : bool
        Whether it lies directly in a folder of project documents, below one that says how the work is
        done, below one for users of the product, or is a record.
    dated : bool
        Whether a year is part of its name.
    """

    path: str
    name: str
    folder: str
    root: bool
    process: bool
    product: bool
    record: bool
    dated: bool

    @property
    def about_work(self) -> bool:
        """Whether its folder says that it may tell how the work is done."""
        return self.process or (self.root and not self.product)


@dataclass(frozen=True)
class Index:
    """All documents that can be evidence, by path and by compared name."""

    places: Mapping[str, Place]
    by_name: Mapping[str, tuple[str, ...]]
    names: PathSet

    def named(self, globs: Sequence[str]) -> tuple[Place, ...]:
        """Return the documents whose compared name matches any of ``globs``."""
        return tuple(self.places[path] for name in self.names.match(globs) for path in self.by_name[name])


def compared_name(path: str) -> str:
    """Return a path in the form names are compared in: lower case, no ending, no leading number or id."""
    folder, name = posixpath.split(path.lower().translate(_UNNORMAL))
    stem = name.split(".")[1] if name.startswith(".") and name.count(".") > 1 else name.split(".")[0] or name
    if not markup_of(path):
        stem = name.rsplit(".", 1)[0]
    stem = _NUMBER.sub("", stem)
    return f"{folder}/{stem}" if folder else stem


@fact
def index(scan: Scan) -> Index:
    """Return all documents that can be evidence."""
    words = scan.words("documents")
    never = frozenset(scan.glob(*words["never"]))
    paths = [path for path in evidence_paths(scan, tuple(words["files"])) if path not in never]
    return _index(paths, words)


@fact
def opaque(scan: Scan) -> Index:
    """Return the office files and the like, whose content cannot be looked at."""
    words = scan.words("documents")
    return _index(evidence_paths(scan, tuple(words["opaque"])), words)


def _index(paths: Iterable[str], words: Mapping[str, Sequence[str]]) -> Index:
    roots = frozenset(words["roots"])
    sets = tuple(frozenset(words[f"{kind}_folders"]) for kind in ("process", "product", "record"))
    places: dict[str, Place] = {}
    by_name: dict[str, tuple[str, ...]] = {}
    for path in paths:
        place = _place(path, roots, *sets)
        places[path] = place
        by_name[place.name] = (*by_name.get(place.name, ()), path)
    inside = Counter(posixpath.dirname(name) for name in by_name)
    for place in places.values():
        folder, _, page = place.name.rpartition("/")
        # The page of a folder with little else in it is what the folder is called after; else it is an overview.
        # A single word, such as *standards* or *lifecycle*, says too little for that.
        if page in ("readme", "index") and "-" in posixpath.basename(folder) and inside[folder] <= _LITTLE:
            by_name[folder] = (*by_name.get(folder, ()), place.path)
    return Index(MappingProxyType(places), MappingProxyType(by_name), PathSet(by_name))


def _place(
    path: str, roots: frozenset[str], process: frozenset[str], product: frozenset[str], record: frozenset[str]
) -> Place:
    folder = posixpath.dirname(path).lower()
    # Folders are often numbered for their order: 03_procedures.
    segments = [_ORDER.sub("", segment) for segment in folder.translate(_UNNORMAL).split("/")]
    return Place(
        path,
        compared_name(path),
        folder,
        folder in roots,
        any(segment in process for segment in segments),
        any(segment in product for segment in segments),
        any(segment in record for segment in segments),
        bool(_YEAR.search(posixpath.basename(path).lower())),
    )


@dataclass(frozen=True)
class Headings:
    """Headings of project documents by their compared text."""

    by_text: Mapping[str, tuple[tuple[str, Heading], ...]]
    texts: PathSet

    def match(self, globs: Sequence[str], but: Sequence[str] = ()) -> tuple[tuple[str, Heading], ...]:
        """Return path and heading where the text matches ``globs`` and not ``but``."""
        out = frozenset(self.texts.match(but)) if but else frozenset()
        return tuple(place for text in self.texts.match(globs) if text not in out for place in self.by_text[text])


def compared_heading(text: str) -> str:
    """Return a heading in the form headings are compared in."""
    return _ID.sub("", normal(text).replace("/", " "))


def heads(text: str, globs: Sequence[str]) -> bool:
    """Say whether a heading in the compared form matches any of ``globs``."""
    return bool(PathSet((text,)).match(globs))


@fact
def headings(scan: Scan) -> Headings:
    """Return the headings of all documents that may hold a part on how the work is done."""
    places = index(scan).places.values()
    return _headings(scan, (place.path for place in places if place.about_work and not place.record))


@fact
def headings_of(scan: Scan, path: str) -> Headings:
    """Return the headings of one document that its name makes a place to look in."""
    place = index(scan).places[path]
    return _headings(scan, () if place.record or (place.product and not place.process) else (path,))


def _headings(scan: Scan, paths: Iterable[str]) -> Headings:
    found: dict[str, list[tuple[str, Heading]]] = {}
    for path in paths:
        parsed = document(scan, path)
        if parsed is None:
            continue
        title = parsed.front.get("title")
        if isinstance(title, str) and title.strip():
            found.setdefault(compared_heading(title), []).append((path, Heading(0, title, 1)))
        for heading in parsed.headings:
            found.setdefault(compared_heading(heading.text), []).append((path, heading))
    by_text = {text: tuple(places) for text, places in found.items() if text}
    return Headings(MappingProxyType(by_text), PathSet(by_text))
