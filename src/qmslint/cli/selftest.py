"""``qmslint selftest``: run the packaged cases here, and write a dated record of it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from qmslint.errors import OutputError


@click.command("selftest")
@click.option(
    "--record", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write the record here."
)
@click.option("--by", default="", metavar="NAME", help="Who runs it; goes into the record as stated.")
@click.option("--select", multiple=True, metavar="GLOB", help="Only rules whose id matches (repeatable).")
def command(record: Path | None, by: str, select: tuple[str, ...]) -> int:
    """Run the cases of all bundled rules in this environment; takes a minute or more.

    The record holds versions, digests and every result, for those who have to show that a tool was checked before use.
    """
    from qmslint.cli.output import write_file
    from qmslint.cli.progress import progress
    from qmslint.engine import selftest

    if record and not record.absolute().parent.is_dir():
        raise OutputError(f"{record} cannot be written: no such folder")
    start = datetime.now(UTC)
    with progress(enabled=True, label="selftest") as tell:
        found = selftest.run(select, tell)
    for item in found.failed:
        for complaint in item.complaints:
            click.echo(f"✗ {item.rule}: {item.case}: {complaint}")
    for rule in found.without_cases:
        click.echo(f"? {rule} has no cases")
    click.echo(
        f"{len(found.verdicts) - len(found.failed)} of {len(found.verdicts)} cases of {found.rules} rules as expected"
    )
    if record:
        write_file(record, selftest.record(found, start.isoformat(timespec="seconds"), by))
        click.echo(f"wrote {record}")
    if not found.verdicts:
        return 4
    return 1 if found.failed or found.without_cases else 0
