"""blocks: users and servers that the host shut out"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "blocks",
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("id", sa.BigInteger, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("kind", "id", name="pk_blocks"),
        sa.CheckConstraint("kind IN ('user', 'server')", name=op.f("ck_blocks_kind")),
    )


def downgrade() -> None:
    op.drop_table("blocks")
