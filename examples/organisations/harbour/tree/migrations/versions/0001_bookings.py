"""Bookings, with no two boats in one berth."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "bookings",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("berth", sa.Text, nullable=False),
        sa.Column("arrival", sa.Date, nullable=False),
        sa.Column("departure", sa.Date, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("bookings")
