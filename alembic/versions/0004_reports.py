"""reports: summaries of jobs that ended, indexes by job, and the reporting views

The two indexes of reports by owner and by server go: whoever sees a verdict sees its job, so one by job serves both.
The views are the part of the schema that others may rely on: docs/database.md, "The reporting schema".
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

BINS = 20

VIEWS = {
    "reporting_jobs": """
        SELECT id AS job_id, kind, state, film, CASE WHEN shared THEN 1 ELSE 0 END AS shared,
               CASE WHEN guild_id IS NULL THEN 0 ELSE 1 END AS in_server, created_at, started_at, finished_at,
               rows_total, rows_done AS rows_scored, rows_rejected, rows_failed,
               n_positive AS positive, n_negative AS negative, n_uncertain AS uncertain, model
        FROM jobs
    """,
    "reporting_verdicts": """
        SELECT review_id, job_id, film, day, label, probability, flags, model, created_at FROM predictions
    """,
    "reporting_days": """
        SELECT s.job_id, s.day, s.total AS reviews, s.n_positive AS positive, s.n_negative AS negative,
               s.n_uncertain AS uncertain, s.n_flagged AS flagged, s.probability / s.total AS average_probability
        FROM report_days s JOIN jobs j ON j.id = s.job_id WHERE j.rolled_up
        UNION ALL
        SELECT p.job_id, p.day, count(*), sum(CASE WHEN p.label = 'positive' THEN 1 ELSE 0 END),
               sum(CASE WHEN p.label = 'negative' THEN 1 ELSE 0 END),
               sum(CASE WHEN p.label = 'uncertain' THEN 1 ELSE 0 END),
               sum(CASE WHEN p.flags <> '' THEN 1 ELSE 0 END), avg(p.probability)
        FROM predictions p JOIN jobs j ON j.id = p.job_id WHERE NOT j.rolled_up GROUP BY p.job_id, p.day
    """,
    "reporting_films": """
        SELECT s.job_id, s.film, s.total AS reviews, s.n_positive AS positive, s.n_negative AS negative,
               s.n_uncertain AS uncertain, s.n_flagged AS flagged, s.probability / s.total AS average_probability
        FROM report_films s JOIN jobs j ON j.id = s.job_id WHERE j.rolled_up
        UNION ALL
        SELECT p.job_id, coalesce(p.film, ''), count(*), sum(CASE WHEN p.label = 'positive' THEN 1 ELSE 0 END),
               sum(CASE WHEN p.label = 'negative' THEN 1 ELSE 0 END),
               sum(CASE WHEN p.label = 'uncertain' THEN 1 ELSE 0 END),
               sum(CASE WHEN p.flags <> '' THEN 1 ELSE 0 END), avg(p.probability)
        FROM predictions p JOIN jobs j ON j.id = p.job_id WHERE NOT j.rolled_up
        GROUP BY p.job_id, coalesce(p.film, '')
    """,
    "reporting_films_daily": """
        SELECT coalesce(film, '') AS film, day, count(*) AS reviews,
               sum(CASE WHEN label = 'positive' THEN 1 ELSE 0 END) AS positive,
               sum(CASE WHEN label = 'negative' THEN 1 ELSE 0 END) AS negative,
               sum(CASE WHEN label = 'uncertain' THEN 1 ELSE 0 END) AS uncertain,
               sum(CASE WHEN flags <> '' THEN 1 ELSE 0 END) AS flagged, avg(probability) AS average_probability
        FROM predictions GROUP BY coalesce(film, ''), day
    """,
    "reporting_rejected": """
        SELECT job_id, row_number, code, reason FROM rejected_rows
    """,
    "reporting_quality": """
        SELECT p.review_id, p.job_id, p.film, p.day, p.model, p.label, p.probability, c.label AS corrected_label,
               CASE WHEN c.label = p.label THEN 1 ELSE 0 END AS agreed, c.created_at AS corrected_at
        FROM corrections c JOIN predictions p ON p.review_id = c.review_id
    """,
}


def sums() -> list[sa.Column]:
    counts = ("total", "n_positive", "n_negative", "n_uncertain", "n_flagged")
    return [
        *(sa.Column(name, sa.Integer(), nullable=False) for name in counts),
        sa.Column("probability", sa.Double(), nullable=False),
        sa.Column("squares", sa.Double(), nullable=False),
    ]


def summary(name: str, *columns: sa.Column, key: tuple[str, ...]) -> None:
    op.create_table(
        name,
        sa.Column("job_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        *columns,
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f(f"fk_{name}_job_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("job_id", *key, name=op.f(f"pk_{name}")),
    )


def upgrade() -> None:
    day = sa.Column("day", sa.Date(), nullable=False)
    bins = [sa.Column(f"bin_{number:02}", sa.Integer(), nullable=False) for number in range(BINS)]
    surest = [sa.Column(name, sa.Double(), nullable=True) for name in ("high", "low")]
    summary("report_days", day, *sums(), *surest, *bins, key=("day",))
    summary("report_films", sa.Column("film", sa.Text(), nullable=False), *sums(), key=("film",))
    flag = sa.Column("flag", sa.String(length=64), nullable=False)
    n = sa.Column("n", sa.Integer(), nullable=False)
    summary("report_flags", sa.Column("day", sa.Date(), nullable=False), flag, n, key=("day", "flag"))

    with op.batch_alter_table("jobs") as batch:
        batch.add_column(sa.Column("rolled_up", sa.Boolean(), server_default=sa.false(), nullable=False))
    unrolled = sa.text("NOT rolled_up")
    op.create_index("ix_jobs_unrolled", "jobs", ["id"], sqlite_where=unrolled, postgresql_where=unrolled)

    op.drop_index("ix_predictions_owner_report", "predictions")
    op.drop_index("ix_predictions_shared_report", "predictions")
    op.drop_index("ix_predictions_job", "predictions")
    op.create_index("ix_predictions_job", "predictions", ["job_id", "label", "probability"])
    op.create_index(
        "ix_predictions_report",
        "predictions",
        ["job_id", "film", "day", "label", "bin", "probability", "flags"],
        postgresql_include=["review_id"],
    )
    for name, body in VIEWS.items():
        op.execute(f"CREATE VIEW {name} AS {body}")


def downgrade() -> None:
    for name in VIEWS:
        op.execute(f"DROP VIEW {name}")
    op.drop_index("ix_predictions_report", "predictions")
    op.drop_index("ix_predictions_job", "predictions")
    op.create_index("ix_predictions_job", "predictions", ["job_id", "probability"])
    op.create_index(
        "ix_predictions_owner_report",
        "predictions",
        ["owner_id", "day", "film", "label", "bin", "probability", "guild_id"],
    )
    shared = {"sqlite_where": sa.text("shared"), "postgresql_where": sa.text("shared")}
    op.create_index(
        "ix_predictions_shared_report",
        "predictions",
        ["guild_id", "day", "film", "label", "bin", "probability", "owner_id"],
        **shared,
    )
    op.drop_index("ix_jobs_unrolled", "jobs")
    with op.batch_alter_table("jobs") as batch:
        batch.drop_column("rolled_up")
    for name in ("report_flags", "report_films", "report_days"):
        op.drop_table(name)
