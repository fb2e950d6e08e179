"""privacy: what is shared is for who can see its channel, and what is sealed is bound to its place

What was shared before goes by the channel of its job; where that is not known it is its owner's alone from now on.
A plain text that looks as if it were sealed in the new way is marked as plain. Known verdicts go: their hashes do not
know whose a text is. What is sealed stays as it is until `reelfeel db rotate-keys`.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

MARK_PLAIN = (
    "UPDATE reviews SET text = 'sealed:1:00000000:' || text WHERE text LIKE 'sealed:2:%'",
    "UPDATE corrections SET note = 'sealed:1:00000000:' || note WHERE note LIKE 'sealed:2:%'",
)
KEYS = {"jobs": "id", "predictions": "review_id"}


def only(condition: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def upgrade() -> None:
    op.add_column("blobs", sa.Column("owner_id", sa.BigInteger(), nullable=True))
    op.execute("DELETE FROM known_verdicts")
    for statement in MARK_PLAIN:
        op.execute(statement)
    # Not in a batch: that would copy every row, and a column without a default needs no copy.
    for table in KEYS:
        op.add_column(table, sa.Column("shared_in", sa.BigInteger(), nullable=True))
    op.execute("UPDATE jobs SET shared_in = channel_id WHERE shared")
    op.execute(
        "UPDATE predictions SET shared_in = (SELECT jobs.channel_id FROM jobs WHERE jobs.id = predictions.job_id) "
        "WHERE shared"
    )
    for table, key in KEYS.items():
        op.drop_index(f"ix_{table}_shared", table)
        op.create_index(f"ix_{table}_shared_in", table, ["guild_id", key, "shared_in"], **only("shared"))


def downgrade() -> None:
    for table, key in KEYS.items():
        op.drop_index(f"ix_{table}_shared_in", table)
        op.create_index(f"ix_{table}_shared", table, ["guild_id", key], **only("shared"))
        op.drop_column(table, "shared_in")
    op.drop_column("blobs", "owner_id")
