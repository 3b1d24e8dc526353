"""What is scaffolded counts for nothing, and is reported, until a person has filled it in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from qmslint.cli import run
from qmslint.facts.placeholders import SCAFFOLD
from qmslint.kinds import inside
from qmslint.model.rule import Check
from qmslint.packs.load import Library

LIBRARY = Library()
KEYS = [*LIBRARY.vocabulary["documents"]["keys"], *LIBRARY.vocabulary["records"]["kinds"], "adr"]
CLOSED_BY_DOCUMENT = {"document", "checklist", "decisions", "register", "record-sections", "record-actions",
                      "record-groups", "records-held", "record-recurrence"}  # fmt: skip


def kinds_in(check: Check) -> set[str]:
    return {check.kind}.union(*(kinds_in(item) for item in inside(check)))


RULES = [name for name in LIBRARY.rule_ids if kinds_in(LIBRARY.rule(name).check) & CLOSED_BY_DOCUMENT]

PACK_OF = {rule: pack for pack in LIBRARY.pack_ids for rule in LIBRARY.selected(pack)}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    folder = tmp_path / "product"
    (folder / "docs").mkdir(parents=True)
    (folder / "src").mkdir()
    (folder / "src/a.py").write_text("x = 1\n")
    (folder / "docs/install.md").write_text("# Install\n\nUnpack it and run the installer with your licence file.\n")
    return folder


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def check(folder: Path, capsys: pytest.CaptureFixture[str], *rules: str) -> dict[str, Any]:
    capsys.readouterr()
    chosen = [item for rule in rules for item in ("--select", rule)]
    for pack in sorted({"iso9001", *(PACK_OF.get(rule, "iso9001") for rule in rules)}):
        chosen += ["--pack", pack]
    run(["check", str(folder), "--format", "json", *chosen])
    return {result["rule"]: result for result in json.loads(capsys.readouterr().out)["results"]}


def new_file(folder: Path, name: str) -> str:
    before = files(folder)
    assert run(["scaffold", name, "--repo", str(folder)]) == 0
    (path,) = files(folder) - before
    return path


@pytest.mark.parametrize("name", [*KEYS, *RULES])
def test_it_is_reported_as_unfilled_and_counts_for_nothing(
    tree: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    rules = ("doc.no-placeholders", name) if name in RULES else ("doc.no-placeholders",)
    before = check(tree, capsys, *rules)
    path = new_file(tree, name)
    assert SCAFFOLD in (tree / path).read_text()
    after = check(tree, capsys, *rules)
    own = after["doc.no-placeholders"]
    assert own["state"] == "nonconforming" and path in {item.get("path") for item in own["evidence"]}
    if name in RULES and name != "doc.no-placeholders":
        assert after[name]["state"] != "conforming" or before[name]["state"] == "conforming"


def test_without_the_mark_what_is_left_is_still_reported(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tree / new_file(tree, "doc.incident-runbook")
    text = path.read_text()
    path.write_text("\n".join(line for line in text.splitlines() if SCAFFOLD not in line))
    own = check(tree, capsys, "doc.no-placeholders")["doc.no-placeholders"]
    assert own["state"] == "nonconforming" and len(own["evidence"]) >= 5


def test_filled_in_it_counts(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tree / new_file(tree, "risk.register")
    head, rule, _ = [line for line in path.read_text().splitlines() if line.startswith("|")]
    columns = [cell.strip() for cell in head.strip("|").split("|")]
    value = {"Level": "process", "Status": "open", "Due": "2099-01-01", "Rating": "high", "Owner": "Grace Hopper"}
    rows = []
    for number in range(1, 4):
        cells = [value.get(column, f"The key number {number} leaks and we rotate it") for column in columns]
        cells[0] = f"R-{number}"
        rows.append(f"| {' | '.join(cells)} |")
    path.write_text("# Risk register\n\nOwner: Grace Hopper\n\n" + "\n".join([head, rule, *rows]) + "\n")
    found = check(tree, capsys, "doc.no-placeholders", "risk.register")
    assert found["risk.register"]["state"] == "conforming", found["risk.register"]["message"]
    assert found["doc.no-placeholders"]["state"] != "nonconforming"


def test_nothing_is_overwritten(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tree / new_file(tree, "glossary")
    path.write_text("ours")
    assert run(["scaffold", "glossary", "--repo", str(tree)]) == 2
    assert path.read_text() == "ours"
    assert "exists already" in capsys.readouterr().err


@pytest.mark.parametrize("path", ["../x.md", "/tmp/x.md", ""])
def test_it_writes_only_inside(tree: Path, path: str) -> None:
    before = files(tree)
    run(["scaffold", "glossary", "--repo", str(tree), "--to", path or "../y.md"])
    assert files(tree) == before


def test_it_follows_the_style_of_the_project(tmp_path: Path) -> None:
    folder = tmp_path / "product"
    (folder / "doc").mkdir(parents=True)
    for name in ("USER_GUIDE", "BUILD_NOTES", "HOW_TO_TEST"):
        (folder / f"doc/{name}.rst").write_text(f"{name}\n{'=' * len(name)}\n\nText.\n")
    assert new_file(folder, "doc.disaster-recovery") == "doc/DISASTER_RECOVERY.rst"
    assert new_file(folder, "doc.definition-of-done").startswith("doc/DEFINITION_OF_DONE")


def test_a_decision_gets_the_next_number_beside_the_others(tree: Path) -> None:
    home = tree / "docs/adr"
    home.mkdir()
    for number in (1, 7):
        (home / f"{number:04d}-use-x.md").write_text(
            "# Use X\n\n## Status\n\nAccepted\n\n## Context\n\nWe need it for speed.\n\n## Decision\n\nWe use X.\n\n"
            "## Consequences\n\nIt is fast and costs money.\n"
        )
    assert new_file(tree, "design.adr-log") == "docs/adr/0008-title.md"


def test_it_can_be_printed(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = files(tree)
    assert run(["scaffold", "glossary", "--repo", str(tree), "--print"]) == 0
    assert SCAFFOLD in capsys.readouterr().out and files(tree) == before


@pytest.mark.parametrize(
    ("name", "said"), [("ci.test-gate", "no document closes"), ("glosary", "no document 'glosary'")]
)
def test_what_it_cannot_begin_it_says(tree: Path, capsys: pytest.CaptureFixture[str], name: str, said: str) -> None:
    assert run(["scaffold", name, "--repo", str(tree)]) == 2
    assert said in capsys.readouterr().err
