"""Which of two ways to use a rule is the stricter one, and whether an overlay keeps its promise only to tighten."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qmslint.model.outcome import Grade
from qmslint.quick import dataclass, regex

_NUMBER = regex(r"-?[0-9]{1,12}(?:\.[0-9]{1,12})?")
_GRADES = (Grade.OFI, Grade.MINOR, Grade.MAJOR)


@dataclass(frozen=True, slots=True)
class Use:
    """How a pack uses a rule.

    Parameters
    ----------
    pack : str
        The pack that said so last.
    cap : Grade or None
        Highest grade; ``None`` for no limit.
    values : mapping
        Values for the rule's parameters.
    """

    pack: str
    cap: Grade | None
    values: Mapping[str, Any]


def lower(one: Grade | None, other: Grade | None) -> Grade | None:
    """Return the lower of two highest grades, where ``None`` is no limit."""
    known = [grade for grade in (one, other) if grade]
    return min(known, key=_GRADES.index) if known else None


def rank(direction: str, value: Any) -> float | None:
    """Return something that grows as a parameter's value gets stricter, or ``None`` where that cannot be told.

    Parameters
    ----------
    direction : str
        ``higher`` or ``lower``, or the values from lax to strict with ``<`` between them.
    value : Any
        The value.
    """
    word = str(value).lower() if isinstance(value, bool) else str(value)
    if direction in ("higher", "lower"):
        number = {"true": 1.0, "false": 0.0}.get(word)
        if number is None and _NUMBER.fullmatch(word):
            number = float(word)
        return number if number is None or direction == "higher" else -number
    order = [item.strip() for item in direction.split("<")] if direction else []
    return float(order.index(word)) if word in order else None


def loosened(base: Use, over: Use, directions: Mapping[str, str], defaults: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what ``over`` asks less of than ``base``, or changes without a known direction, as short texts.

    Parameters
    ----------
    base, over : Use
        How the extended pack and the overlay use the same rule.
    directions : mapping of str to str
        Parameter to the direction in which it gets stricter.
    defaults : mapping
        Value of each parameter when no pack sets it.
    """
    found = []
    if lower(base.cap, over.cap) is not base.cap:
        found.append(f"caps the grade at {over.cap.value if over.cap else ''}")
    for name, value in over.values.items():
        before = base.values.get(name, defaults.get(name))
        if value == before:
            continue
        old, new = rank(directions.get(name, ""), before), rank(directions.get(name, ""), value)
        if old is None or new is None:
            found.append(f"sets {name} to {value}, and the rule does not say which values are stricter")
        elif new < old:
            found.append(f"sets {name} to {value}, which is less strict than {before}")
    return tuple(found)


def tightest(one: Use, other: Use, directions: Mapping[str, str], defaults: Mapping[str, Any]) -> Use:
    """Return the use that keeps the higher cap and of each parameter the stricter value; ``other`` where that is unknown."""
    cap = one.cap if lower(one.cap, other.cap) is other.cap else other.cap
    values = dict(defaults)
    for name in dict.fromkeys((*one.values, *other.values)):
        first, second = one.values.get(name, defaults.get(name)), other.values.get(name, defaults.get(name))
        old, new = rank(directions.get(name, ""), first), rank(directions.get(name, ""), second)
        values[name] = first if old is not None and new is not None and old > new else second
    kept = {name: value for name, value in values.items() if value != defaults.get(name)}
    same = kept == dict(one.values) and cap is one.cap
    return Use(one.pack if same else other.pack, cap, kept)
