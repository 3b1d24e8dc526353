from __future__ import annotations

from datetime import date

import pytest

from berthplan.privacy import Guest, forget


@pytest.mark.requirement("REQ-005")
def test_guests_are_forgotten_after_ninety_days(guest: Guest) -> None:
    assert forget(guest, date(2026, 6, 1)).email == ""


@pytest.mark.requirement("REQ-005")
def test_guests_are_known_until_then(guest: Guest) -> None:
    assert forget(guest, date(2026, 2, 1)) == guest
