"""The waiting list."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "waiting",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("berth", sa.Text, nullable=False),
        sa.Column("since", sa.DateTime, nullable=False),
    )


def downgrade() -> None:
    # Guests who wait are kept aside, so that going forward again brings them back.
    op.rename_table("waiting", "waiting_kept")
