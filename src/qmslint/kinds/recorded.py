"""What the kinds that judge records share: which records count, and what to say where there are none."""

from __future__ import annotations

from collections.abc import Sequence

from qmslint.facts.base import Scan
from qmslint.facts.dates import day_of
from qmslint.facts.records import Record, records
from qmslint.facts.records.words import kind_of
from qmslint.model.evidence import absent_at, in_file
from qmslint.model.outcome import Outcome, nonconforming, not_applicable, not_assessable
from qmslint.patterns import example_of


def window(scan: Scan, items: Sequence[Record], months: float) -> tuple[Record, ...]:
    """Return the records of the last ``months`` and those without a date; the newest one where there are none."""
    since = day_of(scan.since(months))
    chosen = tuple(r for r in items if r.date is None or r.date >= since)
    if not chosen or all(r.date is None for r in chosen):
        known = [r for r in items if r.date]
        newest = max(known, key=lambda r: (r.date, r.path)) if known else None
        chosen = (*chosen, newest) if newest else chosen
    return chosen or tuple(items)


def none_found(scan: Scan, kinds: Sequence[str], what: str, optional: bool) -> Outcome:
    """Return the answer where no record was found: broken files, forms only, or nothing at all.

    Parameters
    ----------
    scan : Scan
        The scan.
    kinds : sequence of str
        Kinds of record that were looked for.
    what : str
        What they are called, in the plural.
    optional : bool
        Whether the claim then does not apply; otherwise it is a gap ``absent``.
    """
    found = [records(scan, kind) for kind in kinds]
    globs = [glob for kind in kinds for glob in kind_of(scan, kind).globs[:8]]
    others = [path for one in found for path in (*one.forms, *one.others)]
    searched = [*globs, *others[:10]]
    broken = [path for one in found for path in one.broken]
    if broken:
        text = f"{broken[0]} cannot be read: {scan.problems[broken[0]][1]}; repair it"
        evidence = [in_file(path, note=scan.problems[path][1]) for path in broken[:20]]
        return not_assessable("PARSE_ERROR", text, evidence, searched=searched)
    forms = [in_file(path, note="a form or made up, not a record") for one in found for path in one.forms[:5]]
    expected = example_of(globs[0]).strip("*/.") if globs else ""
    absent = [*forms, absent_at(expected, what)]
    if optional:
        return not_applicable(f"no {what} were found", absent)
    return nonconforming(f"no {what} were found", absent, "absent", searched=searched)
