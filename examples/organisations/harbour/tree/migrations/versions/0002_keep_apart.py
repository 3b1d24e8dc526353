"""Repair bookings of before the constraint, then keep bookings apart again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.execute("UPDATE bookings SET departure = arrival + 1 WHERE departure <= arrival")
    op.create_exclude_constraint("apart", "bookings", (sa.column("berth"), "="), using="gist")


def downgrade() -> None:
    op.drop_constraint("apart", "bookings")
