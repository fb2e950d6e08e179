"""Something sealed of every kind, and how much of it can be read in the tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sqlalchemy import text

from db.blobs import write_blob
from db.crypto import new_key
from db.delivery import continuations
from db.engine import Database
from db.queries.corrections import correct
from db.types import NewReview
from tests.db.steps import ME, done_file, done_review

OLD, NEW = new_key(), new_key()
SECRET = "zebra under the stairs"
Open = Callable[..., Database]


def databases_at(url: str) -> Iterator[Open]:
    made: list[Database] = []

    def opened(*keys: str, raw: bool = False) -> Database:
        made.append(Database(url, text_keys=None if raw else keys))
        return made[-1]

    yield opened
    for one in made:
        one.dispose()


def fill(db: Database) -> tuple[int, int]:
    """A message with a note, and a file with a blob that says the secret; (result, blob)."""
    result = done_review(db, f"{SECRET} in a message")
    correct(db, ME, result, "negative", f"{SECRET} in a note")
    done_file(db, [NewReview(1, f"{SECRET} in a file"), NewReview(2, "plain words")])
    continuations.create(db, ME.user_id, "pages", {"query": SECRET})
    return result, write_blob(db, [SECRET.encode() * 100_000], owner=ME.user_id)


def readable(db: Database) -> int:
    """How many texts, notes, searches and parts of files say the secret to whoever reads the tables."""
    with db.read() as session:
        words = session.execute(text("SELECT text FROM reviews UNION ALL SELECT note FROM corrections")).scalars()
        parts = session.execute(text("SELECT data FROM blob_parts")).scalars()
        asked = session.execute(text("SELECT data FROM continuations")).scalars()
        searches = sum(SECRET in str(one) for one in asked)
        return (
            searches + sum(SECRET in (one or "") for one in words) + sum(SECRET.encode() in bytes(one) for one in parts)
        )
