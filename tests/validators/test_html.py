"""The HTML page held against the Nu checker, and looked at with axe in a real browser."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .conftest import BROWSERS, program

NU = "vnu-jar@26.9.27"
DRIVER = "playwright-core@1.65.1"
AXE = "axe-core@4.14.1"
# The checker does not compute the digests of the policy; the browser does, and test_clean watches what it says.
POLICY = ("Inline style violates Content Security Policy", "Inline script violates Content Security Policy")
VIEWS = [("own", width, scheme) for width in (360, 768, 1280) for scheme in ("light", "dark")]
VIEWS += [
    ("development", 360, "light"),
    ("development", 1280, "dark"),
    ("matrix", 360, "dark"),
    ("matrix", 1280, "light"),
]
VIEWS += [("hostile", 360, "dark"), ("hostile", 1280, "light"), ("wide", 360, "light"), ("wide", 1280, "dark")]
pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.mark.parametrize("name", ["development", "empty", "hostile", "matrix", "own", "wide"])
def test_nu_checker_has_nothing_to_say(name: str, pages: dict[str, Path], npm: Callable[[str], Path]) -> None:
    java = program("java")
    jar = next((npm(NU) / "vnu-jar").rglob("vnu.jar"))
    run = subprocess.run(
        [java, "-jar", str(jar), "--format", "json", "--stdout", "--exit-zero-always", str(pages[name])],
        check=True,
        capture_output=True,
        text=True,
    )
    said = [note["message"] for note in json.loads(run.stdout)["messages"]]
    assert [message for message in said if not message.startswith(POLICY)] == []


@pytest.fixture(scope="session")
def look(npm: Callable[[str], Path]) -> Callable[..., dict[str, Any]]:
    """Return a function that opens a page in a browser and tells what is to be seen."""
    browser, node = program(*BROWSERS), program("node")
    driver, axe = npm(DRIVER) / "playwright-core", npm(AXE) / "axe-core" / "axe.min.js"
    script = Path(__file__).with_name("look.mjs")

    def run(page: Path, width: int = 1280, scheme: str = "light", javascript: bool = True) -> dict[str, Any]:
        ask = {
            "browser": browser, "driver": str(driver / "index.mjs"), "axe": str(axe), "page": page.as_uri(),
            "width": width, "scheme": scheme, "javascript": javascript,
        }  # fmt: skip
        done = subprocess.run([node, str(script), json.dumps(ask)], capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stderr
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    return run


@pytest.mark.parametrize(("name", "width", "scheme"), VIEWS)
def test_clean(name: str, width: int, scheme: str, pages: dict[str, Path], look: Callable[..., dict[str, Any]]) -> None:
    seen = look(pages[name], width, scheme)
    assert seen["violations"] == []
    assert seen["console"] == []
    assert seen["requests"] == [pages[name].as_uri()]
    assert seen["overflow"] == 0
    assert seen["dialogs"] == 0


def test_everything_is_there_and_prints_without_the_script(
    pages: dict[str, Path], look: Callable[..., dict[str, Any]]
) -> None:
    seen = look(pages["own"], scheme="dark", javascript=False)
    assert not seen["filterShown"]
    assert seen["resultsShown"] == seen["results"] > 20
    assert seen["printed"] == {
        "nav": False,
        "filter": False,
        "foldsShown": seen["folds"],
        "background": "rgb(255, 255, 255)",
    }


def test_filter_and_keyboard(pages: dict[str, Path], look: Callable[..., dict[str, Any]]) -> None:
    seen = look(pages["own"])
    assert seen["filterShown"]
    assert seen["firstFocus"] == "Skip to the findings"
    assert seen["afterSkip"] == "#matter"
    assert seen["searched"] == {"shown": ["ci.test-gate"], "status": f"1 of {seen['results']} results shown"}
    assert set(seen["oneState"]) == {"conforming"}
    assert seen["followed"] is True
    assert seen["afterReset"] == seen["results"]
    assert seen["unfolded"] == seen["folds"]
