"""Export of everything stored about one user."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

from sqlalchemy import text

from common.rendering import english
from db.crypto import new_key
from db.engine import Database
from db.privacy.export import write_data_export
from db.queries.corrections import correct
from db.queue import ask_column, fail_job, write_blob
from db.types import Viewer
from tests.db import sealed_texts, steps
from tests.db.privacy.user_data import BOB, EVE, MARK, ME, THEM, fill, jobs_of
from tests.db.steps import uploaded


def unpacked(db: Database, viewer: Viewer, **limits: int) -> dict[str, bytes]:
    out = io.BytesIO()
    taken = write_data_export(db, viewer, out, **limits)
    with zipfile.ZipFile(out) as packed:
        assert packed.testzip() is None
        found = {name: packed.read(name) for name in packed.namelist()}
    assert json.loads(found["about.json"])["left_out"] == [english(*message) for message in taken.left_out]
    return found


def rows(data: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in data.decode().splitlines()]


def test_the_export_holds_everything_and_nobody_elses(db: Database) -> None:
    made = fill(db)
    fill(db, BOB)
    correct(db, THEM, made["shared"], "uncertain", "a note of Bob's")
    found = unpacked(db, ME)
    reviews = rows(found["reviews.jsonl"])
    assert len(reviews) == 16
    assert all(MARK in row["text"] for row in reviews)
    assert {row["label"] for row in reviews} == {"positive", "negative", "uncertain"}
    assert [row["id"] for row in rows(found["jobs.jsonl"])] == jobs_of(db, EVE)
    assert [row["note"] for row in rows(found["corrections.jsonl"])] == [f"{MARK} note"]
    assert rows(found["settings.jsonl"])[0]["share"] is True
    assert len(rows(found["notices.jsonl"])) == 2
    files = [name for name in found if name.startswith("files/")]
    assert len(files) == 4
    assert json.loads(found["about.json"])["kept"]["texts"] == 16
    assert str(BOB).encode() not in b"".join(found.values())
    assert b"Bob's" not in b"".join(found.values())


def test_an_export_says_what_did_not_fit(sqlite_db: Database) -> None:
    fill(sqlite_db)
    blob = write_blob(sqlite_db, [b"x" * 300_000], owner=ME.user_id)
    with sqlite_db.begin() as session:
        session.execute(text("UPDATE outputs SET blob_id = :blob WHERE id = 1"), {"blob": blob})
    found = unpacked(sqlite_db, ME, max_bytes=200_000)
    (sentence,) = json.loads(found["about.json"])["left_out"]
    assert sentence.startswith(f"The file {MARK}.scored.csv of job 3 (300,000 bytes) did not fit.")
    assert len(rows(found["reviews.jsonl"])) == 16
    nothing = unpacked(sqlite_db, ME, max_bytes=1)
    assert json.loads(nothing["about.json"])["left_out"][0] == "jobs.jsonl is cut off because the zip was full."


def test_an_export_of_what_is_encrypted_can_be_read(any_url: str) -> None:
    """Each kind of thing: names of files and columns, values of an error, a search that waits for its button."""
    db = Database(any_url, text_keys=[new_key()])
    sealed_texts.fill(db)
    _, held = uploaded(db)
    ask_column(db, held, [f"{MARK} one", f"{MARK} two"])
    _, held = uploaded(db)
    assert fail_job(db, held, "no_text_column", {"columns": f"{MARK} three"})
    with db.read() as session:
        for column, table in (("error_values", "jobs"), ("candidates", "uploads")):
            assert MARK not in str(session.execute(text(f"SELECT {column} FROM {table}")).all())
    found = unpacked(db, steps.ME)
    told = b"".join(found.values()).decode()
    assert "sealed:" not in told
    (button,) = rows(found["buttons.jsonl"])
    assert button["data"] == {"query": sealed_texts.SECRET}
    jobs = rows(found["jobs.jsonl"])
    assert [job["candidates"] for job in jobs if job["candidates"]] == [[f"{MARK} one", f"{MARK} two"]]
    errors = [(job["error_code"], job["error_values"]) for job in jobs if job["error_code"]]
    assert errors == [("no_text_column", {"columns": f"{MARK} three"})]
    assert [job["columns"] for job in jobs if job["columns"]] == [{"text": "text"}]
    assert told.count(sealed_texts.SECRET) >= 4  # two texts, a note, a search
    db.dispose()
