"""``qmslint init``: look at a repository and propose a configuration with reasons."""

from __future__ import annotations

from pathlib import Path

import click

from qmslint.errors import UsageError

_NAME = "qmslint.yml"


@click.command("init")
@click.argument("path", type=click.Path(path_type=Path), default=".")
@click.option("--write", is_flag=True, help=f"Write it to {_NAME}; nothing that exists is overwritten.")
def command(path: Path, write: bool) -> int:
    """Look at the repository that PATH lies in and print a configuration for it, each line with its reason."""
    from qmslint import config
    from qmslint.cli.ask import clock
    from qmslint.cli.output import write_inside, write_stdout
    from qmslint.engine.propose import propose
    from qmslint.facts.base import Scan
    from qmslint.packs.load import Library
    from qmslint.repo.open import open_repository
    from qmslint.settings import Settings

    library = Library()
    repository = open_repository(path)
    try:
        found = config.where(repository.snapshot)
        scan = Scan(repository, Settings(), clock(repository), library.vocabulary)
        proposal = propose(scan, library.pack_ids)
        root, bare = repository.place.root, repository.place.bare
    finally:
        repository.close()
    if not write:
        write_stdout(proposal.text)
        if found:
            click.echo(f"{found[0]} is there already and stays as it is", err=True)
        return 0
    if found or any((root / name).exists() or (root / name).is_symlink() for name in config.NAMES):
        raise UsageError(f"{found[0] if found else _NAME} is there already; nothing was written")
    write_inside(root, _NAME, proposal.text, bare)
    click.echo(f"wrote {_NAME}: pack {proposal.pack} ({proposal.reason})")
    click.echo("Next: correct it, then qmslint check; qmslint baseline lets only new findings fail.")
    return 0
