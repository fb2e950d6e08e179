"""Reads an accepted file into rows: the stored bytes in, reviews and rejected rows out."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import lru_cache, partial
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING, Final

from db import queue
from db.engine import Database
from db.types import Claim, NewRejected, NewReview, UploadInfo
from worker import metrics
from worker.files.errors import AmbiguousColumn, ArchiveMembers, FileError
from worker.files.hygiene import Hygiene, Seen
from worker.files.limits import Limits
from worker.files.options import ReadOptions
from worker.files.review_file import Row
from worker.jobs.ahead import Ahead, Offer, offer_nothing
from worker.jobs.lease_keeper import LeaseKeeper, LeaseLost
from worker.sandbox.reading import GuardedReviews, guarded_reviews
from worker.sandbox.scratch import scratch_folder

if TYPE_CHECKING:
    from model import Scorer

BATCH_ROWS: Final = 5_000
FIRST_ROWS: Final = 2_000
"""Of the first batch, a chunk's worth: workers that have nothing to do wait for it."""
BATCH_CHARS: Final = 16 << 20
"""Characters after which a batch ends sooner: reviews may be of 100,000 each."""
SAMPLE_ROWS: Final = 64
CHUNK_S: Final = 0.8
"""A chunk of this many seconds keeps the pool's children busy and a cancel prompt (docs/internals/bulk.md)."""
LEAST_CHUNK_ROWS: Final = 25
MOST_CHUNK_ROWS: Final = 2_000
MARK_CHARS: Final = 1 << 16
"""Lengths are noted so finely."""
LEAST_CHUNK_CHARS: Final = 1 << 18
"""No chunk is cut for its characters below this: were each a word, they would take 4 s."""
PACKED: Final = 8
"""How much larger a file may be than the bytes that were sent, as far as the sketch of its rows goes."""
_CHARS_READ: Final = 1 << 14
"""Of a longer text the model reads no more words than this holds."""
_KINDS: Final = (
    "This is the story of a family that moves from the old town by the sea to a city where nobody knows them. "
    "There are a few slow scenes in the second half, but the cast is good and the ending was not what I expected. ",
    "One of the best films I have seen: a great story, wonderful acting and a beautiful score. I loved every minute. ",
    "What a waste of time: a terrible script, awful acting and a boring plot. The worst film of the year, avoid it. ",
)
"""Texts of the kinds that files hold. Those with a clear opinion, which most have, take the model a thirtieth of the
time (it reads them with its n-grams alone): measured on the first kind alone, chunks were a third of what was meant."""


@contextmanager
def stored_file(db: Database, upload: UploadInfo) -> Iterator[tuple[IO[bytes], Path]]:
    """(the upload, its scratch folder): streamed from SQL to a file without a name on this machine's disk.

    The file is gone with its last holder, however that ends.
    """
    with scratch_folder() as folder, TemporaryFile(dir=folder) as file:
        for part in queue.read_blob(db, upload.blob_id, owner=upload.owner):
            file.write(part)
        file.flush()
        yield file, folder


def ingest(
    db: Database, scorer: Scorer, claim: Claim, *, limits: Limits, lease_s: float, offer: Offer = offer_nothing
) -> bool:
    """Stores a file's rows and cuts them into chunks; a file that cannot be read fails its job with its reason.

    Returns whether the outcome was stored; False when the chunk was lost to another worker or cancelled. Raises
    ReaderFailed when the process that reads the file broke down. `offer`: who else may score what is read (`ahead`).
    """
    upload = queue.open_upload(db, claim)
    try:
        with LeaseKeeper(db, claim, lease_s=lease_s) as lease, ExitStack() as opened:
            with metrics.stage("read"):
                file, scratch = opened.enter_context(stored_file(db, upload))
                options = options_of(upload)
                rows = guarded_reviews(
                    file, upload.filename, scratch, options=options, limits=limits, check=lease.check
                )
                reviews = opened.enter_context(rows)
            ahead = Ahead(claim.job_id, offer)
            return _store_rows(db, scorer, claim, reviews, lease, Hygiene(PACKED * upload.size), ahead)
    except AmbiguousColumn as question:
        return queue.ask_column(db, claim, list(question.candidates))
    except ArchiveMembers as question:
        if not question.candidates:
            return queue.fail_job(db, claim, question.code, question.values)
        return queue.ask_column(db, claim, list(question.candidates), "sheet")
    except FileError as error:
        return queue.fail_job(db, claim, error.code, error.values)
    except LeaseLost:
        return False


def options_of(upload: UploadInfo) -> ReadOptions:
    """What the sender said of how the file is to be read."""
    columns = {
        "text_column": upload.text_column,
        "film_column": upload.film_column,
        "date_column": upload.date_column,
    }
    return ReadOptions.from_json({**upload.options, **columns})


