"""Load the clauses of an edition from its catalogue file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from qmslint.derive import suggest
from qmslint.errors import PackError, UsageError
from qmslint.model.clause import Assessability, Catalogue, Clause
from qmslint.packs.tree import Tree

EDITIONS: Mapping[str, str] = {
    "2015": "catalogues/iso9001-2015.yaml",
    "2026": "catalogues/iso9001-2026.yaml",
}


def load_catalogue(tree: Tree, edition: str) -> Catalogue:
    """Return the catalogue of ``edition`` (``2015`` or ``2026``)."""
    path = EDITIONS[edition]
    data = tree.data[path]
    base = load_catalogue(tree, "2015").clauses if edition != "2015" else {}
    clauses = {}
    for entry in data["clauses"]:
        clause = _clause(entry, base)
        if clause.parent and clause.parent not in clauses:
            raise PackError(f"{path}: clause {clause.number} comes before its parent")
        clauses[clause.number] = clause
    return Catalogue(data["id"], data["title"], clauses, tree.digest(path), data.get("nature", ""))


def _clause(entry: Mapping[str, Any], base: Mapping[str, Clause]) -> Clause:
    like = base.get(entry.get("as_in", ""))
    documents = entry.get("documents") or {}

    def text(name: str) -> str:
        return str(entry.get(name) or (getattr(like, name) if like else ""))

    def items(name: str) -> tuple[str, ...]:
        if documents.get(name):
            return tuple(f"{item['what']} ({item['qualifier']})" for item in documents[name])
        return cast("tuple[str, ...]", getattr(like, name)) if like else ()

    return Clause(
        number=str(entry["number"]),
        title=str(entry["title"]),
        parent=str(entry.get("parent") or ""),
        pdca=text("pdca"),
        intent=text("intent"),
        software=text("software"),
        assessability=cast(Assessability, text("assessability")),
        settled_by=text("settled_by"),
        crosswalk=tuple(str(n) for n in entry.get("successor") or entry.get("predecessor") or ()),
        change=str(entry.get("change") or entry.get("amendment") or ""),
        working_title=bool(entry.get("working_title", False)),
        maintain=items("maintain"),
        retain=items("retain"),
    )


def crosswalk(old: Catalogue, new: Catalogue, number: str) -> tuple[str, ...]:
    """Return the clause numbers in ``new`` with the content of clause ``number`` of ``old``."""
    if old.id == new.id:
        return (number,)
    clause = old.clauses.get(number)
    found = tuple(n for n in (clause.crosswalk if clause else ()) if n in new.clauses)
    return found or ((number,) if number in new.clauses else ())


def known_clause(catalogue: Catalogue, number: str) -> str:
    """Return ``number`` if the edition has it; raises :class:`UsageError` otherwise."""
    if number not in catalogue.clauses:
        raise UsageError(f"{catalogue.title} has no clause {number!r}", hint=suggest(number, catalogue.clauses))
    return number
