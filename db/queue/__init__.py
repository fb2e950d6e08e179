"""The queue of record, as the other rooms use it. SQL is the truth; the broker only carries chunks' ids.

accept -> [queued] -> claim -> [running] -> commit -> [done]
             ^                     |
             +------ sweep --------+  lease ran out, attempt failed, message lost
"""

from __future__ import annotations

from db.blobs import read_blob, write_blob
from db.queue.failures import postpone, release_failed, try_again_later
from db.queue.finish import cancel, fail_job, finish_job, iter_rejected, iter_scored, write_output
from db.queue.ingest import ask_column, choose_column, finish_ingest, ingest_rows, open_upload
from db.queue.interactive_order import next_interactive
from db.queue.leases import claim, extend, holds
from db.queue.model_affinity import release_to_other_model
from db.queue.resume import retry
from db.queue.scoring import commit_scores, load_reviews, wanted
from db.queue.sweeper import claimable, queue_health, running_chunks, sweep
from db.types import QueueHealth
from db.verdict_cache import lookup

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
    "holds",
    "ingest_rows",
    "iter_rejected",
    "iter_scored",
    "load_reviews",
    "lookup",
    "next_interactive",
    "open_upload",
    "postpone",
    "queue_health",
    "read_blob",
    "release_failed",
    "release_to_other_model",
    "retry",
    "running_chunks",
    "sweep",
    "try_again_later",
    "wanted",
    "write_blob",
    "write_output",
]
