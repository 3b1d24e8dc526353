"""``qmslint scaffold``: a document to start from, which is reported as unfilled until a person filled it."""

from __future__ import annotations

from pathlib import Path

import click

from qmslint.errors import UsageError


@click.command("scaffold")
@click.argument("name", metavar="RULE|DOCUMENT")
@click.option("--repo", type=click.Path(path_type=Path), default=".", help="The repository (default: here).")
@click.option("--to", metavar="PATH", help="Where to write it in the repository instead of the customary place.")
@click.option("--print", "show", is_flag=True, help="Print it instead of writing it.")
def command(name: str, repo: Path, to: str | None, show: bool) -> int:
    """Write a document that closes RULE, or the DOCUMENT of that name, in the project's place and style.

    Nothing that exists is overwritten. What is written says nothing yet: as long as its first comment stands, it counts
    for no rule and doc.no-placeholders reports it.
    """
    from qmslint.cli.ask import Ask, clock
    from qmslint.cli.output import write_inside, write_stdout
    from qmslint.cli.session import Session
    from qmslint.engine.scaffold import draft
    from qmslint.facts.base import Scan
    from qmslint.repo.open import open_repository

    session = Session(Ask())
    library = session.library
    repository = open_repository(repo)
    try:
        _, merged = session.settings(repository)
        scan = Scan(repository, merged.settings, clock(repository), library.vocabulary)
        found = draft(scan, name, library.rule(name) if name in library.rule_ids else None)
        root, bare = repository.place.root, repository.place.bare
    finally:
        repository.close()
    if show:
        write_stdout(found.text)
        return 0
    path = _inside(to) if to else found.path
    if (root / path).exists() or (root / path).is_symlink():
        raise UsageError(f"{path} exists already; nothing was written")
    write_inside(root, path, found.text, bare)
    click.echo(f"wrote {path}")
    click.echo("Next: replace every TODO, then delete the comment below the title; until then it counts for nothing.")
    return 0


def _inside(path: str) -> str:
    given = Path(path)
    if given.is_absolute() or ".." in given.parts or not given.parts:
        raise UsageError(f"--to {path!r} must lie inside the repository")
    return given.as_posix()
