"""Which check names the visible workflow jobs can report.

It is a small reader of its own, so that the coherence of required checks and jobs can be judged without
knowing what the jobs do.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from typing import Any

from qmslint.facts.base import Scan, fact
from qmslint.facts.branch_policy.reading import Unreadable, listing, mapping, parse_yaml, text_of
from qmslint.patterns import any_of
from qmslint.quick import dataclass, regex

_WORKFLOWS = ("/.github/workflows/*.{yml,yaml}",)
_EXPRESSION = regex(r"\$\{\{([^}]{0,400})\}\}")
_MATRIX = regex(r"\s*matrix\.([\w-]+)\s*\Z")
_COMBINATIONS = 256
ANY = "\0"
"""Stands for text that is only known when a job runs."""


@dataclass(frozen=True, slots=True)
class Reporters:
    """Names that visible jobs report, with :data:`ANY` where a part is not known, and what else may report."""

    names: frozenset[str]
    files: tuple[str, ...]
    complete: bool
    texts: tuple[str, ...]

    def can_report(self, check: str) -> bool:
        """Say whether a visible job can report a check of this name."""
        if check in self.names:
            return True
        loose = [name for name in self.names if ANY in name]
        return any(_like(name, check) for name in loose) or any(check in text for text in self.texts)


@fact
def reporters(scan: Scan) -> Reporters:
    """Return what the workflows of this repository can report as checks."""
    files = scan.glob(*_WORKFLOWS)
    names: set[str] = set()
    loaded: dict[str, Any] = {}
    complete = True
    for path in files[:200]:
        try:
            loaded[path] = parse_yaml(scan, path, text_of(scan, path))
        except Unreadable:
            complete = False
    for data in loaded.values():
        title = str(mapping(data).get("name") or "")
        for name in _jobs(data, loaded, 2):
            names.add(name)
            if title:
                names.add(f"{title} / {name}")
    texts = tuple(scan.text(path) or "" for path in loaded)
    return Reporters(frozenset(names), files, complete, texts)


@fact
def unreported(scan: Scan, checks: tuple[str, ...]) -> tuple[str, ...]:
    """Return required checks that nothing visible reports although it should.

    Names that belong to known services, and every name where another system builds too, may be reported
    from outside; nothing is said of them.
    """
    known = reporters(scan)
    if not known.files or not known.complete or scan.glob(*scan.words("checks", "other_systems")):
        return ()
    outside = any_of(tuple(scan.words("checks", "services")))
    return tuple(name for name in checks if not known.can_report(name) and not outside.search(name))


def _jobs(data: Any, loaded: Mapping[str, Any], depth: int) -> Iterator[str]:
    for identifier, body in mapping(mapping(data).get("jobs")).items():
        job = mapping(body)
        for name in _names(str(identifier), job):
            yield name
            called = str(job.get("uses") or "")
            if called.startswith("./") and depth:
                for inner in _jobs(loaded.get(called[2:].split("@")[0]), loaded, depth - 1):
                    yield f"{name} / {inner}"
            elif called:
                yield f"{name} / {ANY}"


def _names(identifier: str, job: Mapping[str, Any]) -> Iterator[str]:
    base = str(job.get("name") or identifier)
    matrix = mapping(job.get("strategy")).get("matrix")
    uses_matrix = any(_MATRIX.match(inner) for inner in _EXPRESSION.findall(base))
    if matrix is None:
        yield _filled(base, {})
        return
    combinations = list(itertools.islice(_combinations(matrix), _COMBINATIONS))
    for values in combinations:
        if uses_matrix:
            yield _filled(base, values)
        else:
            yield f"{_filled(base, {})} ({', '.join(values.values())})"
    if not combinations:
        yield _filled(base, {}) if uses_matrix else f"{_filled(base, {})} ({ANY})"


def _filled(name: str, values: Mapping[str, str]) -> str:
    def value(match: re.Match[str]) -> str:
        inner = _MATRIX.match(match[1])
        return values.get(inner[1], ANY) if inner else ANY

    return _EXPRESSION.sub(value, name)


def _combinations(matrix: Any) -> Iterator[dict[str, str]]:
    """Yield the combinations of a matrix; none when it is computed."""
    if not isinstance(matrix, dict):
        return
    axes = {str(k): v for k, v in matrix.items() if k not in ("include", "exclude")}
    if any(not isinstance(values, list) for values in axes.values()):
        return
    include = [mapping(item) for item in listing(matrix.get("include")) if isinstance(item, dict)]
    if isinstance(matrix.get("include"), str):
        return
    excluded = [{str(k): _text(v) for k, v in mapping(i).items()} for i in listing(matrix.get("exclude"))]
    columns = [[_text(value) for value in values] for values in axes.values()]
    for row in itertools.product(*columns) if axes else ():
        values = dict(zip(axes, row, strict=True))
        if any(item and item.items() <= values.items() for item in excluded):
            continue
        yield values
        for item in include:
            extra = {str(k): _text(v) for k, v in item.items()}
            if all(values.get(k, v) == v for k, v in extra.items()):
                yield {**values, **extra}
    for item in include:
        yield {str(k): _text(v) for k, v in item.items()}


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    text = str(value) if isinstance(value, (str, int)) else ANY
    return ANY if "${{" in text else text


def _like(name: str, check: str) -> bool:
    """Say whether a name with unknown parts may be ``check``: its known parts come in order."""
    parts = name.split(ANY)
    if not check.startswith(parts[0]) or not check.endswith(parts[-1]):
        return False
    position = len(parts[0])
    for part in parts[1:-1]:
        found = check.find(part, position)
        if found < 0:
            return False
        position = found + len(part)
    return position <= len(check) - len(parts[-1])
