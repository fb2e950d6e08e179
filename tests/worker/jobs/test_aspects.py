"""Aspects of jobs: of messages always, of files on request, as a column of every scored format."""

from __future__ import annotations

import csv
import io
import json
import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from db.blobs import read_blob
from db.engine import Database
from db.queries.jobs import get_job, stored_upload
from db.queries.results import verdict_of
from db.queue.accept import accept_review, accept_upload
from db.tables import OutputFile
from db.types import Score, Viewer
from model import Scorer
from tests.fixtures.chunks import drain
from tests.fixtures.reviews import OWNER, origin
from worker.files.limits import Limits
from worker.jobs import aspects
from worker.jobs.aspects import with_aspects
from worker.jobs.rewrite import rewrite

LIMITS = Limits(max_rows=10_000, max_unpacked_bytes=1 << 20, max_review_chars=5_000)
BOTH = "The acting is great but the script is a mess."
CSV = f'review\n"{BOTH}"\n""\n"What a day it was."\n"{BOTH}"\n'.encode()
SAID = [("acting", "positive"), ("dialogue", "negative")]


def scored_rows(db: Database, job_id: int) -> list[dict[str, str]]:
    written = select(OutputFile.blob_id).where(OutputFile.job_id == job_id, OutputFile.kind == "scored")
    with db.read() as session:
        blob_id = session.scalars(written).one()
    data = b"".join(read_blob(db, blob_id, owner=OWNER))
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))


def said(cell: str) -> list[tuple[Any, Any]]:
    return [(one["name"], one["polarity"]) for one in json.loads(cell)]


def test_a_file_has_aspects_where_it_is_asked(db: Database, scorer: Scorer) -> None:
    """Though the verdicts are known, a second file of the same texts without the wish has no such column."""
    asked, plain = (
        accept_upload(db, origin(), filename="a.csv", parts=[CSV], options=options).job_id
        for options in ({"aspects": True}, {})
    )
    drain(db, scorer, limits=LIMITS)
    rows = scored_rows(db, asked)
    assert [row["aspects"] and said(row["aspects"]) for row in rows] == [SAID, "", [], SAID]
    assert [BOTH[one["start"] : one["end"]] for one in json.loads(rows[0]["aspects"])] == [
        "The acting is great", "the script is a mess.",
    ]  # fmt: skip
    assert "aspects" not in scored_rows(db, plain)[0]
    acting, dialogue = get_job(db, Viewer(OWNER), asked).aspects
    assert (acting.n_for, acting.n_against, dialogue.n_for, dialogue.n_against) == (2, 0, 0, 2)
    assert get_job(db, Viewer(OWNER), plain).aspects == ()
    again = io.BytesIO()
    assert stored_upload(db, Viewer(OWNER), asked).options["aspects"] is True
    rewrite(db, Viewer(OWNER), asked, again, limits=LIMITS, format="jsonl")
    first = json.loads(again.getvalue().splitlines()[0])
    assert [(one["name"], one["polarity"]) for one in first["aspects"]] == SAID


def test_a_message_has_aspects(db: Database, scorer: Scorer) -> None:
    job_id = accept_review(db, origin(), BOTH).job_id
    drain(db, scorer, limits=LIMITS)
    told = verdict_of(db, job_id).aspects
    expected = scorer.aspects(BOTH)
    assert [(one.name, one.polarity, one.start, one.end) for one in told] == [
        (one.name, one.polarity, one.start, one.end) for one in expected
    ]
    assert [one.probability for one in told] == pytest.approx([one.probability for one in expected], abs=1e-4)


def test_equal_texts_are_read_once(scorer: Scorer, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[list[str]] = []
    monkeypatch.setattr(scorer, "warm_aspects", lambda: None)
    monkeypatch.setattr(scorer, "aspects_of", lambda texts, _, may_wait: read.append(texts) or [[] for _ in texts])
    with_aspects([Score(number, "positive", 0.9) for number in (1, 2, 3)], ["a", "b", "a"], scorer)
    assert read == [["a", "b"]]


class Warm:
    """A scorer that finds nothing; told: what it is asked for, in order."""

    is_warm = True

    def __init__(self, told: list[str], getting_ready: Callable[[], object] = lambda: None) -> None:
        self._told, self._getting_ready = told, getting_ready

    def warm_aspects(self) -> None:
        self._told.append("get ready")
        self._getting_ready()

    def aspects_of(self, texts: list[str], _: object, *, may_wait: bool) -> list[list[Any]]:
        assert not may_wait
        self._told.append("read")
        return [[] for _ in texts]


def test_no_chunk_waits_for_the_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes longer than a chunk may on a slow machine; meanwhile plain code says the same."""
    begun, goes_on = threading.Event(), threading.Event()

    def getting_ready() -> None:
        begun.set()
        goes_on.wait(60)

    scorer: Any = Warm([], getting_ready)
    monkeypatch.setattr(aspects, "_begun", set())
    monkeypatch.setattr(aspects, "READY_S", 0.01)
    scores = [Score(number, "positive", 0.9, ()) for number in (1, 2)]
    try:
        for _ in range(2):
            assert [score.aspects for score in with_aspects(scores, [BOTH, CSV.decode()], scorer)] == [(), ()]
        assert begun.wait(60)
        assert len(aspects._begun) == 1
    finally:
        goes_on.set()


class WhenJoined:
    """A thread that does nothing until somebody waits for it."""

    def __init__(self, target: Callable[[], None], **_: object) -> None:
        self.target = target

    def start(self) -> None:
        pass

    def join(self, timeout: float) -> None:
        assert timeout == aspects.READY_S
        self.target()


@pytest.mark.parametrize("texts", [["a", "b"], ["a"]])
def test_the_first_chunk_waits_until_compiled_code_is_loaded(texts: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Plain code takes more than a second longer for it. A message does not wait: it is read in plain code anyway."""
    told: list[str] = []
    monkeypatch.setattr(aspects, "_begun", set())
    monkeypatch.setattr(threading, "Thread", WhenJoined)
    scorer: Any = Warm(told)
    for _ in range(2):
        with_aspects([Score(1, "positive", 0.9, ()) for _ in texts], texts, scorer)
    assert told == ["get ready", "read", "read"][-len(texts) - 1 :]


def test_nothing_is_remembered_of_a_scorer_that_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    """A child of the pool puts a new one in the place of a cold one: it may lie where another lay in memory."""
    told: list[str] = []
    monkeypatch.setattr(aspects, "_begun", type(aspects._begun)())
    scorer: Any = Warm(told)
    with_aspects([Score(1, "positive", 0.9, ())], [BOTH], scorer)
    for thread in threading.enumerate():
        if thread.name == "aspects":
            thread.join(60)
    assert (sorted(told), len(aspects._begun)) == (["get ready", "read"], 1)
    del scorer, thread
    assert len(aspects._begun) == 0
