"""stars: estimate and `mixed` of each verdict, the stars that a file gives, sums of both; what to look at in a file

Verdicts from before have none of them (null), and their sums are 0. The index of reports is made anew, for a report
reads nothing else. The views get columns at their end; on PostgreSQL they are replaced, which keeps who may read them.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

SUMS = ("n_stars", "stars", "star_squares", "n_rated", "n_agreed", "n_gaps", "gap", "gap_squares")
REPORT = ("job_id", "film", "day", "label", "bin", "probability", "flags")

VERDICTS = """
    SELECT review_id, job_id, film, day, label, probability, flags, model, created_at{more} FROM predictions
"""
DAYS = """
    SELECT s.job_id, s.day, s.total AS reviews, s.n_positive AS positive, s.n_negative AS negative,
           s.n_uncertain AS uncertain, s.n_flagged AS flagged, s.probability / s.total AS average_probability{summed}
    FROM report_days s JOIN jobs j ON j.id = s.job_id WHERE j.rolled_up
    UNION ALL
    SELECT p.job_id, p.day, count(*), sum(CASE WHEN p.label = 'positive' THEN 1 ELSE 0 END),
           sum(CASE WHEN p.label = 'negative' THEN 1 ELSE 0 END),
           sum(CASE WHEN p.label = 'uncertain' THEN 1 ELSE 0 END),
           sum(CASE WHEN p.flags <> '' THEN 1 ELSE 0 END), avg(p.probability){counted}
    FROM predictions p JOIN jobs j ON j.id = p.job_id WHERE NOT j.rolled_up GROUP BY p.job_id, p.day
"""
FILMS = """
    SELECT s.job_id, s.film, s.total AS reviews, s.n_positive AS positive, s.n_negative AS negative,
           s.n_uncertain AS uncertain, s.n_flagged AS flagged, s.probability / s.total AS average_probability{summed}
    FROM report_films s JOIN jobs j ON j.id = s.job_id WHERE j.rolled_up
    UNION ALL
    SELECT p.job_id, coalesce(p.film, ''), count(*), sum(CASE WHEN p.label = 'positive' THEN 1 ELSE 0 END),
           sum(CASE WHEN p.label = 'negative' THEN 1 ELSE 0 END),
           sum(CASE WHEN p.label = 'uncertain' THEN 1 ELSE 0 END),
           sum(CASE WHEN p.flags <> '' THEN 1 ELSE 0 END), avg(p.probability){counted}
    FROM predictions p JOIN jobs j ON j.id = p.job_id WHERE NOT j.rolled_up
    GROUP BY p.job_id, coalesce(p.film, '')
"""
FILMS_DAILY = """
    SELECT coalesce(p.film, '') AS film, p.day, count(*) AS reviews,
           sum(CASE WHEN p.label = 'positive' THEN 1 ELSE 0 END) AS positive,
           sum(CASE WHEN p.label = 'negative' THEN 1 ELSE 0 END) AS negative,
           sum(CASE WHEN p.label = 'uncertain' THEN 1 ELSE 0 END) AS uncertain,
           sum(CASE WHEN p.flags <> '' THEN 1 ELSE 0 END) AS flagged, avg(p.probability) AS average_probability{counted}
    FROM predictions p GROUP BY coalesce(p.film, ''), p.day
"""
VIEWS = {
    "reporting_verdicts": VERDICTS,
    "reporting_days": DAYS,
    "reporting_films": FILMS,
    "reporting_films_daily": FILMS_DAILY,
}
MORE = {
    "more": """, stars AS estimated_stars, CASE WHEN mixed THEN 1 WHEN NOT mixed THEN 0 END AS mixed,
           CAST(rating AS double precision) / 100 AS given_stars""",
    "summed": """, CAST(s.n_stars AS bigint) AS with_stars,
           s.stars / nullif(s.n_stars, 0) AS average_stars, CAST(s.n_rated AS bigint) AS rated,
           CAST(s.n_agreed AS bigint) AS agreed""",
    "counted": """, count(p.stars) AS with_stars, avg(p.stars) AS average_stars,
           sum(CASE WHEN p.label <> 'uncertain' AND (p.rating >= 700 OR p.rating <= 400) THEN 1 ELSE 0 END) AS rated,
           sum(CASE WHEN p.label = 'positive' AND p.rating >= 700 THEN 1
                    WHEN p.label = 'negative' AND p.rating <= 400 THEN 1 ELSE 0 END) AS agreed""",
}
NOTHING = dict.fromkeys(MORE, "")


def put_views(parts: dict[str, str], *, longer: bool) -> None:
    """Makes the views with these parts. PostgreSQL replaces one by a longer one, and so keeps its grants."""
    replaces = longer and op.get_bind().dialect.name == "postgresql"
    for name, body in VIEWS.items():
        if not replaces:
            op.execute(f"DROP VIEW {name}")
        op.execute(f"CREATE {'OR REPLACE ' if replaces else ''}VIEW {name} AS {body.format(**parts)}")


def put_index(*columns: str) -> None:
    op.drop_index("ix_predictions_report", "predictions")
    index = [*REPORT, *columns]
    op.create_index("ix_predictions_report", "predictions", index, postgresql_include=["review_id"])


def upgrade() -> None:
    # Not in batches: that would copy every row, and columns like these need no copy.
    op.add_column("jobs", sa.Column("star_sums", sa.JSON(none_as_null=True), nullable=True))
    op.add_column("uploads", sa.Column("hygiene", sa.JSON(none_as_null=True), nullable=True))
    op.add_column("known_verdicts", sa.Column("stars", sa.Double(), nullable=True))
    op.add_column("reviews", sa.Column("rating", sa.SmallInteger(), nullable=True))
    op.add_column("predictions", sa.Column("stars", sa.Double(), nullable=True))
    op.add_column("predictions", sa.Column("mixed", sa.Boolean(), nullable=True))
    op.add_column("predictions", sa.Column("rating", sa.SmallInteger(), nullable=True))
    for table in ("report_days", "report_films"):
        for name in SUMS:
            op.add_column(table, sa.Column(name, sa.Double(), nullable=False, server_default=sa.text("0")))
    put_index("stars", "rating")
    put_views(MORE, longer=True)


def downgrade() -> None:
    put_views(NOTHING, longer=False)
    put_index()
    for table in ("report_days", "report_films"):
        for name in SUMS:
            op.drop_column(table, name)
    for name in ("rating", "mixed", "stars"):
        op.drop_column("predictions", name)
    op.drop_column("reviews", "rating")
    op.drop_column("known_verdicts", "stars")
    op.drop_column("uploads", "hygiene")
    op.drop_column("jobs", "star_sums")
