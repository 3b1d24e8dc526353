"""``qmslint import``: rules of other programs as rules here, as far as they can be."""

from __future__ import annotations

from pathlib import Path

import click

from qmslint.errors import UsageError

_LIMIT = 1 << 20


@click.group("import")
def command() -> None:
    """Take over rules of other programs, and say which do not map."""


@command.command("repolinter")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    default="quality",
    show_default=True,
    help="Folder of rules to write into.",
)
@click.option("--dry-run", is_flag=True, help="Only say what maps and what does not.")
def repolinter(file: Path, folder: Path, dry_run: bool) -> int:
    """Write the rules of a Repolinter ruleset FILE (version 1 or 2) as a pack; nothing that exists is overwritten."""
    from qmslint.packs.repolinter import PACK, convert, pack_text
    from qmslint.report.safe import safe

    try:
        with file.open("rb") as stream:
            text = stream.read(_LIMIT).decode("utf-8-sig", "replace")
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}") from error
    items = convert(text, str(file))
    for item in items:
        where = f" → {item.rule}" if item.rule else ""
        note = f": {item.note}" if item.note else ""
        click.echo(safe(f"{item.how:<8} {item.name} ({item.kind}){where}{note}"))
    taken = [item for item in items if item.rule]
    click.echo(f"{len(taken)} of {len(items)} rules are taken over")
    if dry_run or not taken:
        return 0
    files = {path: content for item in items for path, content in item.files.items()}
    files[f"packs/{PACK}.yaml"] = pack_text(items)
    for path in files:
        if (folder / path).exists():
            raise UsageError(f"{folder / path} exists already; nothing was written")
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(content, encoding="utf-8")
    click.echo(
        f"Next: qmslint rules test {folder}; qmslint check --pack ./{folder} (each clause is 7.5.1 until you say better)"
    )
    return 0
