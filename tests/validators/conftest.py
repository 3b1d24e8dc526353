"""Foreign validators: found on this machine or installed for the run; in CI a missing one is a failure."""

from __future__ import annotations

import fcntl
import importlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import NoReturn

import pytest

from qmslint.report import html, render
from qmslint.report.trace import as_html

from ..formats_data import moments, nasty_matrix, nasty_report, plain_report, wide_report

ROOT = Path(__file__).parents[2]
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def missing(what: str) -> NoReturn:
    """Fail in CI, skip elsewhere, and say what was therefore not validated."""
    if os.environ.get("CI"):
        pytest.fail(f"{what} is needed in CI")
    pytest.skip(f"{what} is not there: this format was NOT validated")


def program(*names: str) -> str:
    """Return the path of the first of these programs that is installed."""
    return next((found for name in names if (found := shutil.which(name))), "") or missing(names[0])


def module(name: str) -> ModuleType:
    """Import a module of the extra ``validators``."""
    try:
        return importlib.import_module(name)
    except ImportError:
        missing(f"{name} (pip install '.[validators]')")


@pytest.fixture(scope="session")
def npm(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Return a function that installs a package and gives its folder, once for all test processes."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base

    def install(package: str) -> Path:
        name = package.rpartition("@")[0]
        folder = shared / f"npm-{name.strip('@').replace('/', '-')}"
        with open(f"{folder}.lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not (folder / ".done").exists():
                options = ["--prefix", str(folder), "--no-audit", "--no-fund", "--silent", "--ignore-scripts"]
                folder.mkdir(exist_ok=True)
                subprocess.run([program("npm"), "install", *options, package], check=True, timeout=500)
                (folder / ".done").touch()
        return folder / "node_modules"

    return install


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The HTML report of hostile texts, of many results, of a folder where nothing was judged, and of this repository."""
    folder = tmp_path_factory.mktemp("pages")
    own = folder / "own.html"
    reports = {"hostile": nasty_report(), "wide": wide_report(), "empty": plain_report(results=())}
    for name, report in reports.items():
        (folder / f"{name}.html").write_text(render("html", report), encoding="utf-8")
    development = html.render(nasty_report(), moments=moments(nasty_report()))
    (folder / "development.html").write_text(development, encoding="utf-8")
    (folder / "matrix.html").write_text(as_html(nasty_matrix()), encoding="utf-8")
    command = [sys.executable, "-m", "qmslint", "check", str(ROOT), "-q", "--fail-on", "never", "-o", f"html:{own}"]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    return {name: folder / f"{name}.html" for name in (*reports, "own", "development", "matrix")}
