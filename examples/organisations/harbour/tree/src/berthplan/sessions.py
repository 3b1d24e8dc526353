"""Who is signed in, what they may see, and who changed what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

IDLE = timedelta(minutes=30)


@dataclass(frozen=True)
class Session:
    """A guest or a harbour master at work."""

    person: str
    seen: datetime

    def alive(self, now: datetime) -> bool:
        """Tell whether the session was used not long ago."""
        return now - self.seen <= IDLE

    def may_see(self, owner: str) -> bool:
        """Tell whether a booking of ``owner`` may be shown."""
        return self.person == owner


def record(person: str, number: int, now: datetime) -> str:
    """Return the line that says who changed which booking when."""
    return f"{now.isoformat()} {person} {number}"
