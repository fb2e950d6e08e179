"""Numbers that the pages promise, written out once more: a changed constant must change a page with it."""

from __future__ import annotations

import pytest

from db import engine
from db.delivery import continuations, message_deletions
from db.operations import heartbeats, types
from db.privacy import erase, purge, retention
from db.queries import corrections, top_verdicts
from db.queue import accept, dispatch_window, ingest, leases, model_affinity, quotas, sweeper

DAY = 86_400


@pytest.mark.parametrize(
    ("constant", "value"),
    [
        (leases.LEASE_S, 30),
        (leases.FAR_S, 600),
        (leases.MAX_TRIES, 3),
        (sweeper.RESEND_S, {"interactive": 5, "bulk": 15}),
        (sweeper.MOST, 1_000),
        (dispatch_window.WINDOW, 3),
        (dispatch_window.HANDED_BACK_S, 1),
        (dispatch_window.LEAST_COST, 100),
        (model_affinity.PATIENCE_S, 60),
        (accept.PATIENCE_S, 8),
        (ingest.MAX_ROWS, 5_000),
        (quotas.DAY_S, DAY),
        (engine.BUSY_S, 30),
        (engine.GONE_MS, 50_000),
        (engine.IDLE_S, 60),
        (corrections.NOTE_CHARS, 500),
        (top_verdicts.EXTREMES, 5),
        (continuations.TTL_S, 7 * DAY),
        (message_deletions.MAX_TRIES, 8),
        (message_deletions.FIRST_WAIT_S, 30),
        (purge.NOBODY, 0),
        (erase.ABANDONED_S, 600),
        (retention.ORPHAN_S, DAY),
        (retention.AUDIT_DAYS, 400),
        (types.EVERY_S, 10),
        (types.LATE_S, 35),
        (heartbeats.EXPIRES_S, DAY),
    ],
)
def test_it_is_the_promised_one(constant: object, value: object) -> None:
    assert constant == value
