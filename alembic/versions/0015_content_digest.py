"""content digest: of the file of reviews inside a packed file, keyed as the digest of the file itself

Files from before are found by the bytes that were sent, as ever.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

HAS_ONE = "content_digest IS NOT NULL"


def upgrade() -> None:
    op.add_column("uploads", sa.Column("content_digest", sa.String(length=64), nullable=True))
    op.create_index(
        "ix_uploads_content_digest",
        "uploads",
        ["content_digest"],
        sqlite_where=sa.text(HAS_ONE),
        postgresql_where=sa.text(HAS_ONE),
    )


def downgrade() -> None:
    op.drop_index("ix_uploads_content_digest", "uploads")
    op.drop_column("uploads", "content_digest")
