"""Texts a new rule starts from; they are refused until a person has filled them in."""

from __future__ import annotations


def rule_text(rule_id: str) -> str:
    """Return the YAML of a new rule."""
    return f"""\
# yaml-language-server: $schema=https://github.com/qmslint/qmslint/raw/main/schemas/rule-1.json
id: {rule_id}
title: State the claim as a short sentence
clauses: ["8.1"]
questions: [control]
basis: practice
grades: {{default: ofi}}
absence: finding
why: Say why it matters.
looks_for: Say which evidence is looked for.
fix: Say what to do about a gap.
check:
  files:
    any: ["docs/example.md"]
    what: example document
"""


def case_text() -> str:
    """Return the YAML of the cases of a new rule."""
    return """\
# yaml-language-server: $schema=https://github.com/qmslint/qmslint/raw/main/schemas/cases-1.json
cases:
  - name: the evidence is there
    expect: conforming
    files:
      docs/example.md: |
        # Example
        Write what real evidence looks like.
  - name: nothing is there
    expect: nonconforming
    files: {README.md: "# Product"}
"""
