"""storage: PostgreSQL keeps texts and files as they are, for compressing them costs more time than it saves room

Its own compression (pglz) took two thirds of the time of storing a scored file. What is stored already stays as it is.
"""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

COLUMNS = (("blob_parts", "data"), ("reviews", "text"))


def _store(kind: str) -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for table, column in COLUMNS:
        op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET STORAGE {kind}")


def upgrade() -> None:
    _store("EXTERNAL")


def downgrade() -> None:
    _store("EXTENDED")
