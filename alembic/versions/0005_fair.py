"""fair: what the sweep and the quotas ask is served by indexes; since when workers refuse a job's model"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

OPEN = sa.text("state IN ('pending', 'queued', 'running')")
UNFINISHED = sa.text("finished_at IS NULL")


def upgrade() -> None:
    # Not in batches: neither a column that may be null nor an index needs the table made anew.
    op.add_column("jobs", sa.Column("model_refused_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_jobs_unfinished", "jobs", ["owner_id", "id"], sqlite_where=UNFINISHED, postgresql_where=UNFINISHED
    )
    op.create_index("ix_jobs_day", "jobs", ["owner_id", "created_at"])
    op.drop_index("ix_chunks_open", table_name="chunks")
    op.create_index("ix_chunks_state", "chunks", ["state", "queue", "job_id", "id"])


def downgrade() -> None:
    op.drop_index("ix_chunks_state", table_name="chunks")
    op.create_index("ix_chunks_open", "chunks", ["state", "queue", "job_id"], sqlite_where=OPEN, postgresql_where=OPEN)
    op.drop_index("ix_jobs_day", table_name="jobs")
    op.drop_index("ix_jobs_unfinished", table_name="jobs")
    op.drop_column("jobs", "model_refused_at")
