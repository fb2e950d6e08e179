"""A scored copy written once more, in another format."""

from __future__ import annotations

import io
import json

import pytest

from db.engine import Database
from db.errors import NotFound
from db.types import Viewer
from tests.fixtures.chunks import drain
from tests.fixtures.reviews import OWNER, accept_csv
from tests.fixtures.scorer import Judge
from worker.files.errors import UnsupportedFormat
from worker.files.limits import Limits
from worker.jobs.rewrite import rewrite

LIMITS = Limits(max_rows=10_000, max_unpacked_bytes=1 << 20, max_review_chars=5_000)


def test_another_format_for_its_owner_alone(sqlite_db: Database) -> None:
    job = accept_csv(sqlite_db, 5, empty=(3,)).job_id
    drain(sqlite_db, Judge(), limits=LIMITS)  # type: ignore[arg-type]
    out = io.BytesIO()
    assert rewrite(sqlite_db, Viewer(OWNER), job, out, limits=LIMITS, format="jsonl") == "reviews.scored.jsonl"
    labels = [json.loads(line)["label"] or None for line in out.getvalue().splitlines()]
    assert labels == ["positive", "positive", None, "positive", "positive"]
    with pytest.raises(NotFound):
        rewrite(sqlite_db, Viewer(OWNER + 1), job, out, limits=LIMITS, format="jsonl")
    with pytest.raises(UnsupportedFormat):
        rewrite(sqlite_db, Viewer(OWNER), job, out, limits=LIMITS, format="doc")
