"""Sealed texts: nothing readable on the disk, keys side by side, rotation that may be broken off, what is refused."""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import make_url, text, update
from sqlalchemy.exc import StatementError

from db.blobs import read_blob
from db.crypto import (
    MAGIC,
    PREFIX,
    UNBOUND,
    UNBOUND_MAGIC,
    Sealer,
    Stored,
    place,
)
from db.delivery import continuations
from db.digests import file_digest, text_hasher
from db.engine import Database
from db.errors import BadTextKey, TextKeyMissing, TextSearchOff
from db.privacy import erase as privacy
from db.privacy import text_keys
from db.privacy.erase_result import delete_result
from db.queries.corrections import corrections_of
from db.queries.jobs import upload_blob
from db.queries.results import get_result
from db.queries.search import search
from db.queue import claim, load_reviews
from db.queue.accept import accept_review
from db.tables import Review
from db.types import NewReview, SearchFilter
from tests.db.sealed_texts import NEW, OLD, SECRET, Open, databases_at, fill, readable
from tests.db.steps import ME, OTHER, chunks, done_review, file_job, must, origin, seeing

HERE = place("reviews", 1, 2, owner=3)


@pytest.fixture
def open_with(any_url: str) -> Iterator[Open]:
    """The same database with different keys; None reads rows as they are stored."""
    yield from databases_at(any_url)


@pytest.mark.parametrize("keys", [(), (NEW,), (NEW, OLD)])
@pytest.mark.parametrize(
    "words", ["", "é 字 👍", PREFIX, UNBOUND, f"{PREFIX}00000000:x", PREFIX + "deadbeef:AAAA", "a" * 100_000]
)
def test_what_is_sealed_opens_again(keys: tuple[str, ...], words: str) -> None:
    sealer = Sealer(keys)
    stored = sealer.seal(words, HERE)
    assert sealer.open(stored, HERE) == words
    assert sealer.current(stored)
    for part in (MAGIC + words.encode(), UNBOUND_MAGIC + words.encode(), words.encode(), MAGIC[:3]):
        assert sealer.open_bytes(sealer.seal_bytes(part, HERE), HERE) == part
        assert sealer.current_bytes(sealer.seal_bytes(part, HERE)[:16])
    if keys:
        assert sealer.seal(words, HERE) != stored  # a fresh nonce each time
        assert Sealer((keys[0],)).open(stored, HERE) == words


def test_a_text_that_was_changed_is_refused_without_saying_it() -> None:
    stored = Sealer((NEW,)).seal(SECRET, HERE)
    spoiled = stored[:-6] + ("AAAA" if stored[-6:-2] != "AAAA" else "BBBB") + stored[-2:]
    with pytest.raises(ValueError, match="was changed outside") as error:
        Sealer((NEW,)).open(spoiled, HERE)
    assert SECRET not in str(error.value)
    with pytest.raises(TextKeyMissing, match=Sealer((NEW,)).ids[0]):
        Sealer((OLD,)).open(stored, HERE)


@pytest.mark.parametrize("key", ["short", "ü" * 44, "A" * 44, ""])
def test_a_wrong_key_is_named_as_such_and_not_repeated(key: str) -> None:
    with pytest.raises(BadTextKey) as error:
        Sealer((OLD, key))
    assert not key or key not in str(error.value)


def test_nothing_can_be_read_without_the_key(open_with: Open) -> None:
    db = open_with(NEW)
    result, blob = fill(db)
    assert readable(db) == 0
    assert get_result(db, ME, result).text == f"{SECRET} in a message"
    assert corrections_of(db, ME, result).note == f"{SECRET} in a note"
    assert b"".join(read_blob(db, blob, owner=ME.user_id)).startswith(SECRET.encode())
    assert [item.text for item in search(db, ME, SearchFilter()).items][-1] == f"{SECRET} in a message"
    with pytest.raises(TextSearchOff, match="search by film"):
        search(db, ME, SearchFilter(query="zebra"))
    with pytest.raises(TextKeyMissing):
        get_result(open_with(OLD), ME, result)
    delete_result(db, ME, result)
    assert get_result(db, ME, result).text is None


