"""The verdict cache: by hash and model, however many are asked for, and gone with the text."""

from __future__ import annotations

from sqlalchemy import update

from db.digests import text_hasher
from db.engine import Database
from db.tables import KnownVerdict, Review
from db.types import NewReview, ReviewRow, Score
from db.verdict_cache import invalidate, lookup, store
from tests.db.steps import OWNER, file_job


def rows_of(db: Database, texts: list[str]) -> list[ReviewRow]:
    hashed = text_hasher(db)
    return [ReviewRow(n, n, text, None, None, hashed(OWNER, text)) for n, text in enumerate(texts, 1)]


def test_every_text_is_looked_up_however_many(db: Database) -> None:
    """Equal ones once, none at all, and the ends of 64 bits; PostgreSQL looks each up in its index."""
    rows = rows_of(db, [f"text {n}" for n in range(2_500)])
    ends = [ReviewRow(n, n, "x", None, None, hash_) for n, hash_ in enumerate((2**63 - 1, 1 - 2**63, 0))]
    kept = {
        row.text_hash: Score(0, "positive", 0.75, ("a", "b")) for row in (*rows, *ends) if row.text_hash is not None
    }
    with db.begin() as session:
        store(session, kept, model="m1")
    verdict = ("positive", 0.75, ("a", "b"), None)
    assert lookup(db, [*rows, *rows, *ends], model="m1") == dict.fromkeys(kept, verdict)
    assert lookup(db, rows[:1], model="m1") == {rows[0].text_hash: verdict}
    assert lookup(db, rows, model="m2") == lookup(db, [], model="m1") == {}


def test_a_newer_model_replaces_and_a_text_takes_its_verdict_along(db: Database) -> None:
    file_job(db, [NewReview(1, "same"), NewReview(2, "other")])
    same, other = rows_of(db, ["same", "other"])
    for model, label in (("m1", "negative"), ("m2", "uncertain")):
        with db.begin() as session:
            store(session, {row.text_hash: Score(0, label, 0.5) for row in (same, other) if row.text_hash}, model=model)
    assert lookup(db, [same], model="m1") == {}
    assert lookup(db, [same], model="m2") == {same.text_hash: ("uncertain", 0.5, (), None)}
    with db.begin() as session:
        invalidate(session, Review.row_number == 1)
    assert set(lookup(db, [same, other], model="m2")) == {other.text_hash}


def test_what_a_version_kept_that_asked_for_no_stars_is_not_known(db: Database) -> None:
    file_job(db, [NewReview(1, "same")])
    (row,) = rows_of(db, ["same"])
    assert row.text_hash is not None
    for stars, known in ((None, None), (8.5, 8.5)):
        with db.begin() as session:
            store(session, {row.text_hash: Score(0, "positive", 0.9, stars=stars)}, model="m1")
        assert lookup(db, [row], model="m1") == {row.text_hash: ("positive", 0.9, (), known)}
    with db.begin() as session:
        session.execute(update(KnownVerdict).values(stars=None))
    assert lookup(db, [row], model="m1") == {}
