"""``qmslint clauses``: what is automated, what needs a person, what is out of sight."""

from __future__ import annotations

import json
from typing import Any

import click


@click.command("clauses")
@click.option("--edition", type=click.Choice(["2015", "2026"]), default="2015", help="Edition of ISO 9001.")
@click.option("--pack", multiple=True, metavar="NAME", help="Packs whose rules are counted (default: all).")
@click.option("--format", type=click.Choice(["table", "json"]), default="table", help="What to print.")
def command(edition: str, pack: tuple[str, ...], format: str) -> int:
    """List the clauses of an edition and how far each can be seen in a repository."""
    rows = table(edition, pack)
    if format == "json":
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return 0
    words = {"repository": "lives in a repository", "partial": "partly", "attestation": "needs a person"}
    for row in rows:
        rules = ", ".join(row["rules"]) or f"no check; {row['settled_by']}"
        click.echo(f"{row['id']:<8} {row['title']:<62.62} {words[row['assessability']]:<22} {rules}")
    return 0


def table(edition: str, packs: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """Return a row per clause with the rules that look at it."""
    from qmslint.engine.rollup import translate
    from qmslint.packs.catalogue import load_catalogue
    from qmslint.packs.load import library_of

    library = library_of(packs)
    own, wanted = (load_catalogue(library.trees[0], name) for name in ("2015", edition))
    names = [name for name in packs if "/" not in name]
    rules = [p.rule for p in library.load(names).rules] if names else [library.rule(r) for r in library.rule_ids]
    return [
        {
            "id": clause.number,
            "title": clause.title,
            "working_title": clause.working_title,
            "level": len(wanted.chain(clause.number)),
            "assessability": clause.assessability,
            "rules": [r.id for r in rules if clause.number in translate(r.clauses, own, wanted)],
            "settled_by": clause.settled_by,
            "other_edition": list(clause.crosswalk),
            "change": clause.change,
        }
        for clause in wanted.clauses.values()
    ]
