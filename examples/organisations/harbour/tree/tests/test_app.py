from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from berthplan.app import app

CLIENT = TestClient(app)
WANTED = {"berth": "B4", "boat": "Seagull", "arrival": "2026-07-01", "departure": "2026-07-02"}


@pytest.mark.requirement("REQ-006")
def test_programs_are_told_when_a_berth_is_taken() -> None:
    assert CLIENT.post("/v2/harbours/north/bookings", params=WANTED).status_code == 201
    assert CLIENT.post("/v2/harbours/north/bookings", params=WANTED).status_code == 409


@pytest.mark.requirement("REQ-006")
def test_a_price_is_answered() -> None:
    answer = CLIENT.get("/v2/harbours/north/price", params={"length": "10", "month": 7})
    assert answer.json()["euro"] == "26.00"
