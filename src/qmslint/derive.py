"""One description of every option: a frozen dataclass gives the JSON Schema, the checks and the object.

A field is declared with :func:`option`.  Supported types are ``str``, ``int``, ``float``, ``bool``,
``Literal``, ``X | None``, ``tuple[X, ...]``, ``Mapping[str, X]``, other such dataclasses,
:class:`qmslint.model.rule.Check` and the two string kinds :data:`Pattern` and :data:`Glob`.
"""

from __future__ import annotations

import dataclasses
import difflib
import types
import typing
from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from qmslint.errors import PackError, Place, QmslintError
from qmslint.lineyaml import Map, Seq
from qmslint.model.rule import Check

Pattern = Annotated[str, "pattern"]
"""An RE2 pattern (https://github.com/google/re2/wiki/Syntax): linear time, no look-around."""
Glob = Annotated[str, "glob"]
"""A path pattern: ``*`` within a name, ``**`` across folders, ``{a,b}`` alternatives; case is ignored."""

_MISSING = dataclasses.MISSING


def option(text: str, default: Any = _MISSING, **limits: Any) -> Any:
    """Declare a field: one sentence of purpose, a default unless it is required, and schema limits.

    Parameters
    ----------
    text : str
        What the option means, shown in the schema, in editors and in ``qmslint explain``.
    default : Any
        Value when the option is not given; tuples and mappings are shared because they are immutable.
    limits : Any
        JSON Schema keywords such as ``minimum`` or ``maximum``.
    """
    metadata = {"doc": text, "limits": limits}
    if isinstance(default, dict):
        frozen = types.MappingProxyType(default)
        return dataclasses.field(default_factory=lambda: frozen, metadata=metadata)
    if default is _MISSING:
        return dataclasses.field(metadata=metadata)
    return dataclasses.field(default=default, metadata=metadata)


