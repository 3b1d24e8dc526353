"""What a statement of the report rests on, in a form that can be looked up again."""

from __future__ import annotations

from typing import Literal

from qmslint.quick import dataclass

EvidenceKind = Literal["file", "commit", "tag", "history", "record", "attestation", "export", "setting", "absence"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """One place to look at.

    Parameters
    ----------
    kind : str
        What sort of place; decides which of the other fields are filled.
    note : str
        One line: what is to be seen there.
    path : str
        Path in the repository; for an absence, where the thing would be expected.
    line, end_line : int
        1-based lines, 0 when the whole file is meant.
    blob : str
        Object id of the file's content as examined.
    sha : str
        Object id of a commit, or of what a tag points to.
    ref : str
        Name of a tag, branch or record, or the command that reproduces a history figure.
    lacks : bool
        This is where the gap is, where other evidence of the same result is only beside it.
    """

    kind: EvidenceKind
    note: str = ""
    path: str = ""
    line: int = 0
    end_line: int = 0
    blob: str = ""
    sha: str = ""
    ref: str = ""
    lacks: bool = False


def in_file(path: str, line: int = 0, note: str = "", end_line: int = 0) -> Evidence:
    """Point at a file, or at lines of it."""
    return Evidence("file", note, path=path, line=line, end_line=end_line)


def in_record(path: str, line: int = 0, note: str = "", *, name: str = "", lacks: bool = False) -> Evidence:
    """Point at a record inside a file, by its name; ``lacks`` says that the gap is there."""
    return Evidence("record", note, path=path, line=line, ref=name, lacks=lacks)


def at_commit(sha: str, note: str = "") -> Evidence:
    """Point at a commit."""
    return Evidence("commit", note, sha=sha)


def at_tag(name: str, sha: str, note: str = "") -> Evidence:
    """Point at a tag and the commit it leads to."""
    return Evidence("tag", note, ref=name, sha=sha)


def from_history(note: str, command: str = "") -> Evidence:
    """State a figure counted over commits, with the command that gives the population."""
    return Evidence("history", note, ref=command)


def from_setting(note: str, path: str = "", line: int = 0) -> Evidence:
    """State that configuration of the examination itself says so."""
    return Evidence("setting", note, path=path, line=line)


def absent_at(path: str, note: str = "") -> Evidence:
    """State that something was looked for and not found, and where it would be expected."""
    return Evidence("absence", note, path=path)
