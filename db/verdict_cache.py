"""Verdict cache: equal texts in files are scored once by a model, and stored for every row.

A verdict is found under the keyed hash of its text and its owner (64 bits; `db.digests`): what two people sent is
scored for each of them, so that nobody sees in the database that it is the same. Two of ten million texts share a hash
with a chance of 3 in a million.

The hash of a row goes when its text goes (`invalidate`), and the verdict under it goes with it; another row of the same
text is scored anew the next time. So nothing here outlives the texts, and no purge by age is needed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session

from db.dialect import insert_rows, is_among
from db.engine import Database
from db.flags import join_flags, split_flags
from db.tables import KnownVerdict, Review
from db.types import ReviewRow, Score

_SQLITE: Final = """
    INSERT INTO known_verdicts (text_hash, model, label, probability, flags, stars) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (text_hash) DO UPDATE SET model = excluded.model, label = excluded.label,
        probability = excluded.probability, flags = excluded.flags, stars = excluded.stars
"""
_POSTGRESQL: Final = """
    INSERT INTO known_verdicts (text_hash, model, label, probability, flags, stars)
    SELECT * FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::float8[], %s::text[], %s::float8[])
    ON CONFLICT (text_hash) DO UPDATE SET model = excluded.model, label = excluded.label,
        probability = excluded.probability, flags = excluded.flags, stars = excluded.stars
"""
_NO_STARS: Final = 0.0
"""Kept where the model estimates none: null is what a version kept that did not ask."""

Known = tuple[str, float, tuple[str, ...], float | None]
"""(label, probability, flags, stars)"""


def lookup(db: Database, rows: Iterable[ReviewRow], *, model: str) -> dict[int, Known]:
    """(label, probability, flags, stars) that this model gave to texts among these, by their hash."""
    hashes = list({row.text_hash for row in rows if row.text_hash is not None})
    if not hashes:
        return {}
    verdicts: dict[int, Known] = {}
    verdict = (KnownVerdict.label, KnownVerdict.probability, KnownVerdict.flags, KnownVerdict.stars)
    columns = (KnownVerdict.text_hash, *verdict)
    with db.read() as session:
        among = is_among(session, KnownVerdict.text_hash, hashes)
        query = select(*columns).where(among, KnownVerdict.model == model, KnownVerdict.stars.is_not(None))
        for hash_, label, probability, flags, stars in session.execute(query):
            verdicts[hash_] = (label, probability, split_flags(flags), stars or None)
    return verdicts


def store(session: Session, scores: Mapping[int, Score], *, model: str) -> None:
    """Keeps verdicts under the hashes of their texts; a newer model's replaces an older one's."""
    # In order, so that two workers that lock the same rows wait for each other in turn.
    rows = [
        (hash_, model, score.label, float(score.probability), join_flags(score.flags), score.stars or _NO_STARS)
        for hash_, score in sorted(scores.items())
    ]
    insert_rows(session, sqlite_sql=_SQLITE, postgresql_sql=_POSTGRESQL, rows=rows)


def invalidate(session: Session, mine: ColumnElement[bool]) -> None:
    """Deletes the verdicts on the texts of these reviews; the caller empties the texts in the same transaction."""
    hashes = select(Review.text_hash).where(mine, Review.text_hash.is_not(None))
    gone = delete(KnownVerdict).where(KnownVerdict.text_hash.in_(hashes))
    session.execute(gone.execution_options(synchronize_session=False))
