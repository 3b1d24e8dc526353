"""A third party's kind and pack, as the example offers them: found by entry point and by path, loaded only when asked for."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[1] / "examples" / "plugin"
RUN = [sys.executable, "-c", "import sys; from qmslint.cli import run; sys.exit(run(sys.argv[1:]))"]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the example into a folder of its own; nothing is fetched."""
    folder = tmp_path_factory.mktemp("site")
    source = tmp_path_factory.mktemp("source")
    for path in EXAMPLE.rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts:
            target = source / path.relative_to(EXAMPLE)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    done = subprocess.run([*pip, "--target", str(folder), str(source)], capture_output=True, text=True)
    if done.returncode:
        _by_hand(folder)
    return folder


def _by_hand(folder: Path) -> None:
    """Do what an installer does, where none can build: the package, and metadata with its entry points."""
    import shutil
    import tomllib

    project = tomllib.loads((EXAMPLE / "pyproject.toml").read_text())["project"]
    shutil.copytree(EXAMPLE / "qmslint_acme", folder / "qmslint_acme")
    info = folder / "qmslint_acme-1.0.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: qmslint-acme\nVersion: 1.0.0\n")
    lines = []
    for group, points in project["entry-points"].items():
        lines += [f"[{group}]", *(f"{name} = {value}" for name, value in points.items())]
    (info / "entry_points.txt").write_text("\n".join(lines) + "\n")


@pytest.fixture
def product(tmp_path: Path) -> Path:
    folder = tmp_path / "product"
    (folder / "procedures").mkdir(parents=True)
    (folder / "procedures/release.md").write_text("line\n" * 200)
    return folder


def qmslint(
    site: Path | None, *arguments: str, code: str = "", cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTHONPATH": str(site) if site else ""}
    command = [sys.executable, "-c", code] if code else RUN
    return subprocess.run([*command, *arguments], env=env, capture_output=True, text=True, cwd=cwd)


def results(done: subprocess.CompletedProcess[str]) -> dict[str, dict]:
    assert done.returncode in (0, 1), done.stderr
    return {r["rule"]: r for r in json.loads(done.stdout)["results"]}


def test_a_pack_is_found_by_its_name(site: Path, product: Path) -> None:
    done = qmslint(site, "check", str(product), "--pack", "acme", "--format", "json")
    found = results(done)["acme.short-procedures"]
    assert (found["state"], found["grade"]) == ("nonconforming", "ofi")
    assert found["evidence"][0]["note"] == "200 lines"
    assert [pack["id"] for pack in json.loads(done.stdout)["packs"]] == ["acme"]


def test_the_configuration_may_name_an_installed_pack(site: Path, product: Path) -> None:
    (product / "qmslint.yml").write_text(
        "packs: [iso9001, acme]\nrules: {acme.short-procedures: {with: {lines: 500}}}\nselect: ['acme.*']\n"
    )
    found = results(qmslint(site, "check", str(product), "--format", "json"))
    assert found["acme.short-procedures"]["state"] == "conforming"


def test_a_folder_is_found_by_its_path_and_its_cases_run(site: Path, product: Path) -> None:
    folder = str(EXAMPLE / "qmslint_acme" / "rules")
    found = results(qmslint(site, "check", str(product), "--pack", folder, "--format", "json"))
    assert found["acme.short-procedures"]["state"] == "nonconforming"
    done = qmslint(site, "rules", "test", folder)
    assert done.returncode == 0 and "3 passed, 0 failed" in done.stdout, done.stdout


def test_lists_and_explanations_know_an_installed_pack(site: Path) -> None:
    assert qmslint(site, "rules", "--pack", "acme").stdout.startswith("acme.short-procedures ")
    rows = json.loads(qmslint(site, "clauses", "--pack", "acme", "--format", "json").stdout)
    assert [row["id"] for row in rows if row["rules"]] == ["7.5.3"]
    done = qmslint(site, "explain", "acme.short-procedures", "--pack", "acme")
    assert "Split the procedures" in done.stdout, done.stderr


def test_what_is_not_installed_is_not_found(product: Path) -> None:
    done = qmslint(None, "check", str(product), "--pack", "acme")
    assert done.returncode == 2 and "there is no pack 'acme'" in done.stderr
    folder = str(EXAMPLE / "qmslint_acme" / "rules")
    done = qmslint(None, "check", str(product), "--pack", folder)
    assert done.returncode == 2 and "no check kind 'acme:max-lines'" in done.stderr


def test_a_pack_inside_the_repository_cannot_use_the_kind(site: Path, product: Path) -> None:
    import shutil

    shutil.copytree(EXAMPLE / "qmslint_acme" / "rules", product / "mine")
    (product / "qmslint.yml").write_text("packs: [mine/]\n")
    done = qmslint(site, "check", str(product))
    assert done.returncode == 2 and "no check kind 'acme:max-lines'" in done.stderr


def test_its_code_is_loaded_only_when_a_pack_asks_for_it(site: Path, product: Path) -> None:
    code = (
        "import sys\nfrom qmslint.cli import run\nrun(sys.argv[1:])\n"
        "print(sorted(m for m in sys.modules if m.startswith('qmslint_acme')))\n"
    )
    quiet = ("-q", "--format", "terminal")
    idle = qmslint(site, "check", str(product), "--select", "req.licence-declared", *quiet, code=code)
    used = qmslint(site, "check", str(product), "--pack", "acme", *quiet, code=code)
    assert idle.stdout.splitlines()[-1] == "[]"
    assert used.stdout.splitlines()[-1] == "['qmslint_acme', 'qmslint_acme.max_lines']"


def test_a_kind_that_cannot_be_loaded_is_said(site: Path, product: Path, tmp_path: Path) -> None:
    import shutil

    broken = tmp_path / "broken"
    shutil.copytree(site, broken)
    (broken / "qmslint_acme" / "max_lines.py").write_text("raise RuntimeError('a defect of acme')\n")
    done = qmslint(broken, "check", str(product), "--pack", "acme")
    assert done.returncode == 2 and "acme:max-lines" in done.stderr and "a defect of acme" in done.stderr


def test_a_pack_that_is_not_where_it_is_said_to_be(site: Path, product: Path, tmp_path: Path) -> None:
    import shutil

    broken = tmp_path / "broken"
    shutil.copytree(site, broken)
    shutil.rmtree(broken / "qmslint_acme" / "rules")
    done = qmslint(broken, "check", str(product), "--pack", "acme")
    assert done.returncode == 2 and "there is no folder packs" in done.stderr
