"""Sums of aspects: a review counts once, and what is stored is a recount."""

from __future__ import annotations

from sqlalchemy import update

from common.aspects import NAMES
from db.engine import Database
from db.queries.aspect_sums import added, count_sums, counts_of, sums_of_scores
from db.queries.jobs import get_job
from db.queries.results import get_result
from db.tables import Prediction, aspects
from db.types import AspectCount, Judged, Score
from tests.db.steps import ME, check_invariants, done_file

PRAISE = Judged("acting", 0, 4, "positive", 0.9)
BLAME = Judged("acting", 5, 9, "negative", 0.25)


def test_a_review_counts_once_by_what_most_of_its_clauses_say() -> None:
    scores = [
        Score(1, "positive", 0.9, aspects=(PRAISE, PRAISE, BLAME, BLAME._replace(name="film"))),
        Score(2, "positive", 0.9, aspects=(PRAISE, BLAME)),
        Score(3, "positive", 0.9),
    ]
    sums = added(None, sums_of_scores(scores))
    assert counts_of(sums) == (AspectCount("acting", 1, 0, 1), AspectCount("film", 0, 1, 0))
    assert added(sums, sums_of_scores(scores), sign=-1) is None
    assert counts_of(sums and sums[:3]) == (AspectCount("acting", 1, 0, 1),)  # kept before there were more aspects


def test_a_job_keeps_the_sums_of_its_reviews(db: Database) -> None:
    job_id = done_file(db, 30)
    check_invariants(db)
    acting, film = get_job(db, ME, job_id).aspects
    assert (acting.name, film.name) == ("acting", "film")
    assert (acting.n_for, acting.n_against, acting.n_neither) == (6, 6, 6)
    assert (film.n_for, film.n_against, film.n_neither) == (0, 6, 0)


def test_what_is_stored_comes_back_in_order(db: Database) -> None:
    done_file(db, 2)
    told = [get_result(db, ME, number).aspects for number in (1, 2)]
    assert told[0] == (Judged("acting", 0, 6, "negative", 0.1),)
    assert [(one.name, one.start, one.end) for one in told[1]] == [
        ("acting", 0, 6), ("acting", 7, 9), ("film", 0, 9),
    ]  # fmt: skip


def test_what_only_a_newer_version_knows_is_left_out_and_kept(db: Database) -> None:
    """A newer worker beside this one, while they are replaced one by one."""
    job_id = done_file(db, 2)
    with db.begin() as session:
        session.execute(update(aspects).where(aspects.c.number == 0).values(aspect=len(NAMES) + 2))
        sums = count_sums(session, [Prediction.job_id == job_id])
    assert [one.name for one in get_result(db, ME, 2).aspects] == ["acting", "film"]
    assert get_result(db, ME, 1).aspects == ()
    stored = added([1, 0, 0], sums)
    assert stored is not None
    assert [one.name for one in counts_of(stored)] == ["acting", "film"]
    assert len(stored) == 3 * (len(NAMES) + 3)
    assert added(stored, {0: [1, 0, 0]}) == [stored[0] + 1, *stored[1:]]
