"""A lease is extended while the work on its chunk runs."""

from __future__ import annotations

import pytest

from db.engine import Database
from db.queue import cancel, claim, sweep
from model import Scorer
from tests.fixtures.reviews import Count, accept_csv, recount
from tests.fixtures.workers import wait_until
from tests.worker.jobs.helpers import ME
from worker.jobs.lease_keeper import LeaseKeeper, LeaseLost


def test_a_cancelled_job_ends_long_work_and_stores_nothing(db: Database, scorer: Scorer) -> None:
    accepted = accept_csv(db, 20)
    held = claim(db, accepted.chunk_id, lease_s=0.3)
    assert held is not None
    with LeaseKeeper(db, held, lease_s=0.3) as lease:
        lease.check()
        cancel(db, ME, accepted.job_id)
        wait_until(lambda: lease.lost, 10, what="the loss of the lease")
        with pytest.raises(LeaseLost):
            lease.check()
    assert sweep(db, slots=4) == []
    assert recount(db, accepted.job_id) == Count("cancelled", 0, 0, 0, 0)


def test_long_work_keeps_its_lease(db: Database) -> None:
    accepted = accept_csv(db, 20)
    held = claim(db, accepted.chunk_id, lease_s=0.6)
    assert held is not None
    with LeaseKeeper(db, held, lease_s=0.6) as lease:
        wait_until(lambda: lease.extensions >= 6, 10, what="the sixth extension")
        assert claim(db, accepted.chunk_id) is None
