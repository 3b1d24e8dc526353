"""A sample of the artefacts that results rest on."""

from __future__ import annotations

from qmslint.model.report import Result
from qmslint.quick import dataclass


@dataclass(frozen=True, slots=True)
class Artefact:
    """A file, commit or tag as it was at the examined revision.

    Parameters
    ----------
    kind : str
        ``file``, ``commit`` or ``tag``.
    name : str
        Path, object id or name of the tag.
    object, sort : str
        Object id of the content, and what git calls such an object.
    content : bytes or None
        The content, unless ``withheld`` says why it is not there.
    rules : tuple of str
        Rules in whose sample it is.
    notes : tuple of str
        What results say is to be seen there.
    """

    kind: str
    name: str
    object: str
    sort: str
    content: bytes | None
    withheld: str
    rules: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Drawn:
    """The sample of one result: how many artefacts it rests on, and which were drawn (kind and name)."""

    result: Result
    population: int
    chosen: tuple[tuple[str, str], ...]
