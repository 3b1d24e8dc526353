"""Single objects of any revision, read through one process."""

from __future__ import annotations

from pathlib import Path

from qmslint.repo import objects
from qmslint.repo.build import Step, build, moment, person
from qmslint.repo.open import open_repository

WHEN = moment("2026-01-01")


def repository(folder: Path, files: dict[str, bytes]) -> Path:
    return build(folder, [Step("commit", "x", WHEN, person("Ada"), files=files)])


def test_files_and_folders_of_a_commit(tmp_path: Path) -> None:
    repo = open_repository(repository(tmp_path, {"a b.txt": b"one\n", "d/e.txt": b"two", "d/s/f.txt": b"three"}))
    reader = repo.objects
    assert reader.file(repo.commit, "a b.txt") == b"one\n"
    assert reader.file(repo.commit, "d") is None
    assert reader.file(repo.commit, "missing name") is None
    assert reader.why(repo.commit, "missing name") == "missing"
    assert list(reader.folder(repo.commit, "d")) == ["e.txt"]
    assert list(reader.folder(repo.commit, "")) == ["a b.txt"]
    assert reader.folder(repo.commit, "a b.txt") == {}
    assert reader.file(repo.commit, "a\nb") is None
    repo.close()


def test_large_objects_are_refused_and_reading_goes_on(tmp_path: Path, monkeypatch: object) -> None:
    old = objects.OBJECT_LIMIT
    objects.OBJECT_LIMIT = 100
    try:
        repo = open_repository(repository(tmp_path, {"big": b"x" * 1000, "small": b"y"}))
        assert repo.objects.file(repo.commit, "big") is None
        assert repo.objects.why(repo.commit, "big") == "large"
        assert repo.objects.file(repo.commit, "small") == b"y"
        repo.close()
    finally:
        objects.OBJECT_LIMIT = old


def test_paths_a_commit_changed(tmp_path: Path) -> None:
    steps = [
        Step("commit", "x", WHEN, person("Ada"), files={"a": b"1", "b": b"1"}),
        Step("commit", "y", WHEN + 10, person("Ada"), files={"b": b"2", "c d": b"1"}),
    ]
    repo = open_repository(build(tmp_path, steps))
    first = repo.history.commits[-1].sha
    assert repo.touched([repo.commit, first]) == {repo.commit: ("b", "c d"), first: ("a", "b")}
    repo.close()
