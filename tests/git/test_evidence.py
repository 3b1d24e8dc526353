"""The evidence pack: reproducible, complete, and every digest can be had again from the repository."""

from __future__ import annotations

import hashlib
import json
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from qmslint.cli import run
from qmslint.repo.build import Step, moment, person

WORKFLOW = """\
on: pull_request
jobs:
  test: {runs-on: ubuntu-latest, steps: [{run: pytest}]}
"""


@pytest.fixture
def repository(make_repo: Callable[..., Path]) -> Path:
    files = {
        "main.py": b"x = 1\n",
        "tests/test_a.py": b"def test_a(): pass\n",
        ".github/workflows/ci.yml": WORKFLOW.encode(),
        ".github/workflows/it's ü.yml": WORKFLOW.encode(),
        ".github/workflows/\udcff..\\x.yml": WORKFLOW.encode(),
        "CONTRIBUTING.md": b"# Contributing\n\nRun the tests.\n",
    }
    steps = [Step("commit", "First", moment("2026-01-10"), person("Ada"), files=files)]
    for n in range(8):
        steps.append(Step("commit", f"Change (#{n})", moment(f"2026-02-1{n}"), person("Ada"), "GitHub <noreply@github.com>", {"a": b"%d" % n}))  # fmt: skip
        steps.append(Step("tag", f"v1.{n}.0", moment(f"2026-02-1{n}"), person("Grace") if n % 2 else "", message="Release"))  # fmt: skip
    steps.append(Step("commit", "Last", moment("2026-03-01"), person("Ada"), files={".github/workflows/ci.yml": b""}))
    return make_repo(steps)


def pack(repository: Path, target: Path, *options: str) -> tuple[zipfile.ZipFile, dict[str, Any]]:
    assert run(["evidence", str(repository), "-o", str(target), *options]) == 0
    opened = zipfile.ZipFile(target)
    return opened, json.loads(opened.read("manifest.json"))


def test_the_same_sample_gives_the_same_bytes(repository: Path, tmp_path: Path) -> None:
    options = ("--clause", "8.6", "--sample", "3", "--seed", "42")
    for name in ("one.zip", "two.zip"):
        pack(repository, tmp_path / name, *options)
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()


def test_every_digest_comes_out_of_the_repository_again(repository: Path, tmp_path: Path) -> None:
    opened, told = pack(repository, tmp_path / "pack.zip", "--clause", "8.6", "--clause", "8.5", "--rev", "HEAD~1")
    assert {item["kind"] for item in told["artefacts"]} >= {"file", "tag"}
    sums = dict(reversed(line.split("  ", 1)) for line in opened.read("SHA256SUMS").decode().splitlines())
    for item in told["artefacts"]:
        content = opened.read(item["entry"])
        again = subprocess.run(item["check"], shell=True, cwd=repository, capture_output=True, text=True, check=True)
        assert again.stdout.split()[0] == item["sha256"] == hashlib.sha256(content).hexdigest()
        assert sums[item["entry"]] == item["sha256"]
        assert len(content) == item["bytes"]
    assert opened.read("files/.github/workflows/ci.yml") == WORKFLOW.encode()
    assert told["subject"]["as_of"] == "2026-02-17"


def test_no_entry_can_leave_the_folder_it_is_unpacked_in(repository: Path, tmp_path: Path) -> None:
    opened, _ = pack(repository, tmp_path / "pack.zip", "--clause", "8.5.1", "--sample", "200", "--rev", "HEAD~1")
    names = opened.namelist()
    assert "files/.github/workflows/it%27s %C3%BC.yml" in names
    assert "files/.github/workflows/%FF..%5Cx.yml" in names
    assert not any(name.startswith("/") or "\\" in name or ".." in name.split("/") for name in names)


def test_the_seed_decides_and_a_larger_sample_holds_the_smaller(repository: Path, tmp_path: Path) -> None:
    def sampled(size: int, seed: str) -> dict[str, set[str]]:
        name = tmp_path / f"{size}-{seed}.zip"
        _, told = pack(repository, name, "--select", "release.*", "--sample", str(size), "--seed", seed)
        return {r["rule"]: {f"{s['kind']} {s['name']}" for s in r["sampled"]} for r in told["results"]}

    small, large = sampled(2, "a"), sampled(4, "a")
    assert all(small[rule] <= large[rule] for rule in small)
    assert any(len(large[rule]) > len(small[rule]) == 2 for rule in small)
    assert len({str(sorted(sampled(2, seed).items())) for seed in "abcdef"}) > 1


def test_each_result_says_how_much_it_rests_on(repository: Path, tmp_path: Path) -> None:
    _, told = pack(repository, tmp_path / "pack.zip", "--sample", "2", "--clause", "8.6")
    assert told["results"]
    for result in told["results"]:
        assert len(result["sampled"]) == min(2, result["population"])
        assert result["sampled"] or result["statements"], result["rule"]


def test_credentials_do_not_leave_with_the_pack(make_repo: Callable[..., Path], tmp_path: Path) -> None:
    key = (
        "\x2d----BEGIN RSA PRIVATE KEY-----\n"
        + "MIIEowIBAAKCAQEAvq3cVtN0qT7Jm4wq3QeYk1Zb7dR5u8HfLx2Gp9sKcWnOaB6e\n" * 2
        + "-----END RSA PRIVATE KEY-----\n"
    )
    files = {"deploy.py": b"x = 1\n", "config/settings.py": f"KEY = '''{key}'''\n".encode()}
    folder = make_repo([Step("commit", "First", moment("2026-01-10"), person("Ada"), files=files)])
    target = tmp_path / "pack.zip"
    run(["evidence", str(folder), "-o", str(target), "--select", "property.no-secrets"])
    opened = zipfile.ZipFile(target)
    (item,) = json.loads(opened.read("manifest.json"))["artefacts"]
    assert item["name"] == "config/settings.py"
    assert item["entry"] is None and "credential" in item["withheld"]
    assert b"MIIEow" not in target.read_bytes()


def test_nothing_is_written_where_it_cannot_be(repository: Path, tmp_path: Path, capsys: Any) -> None:
    assert run(["evidence", str(repository), "-o", str(tmp_path / "no" / "pack.zip")]) != 0
    assert run(["evidence", str(repository), "--rev", "nope", "-o", str(tmp_path / "pack.zip")]) == 2
    assert not (tmp_path / "pack.zip").exists()
