from __future__ import annotations

from datetime import date

import pytest

from berthplan.bookings import Booking, Clash, Plan

ONE = Booking("A1", "Seagull", date(2026, 7, 1), date(2026, 7, 3))


@pytest.mark.requirement("REQ-001")
def test_a_berth_is_booked_once() -> None:
    plan = Plan().book(ONE)
    with pytest.raises(Clash):
        plan.book(Booking("A1", "Puffin", date(2026, 7, 2), date(2026, 7, 4)))


@pytest.mark.requirement("REQ-001")
def test_one_leaves_in_the_morning_and_another_comes_in_the_evening() -> None:
    assert len(Plan().book(ONE).book(Booking("A1", "Puffin", date(2026, 7, 3), date(2026, 7, 4))).bookings) == 2


@pytest.mark.requirement("REQ-002")
def test_a_cancelled_booking_frees_the_berth() -> None:
    plan = Plan().book(ONE).cancel(ONE)
    assert plan.book(ONE).bookings[-1] == ONE


@pytest.mark.requirement("REQ-002")
def test_a_cancelled_booking_stays_for_the_accounts() -> None:
    assert Plan().book(ONE).cancel(ONE).bookings[0].cancelled


def test_nobody_leaves_before_arriving() -> None:
    with pytest.raises(ValueError, match="after arrival"):
        Plan().book(Booking("A1", "Seagull", date(2026, 7, 3), date(2026, 7, 3)))
