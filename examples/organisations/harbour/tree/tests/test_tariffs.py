from __future__ import annotations

from decimal import Decimal

import pytest

from berthplan.tariffs import night


@pytest.mark.requirement("REQ-003")
@pytest.mark.parametrize(("month", "euro"), [(7, "26.00"), (5, "18.00"), (1, "9.00")])
def test_a_night_costs_by_length_and_season(month: int, euro: str) -> None:
    assert night(Decimal("10"), month) == Decimal(euro)
