"""How titles, headings, comments and tables are written in the markups projects use."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from qmslint.quick import dataclass


@dataclass(frozen=True, slots=True)
class Form:
    """One markup; every function returns text that ends with a line end."""

    ending: str
    title: Callable[[str], str]
    heading: Callable[[str], str]
    comment: Callable[[str], str]
    table: Callable[[Sequence[str], Sequence[str]], str]


def _pipes(columns: Sequence[str], cells: Sequence[str]) -> str:
    rows = (columns, ["---"] * len(columns), cells)
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _list_table(columns: Sequence[str], cells: Sequence[str]) -> str:
    lines = [".. list-table::", "   :header-rows: 1", ""]
    for row in (columns, cells):
        lines += [f"   {'*' if number == 0 else ' '} - {cell}" for number, cell in enumerate(row)]
    return "\n".join(lines) + "\n"


def _doc_table(columns: Sequence[str], cells: Sequence[str]) -> str:
    rows = "".join("".join(f"| {cell}\n" for cell in row) + "\n" for row in (columns, cells))
    return f'[options="header"]\n|===\n{rows.rstrip()}\n|===\n'


def _underlined(sign: str) -> Callable[[str], str]:
    return lambda text: f"{text}\n{sign * len(text)}\n"


FORMS: Mapping[str, Form] = MappingProxyType(
    {
        ".md": Form(".md", lambda t: f"# {t}\n", lambda t: f"## {t}\n", lambda t: f"<!-- {t} -->\n", _pipes),
        ".rst": Form(".rst", _underlined("="), _underlined("-"), lambda t: f".. {t}\n", _list_table),
        ".adoc": Form(".adoc", lambda t: f"= {t}\n", lambda t: f"== {t}\n", lambda t: f"// {t}\n", _doc_table),
    }
)
"""Markup by file ending."""
