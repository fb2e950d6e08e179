"""continuations: what a button needs to go on with after a restart; where a job was asked for, and its reply's token"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("jobs") as batch:
        batch.add_column(sa.Column("reply_channel_id", sa.BigInteger(), nullable=True))
        batch.add_column(sa.Column("reply_token", sa.Text(), nullable=True))
    op.create_table(
        "continuations",
        sa.Column("key", sa.String(length=16), nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_continuations")),
    )
    op.create_index("ix_continuations_owner_id", "continuations", ["owner_id"])
    op.create_index("ix_continuations_created_at", "continuations", ["created_at"])


def downgrade() -> None:
    op.drop_table("continuations")
    with op.batch_alter_table("jobs") as batch:
        batch.drop_column("reply_token")
        batch.drop_column("reply_channel_id")