class Builder:
    """Turns parsed YAML into dataclass instances.

    Parameters
    ----------
    name : str
        What to call the file in complaints.
    params_of : callable
        Gives the parameter dataclass of a check kind, or ``None`` if there is no such kind.
    kinds : iterable of str
        All kind names, for suggestions.
    error : type
        Class of the errors raised.
    tested : bool
        The patterns in it are known to be patterns, so that they are only compiled when they are used.
    """

    def __init__(
        self,
        name: str,
        params_of: Callable[[str], type | None] = lambda _: None,
        kinds: Iterable[str] = (),
        error: type[QmslintError] = PackError,
        tested: bool = False,
    ) -> None:
        self.name = name
        self.params_of = params_of
        self.kinds = tuple(kinds)
        self.error = error
        self.tested = tested

    def fail(self, message: str, line: int, hint: str = "") -> QmslintError:
        """Return an error at ``line`` of the file."""
        return self.error(message, Place(self.name, line), hint)

    def build(self, kind: Any, data: Any, line: int = 0, what: str = "value") -> Any:
        """Return ``data`` as an instance of the type ``kind``; ``what`` names it in complaints."""
        origin, arguments = get_origin(kind), get_args(kind)
        if kind is Check:
            return self.check(data, line)
        if dataclasses.is_dataclass(kind) and isinstance(kind, type):
            return self.record(kind, data, line, what)
        if origin is Annotated:
            return self.text(arguments[1], data, line, what)
        if origin in (Union, types.UnionType):
            return self.build(arguments[0], data, line, what) if data is not None else None
        if origin is Literal:
            return self.choice(arguments, data, line, what)
        if origin is tuple:
            return self.items(arguments[0], data, line, what)
        if origin in (Mapping, typing.get_origin(Mapping[str, str])):
            return self.mapping(arguments[1], data, line, what)
        return self.scalar(kind, data, line, what)

    def record(self, cls: type, data: Any, line: int, what: str) -> Any:
        """Return an instance of the dataclass ``cls``."""
        if not isinstance(data, dict):
            raise self.fail(f"{what} must be a mapping, not {_name(data)}", line)
        fields = {_key(f.name): f for f in dataclasses.fields(cls)}
        hints = _hints(cls)
        values = {}
        for key, value in data.items():
            if key not in fields:
                raise self.fail(f"{what} has no option {key!r}", _line(data, key, line), suggest(key, fields))
            field = fields[key]
            at = _line(data, key, line)
            values[field.name] = self.build(hints[field.name], value, at, key)
            self._limits(field, values[field.name], at)
        for key, field in fields.items():
            required = field.default is _MISSING and field.default_factory is _MISSING
            if required and field.name not in values:
                raise self.fail(f"{what} needs the option {key!r}", _own_line(data, line))
        try:
            return cls(**values)
        except ValueError as error:
            raise self.fail(f"{what}: {error}", _own_line(data, line)) from None

    def check(self, data: Any, line: int) -> Check:
        """Return a check written as ``{kind: {option: value}}``."""
        if not isinstance(data, dict) or len(data) != 1:
            raise self.fail("a check is one kind with its options, like `files: {any: [...]}`", line)
        ((kind, options),) = data.items()
        params = self.params_of(str(kind))
        at = _line(data, kind, line)
        if params is None:
            raise self.fail(f"there is no check kind {kind!r}", at, suggest(str(kind), self.kinds))
        single = [f for f in dataclasses.fields(params) if f.metadata.get("limits", {}).get("bare")]
        if (single and not isinstance(options, dict)) or (
            single and isinstance(options, dict) and _key(single[0].name) not in options
        ):
            options = {_key(single[0].name): options}
        return Check(str(kind), self.build(params, options or {}, at, str(kind)), at)

    def items(self, kind: Any, data: Any, line: int, what: str) -> tuple[Any, ...]:
        """Return a list; a single value stands for a list of one."""
        values = data if isinstance(data, list) else [data]
        line_of = data.line_of if isinstance(data, Seq) else lambda _: line
        return tuple(self.build(kind, value, line_of(index), f"{what}[{index}]") for index, value in enumerate(values))

    def mapping(self, kind: Any, data: Any, line: int, what: str) -> Mapping[str, Any]:
        """Return a mapping with free keys."""
        if not isinstance(data, dict):
            raise self.fail(f"{what} must be a mapping, not {_name(data)}", line)
        return types.MappingProxyType(
            {str(key): self.build(kind, value, _line(data, key, line), f"{what}.{key}") for key, value in data.items()}
        )

    def choice(self, allowed: tuple[Any, ...], data: Any, line: int, what: str) -> Any:
        """Return one of a fixed set of words."""
        if data not in allowed:
            words = ", ".join(str(word) for word in allowed)
            raise self.fail(f"{what} is {data!r}; it may be {words}", line, suggest(str(data), allowed))
        return data

    def text(self, mark: str, data: Any, line: int, what: str) -> str:
        """Return a pattern or glob after checking that it is one."""
        value: str = self.scalar(str, data, line, what)
        if mark == "pattern" and not self.tested:
            from qmslint.patterns import invalid

            if trouble := invalid(value):
                raise self.fail(f"{what}: not a usable pattern: {trouble}", line, "RE2 syntax")
        return value

    def scalar(self, kind: Any, data: Any, line: int, what: str) -> Any:
        """Return a single value of a plain type."""
        if kind is Any:
            return data
        if kind is bool and isinstance(data, bool):
            return data
        if kind is str and isinstance(data, (str, int)) and not isinstance(data, bool):
            return str(data)
        if kind is int and isinstance(data, int) and not isinstance(data, bool):
            return data
        if kind is float and not isinstance(data, bool):
            try:
                return float(data)
            except (TypeError, ValueError):
                pass
        names = {str: "text", bool: "true or false", int: "a whole number", float: "a number"}
        raise self.fail(f"{what} must be {names.get(kind, kind)}, not {_name(data)}", line)

    def _limits(self, field: dataclasses.Field[Any], value: Any, line: int) -> None:
        limits = field.metadata.get("limits", {})
        if value is not None and "minimum" in limits and value < limits["minimum"]:
            raise self.fail(f"{_key(field.name)} must be at least {limits['minimum']}", line)
        if value is not None and "maximum" in limits and value > limits["maximum"]:
            raise self.fail(f"{_key(field.name)} must be at most {limits['maximum']}", line)


