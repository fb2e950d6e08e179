"""Keys of stored texts: rotation from plain over two keys and back, and what breaks it off."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from db.blobs import PART_BYTES, read_blob, write_blob
from db.crypto import review_place
from db.engine import Database
from db.errors import TextKeyMissing
from db.privacy import text_keys
from db.queries.results import get_result
from db.tables import Review
from tests.db.sealed_texts import NEW, OLD, SECRET, Open, databases_at, fill, readable
from tests.db.steps import ME, done_review


@pytest.fixture
def open_with(any_url: str) -> Iterator[Open]:
    """The same database with different keys; None reads rows as they are stored."""
    yield from databases_at(any_url)


def test_rotation_goes_from_plain_over_two_keys_back_to_plain(open_with: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_keys, "ROWS", 2)
    result, blob = fill(open_with())
    plain = readable(open_with())
    assert plain >= 6
    first = open_with(OLD)
    text_keys.check(first)
    counts = text_keys.rotate(first)
    assert (counts.texts, counts.notes, counts.buttons) == (3, 1, 1)
    assert counts.parts == 2 + math.ceil(len(SECRET) * 100_000 / PART_BYTES)  # upload, scored file, and our blob
    assert readable(first) == 0
    assert text_keys.rotate(first) == type(counts)(0, 0, 0, 0)
    with pytest.raises(TextKeyMissing, match="lacks the key"):
        text_keys.check(open_with(NEW))
    with pytest.raises(TextKeyMissing):
        text_keys.check(open_with())
    second = open_with(NEW, OLD)
    text_keys.check(second)
    assert set(text_keys.keys_in_use(second)) == set(second.sealer.ids)
    text_keys.rotate(second)
    alone = open_with(NEW)
    text_keys.check(alone)
    assert get_result(alone, ME, result).text == f"{SECRET} in a message"
    assert b"".join(read_blob(alone, blob, owner=ME.user_id)).startswith(SECRET.encode())
    with pytest.raises(TextKeyMissing):
        text_keys.rotate(open_with())


def test_back_to_plain(sqlite_url: str) -> None:
    opener = databases_at(sqlite_url)
    open_with = next(opener)
    db = open_with(OLD)
    text_keys.check(db)
    fill(db)
    back = open_with(OLD)
    text_keys.rotate(back, to_plain=True)
    assert text_keys.keys_in_use(back) == ()
    assert readable(open_with()) >= 6
    text_keys.check(open_with())
    next(opener, None)


def test_a_rotation_that_was_broken_off_goes_on(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    opener = databases_at(sqlite_url)
    open_with = next(opener)
    plain = open_with()
    results = [done_review(plain, f"{SECRET} {n}") for n in range(6)]
    monkeypatch.setattr(text_keys, "ROWS", 2)

    class Killed(Exception):
        pass

    def kill(what: str, last: int, most: int) -> None:
        if last >= results[3]:
            raise Killed

    db = open_with(NEW)
    with pytest.raises(Killed):
        text_keys.rotate(db, kill)
    assert readable(db) == 2
    assert [get_result(db, ME, one).text for one in results] == [f"{SECRET} {n}" for n in range(6)]
    assert text_keys.rotate(db).texts == 2
    assert readable(db) == 0
    next(opener, None)


def test_rotation_brings_no_deleted_text_back(sqlite_url: str) -> None:
    opener = databases_at(sqlite_url)
    open_with = next(opener)
    result = done_review(open_with(), SECRET)
    db = open_with(NEW)
    with db.begin() as session:
        session.execute(text("UPDATE reviews SET text = NULL"))
        new = db.sealer.seal(SECRET, review_place(1, 1, 1))
        assert text_keys.replace_if_unchanged(session, Review.id, Review.text, result, SECRET, new) == 0
    assert get_result(db, ME, result).text is None
    next(opener, None)


@pytest.mark.parametrize("parts", [1, 2, 3, 4])
def test_every_part_of_a_file_is_sealed_wherever_a_batch_ends(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch, parts: int
) -> None:
    monkeypatch.setattr(text_keys, "PARTS", 2)
    plain, sealed = Database(sqlite_url), Database(sqlite_url, text_keys=(NEW,))
    blob = write_blob(plain, [b"x" * PART_BYTES] * parts, owner=1)
    assert text_keys.rotate(sealed).parts == parts
    assert text_keys.rotate(sealed).parts == 0
    assert b"".join(read_blob(sealed, blob, owner=1)) == b"x" * PART_BYTES * parts
    with pytest.raises(TextKeyMissing):
        list(read_blob(plain, blob, owner=1))
    plain.dispose()
    sealed.dispose()
