"""A wanted accuracy: labels widen, probabilities stay, the same in every worker and after a cancel."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from db.engine import Database
from db.queries.jobs import get_job
from db.queue import iter_scored
from db.queue.accept import accept_upload
from db.tables import Prediction
from db.types import Score, Viewer
from model import Scorer
from model.serving.dial import Dial, Step
from tests.fixtures.chunks import drain
from tests.fixtures.reviews import OWNER, csv_file, origin
from worker.files.limits import Limits
from worker.jobs import ingest
from worker.jobs.accuracy import widened

LIMITS = Limits(max_rows=10_000, max_unpacked_bytes=1 << 20, max_review_chars=5_000)
DIAL = Dial((Step(0.95, 0.1, 0.9), Step(0.98, 0.4, 0.6)))


@pytest.mark.parametrize(
    ("accuracy", "labels"),
    [
        (95, ["positive", "negative", "uncertain"]),
        (96, ["positive", "uncertain", "uncertain"]),
        (98, ["positive", "uncertain", "uncertain"]),
        (99, ["uncertain"] * 3),  # what this model cannot promise is left to people
    ],
)
def test_only_the_label_widens(accuracy: float, labels: list[str]) -> None:
    scores = [Score(1, "positive", 0.95, stars=9.0), Score(2, "negative", 0.2, ("a",)), Score(3, "positive", 0.55)]
    found = widened(scores, DIAL, accuracy)
    assert [one.label for one in found] == labels
    assert [(one.review_id, one.probability, one.flags, one.stars) for one in found] == [
        (one.review_id, one.probability, one.flags, one.stars) for one in scores
    ]


def test_a_job_keeps_the_accuracy_that_it_was_sent_with(
    db: Database, scorer: Scorer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second file of the same texts without one gets the model's own labels, though the verdicts are known."""
    monkeypatch.setattr(ingest, "chunk_rows", lambda scorer, lengths: 25)
    jobs = [
        accept_upload(db, origin(), filename="a.csv", parts=[csv_file(60)], options=options).job_id
        for options in ({"accuracy": 98.0}, {})
    ]
    drain(db, scorer, limits=LIMITS)
    strict, plain = (list(iter_scored(db, job)) for job in jobs)
    assert [row[2] for row in strict] == [row[2] for row in plain]
    width = scorer.dial.at(98).half_width
    assert [row[1] for row in strict] == ["uncertain" if abs(row[2] - 0.5) < width else row[1] for row in plain]
    assert strict != plain
    views = [get_job(db, Viewer(OWNER), job) for job in jobs]
    assert [view.accuracy for view in views] == [98.0, None]
    assert views[0].n_uncertain > views[1].n_uncertain


def test_which_rows_are_mixed_is_said_where_it_is_asked(db: Database, scorer: Scorer) -> None:
    """And kept with the job: a file of the same texts without the wish is told nothing, though they are known."""
    both = "The acting was superb, and the music moved me to tears. The plot is awful, a dull and endless mess."
    data = f'review\n"{both}"\n"A superb film."\n'.encode()
    jobs = [
        accept_upload(db, origin(), filename="a.csv", parts=[data], options=options).job_id
        for options in ({"mixed": True}, {})
    ]
    drain(db, scorer, limits=LIMITS)
    expected = scorer.mixed([both, "A superb film."])
    assert expected == [True, False]
    with db.read() as session:
        told = session.execute(select(Prediction.job_id, Prediction.mixed).order_by(Prediction.review_id)).all()
    assert [mixed for job, mixed in told if job == jobs[0]] == expected
    assert [mixed for job, mixed in told if job == jobs[1]] == [None, None]
    asked, plain = ([row[3] for row in iter_scored(db, job)] for job in jobs)
    assert ["mixed" in flags for flags in asked] == expected
    assert not any("mixed" in flags for flags in plain)
