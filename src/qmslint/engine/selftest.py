"""Run all packaged cases where the program is used, and write down what was run and how it came out."""

from __future__ import annotations

import fnmatch
import hashlib
import json
import platform
import sys
from collections.abc import Callable, Iterable
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

from qmslint import __version__
from qmslint.engine.casework import Verdict, run_case
from qmslint.errors import UsageError
from qmslint.packs.cases import cases_of
from qmslint.packs.catalogue import load_catalogue
from qmslint.packs.load import Library
from qmslint.quick import dataclass
from qmslint.repo.build import git_version

SCHEMA_VERSION = "1.0"
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class SelfTest:
    """What was run and how it came out."""

    verdicts: tuple[Verdict, ...]
    rules: int
    without_cases: tuple[str, ...]
    digests: dict[str, str]

    @property
    def failed(self) -> tuple[Verdict, ...]:
        """The cases that came out otherwise than expected."""
        return tuple(item for item in self.verdicts if item.complaints)


def run(select: Iterable[str] = (), tell: Progress = lambda what, done, total: None) -> SelfTest:
    """Run the cases of the bundled rules.

    Parameters
    ----------
    select : iterable of str
        Globs over rule ids; all rules without any.
    tell : callable
        Told which rule is being looked at, how many are done and how many there are.

    Raises
    ------
    UsageError
        If a glob matches no rule.
    """
    library = Library()
    catalogue = load_catalogue(library.trees[0], "2015")
    globs = tuple(select)
    for glob in globs:
        if not fnmatch.filter(library.rule_ids, glob):
            raise UsageError(f"--select {glob!r} matches no rule")
    chosen = [r for r in library.rule_ids if any(fnmatch.fnmatch(r, glob) for glob in globs or ("*",))]
    verdicts: list[Verdict] = []
    bare = []
    root = library.trees[0].root
    for number, rule_id in enumerate(chosen):
        tell(rule_id, number, len(chosen))
        if not list(root.rglob(f"{rule_id}.cases.yaml")):
            bare.append(rule_id)
            continue
        verdicts += [run_case(rule_id, case, library, catalogue) for case in cases_of(root, rule_id)]
    digests = {"rules": digest_of(root, ("*.yaml",)), "program": digest_of(Path(__file__).parent.parent, ("*.py",))}
    digests |= {f"pack {info.id}": info.digest for name in library.pack_ids for info in library.load([name]).packs}
    return SelfTest(tuple(verdicts), len(chosen), tuple(bare), digests)


def digest_of(root: Path, globs: tuple[str, ...]) -> str:
    """Return the SHA-256 over the names and contents of the files below a folder."""
    total = hashlib.sha256()
    for path in sorted(file for glob in globs for file in root.rglob(glob)):
        content = path.read_bytes()
        total.update(f"{path.relative_to(root).as_posix()}\0{len(content)}\0".encode() + content)
    return f"sha256:{total.hexdigest()}"


def record(found: SelfTest, on: str, by: str) -> str:
    """Return the record of a self-test as JSON; it says what was expected and seen in every case.

    Parameters
    ----------
    found : SelfTest
        What came out.
    on : str
        Date and time (UTC, ISO 8601) of the run.
    by : str
        Who ran it, as stated; empty where nobody was named.
    """
    data = {
        "schema_version": SCHEMA_VERSION,
        "kind": "self-test of qmslint",
        "on": on,
        "by": by,
        "tool": {"name": "qmslint", "version": __version__},
        "environment": {
            "python": platform.python_version(),
            "implementation": platform.python_implementation(),
            "system": f"{platform.system()} {platform.release()} {platform.machine()}",
            "git": git_version(),
            "encoding": sys.getfilesystemencoding(),
        },
        "packages": _packages(),
        "digests": found.digests,
        "summary": {
            "rules": found.rules,
            "cases": len(found.verdicts),
            "as_expected": len(found.verdicts) - len(found.failed),
            "otherwise": len(found.failed),
            "rules_without_cases": list(found.without_cases),
        },
        "results": [_row(item) for item in found.verdicts],
        "scope": "Shows that this installation judges the packaged cases as expected. Whether the rules fit an "
        "organisation's purpose, and who releases the tool for it, is for the organisation to decide.",
    }
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def _row(item: Verdict) -> dict[str, Any]:
    row: dict[str, Any] = {
        "rule": item.rule,
        "case": item.case,
        "state": item.result.state.value,
        "as_expected": not item.complaints,
    }
    return row | ({"complaints": list(item.complaints)} if item.complaints else {})


def _packages() -> dict[str, str]:
    """Return the versions of the packages the program needs."""
    try:
        names = sorted(Requirement(text).name for text in requires("qmslint") or () if "extra ==" not in text)
    except PackageNotFoundError:
        return {}
    found = {}
    for name in names:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "missing"
    return found
