"""Decision records of every common dialect, read into one form."""

from qmslint.facts.decisions.find import decisions
from qmslint.facts.decisions.model import Decision, Decisions, Text

__all__ = ["Decision", "Decisions", "Text", "decisions"]
