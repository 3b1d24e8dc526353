"""``qmslint evidence``: the artefacts a sample of results rests on, packed so that each can be checked again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from qmslint.cli.ask import ask_of, asking, clock, end_of_day
from qmslint.errors import OutputError

SAMPLE = 5


@click.command("evidence")
@click.argument("path", type=click.Path(path_type=Path), default=".")
@asking
@click.option("--sample", type=click.IntRange(1, 200), default=SAMPLE, show_default=True, help="Artefacts per result.")
@click.option("--seed", default="1", show_default=True, metavar="TEXT", help="Decides which ones are drawn.")
@click.option(
    "--rev", default="HEAD", show_default=True, metavar="REV", help="Commit, tag or branch to take them from."
)
@click.option("--as-of", default="", metavar="DATE", help="Date of the examination, YYYY-MM-DD (default: that of REV).")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), required=True, metavar="FILE.zip", help="Archive to write."
)
def command(path: Path, sample: int, seed: str, rev: str, as_of: str, output: Path, **rest: Any) -> int:
    """Pack a sample of the files, commits and tags that results rest on, as they were at one revision.

    The archive holds the artefacts, the report, and a manifest with the SHA-256 digest of each artefact and the
    command that gives it again. The same revision, date, seed and rules give the same bytes.
    """
    import hashlib

    from qmslint.cli.output import write_bytes, write_stdout
    from qmslint.cli.session import Session
    from qmslint.engine.sampling import collect, draw
    from qmslint.repo.open import open_repository
    from qmslint.report.pack import archive

    if not output.parent.is_dir():
        raise OutputError(f"{output} cannot be written: no such folder")
    if as_of:
        end_of_day(as_of)
    session = Session(ask_of(rest))
    repository = open_repository(path, rev, cached=not session.ask.no_cache)
    try:
        report, scan = session.examine(repository, clock(repository, as_of))
        drawn = draw(report, scan, sample, seed)
        items = collect(drawn, scan)
        asked = {"clauses": list(session.ask.clause), "sample": sample, "seed": seed}
        content = archive(report, asked, drawn, items)
    finally:
        repository.close()
    write_bytes(output, content)
    packed = sum(1 for item in items if item.content is not None)
    told = f"{packed} artefacts of {len(drawn)} results at {report.subject.commit[:12]}"
    write_stdout(f"{told}, sha256:{hashlib.sha256(content).hexdigest()}\n")
    return 0 if packed else 4
