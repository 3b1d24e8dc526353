from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from fastapi.testclient import TestClient

from berthplan.app import app
from berthplan.sessions import IDLE, Session, record

NOW = datetime(2026, 5, 1, 12, 0)


@pytest.mark.requirement("SEC-02")
def test_a_session_ends_when_nobody_uses_it() -> None:
    assert Session("ada", NOW).alive(NOW + IDLE)
    assert not Session("ada", NOW).alive(NOW + IDLE + timedelta(seconds=1))


@pytest.mark.requirement("SEC-03")
def test_guests_see_their_own_bookings_only() -> None:
    assert not Session("ada", NOW).may_see("grace")


@pytest.mark.requirement("SEC-04")
def test_what_is_not_in_the_contract_is_refused() -> None:
    answer = TestClient(app).get("/v2/harbours/north/price", params={"length": "long", "month": 7})
    assert answer.status_code == 422


@pytest.mark.requirement("SEC-08")
def test_who_changed_a_booking_is_recorded() -> None:
    assert record("ada", 7, NOW).endswith("ada 7")
