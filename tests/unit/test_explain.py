"""What is said of a rule is for people: readable options, one example that passes and one that does not."""

from __future__ import annotations

import pytest

from qmslint.cli import run
from qmslint.packs.load import Library


@pytest.mark.parametrize("rule", Library(()).rule_ids)
def test_every_rule_is_explained(rule: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", rule]) == 0
    said = capsys.readouterr().out
    assert all(part in said for part in ("Why\n", "How to fix\n", "An example that passes\n"))
    assert "An example that does not pass: " in said
    assert not any(sign in said for sign in ("Params(", "Check(", "mappingproxy"))


def test_a_part_of_the_rules_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    from pathlib import Path

    folder = str(Path(__file__).parents[2])
    options = ["--select", "req.*", "--ignore", "req.security-contact", "--clause", "8.5.5", "--format", "json"]
    run(["check", folder, "--no-history", "--fail-on", "never", *options])
    said = capsys.readouterr().out
    assert "only these rules, as asked for: req.*" in said
    assert "rules left out, as asked for: req.security-contact" in said
    assert "only this clause, as asked for: 8.5.5" in said
