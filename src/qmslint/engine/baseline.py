"""The baseline: known findings by their content, which may only become fewer."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Mapping
from typing import Any

from qmslint.errors import ConfigError, Place, UsageError
from qmslint.model.outcome import State
from qmslint.model.report import Result

PATH = ".qms/baseline.json"
VERSION = 1

Entries = Mapping[str, frozenset[str]]
"""Rule id to the keys of its known findings."""


def keys_of(result: Result) -> frozenset[str]:
    """Return what identifies the findings of a result: kind of gap and path, never lines, commits or counts.

    A search that found nothing is one finding: one more place that was searched adds nothing to it.
    """
    if result.gap == "absent" and result.searched and any(item.kind == "absence" for item in result.evidence):
        return frozenset({"absent:"})
    places = {item.path for item in result.evidence if item.path} or {""}
    return frozenset(f"{result.gap}:{place}" for place in places)


def read(text: str, name: str = PATH) -> Entries:
    """Return the entries of a baseline file; raises :class:`ConfigError` when it is not understood."""
    try:
        data: Any = json.loads(text)
        if data["version"] != VERSION:
            raise ConfigError(f"baseline version {data['version']!r} is not known", Place(name))
        return {str(rule): frozenset(str(key) for key in keys) for rule, keys in data["findings"].items()}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ConfigError(f"not a baseline file: {error}", Place(name), "make it with qmslint baseline") from None


def apply(results: Iterable[Result], entries: Entries) -> tuple[Result, ...]:
    """Mark results all of whose findings are known; a result with one new finding stays open."""
    return tuple(
        dataclasses.replace(result, disposition={"kind": "baselined", "path": PATH})
        if result.state is State.NONCONFORMING
        and not result.disposition
        and keys_of(result) <= entries.get(result.rule, frozenset())
        else result
        for result in results
    )


def text_of(results: Iterable[Result], before: Entries | None, accept_new: bool, as_of: str) -> str:
    """Return the text of a baseline for ``results``.

    Raises
    ------
    UsageError
        If a result is in error, or findings would be added to an existing baseline without ``accept_new``.
    """
    items = list(results)
    broken = [r.rule for r in items if r.state is State.ERROR]
    if broken:
        raise UsageError(f"no baseline is written while rules are in error: {', '.join(broken)}")
    now = {r.rule: keys_of(r) for r in items if r.state is State.NONCONFORMING and not _waived(r)}
    if before is not None and not accept_new:
        added = [rule for rule, keys in now.items() if keys - before.get(rule, frozenset())]
        if added:
            raise UsageError(
                f"the baseline would grow by findings of {', '.join(sorted(added))}",
                hint="fix them, or use --accept-new",
            )
    findings = {rule: sorted(keys) for rule, keys in sorted(now.items())}
    return json.dumps({"version": VERSION, "as_of": as_of, "findings": findings}, indent=2) + "\n"


def _waived(result: Result) -> bool:
    return bool(result.disposition and result.disposition.get("kind") == "waived")