class Lengths:
    """What the chunks of a file are cut by: some rows' lengths, from all over it, and where it has many characters."""

    def __init__(self) -> None:
        self.sample: list[int] = []
        self.marks: list[int] = []
        """Numbers of the rows at which `MARK_CHARS` characters are full, again and again."""
        self._every, self._seen, self._chars = 1, 0, 0

    def add(self, reviews: Iterable[NewReview]) -> None:
        """The next rows of the file."""
        for review in reviews:
            length = len(review.text)
            if self._seen % self._every == 0:
                if len(self.sample) == SAMPLE_ROWS:
                    self.sample = self.sample[::2]
                    self._every *= 2
                self.sample.append(length)
            self._seen += 1
            self._chars += min(length, _CHARS_READ)
            if self._chars >= MARK_CHARS:
                self.marks.append(review.row_number)
                self._chars = 0

    def most_marks(self, rows: int) -> int:
        """How many marks a chunk may hold that is to have so many rows: half as many characters again as on average."""
        mean = sum(min(length, _CHARS_READ) for length in self.sample) / max(1, len(self.sample))
        return int(max(LEAST_CHUNK_CHARS, 1.5 * mean * rows) // MARK_CHARS)


def chunk_rows(scorer: Scorer, lengths: Sequence[int]) -> int:
    """Rows that this scorer gets through in `CHUNK_S` seconds, within 25..2,000, for texts of these lengths.

    `lengths`: in characters, of some of the file's rows. Measured on words of our own: a row that breaks the scorer
    must break its own chunk, not the reading of the file.
    """
    if not lengths:
        return LEAST_CHUNK_ROWS
    texts = [(kind * (1 + length // len(kind)))[:length] for kind, length in zip(cycle(_KINDS), lengths, strict=False)]
    scorer.warm()  # compiling happens once a process and says nothing about its rate
    began = time.thread_time()  # not what others leave of the processor: small chunks would make it worse
    scorer.score(texts)
    rate = len(texts) / max(time.thread_time() - began, 1e-6)
    return int(min(MOST_CHUNK_ROWS, max(LEAST_CHUNK_ROWS, rate * CHUNK_S)))


def _store_rows(
    db: Database,
    scorer: Scorer,
    claim: Claim,
    reviews: GuardedReviews,
    lease: LeaseKeeper,
    hygiene: Hygiene,
    ahead: Ahead,
) -> bool:
    lengths = Lengths()
    # A file of one batch has the same sample when it is offered and when it is cut.
    rows_of = lru_cache(maxsize=1)(partial(chunk_rows, scorer))

    def size() -> tuple[int, int]:
        rows = rows_of(tuple(lengths.sample))
        return rows, lengths.most_marks(rows)

    total = 0
    batches = _batches(reviews)
    while batch := _read(batches):
        good, rejected = batch
        lease.check()
        lengths.add(good)
        total += len(good) + len(rejected)
        with metrics.stage("insert"):
            stored = queue.ingest_rows(db, claim, good, rejected, lease_s=lease.lease_s)
        if not stored:
            return False
        metrics.INGESTED.inc(len(good) + len(rejected))
        ahead.stored(total, lengths.marks, size)
        hygiene.add([Seen(one.row_number, one.text, one.day) for one in good])
    lease.check()
    rows, most_marks = size()
    with metrics.stage("insert"):
        return queue.finish_ingest(
            db,
            claim,
            chunk_rows=rows,
            rows_total=total,
            columns=reviews.columns,
            names=reviews.names,
            notes=reviews.notes,
            ends=lengths.marks,
            most_ends=most_marks,
            hygiene=hygiene.found(),
            ahead_to=ahead.offered_to,
        )


Batch = tuple[list[NewReview], list[NewRejected]]


def _read(batches: Iterator[Batch]) -> Batch | None:
    with metrics.stage("read"):
        return next(batches, None)


def _batches(rows: Iterable[Row]) -> Iterator[Batch]:
    reviews: list[NewReview] = []
    rejected: list[NewRejected] = []
    chars, most = 0, min(FIRST_ROWS, BATCH_ROWS)
    for row in rows:
        if row.problem is not None:
            rejected.append(NewRejected(row.number, *row.problem))
        else:
            reviews.append(NewReview(row.number, row.text or "", row.film, row.day, row.rating))
            chars += len(row.text or "")
        if len(reviews) + len(rejected) >= most or chars >= BATCH_CHARS:
            yield reviews, rejected
            reviews, rejected, chars, most = [], [], 0, BATCH_ROWS
    if reviews or rejected:
        yield reviews, rejected
