"""The first hour: a proposed configuration, and rules taken over from elsewhere."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from qmslint.cli import run
from qmslint.config import settings_from
from qmslint.lineyaml import load
from qmslint.repo.build import Step, moment, person

WORKFLOW = b"on: {push: {tags: [v1]}}\njobs:\n  ship:\n    runs-on: ubuntu-latest\n    steps: [{run: helm upgrade --install app ./chart}]\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "product"
    (place / ".github/workflows").mkdir(parents=True)
    (place / ".github/workflows/ship.yml").write_bytes(WORKFLOW)
    (place / "app.py").write_text("print('x')\n")
    return place


def test_the_proposal_is_a_configuration_with_reasons(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["init", str(folder)]) == 0
    text = capsys.readouterr().out
    settings = settings_from(load(text, "x"), "x")
    assert (settings.profile.kind, settings.profile.deploys) == ("service", True)
    assert settings.profile.ui is None and "# ui: false" in text
    assert "ship.yml:5" in text and re.search(r"^packs: \[\w+\]  # \w+", text, re.M)
    assert not (folder / "qmslint.yml").exists()


def test_it_is_written_only_where_nothing_is(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["init", str(folder), "--write"]) == 0
    written = (folder / "qmslint.yml").read_text()
    assert run(["check", str(folder), "--select", "req.licence-declared"]) in (0, 1)
    assert run(["init", str(folder), "--write"]) == 2
    assert (folder / "qmslint.yml").read_text() == written


@pytest.mark.parametrize("name", [".qmslint.yml", ".config/qmslint.yml", "pyproject.toml"])
def test_another_place_of_the_configuration_counts_too(folder: Path, name: str) -> None:
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text("[tool.qmslint]\n" if name.endswith("toml") else "packs: [iso9001]\n")
    assert run(["init", str(folder), "--write"]) == 2
    assert not (folder / "qmslint.yml").exists()


def test_a_link_is_not_followed(folder: Path, tmp_path: Path) -> None:
    (folder / "qmslint.yml").symlink_to(tmp_path / "elsewhere.yml")
    assert run(["init", str(folder), "--write"]) == 2
    assert not (tmp_path / "elsewhere.yml").exists()


def test_keys_of_the_tracker_come_from_the_history(
    make_repo: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    steps = [
        Step("commit", f"PAY-{n}: part {n}", moment(f"2026-01-{n:02}"), person("Ada"), files={"a": str(n).encode()})
        for n in range(1, 6)
    ]
    assert run(["init", str(make_repo(steps))]) == 0
    text = capsys.readouterr().out
    assert "ticket_keys: [PAY]  # of 5 commit messages: PAY in 5" in text


def test_text_of_the_repository_stays_in_its_comment(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = tmp_path / "product"
    name = "a\nexclude: ['**']\n.github"
    (place / name).mkdir(parents=True)
    (place / "Dockerfile\nfail_on: never").write_text("FROM x\n")
    (place / "helm\nselect: [x]").mkdir()
    (place / "helm\nselect: [x]" / "Chart.yaml").write_text("name: x\n")
    assert run(["init", str(place)]) == 0
    settings = settings_from(load(capsys.readouterr().out, "x"), "x")
    assert settings.fail_on == "minor" and not settings.exclude and not settings.select


RULESET = {
    "version": 2,
    "axioms": {},
    "rules": {
        "license-file-exists": {
            "level": "error",
            "rule": {"type": "file-existence", "options": {"globsAny": ["LICENSE*", "COPYING*"], "nocase": True}},
            "policyInfo": "Users need to know",
        },
        "contributing-file-exists": {
            "level": "warning",
            "rule": {"type": "file-existence", "options": {"globsAny": ["{docs/,.github/,}CONTRIB*"]}},
        },
        "readme-references-license": {
            "level": "error",
            "rule": {
                "type": "file-contents",
                "options": {"globsAll": ["README*"], "content": "license", "flags": "i"},
            },
        },
        "no-internal-hosts": {
            "level": "error",
            "rule": {"type": "file-not-contents", "options": {"globsAll": ["docs/**"], "content": "intranet"}},
        },
        "look-behind": {
            "level": "error",
            "rule": {"type": "any-file-contents", "options": {"globsAny": ["README*"], "content": "(?<=a)b"}},
        },
        "tests": {
            "level": "error",
            "where": ["language=javascript"],
            "rule": {"type": "directory-existence", "options": {"globsAny": ["test", "specs"]}},
        },
        "licensee": {"level": "error", "rule": {"type": "license-detectable-by-licensee", "options": {}}},
        "binaries": {"level": "error", "rule": {"type": "file-type-exclusion", "options": {"type": ["**/*.exe"]}}},
        "off": {"level": "off", "rule": {"type": "file-existence", "options": {"globsAny": ["x"]}}},
        "future": {"level": "error", "rule": {"type": "tea-leaves", "options": {"globsAny": ["x"]}}},
    },
}


def test_a_ruleset_is_taken_over_as_far_as_it_maps(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "repolinter.json").write_text(json.dumps(RULESET))
    assert run(["import", "repolinter", "repolinter.json"]) == 0
    said = {line.split()[1]: line for line in capsys.readouterr().out.splitlines() if "(" in line.split("Next")[0]}
    how = {name: line.split()[0] for name, line in said.items() if name in RULESET["rules"]}  # type: ignore[operator]
    assert how == {
        "license-file-exists": "maps",
        "contributing-file-exists": "maps",
        "readme-references-license": "partly",
        "no-internal-hosts": "partly",
        "look-behind": "not",
        "tests": "partly",
        "licensee": "covered",
        "binaries": "not",
        "off": "not",
        "future": "not",
    }
    assert "one matching file is enough" in said["readme-references-license"]
    assert "language=javascript is not kept" in said["tests"] and "req.licence-declared" in said["licensee"]
    assert run(["rules", "test", "quality"]) == 0
    product = tmp_path / "product"
    (product / "docs").mkdir(parents=True)
    (product / "LICENSE.txt").write_text("MIT\n")
    (product / "docs/contributing.md").write_text("Welcome\n")
    (product / "README.md").write_text("# P\n\nSee the LICENSE.\n")
    (product / "docs/a.md").write_text("See http://intranet/x\n")
    capsys.readouterr()
    run(["check", "product", "--pack", "./quality", "--format", "json"])
    report = json.loads(capsys.readouterr().out)
    states = {r["rule"].removeprefix("imported."): (r["state"], r["grade"]) for r in report["results"]}
    assert states == {
        "license-file-exists": ("conforming", None),
        "contributing-file-exists": ("conforming", None),
        "readme-references-license": ("conforming", None),
        "no-internal-hosts": ("nonconforming", "minor"),
        "tests": ("nonconforming", "minor"),
        "req.licence-declared": ("nonconforming", "ofi"),
    }
    assert run(["import", "repolinter", "repolinter.json"]) == 2


def test_the_first_version_and_a_dry_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    old = {
        "rules": {
            "all": {"readme-file-exists:file-existence": ["error", {"files": ["README*"]}]},
            "ruby": {"package-metadata-exists:file-existence": ["warning", {"files": ["Gemfile"]}]},
        }
    }
    (tmp_path / "old.json").write_text(json.dumps(old))
    assert run(["import", "repolinter", "old.json", "--dry-run"]) == 0
    said = capsys.readouterr().out
    assert "maps     readme-file-exists" in said and "partly   package-metadata-exists" in said
    assert not (tmp_path / "quality").exists()


@pytest.mark.parametrize("text", ["[]", "{", '{"rules": {}}', '{"rules": {"all": 3}}', "", "\0"])
def test_what_is_no_ruleset_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "x.json").write_text(text)
    assert run(["import", "repolinter", str(tmp_path / "x.json")]) == 2


def test_yaml_is_read_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "x.yml").write_text(
        "version: 2\naxioms: {}\nrules:\n  notice:\n    level: error\n    rule:\n      type: file-existence\n"
        "      options:\n        globsAny: [NOTICE*]\n"
    )
    assert run(["import", "repolinter", str(tmp_path / "x.yml"), "--dry-run"]) == 0
    assert "maps     notice" in capsys.readouterr().out
