"""Changes of a database that run with a new version: which of them destroy data without a way back."""

from __future__ import annotations

import re
from typing import Any

from qmslint.errors import Unassessable
from qmslint.facts.base import Scan, fact
from qmslint.facts.sources import evidence_paths
from qmslint.patterns import any_of, compile_pattern
from qmslint.quick import dataclass, regex

_LIMIT = 500
_SQL = regex(r"--[^\n]*")


@dataclass(frozen=True, slots=True)
class Migration:
    """One change of the database.

    Parameters
    ----------
    line : int
        Line of the first statement that destroys data, 0 where there is none.
    back : bool
        Whether a way back is written that does something.
    """

    path: str
    line: int
    what: str
    back: bool


@fact
def migrations(scan: Scan, months: float) -> tuple[Migration, ...]:
    """Return the migrations that came in within a window, at most 500, the last ones by name.

    Parameters
    ----------
    months : float
        Window before the examination; where the history does not reach back so far, all of them count.
    """
    words = scan.words("migrations")
    never = frozenset(scan.glob(*words["never"]))
    paths = [p for p in evidence_paths(scan, tuple(words["globs"])) if p not in never and not _goes_back(p, words)]
    older = _older(scan, months) if paths else frozenset()
    chosen = [path for path in paths if path not in older][-_LIMIT:]
    destructive, down = any_of(words["destructive"]), any_of(words["down"])
    reversible = any_of(words["reversible"])
    found = []
    for path in chosen:
        text = scan.text(path)
        if text is None:
            continue
        start = down.search(text)
        forward, back = (text[: start.start()], text[start.end() :]) if start else (text, "")
        plain = _SQL.sub(lambda m: " " * len(m[0]), forward) if path.endswith(".sql") else forward
        hit = destructive.search(plain)
        itself = None if hit else reversible.search(plain)
        hit = hit or itself
        line = text.count("\n", 0, hit.start()) + 1 if hit else 0
        what = " ".join(hit[0].split())[:60] if hit else ""
        returns = itself is not None or _does_something(back, words["empty"]) or _has_beside(scan, path, words)
        found.append(Migration(path, line, what, returns))
    return tuple(found)


def _goes_back(path: str, words: Any) -> bool:
    name = f"/{path}"
    return any(
        name.endswith(back) if back.startswith((".", "down")) else bool(re.search(rf"{back}[0-9]", name))
        for _, back in words["beside"]
    )


def _does_something(back: str, empty: str) -> bool:
    idle = compile_pattern(empty)
    return any(not idle.match(line) for line in back.split("\n")[1:40] if line.strip())


def _has_beside(scan: Scan, path: str, words: Any) -> bool:
    for forward, back in words["beside"]:
        name = f"/{path}"
        place = name.rfind(forward)
        if place >= 0:
            other = (name[:place] + back + name[place + len(forward) :])[1:]
            if other != path and (scan.text(other) or "").strip() and other in scan.snapshot:
                return True
    return False


def _older(scan: Scan, months: float) -> frozenset[str]:
    """Return the paths that were there before the window; nothing where that cannot be told."""
    since = scan.since(months)
    try:
        history = scan.history
        start = next((commit for commit in history.first_parents if commit.committed < since), None)
        if start is None or start.sha in history.cut:
            return frozenset()
        return frozenset(scan.repo.paths_at(start.sha))
    except Unassessable:
        return frozenset()
