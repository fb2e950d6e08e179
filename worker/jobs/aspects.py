"""What the clauses of reviews say of acting, story, music and so on, beside their verdicts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from db.engine import Database
from db.queue import iter_scored
from db.types import Judged, Score
from worker.files.writers.aspects import as_json
from worker.files.writers.verdicts import Scored

if TYPE_CHECKING:
    from model import Scorer


def with_aspects(scores: Sequence[Score], texts: Sequence[str], scorer: Scorer) -> list[Score]:
    """The scores with the aspects of their texts; the clauses of all texts are scored in one call, equal texts once."""
    distinct = dict(zip(texts, scores, strict=True))
    found = scorer.aspects_of(list(distinct), list(distinct.values()))
    judged = {text: tuple(Judged(*one) for one in own) for text, own in zip(distinct, found, strict=True)}
    return [replace(score, aspects=judged[text]) for score, text in zip(scores, texts, strict=True)]


def scored_rows(db: Database, job_id: int, *, aspects: bool) -> Iterator[Scored]:
    """The scored rows of a job as the writers take them, by row number, streaming."""
    for row, label, probability, flags, model, stars, found in iter_scored(db, job_id, aspects=aspects):
        verdict = (row, label, probability, flags, model, stars)
        yield (*verdict, as_json(found)) if aspects else verdict
