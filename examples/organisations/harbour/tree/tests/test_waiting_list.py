from __future__ import annotations

from datetime import date

import pytest

from berthplan.bookings import Booking, Plan
from berthplan.waiting_list import promote


@pytest.mark.requirement("REQ-004")
def test_who_waits_longest_gets_the_berth() -> None:
    first = Booking("A1", "Seagull", date(2026, 7, 1), date(2026, 7, 3))
    second = Booking("A1", "Puffin", date(2026, 7, 2), date(2026, 7, 4))
    plan, lucky = promote(Plan(), [first, second])
    assert lucky == (first,)
    assert plan.bookings == (first,)
