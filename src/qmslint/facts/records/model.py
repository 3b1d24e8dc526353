"""The one model of a record: fields with their lines, whatever it was read from."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Literal

from qmslint.quick import dataclass

Form = Literal["cell", "label", "heading", "front", "data", "told"]


@dataclass(frozen=True, slots=True)
class Value:
    """What a record says in one field.

    Parameters
    ----------
    text : str
        The text, or an empty string where only a template's left-over stands there.
    line, end : int
        First and last line.
    form : str
        ``cell`` of a table, ``label`` or ``heading`` of a document, ``front`` matter or ``data`` of a data file.
    rows : int
        Filled rows of tables inside.
    """

    text: str
    line: int
    form: Form
    end: int = 0
    rows: int = 0


@dataclass(frozen=True, slots=True)
class Action:
    """One action that somebody agreed to take."""

    text: str
    line: int
    owner: str = ""
    due: str = ""
    due_on: datetime.date | None = None
    status: str = ""
    link: str = ""
    done: bool = False
    id: str = ""

    @property
    def tracked(self) -> bool:
        """Whether it has an owner and a date or a link by which it can be followed."""
        return bool(self.owner and (self.due or self.link))


@dataclass(frozen=True, slots=True, eq=False)
class Record:
    """One record.

    Parameters
    ----------
    kind : str
        Kind of the vocabulary.
    fields : mapping of str to Value
        Filled fields by name of the vocabulary.
    empty : mapping of str to int
        Fields that are there but not filled in, with their lines.
    group : str
        Heading it stands under, for records of a list.
    """

    kind: str
    id: str
    title: str
    date: datetime.date | None
    fields: Mapping[str, Value]
    empty: Mapping[str, int]
    path: str
    line: int
    end: int
    form: str
    group: str = ""
    actions: tuple[Action, ...] = ()

    @property
    def name(self) -> str:
        """A short name for messages."""
        # The number of a row says nothing where the row has a title.
        telling = self.id and self.id.lower() not in self.title.lower() and not (self.title and self.id.isdecimal())
        return (self.id if telling else "") or self.title[:70] or self.path

    def text(self, name: str) -> str:
        """Return what a field says, empty when it is missing or not filled in."""
        value = self.fields.get(name)
        return value.text if value else ""
