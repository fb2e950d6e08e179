"""Digests: equal texts and files of one owner are found again, and nobody else learns that they are equal."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from db.crypto import PREFIX
from db.digests import file_digest, text_hasher
from db.engine import Database
from db.privacy import text_keys
from db.types import NewReview, ReviewRow
from tests.db.sealed_texts import NEW, OLD, SECRET, Open, databases_at
from tests.db.steps import ME, OTHER, OWNER, file_job, origin


@pytest.fixture
def open_with(any_url: str) -> Iterator[Open]:
    """The same database with different keys; None reads rows as they are stored."""
    yield from databases_at(any_url)


def test_equal_texts_and_files_of_two_people_are_not_seen_to_be_equal(db: Database) -> None:
    for owner in (ME.user_id, OTHER):
        file_job(db, [NewReview(1, SECRET), NewReview(2, SECRET)], where=origin(owner))
    with db.read() as session:
        hashes = session.execute(text("SELECT text_hash FROM reviews ORDER BY job_id, row_number")).scalars().all()
        digests = session.execute(text("SELECT sha256 FROM uploads UNION SELECT sha256 FROM blobs")).scalars().all()
    assert hashes[0] == hashes[1] != hashes[2] == hashes[3]
    assert len(set(digests)) == 2
    bare = hashlib.sha256(b"text\ngood\n").hexdigest()
    assert bare not in digests


def test_the_key_of_digests_is_sealed_and_survives_a_change_of_keys(open_with: Open) -> None:
    known = file_digest(open_with(), 1, "00")
    assert file_digest(open_with(NEW), 1, "00") == known
    text_keys.rotate(open_with(NEW))
    with open_with().read() as session:
        stored = session.execute(text("SELECT value FROM bot_state WHERE key = 'digest_key'")).scalar()
    assert str(stored).startswith(PREFIX)
    assert file_digest(open_with(NEW), 1, "00") == known
    text_keys.rotate(open_with(OLD, NEW))
    assert file_digest(open_with(OLD), 1, "00") == known
    assert file_digest(open_with(OLD), 2, "00") != known


def rows_of(db: Database, texts: list[str]) -> list[ReviewRow]:
    hashed = text_hasher(db)
    return [ReviewRow(n, n, text, None, None, hashed(OWNER, text)) for n, text in enumerate(texts, 1)]


def test_a_hash_says_nothing_without_the_key(sqlite_db: Database, postgres_url: str) -> None:
    here, there = rows_of(sqlite_db, ["same", "same", "other"]), rows_of(Database(postgres_url), ["same"])
    assert here[0].text_hash == here[1].text_hash != here[2].text_hash
    assert here[0].text_hash != there[0].text_hash