def test_words_that_wait_for_a_button_are_sealed_and_go_with_their_user(open_with: Open) -> None:
    before, db = open_with(), open_with(OLD)
    plain = continuations.create(before, ME.user_id, "pages", {"query": SECRET})
    assert continuations.get(db, ME.user_id, "pages", plain) == {"query": SECRET}, "from before there were keys"
    continuations.pop(db, ME.user_id, "pages", plain)
    key = continuations.create(db, ME.user_id, "pages", {"query": SECRET})
    assert readable(db) == 0
    continuations.replace(db, ME.user_id, "pages", key, {"query": f"{SECRET} 2"})
    assert readable(db) == 0
    rotated = open_with(NEW, OLD)
    assert text_keys.rotate(rotated).buttons == 1
    alone = open_with(NEW)
    assert continuations.pop(alone, ME.user_id, "pages", key) == {"query": f"{SECRET} 2"}
    continuations.restore(alone, ME.user_id, "pages", key, {"query": SECRET})
    assert readable(alone) == 0
    with pytest.raises(TextKeyMissing):
        continuations.get(open_with(OLD), ME.user_id, "pages", key)
    privacy.erase_user(alone, ME)
    with alone.read() as session:
        assert session.execute(text("SELECT count(*) FROM continuations")).scalar() == 0


def test_the_file_of_the_database_holds_no_searched_word(sqlite_url: str) -> None:
    opener = databases_at(sqlite_url)
    open_with = next(opener)
    path = Path(str(make_url(sqlite_url).database))

    def on_disk() -> bool:
        return any(b"under the stairs" in one.read_bytes() for one in path.parent.glob(f"{path.name}*"))

    db = open_with(NEW)
    continuations.create(db, ME.user_id, "pages", {"query": SECRET})
    assert not on_disk()
    continuations.create(open_with(), ME.user_id, "pages", {"query": SECRET})
    assert on_disk(), "what this looks for could be found"
    next(opener, None)


def test_a_worker_gets_the_text_to_score(open_with: Open) -> None:
    db = open_with(NEW)
    message = must(claim(db, accept_review(db, origin(), SECRET).chunk_id))
    assert [row.text for row in load_reviews(db, message)] == [SECRET]
    job_id = file_job(db, [NewReview(1, SECRET), NewReview(2, "é")])
    held = must(claim(db, chunks(db, job_id, "pending")[0]))
    assert [row.text for row in load_reviews(db, held)] == [SECRET, "é"]
    assert readable(db) == 0


def test_a_plain_text_that_looks_sealed_stays_a_text(sqlite_db: Database) -> None:
    nasty = PREFIX + "deadbeef:AAAA"
    accepted = accept_review(sqlite_db, origin(), nasty)
    with sqlite_db.read() as session:
        assert session.query(Review).filter_by(job_id=accepted.job_id).one().text == Stored(
            sqlite_db.sealer.seal(nasty, HERE), sqlite_db.sealer
        )
    (held,) = load_reviews(sqlite_db, must(claim(sqlite_db, accepted.chunk_id)))
    assert held.text == nasty


@pytest.mark.parametrize(
    "elsewhere",
    [
        place("reviews", 1, 3, owner=3),
        place("reviews", 2, 2, owner=3),
        place("reviews", 1, 2, owner=4),
        place("corrections", 1, 2, owner=3),
        place("reviews", 12, owner=3),
        b"",
    ],
)
def test_what_is_sealed_for_one_place_opens_at_no_other(elsewhere: bytes) -> None:
    sealer = Sealer((NEW,))
    with pytest.raises(ValueError, match="moved outside"):
        sealer.open(sealer.seal(SECRET, HERE), elsewhere)
    with pytest.raises(ValueError, match="moved outside"):
        sealer.open_bytes(sealer.seal_bytes(b"x", HERE), elsewhere)


