"""What the program reads of a history is what two established libraries read of it."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pydriller import Repository as Driller

from git import Repo
from qmslint.repo.build import Step, moment, person
from qmslint.repo.open import Repository, open_repository

NAMES = ("a.txt", "docs/b b.md", "docs/ü.md", "src/c.py")


def steps(seed: int) -> list[Step]:
    chance = random.Random(seed)
    found = []
    for number in range(30):
        when = moment("2025-01-01") + number * 3600
        files: dict[str, bytes | None] = {
            name: f"{name} {number}\n".encode() for name in chance.sample(NAMES, chance.choice((1, 2)))
        }
        who = person(chance.choice(("Ada", "Grace", "Jürgen Öß")))
        text = f"Change {number}\n\nBecause of ☃ #{number}.\n\nReviewed-by: {person('Barbara')}\n"
        if number % 6 == 5:
            found.append(Step("merge", f"Merge {number}", when, who, files=files, topic_author=person("Grace"), topic_text="t"))  # fmt: skip
        else:
            found.append(Step("commit", text, when, who, person("Barbara"), files))
        if number % 10 == 9:
            found.append(Step("tag", f"v1.{number}", when, who, message=f"Release 1.{number}\n\nWith words."))
    return found


@pytest.fixture(params=range(3))
def opened(request: pytest.FixtureRequest, make_repo: Callable[..., Path]) -> Iterator[Repository]:
    repository = open_repository(make_repo(steps(request.param)))
    try:
        yield repository
    finally:
        repository.close()


def test_commits_and_files(opened: Repository) -> None:
    with Repo(opened.place.root) as repo:
        theirs = {commit.hexsha: commit for commit in repo.iter_commits(opened.commit)}
        ours = opened.history.by_sha
        assert list(ours) == list(theirs)
        for sha, commit in ours.items():
            other = theirs[sha]
            assert commit.parents == tuple(parent.hexsha for parent in other.parents)
            assert (commit.author.name, commit.author.email) == (other.author.name, other.author.email)
            assert (commit.committer.name, commit.committer.email) == (other.committer.name, other.committer.email)
            assert (commit.authored, commit.committed) == (other.authored_date, other.committed_date)
            assert commit.text.rstrip("\n") == str(other.message).rstrip("\n")
        listed = {item.path: item.hexsha for item in theirs[opened.commit].tree.traverse() if item.type == "blob"}  # type: ignore[union-attr]
        assert opened.head_blobs == listed
        for path in listed:
            assert opened.objects.file(opened.commit, path) == (repo.head.commit.tree / path).data_stream.read()


def test_tags(opened: Repository) -> None:
    with Repo(opened.place.root) as repo:
        theirs = {str(tag): tag for tag in repo.tags}
        assert {tag.name for tag in opened.tags} == set(theirs)
        for tag in opened.tags:
            other = theirs[tag.name]
            assert tag.commit == other.commit.hexsha
            assert other.tag
            assert tag.tagged == other.tag.tagged_date
            assert tag.message == other.tag.message.strip()


def test_changed_files(opened: Repository) -> None:
    shas = [commit.sha for commit in opened.history.commits if len(commit.parents) == 1]
    ours = opened.touched(shas)
    found = 0
    for commit in Driller(str(opened.place.root)).traverse_commits():
        if commit.hash in ours:
            paths = {item.new_path or item.old_path for item in commit.modified_files}
            assert set(ours[commit.hash]) == paths
            found += 1
    assert found == len(shas)
