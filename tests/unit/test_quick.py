"""Values whose methods are written late behave as the standard library's do."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from typing import Any

import pytest

from qmslint import quick


@quick.dataclass(frozen=True, slots=True)
class Point:
    x: int
    y: int = 2
    tags: tuple[str, ...] = dataclasses.field(default_factory=tuple, compare=False, repr=False)


@dataclasses.dataclass(frozen=True, slots=True)
class Model:
    x: int
    y: int = 2
    tags: tuple[str, ...] = dataclasses.field(default_factory=tuple, compare=False, repr=False)


@quick.dataclass(frozen=True, slots=True)
class Named(Point):
    name: str = "n"

    def __post_init__(self) -> None:
        if not self.name:
            raise ValueError("no name")


@pytest.mark.parametrize("cls", [Point, Model])
def test_both_answer_alike(cls: Any) -> None:
    value = cls(1)
    assert (value.x, value.y, value.tags) == (1, 2, ())
    assert value == cls(1, tags=("a",)) and value != cls(2) and value != (1, 2)
    assert hash(value) == hash(cls(1)) and len({value, cls(1, 2), cls(1, 3)}) == 2
    assert repr(value) == f"{cls.__name__}(x=1, y=2)"
    assert dataclasses.replace(value, y=5) == cls(1, 5) and dataclasses.is_dataclass(cls)
    assert [field.name for field in dataclasses.fields(cls)] == ["x", "y", "tags"]
    assert dataclasses.asdict(value) == {"x": 1, "y": 2, "tags": ()}
    assert pickle.loads(pickle.dumps(value)) == value == copy.copy(value)
    assert cls.__match_args__ == ("x", "y", "tags") and not hasattr(value, "__dict__")
    for wrong in ((), (1, 2, (), 4)):
        with pytest.raises(TypeError):
            cls(*wrong)
    with pytest.raises(TypeError):
        cls(1, z=3)
    with pytest.raises(dataclasses.FrozenInstanceError):
        value.x = 3
    with pytest.raises(dataclasses.FrozenInstanceError):
        del value.x


def test_fields_are_inherited_and_checked_after() -> None:
    assert Named(1, name="a") == Named(1, 2, (), "a") != Named(1, name="b")
    assert Named(1) != Point(1)
    with pytest.raises(ValueError, match="no name"):
        Named(1, name="")


def test_a_pattern_is_compiled_when_it_is_used() -> None:
    broken = quick.regex("(")
    with pytest.raises(Exception, match="missing"):
        broken.search("x")
    late = quick.regex(r"a(?P<n>\d)", 0)
    assert "search" not in vars(late)
    found = late.search("xa1")
    assert found and found["n"] == "1"
    assert late.sub("-", "a1a2") == "--" and late.pattern == r"a(?P<n>\d)"
