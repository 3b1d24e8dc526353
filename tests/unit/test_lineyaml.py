"""The YAML reader: no surprises, no bombs, a place for every complaint."""

from __future__ import annotations

import pytest

from qmslint.lineyaml import LimitError, Map, YamlError, load, load_all


def test_clause_numbers_and_on_stay_text() -> None:
    data = load("on: push\nclause: 10.10\nversion: 3.10\nold: 012\nanswer: no\n")
    assert data == {"on": "push", "clause": "10.10", "version": "3.10", "old": "012", "answer": "no"}


def test_whole_numbers_and_booleans_are_values() -> None:
    assert load("a: 3\nb: true\nc: ~\nd: '3'\n") == {"a": 3, "b": True, "c": None, "d": "3"}


def test_lines_are_kept() -> None:
    data = load("a: 1\nb:\n  - x\n  - y: 2\n")
    assert isinstance(data, Map)
    assert (data.line_of("b"), data["b"].line_of(1), data["b"][1].line_of("y")) == (2, 4, 4)


def test_duplicate_keys_are_refused_with_both_lines() -> None:
    with pytest.raises(YamlError, match=r"f\.yml:2:1: duplicate key 'a', first given on line 1"):
        load("a: 1\na: 2\n", "f.yml")


@pytest.mark.parametrize("text", ["[" * 50_000, "{a: " * 50_000, "- " * 50_000])
def test_deep_nesting_is_refused(text: str) -> None:
    with pytest.raises(YamlError):
        load(text)


def test_alias_bombs_are_refused() -> None:
    lines = ["a0: &a0 [x]"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 10)]
    with pytest.raises(LimitError, match="nodes"):
        load("\n".join(lines))


def test_merge_keys_and_foreign_tags_are_read_leniently_but_not_strictly() -> None:
    text = "base: &b {x: 1, y: 2}\njob:\n  <<: *b\n  y: 3\n  z: !reference [a, b]\n"
    assert load(text)["job"] == {"x": 1, "y": 3, "z": ["a", "b"]}
    with pytest.raises(YamlError, match="tag !reference is not allowed"):
        load(text, strict=True)


def test_several_documents() -> None:
    assert list(load_all("a: 1\n---\nb: 2\n")) == [{"a": 1}, {"b": 2}]
    with pytest.raises(YamlError, match="only one document"):
        load("a: 1\n---\nb: 2\n", strict=True)


def test_recursive_alias_is_refused() -> None:
    with pytest.raises(YamlError, match="has no anchor"):
        load("a: &a [*a]\n")
