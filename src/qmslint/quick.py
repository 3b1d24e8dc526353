"""Values and patterns that cost nothing until they are used: most of a start was spent on making them.

:func:`dataclass` makes frozen classes with slots whose methods are written when they are first called, and hands every
other request to the standard library, whose :func:`~dataclasses.fields` and :func:`~dataclasses.replace` work on both.
:func:`regex` compiles a pattern of this program when it is first used.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

__all__ = ["dataclass", "regex"]

if TYPE_CHECKING:
    from dataclasses import dataclass
    from re import compile as regex
else:

    def dataclass(cls: type | None = None, /, **options: Any) -> Any:
        """Make a dataclass; see the standard library's for the options."""
        if options != {"frozen": True, "slots": True} or cls is not None:
            return dataclasses.dataclass(cls, **options)
        return _frozen

    class regex:  # noqa: N801 -- stands for re.compile
        """A pattern that is compiled when one of its methods is first asked for.

        Parameters
        ----------
        source : str
            The pattern.
        flags : int
            As for :func:`re.compile`.
        """

        def __init__(self, source: str, flags: int = 0) -> None:
            self._asked = (source, flags)

        def __getattr__(self, name: str) -> Any:
            if name.startswith("__"):
                raise AttributeError(name)
            compiled = re.compile(*self._asked)
            for method in ("search", "match", "fullmatch", "finditer", "findall", "sub", "subn", "split", "pattern"):
                self.__dict__[method] = getattr(compiled, method)
            return getattr(compiled, name)


@dataclasses.dataclass(frozen=True, slots=True)
class _Sample:
    """Lends what the standard library marks its classes with."""

    field: int = 0


_FIELD_TYPE = _Sample.__dataclass_fields__["field"]._field_type  # type: ignore[attr-defined]
_REQUIRED = dataclasses.MISSING


def _frozen(cls: type) -> type:
    """Return ``cls`` as a frozen dataclass with slots."""
    fields: dict[str, Any] = {}
    for base in cls.__mro__[-1:0:-1]:
        fields.update(getattr(base, "__dataclass_fields__", {}))
    inherited = set(fields)
    body = {name: value for name, value in cls.__dict__.items() if name not in ("__dict__", "__weakref__")}
    for name, kind in body.get("__annotations__", {}).items():
        given = body.pop(name, _REQUIRED)
        field = given if isinstance(given, dataclasses.Field) else dataclasses.field(default=given)
        _named(field, name, kind)
        fields[name] = field
    shown = {name: field for name, field in fields.items() if field.repr}
    body.update(
        __slots__=tuple(name for name in fields if name not in inherited),
        __match_args__=tuple(name for name, field in fields.items() if field.init),
        __dataclass_fields__=fields,
        __dataclass_params__=_Sample.__dataclass_params__,  # type: ignore[attr-defined]
        __setattr__=_refuse,
        __delattr__=_refuse,
        __getstate__=_state,
        __setstate__=_restore,
    )
    for name, maker in _METHODS.items():
        if name not in body:
            body[name] = maker
    body.setdefault("__repr__", lambda self: _shown(self, shown))
    return type(cls)(cls.__name__, cls.__bases__, body)


def _named(field: Any, name: str, kind: Any) -> None:
    field.name, field.type, field._field_type, field.kw_only = name, kind, _FIELD_TYPE, False


def _refuse(self: Any, name: str, value: Any = None) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot change field {name!r}")


def _state(self: Any) -> list[Any]:
    return [getattr(self, name) for name in type(self).__dataclass_fields__]


def _restore(self: Any, state: list[Any]) -> None:
    for name, value in zip(type(self).__dataclass_fields__, state, strict=True):
        object.__setattr__(self, name, value)


def _shown(self: Any, fields: dict[str, Any]) -> str:
    return f"{type(self).__qualname__}({', '.join(f'{name}={getattr(self, name)!r}' for name in fields)})"


def _owner(cls: type, method: Any, name: str) -> type:
    """Return the class that a method to be written was put on."""
    return next(base for base in cls.__mro__ if base.__dict__.get(name) is method)


def _init(self: Any, *args: Any, **kwargs: Any) -> None:
    owner = _owner(type(self), _init, "__init__")
    _write(owner, "__init__", _init_lines(owner))(self, *args, **kwargs)


def _eq(self: Any, other: Any) -> Any:
    owner = _owner(type(self), _eq, "__eq__")
    names = _compared(owner)
    test = f"{_tuple('self', names)} == {_tuple('other', names)}"
    lines = ["(self, other):", " if other.__class__ is self.__class__:", f"  return {test}", " return NotImplemented"]
    return _write(owner, "__eq__", lines)(self, other)


def _hash(self: Any) -> int:
    owner = _owner(type(self), _hash, "__hash__")
    written = _write(owner, "__hash__", ["(self):", f" return hash({_tuple('self', _compared(owner))})"])
    return cast(int, written(self))


_METHODS = {"__init__": _init, "__eq__": _eq, "__hash__": _hash}


def _compared(cls: type) -> list[str]:
    fields = cls.__dataclass_fields__  # type: ignore[attr-defined]
    return [name for name, field in fields.items() if field.compare]


def _tuple(of: str, names: list[str]) -> str:
    return f"({''.join(f'{of}.{name}, ' for name in names)})"


def _init_lines(cls: type) -> list[str]:
    fields = cls.__dataclass_fields__  # type: ignore[attr-defined]
    arguments, lines = [], []
    for name, field in fields.items():
        value = name
        if field.default_factory is not _REQUIRED:
            value = f"_made_{name}() if {name} is _absent else {name}" if field.init else f"_made_{name}()"
        elif not field.init:
            value = f"_default_{name}"
        if field.init:
            absent = "_absent" if field.default_factory is not _REQUIRED else f"_default_{name}"
            required = field.default is _REQUIRED and field.default_factory is _REQUIRED
            arguments.append(name if required else f"{name}={absent}")
        lines.append(f" _set(self, {name!r}, {value})")
    lines = lines or [" pass"]
    if hasattr(cls, "__post_init__"):
        lines.append(" self.__post_init__()")
    return [f"({', '.join(['self', *arguments])}):", *lines]


def _write(cls: type, name: str, lines: list[str]) -> Callable[..., Any]:
    """Put the written method on the class, where it takes the place of the one that asked for it."""
    fields = cls.__dataclass_fields__  # type: ignore[attr-defined]
    known: dict[str, Any] = {"_set": object.__setattr__, "_absent": _REQUIRED}
    known.update({f"_default_{key}": field.default for key, field in fields.items()})
    known.update({f"_made_{key}": field.default_factory for key, field in fields.items()})
    exec("\n".join([f"def {name}{lines[0]}", *lines[1:]]), known)  # noqa: S102
    method: Callable[..., Any] = known[name]
    method.__qualname__ = f"{cls.__qualname__}.{name}"
    method.__module__ = cls.__module__
    type.__setattr__(cls, name, method)
    return method
