"""``qmslint rules``: the catalogue of rules, new rules, and their cases."""

from __future__ import annotations

import json
from pathlib import Path

import click

from qmslint.errors import PackError, UsageError


@click.group("rules", invoke_without_command=True)
@click.option("--pack", multiple=True, metavar="NAME|FOLDER", help="Only rules of this pack (repeatable).")
@click.option("--format", type=click.Choice(["table", "json"]), default="table", help="What to print.")
@click.pass_context
def command(ctx: click.Context, pack: tuple[str, ...], format: str) -> int:
    """List the rules; make a new one; run their cases."""
    if ctx.invoked_subcommand is not None:
        return 0
    from qmslint.packs.load import library_of

    library = library_of(pack)
    names = [name for name in pack if "/" not in name]
    if names:
        rules = [planned.rule for planned in library.load(names).rules]
    else:
        rules = [library.rule(rule_id) for rule_id in library.rule_ids]
    packs: dict[str, list[str]] = {rule_id: [] for rule_id in library.rule_ids}
    for name in library.pack_ids:
        for rule_id in library.selected(name):
            packs[rule_id].append(name)
    if format == "json":
        click.echo(json.dumps([_entry(rule, packs[rule.id]) for rule in rules], indent=2, ensure_ascii=False))
        return 0
    for rule in rules:
        click.echo(f"{rule.id:<32} {rule.title:<78.78} {', '.join(rule.clauses):<28} {' '.join(packs[rule.id])}")
    return 0


def _entry(rule: object, packs: list[str]) -> dict[str, object]:
    from qmslint.model.rule import Rule

    assert isinstance(rule, Rule)
    return {
        "id": rule.id,
        "title": rule.title,
        "clauses": list(rule.clauses),
        "questions": list(rule.questions),
        "basis": rule.basis,
        "grades": {gap: grade.value for gap, grade in rule.grades.items()},
        "absence": rule.absence,
        "parameters": dict(rule.parameters),
        "packs": packs,
        "why": rule.guide.why,
        "looks_for": rule.guide.looks_for,
        "fix": rule.guide.fix,
    }


@command.command("new")
@click.argument("rule_id", metavar="ID")
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    default="rules",
    show_default=True,
    help="Folder of rules to write into.",
)
def new(rule_id: str, folder: Path) -> int:
    """Write a rule and its cases to start from; nothing that exists is overwritten."""
    from qmslint.packs.load import RULE_ID
    from qmslint.packs.scaffold import case_text, rule_text

    if not RULE_ID.match(rule_id) or len(rule_id) > 40:
        raise UsageError(f"{rule_id!r} is not a rule id", hint="area.short-name, at most 40 characters")
    place = folder / rule_id.split(":")[-1].split(".")[0]
    files = {place / f"{rule_id}.yaml": rule_text(rule_id), place / f"{rule_id}.cases.yaml": case_text()}
    for path in files:
        if path.exists():
            raise UsageError(f"{path} exists already")
    place.mkdir(parents=True, exist_ok=True)
    for path, text in files.items():
        path.write_text(text, encoding="utf-8")
        click.echo(f"wrote {path}")
    click.echo("Next: fill both in, run `qmslint rules test`, and add the id to a pack.")
    return 0


@command.command("test")
@click.argument("folder", nargs=-1, type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--select", multiple=True, metavar="GLOB", help="Only rules whose id matches (repeatable).")
def test(folder: tuple[Path, ...], select: tuple[str, ...]) -> int:
    """Run the cases of the bundled rules, or of the rules in FOLDER."""
    import fnmatch

    from qmslint.engine.casework import run_case
    from qmslint.packs.cases import cases_of
    from qmslint.packs.catalogue import load_catalogue
    from qmslint.packs.load import Library

    library = Library(folder)
    catalogue = load_catalogue(library.trees[0], "2015")
    trees = library.trees[1:] or library.trees
    passed = failed = 0
    for rule_id in library.rule_ids:
        tree = library.tree_of(rule_id)
        if tree not in trees or not any(fnmatch.fnmatch(rule_id, glob) for glob in select or ("*",)):
            continue
        try:
            cases = cases_of(tree.root, rule_id)
        except PackError as error:
            click.echo(f"✗ {error}")
            failed += 1
            continue
        for case in cases:
            verdict = run_case(rule_id, case, library, catalogue)
            passed, failed = (passed, failed + 1) if verdict.complaints else (passed + 1, failed)
            for complaint in verdict.complaints:
                click.echo(f"✗ {rule_id}: {case.name}: {complaint}")
    click.echo(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0
