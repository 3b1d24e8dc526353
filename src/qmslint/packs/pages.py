"""Pages that are generated from the rules: the index by clause and the published schemas."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from qmslint.packs.catalogue import load_catalogue
from qmslint.packs.load import Library
from qmslint.packs.schema import SCHEMAS

_SEEN = {
    "repository": "lives in a repository",
    "partial": "partly in a repository",
    "attestation": "needs a person",
}


def pages() -> Mapping[str, str]:
    """Return the text of every generated file by its path from the top of the project."""
    found = {"rules/README.md": "\n".join(_index(Library())) + "\n"}
    for name, schema in SCHEMAS.items():
        text = json.dumps(schema.make(), indent=2, ensure_ascii=False) + "\n"
        found[f"schemas/{name}-1.json"] = text
    return found


def _index(library: Library) -> Iterator[str]:
    catalogue = load_catalogue(library.trees[0], "2015")
    rules = {rule_id: library.rule(rule_id) for rule_id in library.rule_ids}
    packs = {name: set(library.selected(name)) for name in library.pack_ids}
    yield "# Rules by clause"
    yield ""
    yield "Generated from the rule files; `qmslint explain RULE` says why each matters, what is looked for and how to fix it."
    yield f"Clause numbers and titles are those of {catalogue.title}; titles in *italics* are ours, the standard gives none."
    yield ""
    yield (
        f"{len(rules)} rules; packs: "
        + ", ".join(f"`{name}` ({len(ids)})" for name, ids in sorted(packs.items()))
        + "."
    )
    for clause in catalogue.clauses.values():
        own = [rule for rule in rules.values() if clause.number in rule.clauses]
        level = min(len(catalogue.chain(clause.number)) + 1, 5)
        title = f"*{clause.title}*" if clause.working_title else clause.title
        yield ""
        yield f"{'#' * level} {clause.number} {title}"
        yield ""
        yield f"{_SEEN[clause.assessability].capitalize()}. {clause.settled_by}"
        if own:
            yield ""
            yield "| rule | claim | kind of evidence | packs |"
            yield "|---|---|---|---|"
        for rule in own:
            where = " ".join(name for name, ids in sorted(packs.items()) if rule.id in ids)
            yield f"| `{rule.id}` | {rule.title} | {', '.join(rule.questions)} | {where} |"
