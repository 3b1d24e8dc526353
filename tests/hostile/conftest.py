"""The ground hostile repositories stand on."""

from __future__ import annotations

from pathlib import Path

import pytest

from .ground import Ground


@pytest.fixture
def ground(tmp_path: Path) -> Ground:
    """A fenced place of its own."""
    return Ground(tmp_path)
