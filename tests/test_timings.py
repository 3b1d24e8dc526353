"""What each rule and fact cost is told on standard error, and changes nothing of the report."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from qmslint.cli import run


def test_costs_are_told_beside_the_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.py").write_text("x = 1\n")
    arguments = ["check", str(tmp_path), "--select", "ci.*", "--select", "doc.*", "--format", "json"]
    run(arguments)
    plain = capsys.readouterr()
    run([*arguments, "--timings"])
    timed = capsys.readouterr()
    assert timed.out == plain.out and not plain.err
    head, rules, facts = re.split(r"^.*(?:rules|first:)$\n", timed.err, flags=re.M)
    assert not head
    names = [line.split()[-1] for line in rules.splitlines()]
    assert "ci.test-gate" in names and "doc.no-placeholders" in names
    costs = [float(line.split()[0]) for line in rules.splitlines()]
    assert costs == sorted(costs, reverse=True)
    assert any(line.endswith("document_index.index") for line in facts.splitlines())
    assert all(re.fullmatch(r" *[\d.]+ ms +[\d.]+ %  \S+", line) for line in (*rules.splitlines(), *facts.splitlines()))
