"""Platforms that spread one policy over several settings: the parts are put together per branch here."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from qmslint.facts.branch_policy import model as m
from qmslint.facts.branch_policy.model import Bypass, Export, Policy, Property


@dataclass(slots=True)
class Draft:
    """A policy that is being put together.

    Parameters
    ----------
    base : Policy
        Dialect, title and place of the part that was seen first.
    """

    base: Policy
    properties: dict[str, Property] = field(default_factory=dict)
    bypass: list[Bypass] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def put(self, name: str, prop: Property, path: str = "") -> None:
        """Say something about a property; the stricter statement stays."""
        prop = replace(prop, path=path if path != self.base.path else "")
        self.properties[name] = stricter(name, self.properties.get(name), prop)

    def done(self, export: Export | None = None) -> Policy:
        """Return the policy."""
        return self.base.but(
            properties=self.properties,
            bypass=tuple(self.bypass),
            notes=(*self.base.notes, *self.notes),
            export=export or self.base.export,
        )


_LOWER_IS_STRICTER = frozenset({m.FORCE_PUSH, m.DELETION, m.SELF_APPROVAL})


def stricter(name: str, one: Property | None, other: Property) -> Property:
    """Return the stricter of two statements about a property; what is known beats what is not."""
    if one is None or one.value is None:
        return other
    if other.value is None:
        return one
    if isinstance(one.value, tuple) and isinstance(other.value, tuple):
        names = tuple(dict.fromkeys((*one.value, *other.value)))
        return replace(one if one.value else other, value=names)
    first, second = int(one.value or 0), int(other.value or 0)  # type: ignore[arg-type]
    if name in _LOWER_IS_STRICTER:
        first, second = -first, -second
    return other if second > first else one
