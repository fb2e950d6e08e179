"""trust: a server's channels, roles and file size, the format a user wants, audit log, deletions"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("guild_settings") as batch:
        batch.add_column(sa.Column("max_upload_mib", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("channels", sa.JSON(), server_default=sa.text("'[]'"), nullable=False))
        batch.add_column(sa.Column("roles", sa.JSON(), server_default=sa.text("'[]'"), nullable=False))
    with op.batch_alter_table("uploads") as batch:
        batch.add_column(sa.Column("file_format", sa.String(length=16), nullable=True))
    op.create_table(
        "audit_log",
        sa.Column("id", KEY, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=True),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("actor_name", sa.String(length=100), nullable=True),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("old", sa.Text(), nullable=True),
        sa.Column("new", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_log")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_audit_log_guild", "audit_log", ["guild_id", "id"])
    op.create_table(
        "deletion_requests",
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_deletion_requests")),
    )
    op.create_table(
        "message_deletions",
        sa.Column("id", KEY, nullable=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_deletions")),
        sa.UniqueConstraint("message_id", name=op.f("uq_message_deletions_message_id")),
    )


def downgrade() -> None:
    op.drop_table("message_deletions")
    op.drop_table("deletion_requests")
    op.drop_table("audit_log")
    with op.batch_alter_table("uploads") as batch:
        batch.drop_column("file_format")
    with op.batch_alter_table("guild_settings") as batch:
        batch.drop_column("roles")
        batch.drop_column("channels")
        batch.drop_column("max_upload_mib")
