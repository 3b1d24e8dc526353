"""What a repository is, is guessed from what it holds, and said with the guess."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from qmslint.cli import run


def switches(folder: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    run(["check", str(folder), "--format", "json", "--fail-on", "never"])
    return {item["name"]: item["value"] for item in json.loads(capsys.readouterr().out)["profile"]}


def fill(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


@pytest.mark.parametrize(("pages", "code"), [(40, "no"), (30, "yes")])
def test_settings_of_a_printed_handbook_are_no_product(
    pages: int, code: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(tmp_path, {"docs/conf.py": "project = 'Handbook'\n", "docs/table.js": "sort()\n"})
    fill(tmp_path, {f"docs/part{n}.rst": f"Part {n}\n=======\n\nWords.\n" for n in range(pages)})
    assert switches(tmp_path, capsys)["code"] == code


@pytest.mark.parametrize(("views", "ui"), [(25, "yes"), (5, "no")])
def test_views_of_a_large_service_are_an_interface(
    views: int, ui: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(tmp_path, {f"src/Part{n}.cs": "class Part {}\n" for n in range(1400)})
    fill(tmp_path, {f"src/Views/View{n}.cshtml": "<p>@Model</p>\n" for n in range(views)})
    assert switches(tmp_path, capsys)["ui"] == ui


@pytest.mark.parametrize(("code", "ui"), [("shop/views.py", "yes"), ("other/views.py", "no")])
def test_pages_that_a_server_fills_in_stand_beside_its_code(
    code: str, ui: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(tmp_path, {code: "x = 1\n", **{f"shop/templates/shop/page{n}.html": "<p>{{ x }}</p>\n" for n in range(4)}})
    assert switches(tmp_path, capsys)["ui"] == ui


@pytest.mark.parametrize(
    ("files", "kind"),
    [
        ({"go.mod": "module x\n", "cmd/x/main.go": "package main\n", "pkg/a/a.go": "package a\n"}, "application"),
        ({"go.mod": "module x\n", "cmd/gen/main.go": "package main\n", "x.go": "package x\n"}, "library"),
        ({"go.mod": "module x\n", "main.go": "package main\n"}, "application"),
        ({"Cargo.toml": "[package]\n", "src/main.rs": "fn main() {}\n"}, "application"),
        ({"Cargo.toml": "[package]\n", "src/main.rs": "fn main() {}\n", "src/lib.rs": "pub fn x() {}\n"}, "library"),
        ({"pyproject.toml": "[project]\nname = 'x'\n", "x.py": "x = 1\n"}, "library"),
        ({"package.json": '{"name": "x", "exports": "./lib/x.js"}', "lib/x.js": "x\n"}, "library"),
        ({"package.json": '{"name": "x", "version": "1.0.0"}', "index.js": "x\n"}, "library"),
        ({"package.json": '{"name": "x", "devDependencies": {"y": "1"}}', "app/Main.kt": "val x = 1\n"}, "application"),
    ],
)
def test_a_package_is_a_program_where_only_a_program_begins(
    files: dict[str, str], kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(tmp_path, files)
    assert switches(tmp_path, capsys)["kind"] == kind


@pytest.mark.parametrize(("folder", "ui"), [("web", "yes"), ("docs/layouts", "no")])
def test_pages_of_the_documentation_are_no_interface(
    folder: str, ui: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(tmp_path, {"src/x.py": "x = 1\n", **{f"{folder}/page{n}.html": "<p>Words</p>\n" for n in range(4)}})
    assert switches(tmp_path, capsys)["ui"] == ui


@pytest.mark.parametrize(("folder", "ui"), [("website", "no"), ("app", "yes")])
def test_what_generates_a_site_about_the_product_is_no_interface(
    folder: str, ui: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(tmp_path, {"src/x.py": "x = 1\n", "website/docusaurus.config.js": "module.exports = {}\n"})
    fill(tmp_path, {f"{folder}/src/part{n}.tsx": "export const Part = 1\n" for n in range(25)})
    assert switches(tmp_path, capsys)["ui"] == ui


@pytest.mark.parametrize(("page", "deploys"), [("web/page.html", "yes"), ("docs/page.html", "no")])
def test_a_hosted_site_is_a_service_only_where_the_product_is_one(
    page: str, deploys: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(tmp_path, {"src/x.py": "x = 1\n", "netlify.toml": "[build]\n"})
    fill(tmp_path, {page.replace("page", f"page{n}"): "<p>Words</p>\n" for n in range(4)})
    assert switches(tmp_path, capsys)["deploys"] == deploys
