"""aspects: what the clauses of a review praise and blame, sums of it by job and day, and a view

Verdicts from before have none. A version that knows nothing of them writes on: its verdicts have none either.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

NAMES = (
    "acting", "story", "characters", "dialogue", "direction", "pacing", "look", "effects", "music", "humour",
    "suspense", "ending", "originality", "film",
)  # fmt: skip
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
VIEW = """
    CREATE VIEW reporting_aspects AS
    SELECT a.review_id, p.job_id, p.film, p.day, CASE a.aspect {names} END AS aspect,
           CASE a.polarity WHEN 1 THEN 'positive' WHEN -1 THEN 'negative' ELSE 'neutral' END AS polarity,
           CAST(a.probability AS double precision) / 10000 AS probability, a.begins AS start_char, a.ends AS end_char
    FROM aspects a JOIN predictions p ON p.review_id = a.review_id
"""


def upgrade() -> None:
    op.add_column("jobs", sa.Column("aspect_sums", sa.JSON(none_as_null=True), nullable=True))
    op.create_table(
        "aspects",
        sa.Column("review_id", KEY, nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("aspect", sa.SmallInteger(), nullable=False),
        sa.Column("polarity", sa.SmallInteger(), nullable=False),
        sa.Column("probability", sa.SmallInteger(), nullable=False),
        sa.Column("begins", sa.Integer(), nullable=True),
        sa.Column("ends", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["review_id"], ["predictions.review_id"], name="fk_aspects_review_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("review_id", "number", name="pk_aspects"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "report_aspects",
        sa.Column("job_id", KEY, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("aspect", sa.SmallInteger(), nullable=False),
        sa.Column("n_for", sa.Integer(), nullable=False),
        sa.Column("n_against", sa.Integer(), nullable=False),
        sa.Column("n_neither", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name="fk_report_aspects_job_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("job_id", "day", "aspect", name="pk_report_aspects"),
    )
    names = " ".join(f"WHEN {number} THEN '{name}'" for number, name in enumerate(NAMES))
    op.execute(VIEW.format(names=names))


def downgrade() -> None:
    op.execute("DROP VIEW reporting_aspects")
    op.drop_table("report_aspects")
    op.drop_table("aspects")
    op.drop_column("jobs", "aspect_sums")
