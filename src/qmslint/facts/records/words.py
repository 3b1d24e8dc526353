"""The vocabulary of records, prepared for one scan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from qmslint.facts.base import Scan, fact
from qmslint.facts.lexicon import Lexicon
from qmslint.facts.markup import normal
from qmslint.patterns import any_of


@dataclass(frozen=True)
class Shape:
    """Which fields make a file or a section a record of its kind."""

    of: frozenset[str]
    least: int
    core: frozenset[str]
    dated: bool


@dataclass(frozen=True)
class Kind:
    """What is known of one kind of record."""

    name: str
    globs: tuple[str, ...]
    lexicon: Lexicon
    row: tuple[tuple[str, ...], ...]
    file: Shape | None
    classes: Mapping[str, Mapping[str, Any]]
    timeline: Mapping[str, Any]
    told: Mapping[str, Any]
    """Field to a test for sentences that fill it where neither heading nor label does."""
    joined: frozenset[str] = frozenset()
    """Fields that may be told in two places of an entry."""
    titled: Any = None
    """Test of the titles of dated documents that are records by their title, whatever they leave out."""
    settled: frozenset[str] = frozenset()
    """Words of a status after which nothing is due any more, beside those of a closed one."""
    follows: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Field to the two it follows from where an entry does not say it: their product, or what both say."""
    whole: frozenset[str] = frozenset()
    """Fields that a document may say once for all rows of its tables."""
    listed: tuple[str, ...] = ()
    """The fields that an item of a list holds, before and after its colon."""
    headings: Any = None
    """Test of the headings, normalised, below which a document about more than that keeps records of the kind."""
    events: bool = False
    """Whether a record tells of something that happened, so that a procedure of the same name is none."""


@dataclass(frozen=True)
class Common:
    """Word lists that all kinds share."""

    closed: frozenset[str]
    not_titles: Any
    fiction: Any
    not_headings: Any
    indexes: frozenset[str]
    action: Lexicon


@fact
def kind_of(scan: Scan, name: str) -> Kind:
    """Return what the vocabulary says of a kind; raises ``KeyError`` for an unknown one."""
    lists = scan.words("records")
    data: Mapping[str, Any] = lists["kinds"][name]
    # The kind's own words win over the common ones.
    fields = dict(data["fields"])
    for key, words in lists["common"].items():
        fields[key] = [*fields.get(key, ()), *words]
    file = data.get("file")
    shape = file and Shape(frozenset(file["of"]), int(file["least"]), frozenset(file["core"]), bool(file["dated"]))
    classes = {
        key: {word: any_of(p) for word, p in value.items()} for key, value in (data.get("classes") or {}).items()
    }
    timeline = {key: any_of(patterns) for key, patterns in (data.get("timeline") or {}).items()}
    told = {key: any_of(patterns) for key, patterns in (data.get("told") or {}).items()}
    row = tuple(tuple(group) for group in data.get("row") or ())
    settled = frozenset(normal(word) for word in data.get("settled") or ())
    joined = frozenset(lists["joined"])
    titled = any_of(data["titled"]) if data.get("titled") else None
    return Kind(
        name,
        tuple(data["globs"]),
        Lexicon(fields),
        row,
        shape or None,
        classes,
        timeline,
        told,
        joined,
        titled,
        settled,
        {name: (pair[0], pair[1]) for name, pair in (data.get("follows") or {}).items()},
        frozenset(data.get("whole") or ()),
        tuple(data.get("listed") or ()),
        any_of(data["headings"]) if data.get("headings") else None,
        bool(data.get("events")),
    )


@fact
def common(scan: Scan) -> Common:
    """Return the shared word lists."""
    lists = scan.words("records")
    names = {key: lists["common"][key] for key in ("owner", "due", "status", "link", "id", "date")}
    names["action"] = [
        *lists["common"]["actions"],
        "what",
        "task",
        "item",
        "description",
        "improvement",
        "measure",
        "decision",
        "entscheidung",
        "beschluss",
        "décision",
        "decisión",
        "was",
        "quoi",
        "qué",
    ]
    names["decision"] = lists["decided"]
    return Common(
        frozenset(normal(word) or word for word in lists["closed"]),
        any_of(lists["not_titles"]),
        any_of(lists["fiction"]),
        any_of(lists["not_headings"]),
        frozenset(lists["indexes"]),
        Lexicon(names),
    )
