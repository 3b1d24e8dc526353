"""Shared helpers: small real repositories and a scan over them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from qmslint.facts.base import Scan
from qmslint.packs.load import Library
from qmslint.repo.build import Step, build, moment, person
from qmslint.repo.open import open_repository
from qmslint.settings import Settings

NOON = "2026-06-30"


@pytest.fixture(autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the tests' cache apart from the user's, one per test session."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.getbasetemp() / "cache"))
    for name in ("GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE", "QMSLINT_DEBUG", "SOURCE_DATE_EPOCH"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def library() -> Library:
    """All bundled rules."""
    return Library()


def commit(text: str = "First", on: str = "2026-01-05", by: str = "Ada", **files: str | None) -> Step:
    """Return a commit step; keyword names stand for paths with ``__`` for ``/`` and ``_dot_`` for ``.``."""
    named = {name.replace("__", "/").replace("_dot_", "."): body for name, body in files.items()}
    content = {path: None if body is None else body.encode() for path, body in named.items()}
    return Step("commit", text, moment(on), person(by), files=content)


@pytest.fixture
def make_repo(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that builds a bare repository from steps."""

    def make(steps: Sequence[Step], name: str = "repository", cut: int = 0) -> Path:
        return build(tmp_path / name, steps, cut)

    return make


@pytest.fixture
def scan_of(library: Library) -> Iterator[Callable[..., Scan]]:
    """Return a function that opens a repository for facts; everything is closed at the end."""
    opened = []

    def scan(path: Path, settings: Settings | None = None, as_of: str = NOON, **options: object) -> Scan:
        repository = open_repository(path, **options)  # type: ignore[arg-type]
        opened.append(repository)
        return Scan(repository, settings or Settings(), moment(as_of), library.vocabulary)

    yield scan
    for repository in opened:
        repository.close()
