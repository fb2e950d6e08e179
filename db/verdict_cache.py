"""Verdict cache: equal texts in files are scored once by a model, and stored for every row.

A verdict is found under a hash of its text (BLAKE2b, RFC 7693, 64 bits of it) that is keyed, so that nobody who reads
the database can try what somebody may have written. What is found is what scoring would say again, so it tells no user
anything of another. Two of ten million texts share a hash with a chance of 3 in a million.

The hash of a row goes when its text goes (`invalidate`), and the verdict under it goes with it, whoever else sent that
text: theirs is scored anew the next time. So nothing here outlives the texts, and no purge by age is needed.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping
from hashlib import blake2b
from itertools import islice
from typing import Final

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session

from db.crypto import Sealer, sealer_of
from db.dialect import insert_for, insert_rows
from db.engine import Database
from db.flags import join_flags, split_flags
from db.tables import BotState, KnownVerdict, Review
from db.types import ReviewRow, Score

STATE: Final = "text_hash_key"
"""Key of `bot_state`: what hashes are keyed with where texts are stored plain."""
AT_ONCE: Final = 500
"""Hashes of one query."""

_SQLITE: Final = """
    INSERT INTO known_verdicts (text_hash, model, label, probability, flags) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (text_hash) DO UPDATE SET model = excluded.model, label = excluded.label,
        probability = excluded.probability, flags = excluded.flags
"""
_POSTGRESQL: Final = """
    INSERT INTO known_verdicts (text_hash, model, label, probability, flags)
    SELECT * FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::float8[], %s::text[])
    ON CONFLICT (text_hash) DO UPDATE SET model = excluded.model, label = excluded.label,
        probability = excluded.probability, flags = excluded.flags
"""


def hasher(session: Session) -> Callable[[str], int]:
    """The function from a text to its hash, a signed integer of 64 bits."""
    key = (sealer_of(session.get_bind().dialect) or Sealer()).hash_key or _own_key(session)

    def hashed(text: str) -> int:
        return int.from_bytes(blake2b(text.encode(), digest_size=8, key=key).digest(), "big", signed=True)

    return hashed


def _own_key(session: Session) -> bytes:
    """A random key of this database, made at the first use. The texts stand plain beside it, and outlive no hash."""
    query = select(BotState.value).where(BotState.key == STATE)
    stored = session.scalar(query)
    if stored is None:
        new = insert_for(session, BotState).values(key=STATE, value=secrets.token_hex(32))
        session.execute(new.on_conflict_do_nothing())
        stored = session.scalars(query).one()
    return bytes.fromhex(stored)


def lookup(db: Database, rows: Iterable[ReviewRow], *, model: str) -> dict[int, tuple[str, float, tuple[str, ...]]]:
    """(label, probability, flags) that this model gave to texts among these, by their hash."""
    hashes = iter(dict.fromkeys(row.text_hash for row in rows if row.text_hash is not None))
    verdicts: dict[int, tuple[str, float, tuple[str, ...]]] = {}
    columns = (KnownVerdict.text_hash, KnownVerdict.label, KnownVerdict.probability, KnownVerdict.flags)
    with db.read() as session:
        while some := list(islice(hashes, AT_ONCE)):
            mine = (KnownVerdict.text_hash.in_(some), KnownVerdict.model == model)
            for hash_, label, probability, flags in session.execute(select(*columns).where(*mine)):
                verdicts[hash_] = (label, probability, split_flags(flags))
    return verdicts


def store(session: Session, scores: Mapping[int, Score], *, model: str) -> None:
    """Keeps verdicts under the hashes of their texts; a newer model's replaces an older one's."""
    # In order, so that two workers that lock the same rows wait for each other in turn.
    rows = [
        (hash_, model, score.label, float(score.probability), join_flags(score.flags))
        for hash_, score in sorted(scores.items())
    ]
    insert_rows(session, sqlite_sql=_SQLITE, postgresql_sql=_POSTGRESQL, rows=rows)


def invalidate(session: Session, mine: ColumnElement[bool]) -> None:
    """Deletes the verdicts on the texts of these reviews; the caller empties the texts in the same transaction."""
    hashes = select(Review.text_hash).where(mine, Review.text_hash.is_not(None))
    gone = delete(KnownVerdict).where(KnownVerdict.text_hash.in_(hashes))
    session.execute(gone.execution_options(synchronize_session=False))
