"""Components of lock files, records that lead on, records by release, and checks that are asked for unless another holds."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from qmslint.facts.base import Scan
from qmslint.facts.components import compared, components
from qmslint.facts.markup.markdown import parse
from qmslint.kinds import files, record_trace, release_records
from qmslint.kinds.combine import unless as unless_module
from qmslint.model.outcome import Outcome, State
from qmslint.model.rule import Check
from qmslint.repo.build import Step, moment, person
from tests.conftest import commit

Make = Callable[..., Path]
Scans = Callable[..., Scan]


def _step(files: dict[str, str | bytes]) -> Step:
    content = {path: body if isinstance(body, bytes) else body.encode() for path, body in files.items()}
    return Step("commit", "First", moment("2026-01-05"), person("Ada"), files=content)


LOCKS = [
    (
        "package-lock.json",
        json.dumps(
            {
                "packages": {
                    "": {"name": "own"},
                    "node_modules/a": {"version": "1.0.0"},
                    "node_modules/a/node_modules/@s/b": {"version": "2.0.0"},
                    "node_modules/dev": {"version": "3.0.0", "dev": True},
                    "packages/own": {"version": "0.1.0"},
                }
            }
        ),
        {("a", "1.0.0"), ("@s/b", "2.0.0")},
    ),
    (
        "package-lock.json",
        '{"dependencies": {"a": {"version": "1.0.0"}, "b": {"version": "1", "dev": true}}}',
        {("a", "1.0.0")},
    ),
    (
        "uv.lock",
        '[[package]]\nname = "own"\nsource = { editable = "." }\ndependencies = [{ name = "a" }]\n[package.dev-dependencies]\n'
        'dev = [{ name = "t" }]\n[[package]]\nname = "a"\nversion = "1.0"\nsource = { registry = "x" }\ndependencies = [{ name = "b" }]\n'
        '[[package]]\nname = "b"\nversion = "2.0"\nsource = { registry = "x" }\n[[package]]\nname = "t"\nversion = "3.0"\nsource = { registry = "x" }\n',
        {("a", "1.0"), ("b", "2.0")},
    ),
    (
        "Cargo.lock",
        '[[package]]\nname = "own"\nversion = "0.1.0"\n[[package]]\nname = "a"\nversion = "1.0.0"\nsource = "registry+x"\n',
        {("a", "1.0.0")},
    ),
    (
        "Pipfile.lock",
        '{"default": {"a": {"version": "==1.0"}}, "develop": {"t": {"version": "==2.0"}}}',
        {("a", "1.0")},
    ),
    (
        "composer.lock",
        '{"packages": [{"name": "v/a", "version": "v1.0.0"}], "packages-dev": [{"name": "t", "version": "2"}]}',
        {("v/a", "1.0.0")},
    ),
    (
        "go.mod",
        "module own\n\nrequire (\n\texample.org/a v1.2.3\n\texample.org/b v0.1.0 // indirect\n)\n",
        {("example.org/a", "1.2.3"), ("example.org/b", "0.1.0")},
    ),
    ("requirements.txt", "a==1.0\nb[x]==2.0 ; python_version > '3'\nc>=3\n", {("a", "1.0"), ("b", "2.0")}),
    ("requirements-dev.txt", "t==1.0\n", set()),
]


@pytest.mark.parametrize(
    ("name", "text", "expected"), LOCKS, ids=[f"{name}-{i}" for i, (name, _, _) in enumerate(LOCKS)]
)
def test_lock_files_are_read(
    make_repo: Make, scan_of: Scans, name: str, text: str, expected: set[tuple[str, str]]
) -> None:
    scan = scan_of(make_repo([_step({name: text})]))
    assert {(c.name, c.version) for c in components(scan)} == expected


@pytest.mark.parametrize("text", ["{", "[1, 2]", '{"packages": {"node_modules/a": 3}}', "[" * 100_000])
def test_a_broken_lock_file_is_noted(make_repo: Make, scan_of: Scans, text: str) -> None:
    scan = scan_of(make_repo([_step({"package-lock.json": text})]))
    assert components(scan) == ()
    assert scan.problems["package-lock.json"][0] == "PARSE_ERROR"


def test_names_are_compared_as_people_write_them() -> None:
    assert compared("Typing_Extensions") == compared("`typing-extensions`") == compared("typing extensions")


def test_underscores_within_words_are_kept() -> None:
    document = parse(
        "a.md", "_one_ and __two__ and TC_004 in tests/test_a_b.py\n\n| A | B |\n|---|---|\n| TC_1 | _x_ |\n"
    )
    assert document.prose[0].text == "one and two and TC_004 in tests/test_a_b.py"
    assert document.tables[0].rows[0].cells == ("TC_1", "x")


def test_an_id_counts_only_where_another_file_holds_it(make_repo: Make, scan_of: Scans) -> None:
    table = "| ID | Hazard | Control | Requirement | Test | Residual |\n|---|---|---|---|---|---|\n| H-1 | Burn | Fuse | R-1 | T-1 | ok |\n"
    params = record_trace.Params(kind="hazard", fields=("requirement", "test"))
    for more, good in (
        ({}, False),
        ({"r.md": "R-1"}, False),
        ({"r.md": "R-1", "t.py": "# T-1\n"}, True),
        ({"r.md": "R-11", "t.py": "# T-1\n"}, False),
    ):
        name = "-".join(["repo", *more, str(good)])
        scan = scan_of(make_repo([_step({"docs/hazards.md": table, **more})], name))
        assert (record_trace.check(params, scan).state is State.CONFORMING) is good


def test_a_record_names_exactly_its_release(make_repo: Make, scan_of: Scans) -> None:
    head = "| ID | Anomaly | Release | Safety | Evaluation |\n|---|---|---|---|---|\n"
    tag = Step("tag", "v1.2.1", moment("2026-02-01"), person("Grace"), message="Release")
    params = release_records.Params(kind="anomaly")
    for number, good in (
        ("1.2.1", True),
        ("v1.2.1", True),
        ("1.2.10", False),
        ("11.2.1", False),
        ("1.2.1-rc1", False),
        ("1.2", False),
    ):
        rows = f"{head}| B-7 | Slow | {number} | no | fine |\n"
        scan = scan_of(make_repo([_step({"docs/known-anomalies.md": rows}), tag], f"repo-{number}"))
        assert (release_records.check(params, scan).state is State.CONFORMING) is good, number


def test_a_file_that_is_no_text_counts_only_where_that_is_asked_for(make_repo: Make, scan_of: Scans) -> None:
    scan = scan_of(make_repo([_step({"models/a.onnx": b"\x00\x01\xff" * 50})]))
    params = files.Params(any=("**/*.onnx",))
    assert files.check(params, scan).state is State.NONCONFORMING
    assert files.check(replace(params, binary=True), scan).state is State.CONFORMING


def test_unless_leaves_the_check_out_only_where_its_reason_holds(make_repo: Make, scan_of: Scans) -> None:
    scan = scan_of(make_repo([commit(a_dot_md="A")]))

    def ask(there: str, wanted: str) -> Outcome:
        holds, then = (Check("files", files.Params(any=(name,))) for name in (there, wanted))
        return unless_module.check(unless_module.Params(holds, then), scan)

    assert ask("a.md", "b.md").state is State.NOT_APPLICABLE
    assert ask("b.md", "a.md").state is State.CONFORMING
    assert ask("b.md", "c.md").state is State.NONCONFORMING
