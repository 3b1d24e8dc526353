"""Bookings of berths."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date


class Clash(Exception):
    """Two boats want the same berth in overlapping nights."""


@dataclass(frozen=True)
class Booking:
    """A boat in a berth from the evening of arrival to the morning of departure."""

    berth: str
    boat: str
    arrival: date
    departure: date
    cancelled: bool = False

    @property
    def nights(self) -> int:
        """Return how many nights are paid for."""
        return (self.departure - self.arrival).days

    def overlaps(self, other: Booking) -> bool:
        """Tell whether both need the berth in at least one night."""
        return self.berth == other.berth and self.arrival < other.departure and other.arrival < self.departure


@dataclass(frozen=True)
class Plan:
    """All bookings of one harbour."""

    bookings: tuple[Booking, ...] = ()

    def book(self, wanted: Booking) -> Plan:
        """Return the plan with one more booking.

        Raises
        ------
        Clash
            If the berth is taken in one of the nights.
        ValueError
            If the boat leaves before it arrives.
        """
        if wanted.nights < 1:
            raise ValueError("departure must be after arrival")
        for booking in self.bookings:
            if not booking.cancelled and booking.overlaps(wanted):
                raise Clash(f"{wanted.berth} is taken from {booking.arrival}")
        return replace(self, bookings=(*self.bookings, wanted))

    def cancel(self, booking: Booking) -> Plan:
        """Return the plan with the booking cancelled; it stays for the accounts."""
        kept = tuple(replace(one, cancelled=True) if one == booking else one for one in self.bookings)
        return replace(self, bookings=kept)
