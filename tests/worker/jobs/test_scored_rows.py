"""The scored rows of a job, as the writers take them."""

from __future__ import annotations

from db.engine import Database
from model import Scorer
from tests.fixtures.chunks import drain
from tests.fixtures.reviews import accept_csv
from worker.files.limits import Limits
from worker.jobs.scored_rows import scored_rows

LIMITS = Limits(max_rows=100, max_unpacked_bytes=1 << 20, max_review_chars=5_000)


def test_rows_come_in_order_with_a_column_of_aspects_only_where_asked(sqlite_db: Database, scorer: Scorer) -> None:
    job = accept_csv(sqlite_db, 4, empty=(2,)).job_id
    drain(sqlite_db, scorer, limits=LIMITS)
    plain, asked = (list(scored_rows(sqlite_db, job, aspects=aspects)) for aspects in (False, True))
    assert [row[0] for row in plain] == [1, 3, 4]
    assert {row[4] for row in plain} == {scorer.version}
    assert [row[:6] for row in asked] == plain
    assert [row[6:] for row in asked] == [("[]",)] * 3
