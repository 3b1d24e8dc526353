"""The master list says of every controlled document what the register knows, in every form."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from qmslint.cli import run
from qmslint.repo.build import Step, moment, person

WORDS = "The purpose of this procedure is to say how changes are planned, made, looked at and released here. " * 6
FRONT = "---\nowner: =cmd|' /C calc'!A0\nversion: 2.1\n---\n"


@pytest.fixture
def repository(make_repo: Callable[..., Path]) -> Path:
    text = f"{FRONT}# Change control\n\n{WORDS}\n"
    files = {
        "docs/procedures/change-control.md": text.encode(),
        "docs/procedures/old.md": f"---\nstatus: superseded\n---\n# Old way\n\n{WORDS}\n".encode(),
        "docs/procedures/release.docx": b"PK\3\4",
    }
    merge = Step(
        "merge", "Merge pull request #7 from ada/x", moment("2024-03-01"), person("Grace"),
        files={"docs/procedures/change-control.md": text.replace("planned", "planned by the team").encode()},
        topic_author=person("Ada"), topic_text="Say who plans",
    )  # fmt: skip
    first = Step("commit", "First", moment("2024-01-10"), person("Ada"), files=files)
    return make_repo([first, merge])


def listed(repository: Path, capsys: pytest.CaptureFixture[str], *options: str) -> dict[str, Any]:
    assert run(["documents", str(repository), "--format", "json", *options]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_each_document_is_listed_with_what_is_known_of_it(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = listed(repository, capsys, "--as-of", "2026-06-30")
    by_path = {entry["path"]: entry for entry in found["documents"]}
    entry = by_path["docs/procedures/change-control.md"]
    assert (entry["title"], entry["version"], entry["state"]) == ("Change control", "2.1", "in force")
    assert entry["changed"]["date"] == "2024-03-01"
    assert (entry["approval"]["state"], entry["approval"]["commit"]) == ("approved", entry["changed"]["commit"])
    assert entry["next_review"] == {"due": "2025-03-01", "state": "overdue"}
    assert by_path["docs/procedures/old.md"]["state"] == "superseded"


def test_an_earlier_revision_lists_what_was_so_then(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = listed(repository, capsys, "--rev", "HEAD~1")
    entry = next(e for e in found["documents"] if e["path"].endswith("change-control.md"))
    assert found["subject"]["as_of"] == "2024-01-10"
    assert entry["changed"]["date"] == "2024-01-10"
    assert entry["approval"]["state"] != "approved"
    assert entry["next_review"]["state"] == "in date"


def test_every_form_lists_every_document(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paths = [entry["path"] for entry in listed(repository, capsys)["documents"]]
    for form in ("terminal", "markdown", "csv"):
        assert run(["documents", str(repository), "--format", form]) == 0
        said = capsys.readouterr().out
        assert all(path in said for path in paths)
    rows = list(csv.DictReader(io.StringIO(said)))
    assert [row["path"] for row in rows] == paths
    assert not any(value.startswith(("=", "+", "-", "@")) for row in rows for value in row.values() if len(value) > 1)


def test_the_report_holds_the_list(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = listed(repository, capsys, "--as-of", "2026-06-30")
    options = ["--fail-on", "never", "--select", "doc.approved", "--as-of", "2026-06-30"]
    assert run(["check", str(repository), "--format", "json", *options]) in (0, 4)
    assert json.loads(capsys.readouterr().out)["documents"] == {"listed": found["documents"], "notes": found["notes"]}
    assert run(["check", str(repository), "--format", "html", *options]) in (0, 4)
    page = capsys.readouterr().out
    assert all(f"<code>{entry['path']}</code>" in page for entry in found["documents"])
    assert ">2025-03-01 (overdue)<" in page


def test_a_label_that_is_no_version_is_not_taken_for_one(
    make_repo: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    path = "docs/procedures/release-process.md"
    text = f"# Release process\n\n| Release | Create a tag |\n|---|---|\n| Owner | Ada |\n\n{WORDS}\n"
    files = {
        path: text.encode(),
        "docs/procedures/change-control.md": f"---\nrevision: B\n---\n# C\n\n{WORDS}".encode(),
    }
    repository = make_repo([Step("commit", "First", moment("2024-01-10"), person("Ada"), files=files)])
    versions = {entry["path"]: entry["version"] for entry in listed(repository, capsys)["documents"]}
    assert versions == {path: None, "docs/procedures/change-control.md": "B"}


def test_what_cannot_be_seen_is_told(make_repo: Callable[..., Path], capsys: pytest.CaptureFixture[str]) -> None:
    files = {f"docs/procedures/{name}.md": f"# {name}\n\n{WORDS}\n".encode() for name in ("change-control", "release")}
    steps = [Step("commit", "First", moment("2024-01-10"), person("Ada"), files=files)]
    steps += [Step("commit", f"n{n}", moment(f"2024-02-1{n}"), person("Ada"), files={"a": b"%d" % n}) for n in range(4)]
    found = listed(make_repo(steps, cut=2), capsys)
    assert found["documents"]
    assert all(entry["changed"] is None and entry["approval"]["state"] == "unknown" for entry in found["documents"])
    assert "cut off" in " ".join(found["notes"])
