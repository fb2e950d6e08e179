"""error values: a failed job holds code and values, from which each reader gets a sentence in their language

Jobs that were given up before get their code from the English sentence that they hold, once and here only: whether
such a job can be gone on with is decided by the code from now on. What it was given up for is kept in the values.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

SENTENCES = {
    "gave_up_ingest": "The file could not be read in 3 attempts: check that it opens elsewhere, then send it again.",
    "gave_up_finish": "The result file could not be written in 3 attempts: its scores are kept, /results finds them.",
}
JOBS = sa.table(
    "jobs",
    sa.column("id", sa.BigInteger),
    sa.column("kind", sa.String),
    sa.column("state", sa.String),
    sa.column("error", sa.Text),
    sa.column("error_code", sa.String),
    sa.column("error_values", sa.JSON(none_as_null=True)),
)


def upgrade() -> None:
    # Not in a batch: that would copy every job, and a column without a default needs no copy.
    op.add_column("jobs", sa.Column("error_values", sa.JSON(none_as_null=True), nullable=True))
    connection = op.get_bind()
    for code, sentence in SENTENCES.items():
        given_up = (JOBS.c.kind == "file", JOBS.c.state == "failed", JOBS.c.error == sentence)
        for job_id, cause in connection.execute(sa.select(JOBS.c.id, JOBS.c.error_code).where(*given_up)).all():
            new = {"error_code": code, "error_values": {"cause": cause}}
            connection.execute(sa.update(JOBS).where(JOBS.c.id == job_id).values(**new))


def downgrade() -> None:
    connection = op.get_bind()
    for code, sentence in SENTENCES.items():
        given_up = connection.execute(sa.select(JOBS.c.id, JOBS.c.error_values).where(JOBS.c.error_code == code)).all()
        for job_id, values in given_up:
            old = {"error_code": (values or {}).get("cause"), "error": sentence}
            connection.execute(sa.update(JOBS).where(JOBS.c.id == job_id).values(**old))
    op.drop_column("jobs", "error_values")
