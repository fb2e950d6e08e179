"""Keys of stored texts in a database: which are in use, whether this process has them, and changing to another.

A process refuses to start without a key that stored texts need (`check`), for it would fail on every one of them. The
ids of keys in use stand in `bot_state`; they tell nothing of the keys.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import JSON, LargeBinary, Text, func, select, type_coerce, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from db.crypto import Sealer, current_json, opened_json, stored_json
from db.dialect import insert_for, wait_exclusive
from db.engine import Database
from db.errors import TextKeyMissing
from db.privacy.purge import changed_rows
from db.tables import BlobPart, BotState, Continuation, Correction, Review

STATE: Final = "text_keys"
"""Where the ids of keys in use stand, as a JSON list."""
KEY_LOCK: Final = 0x5EE1_5EA1
ROWS: Final = 1_000
"""Texts that one transaction seals anew."""
PARTS: Final = 16
"""Parts of files (1 MiB) that one transaction seals anew."""

Progress = Callable[[str, int, int], None]
"""What is sealed, up to which id, and the last one."""


@dataclass(frozen=True, slots=True)
class Rotated:
    """How many were sealed anew: texts of reviews, notes of corrections, parts of files, what buttons go on with."""

    texts: int
    notes: int
    parts: int
    buttons: int


def keys_in_use(db: Database) -> tuple[str, ...]:
    """Ids of the keys under which something may be stored."""
    with db.read() as session:
        return _in_use(session)


def check(db: Database) -> None:
    """Raises TextKeyMissing unless this process has every key in use; from then on its own first key is among them."""
    missing = tuple(id_ for id_ in keys_in_use(db) if id_ not in db.sealer.ids)
    if missing:
        raise TextKeyMissing(missing)
    if db.sealer.active and db.sealer.ids[0] not in keys_in_use(db):
        with db.begin(bulk=True) as session:
            wait_exclusive(session, KEY_LOCK)
            _set(session, (*_in_use(session), db.sealer.ids[0]))


def rotate(db: Database, progress: Progress = lambda what, done, last: None, *, to_plain: bool = False) -> Rotated:
    """Brings everything stored under the first key, or `to_plain` back to plain; the other keys are then out of use.

    In short transactions beside all work; broken off, it goes on where it was the next time, for what is done is
    passed over. A text that is deleted meanwhile stays deleted. Raises TextKeyMissing before the first change.
    """
    check(db)
    target = Sealer() if to_plain else db.sealer
    texts = _column(db, target, Review.id, Review.text, progress)
    notes = _column(db, target, Correction.id, Correction.note, progress)
    parts = _files(db, target, progress)
    buttons = _continuations(db, target)
    with db.begin(bulk=True) as session:
        wait_exclusive(session, KEY_LOCK)
        _set(session, target.ids[:1])
    return Rotated(texts, notes, parts, buttons)


def _in_use(session: Session) -> tuple[str, ...]:
    stored = session.scalar(select(BotState.value).where(BotState.key == STATE))
    return tuple(json.loads(stored)) if stored else ()


def _set(session: Session, ids: Sequence[str]) -> None:
    insert = insert_for(session, BotState).values(key=STATE, value=json.dumps(list(ids)))
    session.execute(insert.on_conflict_do_update(index_elements=["key"], set_={"value": json.dumps(list(ids))}))


def _column(
    db: Database,
    target: Sealer,
    key: InstrumentedAttribute[int],
    column: InstrumentedAttribute[str | None],
    tell: Progress,
) -> int:
    """Seals a column anew; how many texts that were."""
    with db.read() as session:
        most = session.scalar(select(func.max(key))) or 0
    changed = last = 0
    while True:
        query = select(key, type_coerce(column, Text)).where(key > last).order_by(key).limit(ROWS)
        with db.read() as session:
            rows = session.execute(query).all()
        if not rows:
            return changed
        old = [(id_, text) for id_, text in rows if text is not None and not target.current(text)]
        if old:
            with db.begin(bulk=True) as session:
                for id_, text in old:
                    changed += replace_if_unchanged(session, key, column, id_, text, target.seal(db.sealer.open(text)))
        last = rows[-1][0]
        tell(str(column.class_.__tablename__), last, most)


def replace_if_unchanged(session: Session, key: Any, column: Any, id_: int, stored: str, new: str) -> int:
    """Stores one text anew, unless it was changed or deleted since it was read; whether it did."""
    same = type_coerce(column, Text) == type_coerce(stored, Text)
    return changed_rows(
        session, update(column.class_).where(key == id_, same).values({column.key: type_coerce(new, Text)})
    )


def _continuations(db: Database, target: Sealer) -> int:
    """Searches and questions that wait for a button: those of a week, so few that they need no progress."""
    raw = type_coerce(Continuation.data, JSON)
    with db.read() as session:
        old = [key for key, data in session.execute(select(Continuation.key, raw)) if not current_json(target, data)]
    for key in old:
        with db.begin(bulk=True) as session:  # locked, for a press of Next may write it anew
            data = session.scalar(select(raw).where(Continuation.key == key).with_for_update())
            if data is not None and not current_json(target, data):
                new = type_coerce(stored_json(target, opened_json(db.sealer, data)), JSON)
                session.execute(update(Continuation).where(Continuation.key == key).values(data=new))
    return len(old)


def _files(db: Database, target: Sealer, tell: Progress) -> int:
    place = (BlobPart.blob_id, BlobPart.number)
    head = type_coerce(func.substr(BlobPart.data, 1, 16), LargeBinary)
    with db.read() as session:
        most = session.scalar(select(func.max(BlobPart.blob_id))) or 0
        blobs = session.scalars(select(BlobPart.blob_id).distinct().order_by(BlobPart.blob_id)).all()
    changed = 0
    for blob_id in blobs:
        with db.read() as session:
            heads = session.execute(select(BlobPart.number, head).where(BlobPart.blob_id == blob_id)).all()
        old = [number for number, start in heads if not target.current_bytes(bytes(start))]
        for start in range(0, len(old), PARTS):
            with db.begin(bulk=True) as session:
                for number in old[start : start + PARTS]:
                    mine = (place[0] == blob_id, place[1] == number)
                    data = session.scalar(select(BlobPart.data).where(*mine))
                    if data is not None:
                        new = target.seal_bytes(db.sealer.open_bytes(data))
                        session.execute(update(BlobPart).where(*mine).values(data=new))
                        changed += 1
        tell("files", blob_id, most)
    return changed
