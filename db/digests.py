"""Digests: keyed names of texts and files, under which equal ones of one owner are found again.

The owner is part of what is hashed, so that nobody who reads the database sees that two people sent the same, and the
key is a secret, so that nobody can try what somebody may have written (BLAKE2b with a key, RFC 7693). The key is this
database's own and stays the same when text keys change; where texts are sealed it is sealed like them.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from hashlib import blake2b
from typing import Final

from sqlalchemy import select

from db.crypto import place
from db.dialect import insert_for
from db.engine import Database
from db.tables import BotState

STATE: Final = "digest_key"
"""Key of `bot_state`: what digests are keyed with."""
PLACE: Final = place("bot_state", STATE, owner=0)
MARK: Final = "k:"
"""How a keyed digest of a file begins; those of before 0012 are bare SHA-256."""


def digest_key(db: Database) -> bytes:
    """The key of this database, made at the first use. Not inside of a transaction of one's own."""
    if db.sealer.digest_key is None:
        query = select(BotState.value).where(BotState.key == STATE)
        with db.read() as session:
            stored = session.scalar(query)
        if stored is None:
            value = db.sealer.seal(secrets.token_hex(32), PLACE)
            with db.begin() as session:
                session.execute(insert_for(session, BotState).values(key=STATE, value=value).on_conflict_do_nothing())
                stored = session.scalars(query).one()
        db.sealer.digest_key = bytes.fromhex(db.sealer.open(stored, PLACE))
    return db.sealer.digest_key


def text_hasher(db: Database) -> Callable[[int, str], int]:
    """The function from an owner and a text to its hash, a signed integer of 64 bits."""
    key = digest_key(db)

    def hashed(owner: int, text: str) -> int:
        digest = blake2b(f"{owner}\x1f{text}".encode(), digest_size=8, key=key, person=b"text").digest()
        return int.from_bytes(digest, "big", signed=True)

    return hashed


def file_digest(db: Database, owner: int, sha256: str) -> str:
    """What stands for a file in SQL; `sha256`: of its bytes, hexadecimal. 64 characters."""
    value = f"{owner}\x1f{sha256}".encode()
    return MARK + blake2b(value, digest_size=31, key=digest_key(db), person=b"file").hexdigest()
