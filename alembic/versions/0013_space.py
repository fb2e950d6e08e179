"""space: bytes of jobs, deletions that are marked first, sent messages, servers that were left, the purge's clock

What a job from before takes up is counted from its files; its texts count from the next file on. A deletion that was
asked for and not finished is marked on its jobs, as a new one is.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
STORED = "stored_bytes > 0"


def upgrade() -> None:
    # Not in batches: they would copy every job, and columns like these need no copy.
    op.add_column("jobs", sa.Column("purge_begun_at", TIME, nullable=True))
    op.add_column("jobs", sa.Column("stored_bytes", sa.BigInteger(), nullable=False, server_default=sa.text("0")))
    op.execute(
        """
        UPDATE jobs SET stored_bytes =
            coalesce((SELECT sum(b.size) FROM blobs b JOIN uploads u ON u.blob_id = b.id WHERE u.job_id = jobs.id), 0)
            + coalesce((SELECT sum(b.size) FROM blobs b JOIN outputs o ON o.blob_id = b.id WHERE o.job_id = jobs.id), 0)
        WHERE kind = 'file' AND purged_at IS NULL
        """
    )
    op.execute(
        """
        UPDATE jobs SET purge_begun_at = (SELECT requested_at FROM deletion_requests d WHERE d.user_id = owner_id)
        WHERE purge_begun_at IS NULL AND state IN ('done', 'cancelled', 'failed') AND EXISTS
            (SELECT 1 FROM deletion_requests d WHERE d.user_id = owner_id AND jobs.created_at <= d.requested_at)
        """
    )
    _index("ix_jobs_stored", "jobs", ["owner_id", "guild_id", "stored_bytes"], STORED)
    _index("ix_jobs_reply_to", "jobs", ["reply_to"], "reply_to IS NOT NULL")
    _index("ix_jobs_guild", "jobs", ["guild_id"], "guild_id IS NOT NULL")
    _index("ix_blobs_owner_id", "blobs", ["owner_id"], "owner_id IS NOT NULL")
    op.create_table(
        "sent_messages",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("job_id", sa.BigInteger(), nullable=True),
        sa.Column("source_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sent_messages")),
    )
    op.create_index("ix_sent_messages_owner_id", "sent_messages", ["owner_id"])
    _index("ix_sent_messages_job_id", "sent_messages", ["job_id"], "job_id IS NOT NULL")
    _index("ix_sent_messages_source_id", "sent_messages", ["source_id"], "source_id IS NOT NULL")
    op.create_table(
        "guild_memberships",
        sa.Column("guild_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("left_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("guild_id", name=op.f("pk_guild_memberships")),
    )
    # Where it took messages or was set up, it was a member; whether it still is, the bot sees when it is connected.
    op.execute(
        """
        INSERT INTO guild_memberships (guild_id)
        SELECT guild_id FROM guild_settings
        UNION SELECT guild_id FROM jobs WHERE guild_id IS NOT NULL AND source = 'message'
        """
    )
    op.create_table(
        "purge_clock",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("purged_at", TIME, nullable=True),
        sa.Column("refused_since", TIME, nullable=True),
        sa.Column("refused_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purge_clock")),
    )


def _index(name: str, table: str, columns: list[str], where: str) -> None:
    op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def downgrade() -> None:
    for table in ("purge_clock", "guild_memberships", "sent_messages"):
        op.drop_table(table)
    for name, table in (
        ("ix_blobs_owner_id", "blobs"),
        ("ix_jobs_guild", "jobs"),
        ("ix_jobs_reply_to", "jobs"),
        ("ix_jobs_stored", "jobs"),
    ):
        op.drop_index(name, table)
    op.drop_column("jobs", "stored_bytes")
    op.drop_column("jobs", "purge_begun_at")
