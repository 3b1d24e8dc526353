"""Small repositories examined through the command line, for tests of options."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from qmslint.cli import run
from qmslint.derive import Builder
from qmslint.packs.cases import Case, make

GUIDE = "why: It matters\nlooks_for: A thing\nfix: Add it\n"


def rule_text(rule_id: str, check: str, **fields: str) -> str:
    """Return the YAML of a rule of one's own."""
    given = {
        "clauses": '["8.1"]',
        "questions": "[control]",
        "basis": "requirement",
        "grades": "{default: minor}",
    } | fields
    lines = [f"{name}: {value}" for name, value in given.items()]
    return f"id: {rule_id}\ntitle: A claim of our own\n" + "\n".join(lines) + f"\n{GUIDE}check: {check}\n"


def pack_files(*rule_ids: str, folder: str = "quality", name: str = "own", **texts: str) -> dict[str, str]:
    """Return the files of a pack of one's own; ``texts`` are its rules, by id with ``_`` for the dot."""
    files = {f"{folder}/packs/{name}.yaml": f"id: {name}\nversion: '1'\ntitle: Ours\nrules: [{', '.join(rule_ids)}]\n"}
    for key, text in texts.items():
        area, _, short = key.partition("_")
        rule_id = f"{area}.{short.replace('_', '-')}"
        files[f"{folder}/{area}/{rule_id}.yaml"] = text
    return files


class Examination:
    """Examines repositories given as the fields of a case."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self.capsys, self.count = folder, capsys, 0

    def __call__(
        self,
        *rules: str,
        config: Mapping[str, Any] | None = None,
        policy: Mapping[str, Any] | None = None,
        arguments: tuple[str, ...] = (),
        as_of: str = "2025-06-30",
        **case: Any,
    ) -> dict[str, Any]:
        """Return the report as data with ``code``, ``error`` and a mapping ``by`` of results by rule."""
        self.count += 1
        files = dict(case.pop("files", {}))
        if config is not None:
            files["qmslint.yml"] = json.dumps(config)
        built: Case = Builder("test").build(Case, {"name": "t", "expect": "conforming", "files": files, **case})
        place = make(built, self.folder / f"r{self.count}")
        more = list(arguments)
        if policy is not None:
            file = self.folder / f"policy{self.count}.yml"
            file.write_text(json.dumps(policy))
            more += ["--policy", str(file)]
        for rule in rules:
            more += ["--select", rule]
        self.capsys.readouterr()
        code = run(["check", str(place), "--as-of", as_of, "--format", "json", *more])
        out, error = self.capsys.readouterr()
        found: dict[str, Any] = json.loads(out) if out else {"results": []}
        return {**found, "code": code, "error": error, "by": MappingProxyType({r["rule"]: r for r in found["results"]})}
