"""Sealed texts: nothing readable on the disk, keys side by side, rotation that may be broken off, what is refused."""

from __future__ import annotations

import base64
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import inspect, make_url, text, update
from sqlalchemy.exc import StatementError

from db.blobs import read_blob
from db.crypto import (
    MAGIC,
    NAME,
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
from db.queries.films import list_films
from db.queries.jobs import get_job, list_outputs, upload_blob
from db.queries.reports import summary
from db.queries.results import get_result
from db.queries.search import search
from db.queries.summaries import roll_up_due
from db.queue import ask_column, choose_column, claim, finish_ingest, ingest_rows, load_reviews, open_upload
from db.queue.accept import accept_review, accept_upload
from db.queue.completion import end_job
from db.tables import Job, Review
from db.types import NewReview, ReportFilter, SearchFilter
from tests.db.sealed_texts import NEW, OLD, SECRET, Open, databases_at, fill, readable
from tests.db.steps import ME, OTHER, chunks, done_review, drain, file_job, must, origin, seeing

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
    with pytest.raises(ValueError, match="was changed or moved outside") as error:
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
        assert b"".join(read_blob(db, blob, owner=ME.user_id)) == b"old part" * 3

    reads()
    done = text_keys.rotate(db)
    assert (done.texts, done.notes, done.parts) == (3, 1, 5)
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


def test_a_text_that_nobody_sealed_cannot_be_stored(sqlite_db: Database) -> None:
    accepted = accept_review(sqlite_db, origin(), "fine")
    with pytest.raises(StatementError, match="must be sealed"), sqlite_db.begin() as session:
        session.execute(update(Review).where(Review.job_id == accepted.job_id).values(text="plain"))


@pytest.mark.parametrize("keys", [(), (NEW,), (NEW, OLD)])
@pytest.mark.parametrize("name", ["Heat", "", "é 字 👍", NAME, f"{NAME}00000000:x", f"{NAME}deadbeef:AAAA"])
def test_a_name_is_stored_the_same_each_time_and_opens_again(keys: tuple[str, ...], name: str) -> None:
    sealer = Sealer(keys)
    stored = sealer.seal_name(1, name)
    assert stored == sealer.seal_name(1, name)
    assert sealer.open_name(stored, 1) == sealer.open_name(stored) == name
    assert sealer.current_name(stored)
    assert stored in sealer.name_forms(1, name)
    if keys:
        assert stored != sealer.seal_name(2, name), "the same name of two people looks different"
        with pytest.raises(ValueError, match="moved outside"):
            sealer.open_name(stored, 2)
        with pytest.raises(TextKeyMissing):
            Sealer((OLD,)).open_name(stored, 1) if keys == (NEW,) else Sealer().open_name(stored, 1)


def named_file(db: Database, owner: int = ME.user_id, film: str = f"{SECRET} film") -> int:
    """A finished file of that owner, shared, whose film, file, columns and question all say the secret."""
    where = origin(owner, shared=True, film=film)
    accepted = accept_upload(db, where, filename=f"{SECRET}.csv", parts=[b"text\n"], film_column=SECRET)
    held = must(claim(db, accepted.chunk_id))
    assert ask_column(db, held, [SECRET, "other"])
    assert get_job(db, seeing(owner), accepted.job_id).columns == (SECRET, "other")
    held = must(claim(db, choose_column(db, seeing(owner), accepted.job_id, SECRET).chunk_id))
    upload = open_upload(db, held)
    assert (upload.filename, upload.text_column, upload.film_column) == (f"{SECRET}.csv", SECRET, SECRET)
    assert ingest_rows(db, held, [NewReview(n, f"row {n}", film) for n in (1, 2, 3)], [])
    assert finish_ingest(
        db, held, chunk_rows=2, rows_total=3, columns={"text": SECRET}, notes=[("x", {"name": SECRET})]
    )
    drain(db)
    return accepted.job_id


def said_anywhere(db: Database, words: str) -> list[str]:
    """Tables in which the words can be read."""
    with db.read() as session:
        tables = inspect(session.connection()).get_table_names()
        return [one for one in tables for row in session.execute(text(f'SELECT * FROM "{one}"')) if words in str(row)]


def test_names_of_films_files_and_columns_are_sealed_and_found_again(open_with: Open) -> None:
    """By their owner, by others they are shared with, in every case, before and after reports are summed up."""
    db = open_with(NEW)
    mine, theirs = named_file(db), named_file(db, OTHER, f"{SECRET} FILM")
    failed = file_job(db, 1)
    with db.begin() as session:
        end_job(session, session.get_one(Job, failed), "failed", code="no_such_column", values={"column": SECRET})
    for _ in range(2):
        assert said_anywhere(db, SECRET) == []
        job = get_job(db, ME, mine)
        assert (job.filename, job.film, job.title) == (f"{SECRET}.csv", f"{SECRET} film", f"{SECRET}.csv")
        assert get_job(db, ME, failed).error_values == {"column": SECRET}
        assert [one.filename for one in list_outputs(db, ME, mine)] == ["reviews.scored.csv"]
        for film in (f"{SECRET} film", f"{SECRET} FILM", f"{SECRET} Film"):
            found = search(db, ME, SearchFilter(film=film)).items
            assert {one.job_id for one in found} == {mine, theirs}
            assert summary(db, ME, ReportFilter(film=film)).total == 6
        assert {one.film for one in search(db, ME, SearchFilter()).items} >= {f"{SECRET} film", f"{SECRET} FILM"}
        by_film = {one.key: one.total for one in summary(db, ME, ReportFilter(by="film")).buckets}
        assert by_film[f"{SECRET} FILM"] == 6
        assert list_films(db, ME, "STAIRS fil") == [f"{SECRET} FILM"]
        roll_up_due(db)


def test_one_film_of_two_people_is_one_in_a_report(open_with: Open) -> None:
    db = open_with(NEW)
    named_file(db)
    named_file(db, OTHER)
    report = summary(db, ME, ReportFilter(by="film"))
    assert [(one.key, one.total) for one in report.buckets] == [(f"{SECRET} film", 6)]
    assert report.n_buckets == 1
    with db.read() as session:
        assert len(session.execute(text("SELECT DISTINCT film FROM predictions")).all()) == 2


def test_names_follow_a_change_of_keys(open_with: Open) -> None:
    job = named_file(open_with())
    roll_up_due(open_with())
    assert len(set(said_anywhere(open_with(), SECRET))) >= 5
    for keys in ((OLD,), (NEW, OLD)):
        db = open_with(*keys)
        assert summary(db, ME, ReportFilter(film=f"{SECRET} film")).total == 3, "also while it is stored the old way"
        text_keys.rotate(db)
        assert said_anywhere(db, SECRET) == []
        assert summary(open_with(keys[0]), ME, ReportFilter(film=f"{SECRET} film")).total == 3
        assert get_job(open_with(keys[0]), ME, job).filename == f"{SECRET}.csv"
    text_keys.rotate(open_with(NEW), to_plain=True)
    assert get_job(open_with(), ME, job).film == f"{SECRET} film"
    assert len(set(said_anywhere(open_with(), SECRET))) >= 5
