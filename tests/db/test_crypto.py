"""Sealed texts: nothing readable on the disk, keys side by side, rotation that may be broken off, what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from db.blobs import read_blob
from db.crypto import MAGIC, PREFIX, Sealer
from db.delivery import continuations
from db.engine import Database
from db.errors import BadTextKey, TextKeyMissing, TextSearchOff
from db.privacy import erase as privacy
from db.privacy import text_keys
from db.privacy.erase_result import delete_result
from db.queries.corrections import corrections_of
from db.queries.results import get_result
from db.queries.search import search
from db.queue import claim, load_reviews
from db.queue.accept import accept_review
from db.tables import Review
from db.types import NewReview, SearchFilter
from tests.db.sealed_texts import NEW, OLD, SECRET, Open, databases_at, fill, readable
from tests.db.steps import ME, chunks, file_job, must, origin


@pytest.fixture
def open_with(any_url: str) -> Iterator[Open]:
    """The same database with different keys; None reads rows as they are stored."""
    yield from databases_at(any_url)


@pytest.mark.parametrize("keys", [(), (NEW,), (NEW, OLD)])
@pytest.mark.parametrize(
    "words", ["", "é 字 👍", PREFIX, f"{PREFIX}00000000:x", PREFIX + "deadbeef:AAAA", "a" * 100_000]
)
def test_what_is_sealed_opens_again(keys: tuple[str, ...], words: str) -> None:
    sealer = Sealer(keys)
    stored = sealer.seal(words)
    assert sealer.open(stored) == words
    assert sealer.current(stored)
    data = MAGIC + words.encode()
    for part in (data, words.encode(), MAGIC[:3]):
        assert sealer.open_bytes(sealer.seal_bytes(part)) == part
        assert sealer.current_bytes(sealer.seal_bytes(part)[:16])
    if keys:
        assert sealer.seal(words) != stored  # a fresh nonce each time
        assert Sealer((keys[0],)).open(stored) == words


def test_a_text_that_was_changed_is_refused_without_saying_it() -> None:
    stored = Sealer((NEW,)).seal(SECRET)
    spoiled = stored[:-6] + ("AAAA" if stored[-6:-2] != "AAAA" else "BBBB") + stored[-2:]
    with pytest.raises(ValueError, match="was changed outside") as error:
        Sealer((NEW,)).open(spoiled)
    assert SECRET not in str(error.value)
    with pytest.raises(TextKeyMissing, match=Sealer((NEW,)).ids[0]):
        Sealer((OLD,)).open(stored)


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
    assert b"".join(read_blob(db, blob)).startswith(SECRET.encode())
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
        assert session.query(Review).filter_by(job_id=accepted.job_id).one().text == nasty
