"""Forgetting guests when the retention time is over."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

KEEP = timedelta(days=90)


@dataclass(frozen=True)
class Guest:
    """A person who booked; after the retention time only the number of the booking stays."""

    number: int
    name: str
    email: str
    left: date


def forget(guest: Guest, today: date) -> Guest:
    """Return the guest without personal data once the retention time has passed."""
    if today - guest.left <= KEEP:
        return guest
    return replace(guest, name="", email="")
