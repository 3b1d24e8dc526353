"""Every error a user can cause, each with the exit code it ends the program with."""

from __future__ import annotations

from qmslint.quick import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a file something is wrong: a display name, a 1-based line, a 1-based column (0 = unknown)."""

    name: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        text = self.name
        if self.line:
            text += f":{self.line}"
            if self.column:
                text += f":{self.column}"
        return text


class QmslintError(Exception):
    """Base of all expected failures; ``exit_code`` is what the process ends with."""

    exit_code = 2

    def __init__(self, message: str, place: Place | None = None, hint: str = "") -> None:
        self.message = message
        self.place = place
        self.hint = hint
        super().__init__(str(self))

    def __str__(self) -> str:
        text = f"{self.place}: {self.message}" if self.place else self.message
        return f"{text} ({self.hint})" if self.hint else text


class UsageError(QmslintError):
    """The command line asks for something that does not exist or does not fit together."""


class ConfigError(QmslintError):
    """A configuration file says something that is not understood."""


class PackError(QmslintError):
    """A rule pack, rule, catalogue or case file is wrong."""


class RepoError(QmslintError):
    """The repository or revision cannot be examined at all."""


class OutputError(QmslintError):
    """A report cannot be written where it was asked for."""


class PluginError(QmslintError):
    """A third-party check kind cannot be loaded."""


class Unassessable(Exception):
    """Raised by a fact that cannot be had; the engine turns it into *not assessable*.

    Parameters
    ----------
    code : str
        One of the reason codes of :mod:`qmslint.model.outcome`.
    text : str
        What could not be seen and what would settle it.
    """

    def __init__(self, code: str, text: str) -> None:
        self.code = code
        self.text = text
        super().__init__(f"{code}: {text}")
