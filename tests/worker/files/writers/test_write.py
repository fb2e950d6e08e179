"""The writer as a whole: what it raises, and whose files it closes."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import IO

import pytest

from tests.worker.files.helpers import (
    GOOD,
    LIMITS,
    csv_bytes,
    parquet_bytes,
    xlsx_bytes,
)
from worker.files.review_file import open_reviews
from worker.files.writers.verdicts import Scored
from worker.files.writers.write import write_scored


def test_what_the_scores_raise_is_passed_on() -> None:
    def broken() -> Iterator[Scored]:
        yield 1, "positive", 0.5, (), "m", None
        raise LookupError("database gone")

    data: IO[bytes] = io.BytesIO(csv_bytes("review", "a", "b"))
    with pytest.raises(LookupError):
        write_scored(data, "a.csv", broken(), io.BytesIO(), limits=LIMITS)


def test_a_handed_in_file_stays_open() -> None:
    for kind, data in (
        ("csv", GOOD),
        ("parquet", parquet_bytes({"review": ["x"]})),
        ("xlsx", xlsx_bytes([["review"], ["x"]])),
    ):
        file = io.BytesIO(data)
        with open_reviews(file, f"a.{kind}", limits=LIMITS) as reviews:
            assert len(list(reviews)) == len(list(reviews)) == 1
        out = io.BytesIO()
        write_scored(file, f"a.{kind}", iter(()), out, limits=LIMITS)
        assert not file.closed
        assert not out.closed
