"""Made-up guests for all tests; see docs/engineering/test-strategy.md."""

from __future__ import annotations

from datetime import date

import pytest
from faker import Faker

from berthplan.privacy import Guest


@pytest.fixture
def guest() -> Guest:
    """Return a guest who never existed."""
    fake = Faker()
    Faker.seed(4711)
    return Guest(1, fake.name(), fake.safe_email(), date(2026, 1, 2))
