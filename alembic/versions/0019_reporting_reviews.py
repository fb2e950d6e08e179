"""reporting_reviews: a view of each verdict with the text of its review, while that is kept

A view alone: nothing stored changes, and the old version writes on.
"""

from __future__ import annotations

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

# How db/crypto.py marks what is sealed, and a plain text that only begins like that.
SEALED = "substr(r.text, 1, 9) IN ('sealed:1:', 'sealed:2:')"
PLAIN = "substr(r.text, 1, 18) = 'sealed:2:00000000:'"
ROWS = {
    "sqlite": "EXISTS (SELECT 1 FROM json_each(u.hygiene, '$.{kind}.rows') found WHERE found.value = r.row_number)",
    "postgresql": (
        "EXISTS (SELECT 1 FROM json_array_elements_text(u.hygiene -> '{kind}' -> 'rows') found "
        "WHERE CAST(found AS bigint) = r.row_number)"
    ),
}
BURST = {
    "sqlite": (
        "EXISTS (SELECT 1 FROM json_each(u.hygiene, '$.bursts') found "
        "WHERE json_extract(found.value, '$.day') = CAST(r.day AS text))"
    ),
    "postgresql": (
        "EXISTS (SELECT 1 FROM json_array_elements(u.hygiene -> 'bursts') found "
        "WHERE found ->> 'day' = to_char(r.day, 'YYYY-MM-DD'))"
    ),
}
VIEW = """
    CREATE VIEW reporting_reviews AS
    SELECT p.review_id, p.job_id, r.row_number, p.film, p.day,
           CASE WHEN {plain} THEN substr(r.text, 19) WHEN {sealed} THEN NULL ELSE r.text END AS text,
           CASE WHEN r.text IS NULL THEN NULL WHEN {sealed} AND NOT {plain} THEN 1 ELSE 0 END AS sealed,
           p.label, p.probability, p.flags, p.model, p.created_at, p.stars AS estimated_stars,
           CASE WHEN p.mixed THEN 1 WHEN NOT p.mixed THEN 0 END AS mixed,
           CAST(p.rating AS double precision) / 100 AS given_stars,
           CASE WHEN u.hygiene IS NULL THEN NULL WHEN {copies} THEN 1 ELSE 0 END AS near_copy,
           CASE WHEN u.hygiene IS NULL THEN NULL WHEN {adverts} THEN 1 ELSE 0 END AS advert,
           CASE WHEN u.hygiene IS NULL THEN NULL WHEN {burst} THEN 1 ELSE 0 END AS burst
    FROM predictions p JOIN reviews r ON r.id = p.review_id LEFT JOIN uploads u ON u.job_id = p.job_id
"""


def upgrade() -> None:
    name = op.get_bind().dialect.name
    parts = {kind: ROWS[name].format(kind=kind) for kind in ("copies", "adverts")}
    op.execute(VIEW.format(plain=PLAIN, sealed=SEALED, burst=BURST[name], **parts).replace(":", r"\:"))


def downgrade() -> None:
    op.execute("DROP VIEW reporting_reviews")