def schema_of(cls: type, defs: dict[str, Any]) -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of the dataclass ``cls``; shared parts go into ``defs``."""
    hints = _hints(cls)
    properties = {}
    required = []
    for field in dataclasses.fields(cls):
        piece = _schema(hints[field.name], defs)
        limits = {k: v for k, v in field.metadata.get("limits", {}).items() if k != "bare"}
        piece = {**piece, **limits}
        if text := field.metadata.get("doc"):
            piece["description"] = text
        if isinstance(field.default, (str, int, float)) or (isinstance(field.default, tuple) and field.default):
            piece["default"] = field.default
        if field.default is _MISSING and field.default_factory is _MISSING:
            required.append(_key(field.name))
        properties[_key(field.name)] = piece
    schema: dict[str, Any] = {
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
    }
    if required:
        schema["required"] = required
    if cls.__doc__:
        schema["description"] = cls.__doc__.split("\n\n")[0].replace("\n", " ").strip()
    return schema


def _schema(kind: Any, defs: dict[str, Any]) -> dict[str, Any]:
    origin, arguments = get_origin(kind), get_args(kind)
    if kind is Check:
        return {"$ref": "#/$defs/check"}
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        if kind.__name__ not in defs:
            defs[kind.__name__] = {}
            defs[kind.__name__] = schema_of(kind, defs)
        return {"$ref": f"#/$defs/{kind.__name__}"}
    if origin is Annotated:
        return {"type": "string", "x-kind": arguments[1]}
    if origin in (Union, types.UnionType):
        return {"anyOf": [_schema(arguments[0], defs), {"type": "null"}]}
    if origin is Literal:
        return {"enum": list(arguments)}
    if origin is tuple:
        item = _schema(arguments[0], defs)
        return {"anyOf": [{"type": "array", "items": item}, item]}
    if origin is not None and issubclass(origin, typing.get_origin(Mapping[str, str])):  # type: ignore[arg-type]
        return {"type": "object", "additionalProperties": _schema(arguments[1], defs)}
    plain: dict[Any, dict[str, Any]] = {
        str: {"type": ["string", "integer"]},
        bool: {"type": "boolean"},
        int: {"type": "integer"},
        float: {"type": ["number", "string"]},
    }
    return plain.get(kind, {})


def suggest(word: Any, known: Iterable[Any]) -> str:
    """Return a hint that names the nearest of the ``known`` words, or all of them when there are few."""
    words = [str(item) for item in known]
    near = difflib.get_close_matches(str(word), words, 1, 0.6)
    if near:
        return f"did you mean {near[0]!r}?"
    return f"known: {', '.join(sorted(words))}" if 0 < len(words) <= 30 else ""


def _hints(cls: type) -> dict[str, Any]:
    known = cls.__dict__.get("__qmslint_hints__")
    if known is None:
        known = get_type_hints(cls, include_extras=True)
        type.__setattr__(cls, "__qmslint_hints__", known)
    return typing.cast("dict[str, Any]", known)


def _key(name: str) -> str:
    """Return the option name of a field; a trailing underscore only avoids a Python keyword."""
    return name.rstrip("_")


def _line(data: Any, key: Any, line: int) -> int:
    return data.line_of(key) if isinstance(data, Map) else line


def _own_line(data: Any, line: int) -> int:
    return data.line if isinstance(data, (Map, Seq)) and data.line else line


def _name(data: Any) -> str:
    if data is None:
        return "empty"
    if isinstance(data, dict):
        return "a mapping"
    return "a list" if isinstance(data, list) else repr(data)
