"""The work on one chunk, from claim to commit. Knows nothing of Celery: a message only names the chunk."""

from __future__ import annotations

import errno
import logging
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from common.broker import names
from common.process.log_format import places_of
from db import queue
from db.engine import Database
from db.errors import DatabaseUnavailable, DbError, SchemaOutdated
from db.types import NO_ROOM, Claim, Score
from worker import metrics
from worker.files.limits import Limits
from worker.jobs.accuracy import widened
from worker.jobs.ahead import Offer, offer_nothing
from worker.jobs.aspects import with_aspects
from worker.jobs.deduplicate import MIXED, score_distinct, with_mixed

if TYPE_CHECKING:
    from model import Scorer

log = logging.getLogger(__name__)

LEASE_S: Final = 30.0
"""How long a claimed chunk belongs to its worker, in seconds, unless extended."""
MODEL_WAIT_S: Final = 60.0

OUT_OF_RESOURCES: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EIO})
"""What this machine may lack: the chunk waits for it, or for another machine. Reviews wait without end, a file that is
read or written three times."""


def _ignore(_job_id: int) -> None:
    """Where nobody wants to know of changes."""


def process_chunk(
    db: Database,
    scorer: Scorer,
    chunk_id: int,
    *,
    limits: Limits,
    on_change: Callable[[int], object] = _ignore,
    lease_s: float = LEASE_S,
    model_wait_s: float = MODEL_WAIT_S,
    offer: Offer = offer_nothing,
) -> bool:
    """Claims a chunk, does its work and commits it; whether this call stored an outcome.

    False for a chunk that is done, cancelled or in other hands, so a message delivered twice does no harm. An error
    in the work gives the chunk back for another attempt (`db.queue.release_failed` counts them and splits the chunk);
    only an unreachable database raises (`db.errors.DatabaseUnavailable`), and then the lease runs out by itself.
    `on_change` is called with the job's id after its outcome was stored. `model_wait_s`: how long a job that another
    model began waits for a worker that has it, before it is scored anew by this one. `offer`: to whom rows of a file
    are offered while it is read (`worker.jobs.ahead`).
    """
    claim = queue.claim(db, chunk_id, lease_s=lease_s, model=scorer.version)
    if claim is None:
        queue.release_to_other_model(db, chunk_id, model=scorer.version, patience_s=model_wait_s)
        return False
    began = time.monotonic()
    with metrics.IN_WORK.track_inprogress():
        stored = _attempt(db, scorer, claim, limits, lease_s, offer)
    seconds = time.monotonic() - began
    metrics.CHUNKS.labels(claim.kind, "stored" if stored else "not_stored").inc()
    metrics.SECONDS.labels(claim.kind).observe(seconds)
    log.log(
        logging.DEBUG if claim.kind == "score" else logging.INFO,
        "chunk stored" if stored else "chunk not stored",
        extra=_log_fields(claim) | {"seconds": seconds},
    )
    on_change(claim.job_id)
    return stored


def _attempt(db: Database, scorer: Scorer, claim: Claim, limits: Limits, lease_s: float, offer: Offer) -> bool:
    """Does the work on a claimed chunk; False when nothing was stored. What fails gives the chunk back."""
    try:
        return _process(db, scorer, claim, limits, lease_s, offer)
    except (DatabaseUnavailable, SchemaOutdated):
        with suppress(DbError):  # it may be back, or have no room for more than this
            queue.postpone(db, claim, wait_s=lease_s)
        raise
    except Exception as error:  # a poison row, a broken library, a time limit: SQL counts the attempts
        log.error(
            "attempt failed (%s)",
            type(error).__name__,
            extra=_log_fields(claim) | {"error": type(error).__name__, "places": places_of(error.__traceback__)},
        )
        _give_back(db, claim, error, lease_s)
        return False


def _give_back(db: Database, claim: Claim, error: Exception, lease_s: float) -> None:
    """For another attempt: at once, or when the machine may have what it lacks now."""
    if not (isinstance(error, OSError) and error.errno in OUT_OF_RESOURCES):
        queue.release_failed(db, claim, code=getattr(error, "code", type(error).__name__))
    elif claim.kind == "score":
        queue.postpone(db, claim, wait_s=lease_s)
    else:  # it may be the file that fills the disk
        queue.try_again_later(db, claim, code=NO_ROOM, wait_s=lease_s)


# Imported where they are used: scoring has no need of the file readers' time (0.3 s) and memory.
def _process(db: Database, scorer: Scorer, claim: Claim, limits: Limits, lease_s: float, offer: Offer) -> bool:
    if claim.kind == "ingest":
        from worker.jobs.ingest import ingest

        return ingest(db, scorer, claim, limits=limits, lease_s=lease_s, offer=offer)
    if claim.kind == "finish":
        from worker.jobs.finish import finish

        return finish(db, claim, limits=limits, lease_s=lease_s)
    return _score(db, scorer, claim)


def _score(db: Database, scorer: Scorer, claim: Claim) -> bool:
    if claim.queue == names.INTERACTIVE:
        scores: Sequence[Score] = [_explained(scorer, row.review_id, row.text) for row in queue.load_reviews(db, claim)]
        stored = queue.commit_scores(db, claim, scores, model=scorer.version)
    else:
        scores, stored = _score_rows(db, scorer, claim)
    if stored:
        metrics.REVIEWS.labels(claim.queue).inc(len(scores))
    return stored


def _score_rows(db: Database, scorer: Scorer, claim: Claim) -> tuple[Sequence[Score], bool]:
    """Rows of a file, equal texts once; the time goes by stage, which `make bench-bulk` asks for."""
    with metrics.stage("fetch"):
        rows = queue.load_reviews(db, claim)
        known_by_hash = queue.lookup(db, rows, model=scorer.version)
        wanted = queue.wanted(db, claim)
    with metrics.stage("score"):
        scores, new = score_distinct(rows, known_by_hash, scorer.score)
        told: Sequence[Score] = scores if wanted.accuracy is None else widened(scores, scorer.dial, wanted.accuracy)
        texts = [row.text for row in rows]
        if wanted.mixed:
            told = with_mixed(told, texts, scorer.mixed)
        if wanted.aspects:
            told = with_aspects(told, texts, scorer)
    metrics.REPEATED.inc(len(rows) - len(new))
    with metrics.stage("store"):
        return told, queue.commit_scores(db, claim, told, model=scorer.version, new=new)


def _explained(scorer: Scorer, review_id: int, text: str) -> Score:
    """The verdict with its aspects and (start, end, contribution) of each sentence: offsets into `text`, logits."""
    explanation = scorer.explain(text)
    verdict = explanation.verdict
    flags = (*verdict.flags, MIXED) if explanation.mixed else verdict.flags
    sentences = [(s.start, s.end, s.contribution) for s in explanation.sentences]
    stars, mixed = verdict.stars, explanation.mixed
    score = Score(review_id, verdict.label, verdict.probability, flags, sentences, stars, mixed)
    return with_aspects([score], [text], scorer)[0]


def _log_fields(claim: Claim) -> dict[str, object]:
    """What a log line says of a chunk."""
    return {
        "job": claim.job_id,
        "chunk": claim.chunk_id,
        "attempt": claim.attempt,
        "kind": claim.kind,
        "queue": claim.queue,
    }
