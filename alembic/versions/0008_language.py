"""language: a job remembers in which one its owner is answered, also after a restart of the bot"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Not in a batch: that would copy every job, and a column without a default needs no copy.
    op.add_column("jobs", sa.Column("language", sa.String(16), nullable=True))


def downgrade() -> None:
    op.drop_column("jobs", "language")
