"""Why a row is not scored, in a sentence."""

from __future__ import annotations

from tests.worker.files.helpers import (
    read,
)


def test_reasons_are_sentences_with_the_limit() -> None:
    row = read(b"review\n" + b"x" * 5_001, "a.csv")[0]
    assert row.problem == ("too_long", "The review is longer than 5,000 characters; shorten or split it.")
