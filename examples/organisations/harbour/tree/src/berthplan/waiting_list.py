"""Who gets a berth when somebody cancels."""

from __future__ import annotations

from collections.abc import Iterable

from berthplan.bookings import Booking, Clash, Plan


def promote(plan: Plan, waiting: Iterable[Booking]) -> tuple[Plan, tuple[Booking, ...]]:
    """Book those who wait, in their order, as far as there is room; return who was lucky."""
    lucky: list[Booking] = []
    for wanted in waiting:
        try:
            plan = plan.book(wanted)
        except Clash:
            continue
        lucky.append(wanted)
    return plan, tuple(lucky)
