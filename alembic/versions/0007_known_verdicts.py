"""known verdicts: a text that was scored before by the same model is not scored again"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# SQLite's own row number, so that the table needs no index beside it.
HASH = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "known_verdicts",
        sa.Column("text_hash", HASH, autoincrement=False, nullable=False),
        sa.Column("model", sa.String(200), nullable=False),
        sa.Column("label", sa.String(16), nullable=False),
        sa.Column("probability", sa.Double(), nullable=False),
        sa.Column("flags", sa.Text(), nullable=False),
        sa.CheckConstraint("label IN ('positive', 'negative', 'uncertain')", name=op.f("ck_known_verdicts_label")),
        sa.PrimaryKeyConstraint("text_hash", name=op.f("pk_known_verdicts")),
    )
    # Not in a batch: that would copy every review, and a column without a default needs no copy.
    op.add_column("reviews", sa.Column("text_hash", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    op.drop_column("reviews", "text_hash")
    op.drop_table("known_verdicts")
