"""``qmslint explain``: what a rule or clause is about, what is looked for, what would satisfy it."""

from __future__ import annotations

import dataclasses
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from qmslint.model.rule import Check

_LINES = 14


@click.command("explain")
@click.argument("name", metavar="RULE|CLAUSE")
@click.option("--edition", type=click.Choice(["2015", "2026"]), default="2015", help="Edition of ISO 9001.")
@click.option(
    "--pack", multiple=True, metavar="NAME|FOLDER", help="Also know these rules: an installed pack, or a folder."
)
def command(name: str, edition: str, pack: tuple[str, ...]) -> int:
    """Say what a rule (ci.test-gate) or clause (8.5.1) is about, and what would satisfy it."""
    from qmslint.packs.load import library_of

    library = library_of(f"./{item}" if "/" not in item and Path(item).is_dir() else item for item in pack)
    lines = _clause(library, name, edition) if name[:1].isdigit() else _rule(library, name)
    for line in lines:
        click.echo(line)
    return 0


def _rule(library: object, name: str) -> Iterator[str]:
    from qmslint.packs.catalogue import load_catalogue
    from qmslint.packs.load import Library

    assert isinstance(library, Library)
    rule = library.rule(name)
    own, new = (load_catalogue(library.trees[0], edition) for edition in ("2015", "2026"))
    yield f"{rule.id} · {rule.title}"
    yield ""
    yield from _paragraph("Why", rule.guide.why)
    yield from _paragraph("Evidence looked for", rule.guide.looks_for)
    yield from _paragraph("How to fix", rule.guide.fix)
    if rule.guide.traps:
        yield from _paragraph("Known traps", rule.guide.traps)
    yield from _paragraph("Rests on", _basis(rule.basis, rule.source))
    if rule.applies_from:
        yield from _paragraph("Applies from", f"{rule.applies_from}; before that day a gap is readiness, ofi at most")
    grades = "; ".join(f"{gap}: {grade.value}" for gap, grade in rule.grades.items())
    yield from _paragraph("Grade by gap, before the pack's cap", grades)
    if rule.when:
        yield from _paragraph("Applies when", _asked(rule.when))
    for key, value in rule.parameters.items():
        yield f"  parameter {key} = {value}"
    yield "Clauses"
    for number in rule.clauses:
        clause = own.clauses[number]
        successor = ", ".join(n for n in clause.crosswalk if n in new.clauses) or "none"
        yield f"  {number} {clause.title} (2026: {successor})"
    if rule.guide.example:
        yield ""
        yield "An example that passes"
        yield textwrap.indent(rule.guide.example.rstrip(), "  ")
    yield from _failing(library.tree_of(name).root, name)


def _asked(check: Check) -> str:
    """Return a check in words: its kind with the options that are set."""
    said = [
        f"{field.name.rstrip('_').replace('_', ' ')} {_value(value)}"
        for field in dataclasses.fields(check.params)
        if (value := getattr(check.params, field.name)) != field.default and value not in ((), {}, None)
    ]
    return f"{check.kind.replace('-', ' ')}{': ' if said else ''}{', '.join(said)}"


def _value(value: object) -> str:
    if type(value).__name__ == "Check":
        return f"({_asked(value)})"  # type: ignore[arg-type]
    if isinstance(value, Mapping):
        return "; ".join(f"{key}: {_value(inner)}" for key, inner in value.items())
    if isinstance(value, (tuple, list)):
        return " or ".join(_value(inner) for inner in value)
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def _failing(root: Path, name: str) -> Iterator[str]:
    """Return the first of the rule's own cases that comes out nonconforming, shortened."""
    from qmslint.errors import PackError
    from qmslint.packs.cases import cases_of

    try:
        cases = [case for case in cases_of(root, name) if case.expect == "nonconforming"]
    except PackError:
        return
    case = next((case for case in cases if case.files), cases[0] if cases else None)
    if case is None:
        return
    yield ""
    yield f"An example that does not pass: {case.name}"
    for path, text in list(case.files.items())[:3]:
        lines = str(text).rstrip().split("\n")
        yield f"  {path}"
        yield from (f"    {line[:110]}" for line in lines[:_LINES])
        if len(lines) > _LINES:
            yield f"    … {len(lines) - _LINES} more lines"


def _basis(basis: str, source: str) -> str:
    words = {
        "requirement": "a requirement of ISO 9001, read for software",
        "guidance": "guidance; a gap is an opportunity for improvement unless the organisation adopted it",
        "practice": "good practice; a gap is an opportunity for improvement unless the organisation adopted it",
        "sector": "a sector text that the user switched on",
    }
    return f"{words[basis]}{f' ({source})' if source else ''}"


def _clause(library: object, number: str, edition: str) -> Iterator[str]:
    from qmslint.cli.clauses import table
    from qmslint.packs.catalogue import known_clause, load_catalogue
    from qmslint.packs.load import Library

    assert isinstance(library, Library)
    catalogue = load_catalogue(library.trees[0], edition)
    clause = catalogue.clauses[known_clause(catalogue, number)]
    title = f"{clause.number} · {clause.title}"
    yield title + (" (our working title; the standard gives none)" if clause.working_title else "")
    yield f"{catalogue.title}. Paraphrased in our own words; the licensed standard prevails."
    yield ""
    yield from _paragraph("What it is after", clause.intent)
    yield from _paragraph("For software", clause.software)
    words = {
        "repository": "Its evidence normally lives in a repository.",
        "partial": "A repository shows part of it.",
        "attestation": "It cannot be seen in a repository; a person has to attest it.",
    }
    yield from _paragraph("How far it can be seen", f"{words[clause.assessability]} {clause.settled_by}")
    for label, items in (("To be maintained", clause.maintain), ("To be retained", clause.retain)):
        if items:
            yield from _paragraph(label, "; ".join(items))
    other = "2026" if edition == "2015" else "2015"
    change = f": {clause.change}" if clause.change else ""
    yield from _paragraph(f"In the {other} edition", (", ".join(clause.crosswalk) or "no counterpart") + change)
    yield "Rules"
    row = next(row for row in table(edition) if row["id"] == number)
    for rule_id in row["rules"]:
        yield f"  {rule_id}: {library.rule(rule_id).title}"
    if not row["rules"]:
        yield "  none looks at this clause itself"


def _paragraph(label: str, text: str) -> Iterator[str]:
    yield label
    for block in text.strip().split("\n\n"):
        yield textwrap.fill(" ".join(block.split()), 96, initial_indent="  ", subsequent_indent="  ")
