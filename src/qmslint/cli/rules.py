"""``qmslint rules``: the catalogue of rules, new rules, and their cases."""

from __future__ import annotations

from pathlib import Path

import click

from qmslint.errors import PackError


@click.group("rules", invoke_without_command=True)
@click.pass_context
def command(ctx: click.Context) -> None:
    """List the rules; make a new one; run their cases."""
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


@command.command("test")
@click.argument("folder", nargs=-1, type=click.Path(path_type=Path))
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
