"""Jobs whose verdicts are drawn at random, and what a viewer may see of them as a table."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

import pandas as pd
from sqlalchemy import select

from db.engine import Database
from db.queue import claim, commit_scores, load_reviews
from db.tables import Prediction
from db.types import LABELS, NewRejected, NewReview, Score
from tests.db.steps import GUILD, ME, OTHER, chunks, file_job, must, origin

FILMS = ("Alien", "Heat", "Amélie", None)


def scored(db: Database, rows: list[NewReview], seed: int, **where: Any) -> int:
    """A job whose verdicts are drawn at random."""
    dice = random.Random(seed)
    job_id = file_job(
        db, rows, rejected=[NewRejected(9_000, "empty", "no text")], chunk_rows=100, where=origin(**where)
    )
    for chunk in chunks(db, job_id, "pending"):
        held = must(claim(db, chunk))
        scores = [
            Score(r.review_id, dice.choice(LABELS), dice.choice((0.0, 0.5, 1.0, dice.random())))
            for r in load_reviews(db, held)
        ]
        assert commit_scores(db, held, scores, model="m1")
    return job_id


def rows(n: int, seed: int) -> list[NewReview]:
    dice = random.Random(seed)
    first = date(2024, 12, 20)
    return [
        NewReview(
            i,
            f"review {i} of a {dice.choice(('good', 'bad'))} film",
            dice.choice(FILMS),
            first + timedelta(dice.randint(0, 40)),
        )
        for i in range(1, n + 1)
    ]


def fill(db: Database) -> Database:
    """Own, shared by another, and hidden results."""
    scored(db, rows(150, 1), 1)
    scored(db, rows(120, 2), 2, owner=OTHER, shared=True)
    scored(db, rows(90, 3), 3, owner=OTHER)
    return db


def frame(db: Database) -> pd.DataFrame:
    """What the viewer may see, by a query of its own."""
    seen = (Prediction.owner_id == ME.user_id) | (Prediction.shared & (Prediction.guild_id == GUILD))
    with db.read() as session:
        found = session.scalars(select(Prediction).where(seen)).all()
        columns = ("review_id", "job_id", "film", "day", "label", "probability")
        return pd.DataFrame([{name: getattr(one, name) for name in columns} for one in found])
