"""server_digests: which server wants a digest of its channel, how often, and what it was last told

A table of its own: the old version writes on.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "server_digests",
        sa.Column("guild_id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("channel_id", sa.BigInteger, nullable=False),
        sa.Column("every", sa.String(8), nullable=False),
        sa.Column("films", sa.JSON, nullable=False),
        sa.Column("alerts", sa.Boolean, nullable=False),
        sa.Column("language", sa.String(16), nullable=True),
        sa.Column("set_by", sa.BigInteger, nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_until", sa.Date, nullable=False),
        sa.Column("looked_on", sa.Date, nullable=True),
        sa.Column("alerted_on", sa.Date, nullable=True),
        sa.Column("posting", sa.String(32), nullable=True),
        sa.Column("posting_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("off_reason", sa.String(16), nullable=True),
        sa.PrimaryKeyConstraint("guild_id", name="pk_server_digests"),
        sa.CheckConstraint("every IN ('week', 'month')", name=op.f("ck_server_digests_every")),
        sa.CheckConstraint("off_reason IN ('closed', 'refused')", name=op.f("ck_server_digests_off_reason")),
    )
    op.create_index(
        "ix_server_digests_set_by",
        "server_digests",
        ["set_by"],
        sqlite_where=sa.text("set_by IS NOT NULL"),
        postgresql_where=sa.text("set_by IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_table("server_digests")