def unbound(key: str, words: str) -> str:
    """A text as version 1 sealed it."""
    nonce = os.urandom(12)
    body = nonce + AESGCM(base64.urlsafe_b64decode(key)).encrypt(nonce, words.encode(), None)
    return f"{UNBOUND}{Sealer((key,)).ids[0]}:{base64.b64encode(body).decode()}"


def test_what_was_sealed_before_is_read_and_is_bound_by_a_rotation(open_with: Open) -> None:
    db = open_with(NEW)
    result, blob = fill(db)
    nonce = os.urandom(12)
    bytes_1 = AESGCM(base64.urlsafe_b64decode(NEW)).encrypt(nonce, b"old part", None)
    with db.begin() as session:
        session.execute(text("UPDATE reviews SET text = :old, text_hash = 1"), {"old": unbound(NEW, SECRET)})
        session.execute(text("UPDATE corrections SET note = :old"), {"old": unbound(NEW, f"{SECRET} note")})
        part = UNBOUND_MAGIC + bytes.fromhex(db.sealer.ids[0]) + nonce + bytes_1
        session.execute(text("UPDATE blob_parts SET data = :old"), {"old": part})
        session.execute(text("UPDATE blobs SET owner_id = NULL WHERE id <> :own"), {"own": blob})
        session.execute(text("UPDATE uploads SET sha256 = 'bare'"))
    db = open_with(NEW)

    def reads() -> None:
        assert get_result(db, ME, result).text == SECRET
        assert corrections_of(db, ME, result).note == f"{SECRET} note"
        assert b"".join(read_blob(db, blob, owner=ME.user_id)) == b"old part"

    reads()
    done = text_keys.rotate(db)
    assert (done.texts, done.notes, done.parts) == (3, 1, 3)
    reads()
    assert text_keys.rotate(db) == type(done)(0, 0, 0, 0)
    with db.read() as session:
        found = session.execute(text("SELECT text FROM reviews UNION ALL SELECT note FROM corrections")).scalars().all()
        assert all(one.startswith(PREFIX) for one in found)
        assert session.execute(text("SELECT count(*) FROM blobs WHERE owner_id IS NULL")).scalar() == 0
        assert session.execute(text("SELECT sha256 FROM uploads")).scalar() == file_digest(db, ME.user_id, "bare")
        hashes = {row.text: row.text_hash for row in session.execute(text("SELECT text, text_hash FROM reviews"))}
    assert set(hashes.values()) == {text_hasher(db)(ME.user_id, SECRET)}


def test_somebody_who_can_write_the_tables_reads_no_text_by_moving_it(open_with: Open) -> None:
    """A row given to another owner, a text copied into another's row, a file hung on another's job: none opens."""
    db = open_with(NEW)
    result, _ = fill(db)
    thief = done_review(db, "mine", origin(OTHER))
    job = file_job(db, [NewReview(1, "mine too")], where=origin(OTHER))
    with db.begin() as session:
        session.execute(
            text("UPDATE reviews SET text = (SELECT text FROM reviews AS r WHERE r.id = :his) WHERE id = :mine"),
            {"his": result, "mine": thief},
        )
        session.execute(
            text("UPDATE uploads SET blob_id = (SELECT min(blob_id) FROM uploads) WHERE job_id = :job"), {"job": job}
        )
        session.execute(text("UPDATE jobs SET owner_id = :thief"), {"thief": OTHER})
        session.execute(text("UPDATE predictions SET owner_id = :thief"), {"thief": OTHER})
    for one in (result, thief):
        with pytest.raises(ValueError, match="moved outside"):
            get_result(db, seeing(OTHER), one)
    file = upload_blob(db, seeing(OTHER), job)
    assert file is not None
    with pytest.raises(ValueError, match="moved outside"):
        list(read_blob(db, file[1], owner=OTHER))


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


def test_a_text_that_nobody_sealed_cannot_be_stored(sqlite_db: Database) -> None:
    accepted = accept_review(sqlite_db, origin(), "fine")
    with pytest.raises(StatementError, match="must be sealed"), sqlite_db.begin() as session:
        session.execute(update(Review).where(Review.job_id == accepted.job_id).values(text="plain"))
