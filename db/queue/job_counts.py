"""The counts on `jobs`, and the recount they must always equal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.engine import Database
from db.queries import aspect_sums as sums
from db.queries.summaries import count_stars
from db.tables import Job, Prediction, RejectedRow
from db.types import BINS, NO_STARS, AspectCount, Score, StarSums, bin_of

NOT_SCORED = "could_not_be_scored"
"""Code in `rejected_rows` of a row that was accepted and whose scoring failed; all other codes are the reader's."""


@dataclass(frozen=True, slots=True)
class JobCounts:
    """Counts of rows; `histogram` over 20 bins of probability."""

    rows_done: int
    rows_rejected: int
    rows_failed: int
    n_positive: int
    n_negative: int
    n_uncertain: int
    histogram: tuple[int, ...]
    stars: StarSums
    aspects: tuple[AspectCount, ...] = ()


def add_scores(job: Job, scores: Sequence[Score]) -> None:
    """Adds verdicts that were just inserted to a locked job's counts."""
    histogram = list(job.histogram)
    for score in scores:
        histogram[bin_of(score.probability)] += 1
    labels = [score.label for score in scores]
    job.histogram = histogram
    job.rows_done += len(scores)
    job.n_positive += labels.count("positive")
    job.n_negative += labels.count("negative")
    job.n_uncertain += labels.count("uncertain")
    add_stars(job, StarSums.of_scores(scores))
    job.aspect_sums = sums.added(job.aspect_sums, sums.sums_of_scores(scores))


def add_stars(job: Job, more: StarSums) -> None:
    """Adds to a locked job's sums of stars."""
    total = StarSums.of(job.star_sums) + more
    job.star_sums = None if total == NO_STARS else list(astuple(total))


def set_counts(session: Session, job: Job) -> None:
    """Sets a locked job's counts from its rows."""
    counts = count_rows(session, job.id)
    job.histogram = list(counts.histogram)
    job.rows_done, job.rows_rejected, job.rows_failed = counts.rows_done, counts.rows_rejected, counts.rows_failed
    job.n_positive, job.n_negative, job.n_uncertain = counts.n_positive, counts.n_negative, counts.n_uncertain
    job.star_sums = None
    add_stars(job, counts.stars)
    job.aspect_sums = sums.added(None, sums.count_sums(session, [Prediction.job_id == job.id]))


def count_rows(session: Session, job_id: int) -> JobCounts:
    """Counts a job's rows."""
    labels = {"positive": 0, "negative": 0, "uncertain": 0}
    histogram = [0] * BINS
    by = (Prediction.label, Prediction.bin)
    for label, bin_, n in session.execute(select(*by, func.count()).where(Prediction.job_id == job_id).group_by(*by)):
        labels[label] += n
        histogram[bin_] += n
    codes = select(RejectedRow.code, func.count()).where(RejectedRow.job_id == job_id).group_by(RejectedRow.code)
    rejected = dict(session.execute(codes).all())
    failed = rejected.pop(NOT_SCORED, 0)
    return JobCounts(
        sum(labels.values()),
        sum(rejected.values()),
        failed,
        labels["positive"],
        labels["negative"],
        labels["uncertain"],
        tuple(histogram),
        count_stars(session, [Prediction.job_id == job_id]),
        sums.counts_of(sums.added(None, sums.count_sums(session, [Prediction.job_id == job_id]))),
    )


def recount(db: Database, job_id: int) -> JobCounts:
    """The job's counts, counted from its rows; equal to those on the job at any moment."""
    with db.read() as session:
        return count_rows(session, job_id)


def stored_counts(job: Job) -> JobCounts:
    """The counts on the job itself."""
    return JobCounts(
        job.rows_done,
        job.rows_rejected,
        job.rows_failed,
        job.n_positive,
        job.n_negative,
        job.n_uncertain,
        tuple(job.histogram),
        StarSums.of(job.star_sums),
        sums.counts_of(job.aspect_sums),
    )
