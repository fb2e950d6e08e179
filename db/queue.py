"""The queue of record, as the other rooms use it. SQL is the truth; the broker only rings a bell for a chunk's id.

accept -> [queued] -> claim -> [running] -> commit -> [done]
             ^                     |
             +------ sweep --------+  lease ran out, attempt failed, bell lost
"""

from __future__ import annotations

from db.blobs import read_blob, write_blob
from db.failing import postpone, release_failed
from db.finish import cancel, fail_job, finish_job, iter_rejected, iter_scored
from db.ingest import ask_column, choose_column, finish_ingest, ingest_rows, open_upload
from db.known import known
from db.leases import claim, extend
from db.pins import hand_back
from db.retry import retry
from db.scoring import commit_scores, load_reviews
from db.sweeper import claimable, queue_health, running_chunks, sweep
from db.types import QueueHealth

__all__ = [
    "QueueHealth",
    "ask_column",
    "cancel",
    "choose_column",
    "claim",
    "claimable",
    "commit_scores",
    "extend",
    "fail_job",
    "finish_ingest",
    "finish_job",
    "hand_back",
    "ingest_rows",
    "iter_rejected",
    "iter_scored",
    "known",
    "load_reviews",
    "open_upload",
    "postpone",
    "queue_health",
    "read_blob",
    "release_failed",
    "retry",
    "running_chunks",
    "sweep",
    "write_blob",
]
