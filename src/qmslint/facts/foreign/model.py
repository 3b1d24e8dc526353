"""Results and exports of other programs, as numbers with where they come from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Literal

from qmslint.quick import dataclass

Form = Literal["sarif", "junit", "coverage", "scorecard", "ruleset", "approvals", "deployments", "other"]
STATES: frozenset[str] = frozenset({"scorecard", "ruleset"})
"""Forms that describe how something is, and therefore age; the others record what happened."""


@dataclass(frozen=True, slots=True)
class Content:
    """What a file says.

    Parameters
    ----------
    form : str
        Which sort of result it is; ``other`` where that is not recognised.
    tool : str
        The program that made it, as far as it says so.
    made : int or None
        When it was made, in seconds since 1970, as far as it says so.
    commit : str
        The commit it says it is about.
    numbers : mapping of str to float
        What it counts; shares are from 0 to 1.
    """

    form: Form
    tool: str = ""
    made: int | None = None
    commit: str = ""
    numbers: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Envelope:
    """Who says when the content was taken from where, and whether the content is still that."""

    path: str
    kind: str
    collected_at: int | None
    collected_by: str
    source_url: str
    digest: Literal["none", "matches", "differs"]


@dataclass(frozen=True, slots=True)
class Foreign:
    """One result or export of another program."""

    path: str
    content: Content
    envelope: Envelope | None = None

    @property
    def made(self) -> int | None:
        """When it was taken: what the envelope says, else what the content itself says."""
        stated = self.envelope.collected_at if self.envelope else None
        return stated if stated is not None else self.content.made
