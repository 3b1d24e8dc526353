"""The only door from text to HTML: everything is escaped unless it was built here."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import TypeAlias

from qmslint.quick import regex
from qmslint.report.safe import safe

_VOID = frozenset({"br", "hr", "input", "meta"})
_INLINE = frozenset({"a", "b", "br", "code", "em", "span", "strong", "time", "option", "button", "input"})
_NOT_ID = regex(r"[^A-Za-z0-9_.-]")


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


Child: TypeAlias = "str | Iterable[str]"


def text(value: str) -> Markup:
    """Return ``value`` as HTML text."""
    return Markup(escape(safe(value), quote=True))


def join(parts: Iterable[str], between: str = "") -> Markup:
    """Return the parts one after another; what is not markup is escaped."""
    return Markup(text(between).join(part if isinstance(part, Markup) else text(part) for part in parts))


def tag(name: str, /, *children: Child, **attributes: str | int | bool | None) -> Markup:
    """Return an element.

    Parameters
    ----------
    name : str
        Its name.
    children : str, Markup, or iterables of them
        Its content; plain text is escaped.
    attributes : str, int, bool or None
        ``class_`` and ``for_`` lose the underscore, others become dashes; True gives a bare attribute, None and False none.
    """
    end = "" if name in _INLINE else "\n"
    head = f"<{name}{''.join(_attribute(key, value) for key, value in attributes.items())}>"
    if name in _VOID:
        return Markup(head + end)
    body = "".join(join((child,)) if isinstance(child, str) else join(child) for child in children)
    return Markup(f"{head}{body}</{name}>{end}")


def _attribute(name: str, value: str | int | bool | None) -> str:
    name = name.rstrip("_").replace("_", "-")
    if value is None or value is False:
        return ""
    return f" {name}" if value is True else f' {name}="{text(str(value))}"'


def anchor(kind: str, name: str) -> str:
    """Return an id for a clause or a rule."""
    return f"{kind}-{_NOT_ID.sub('-', name)}"


def plural(count: int, one: str, many: str = "") -> str:
    """Return a count with its noun."""
    return f"{count} {one if count == 1 else many or one + 's'}"
