"""Two workers on two machines that share nothing but the two URLs score one job together."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from db.engine import Database
from db.operations.heartbeats import beats
from tests.fixtures.broker import Valkey
from tests.fixtures.postgres_server import USER, PostgresServer
from tests.fixtures.reviews import accept_csv, long_review, recount
from tests.fixtures.workers import WorkerProcess, wait_until
from tests.operating.machines import Door, Machine, machine, possible

ROWS = 2_400
"""Long ones: a dozen chunks."""


@pytest.fixture
def machines() -> Iterator[list[Machine]]:
    """Two of them."""
    if not possible():
        pytest.skip("network namespaces need root")
    if any(Path("/tmp") in Path(place).resolve().parents for place in (__file__, sys.prefix)):
        pytest.skip("these machines hide /tmp, where this checkout is")
    with ExitStack() as stack:
        yield [stack.enter_context(machine(number)) for number in (1, 2)]


def chunks_of(worker: WorkerProcess, kind: str) -> set[int]:
    """The chunks that this worker says it stored."""
    lines = [json.loads(line) for line in worker.log.read_text().splitlines() if line.startswith("{")]
    return {line["chunk"] for line in lines if line["event"] == "chunk stored" and line["kind"] == kind}


def test_two_machines_score_one_job(
    machines: list[Machine], postgres_url: str, postgres_server: PostgresServer, valkey: Valkey, tmp_path: Path
) -> None:
    database = postgres_url.split("?")[0].split("/")[-1]
    db = Database(postgres_url)

    def start(place: Machine) -> WorkerProcess:
        sql = Door(place.host, postgres_server.folder / ".s.PGSQL.5432")
        signals = Door(place.host, valkey.folder / "valkey.sock")
        doors.extend((sql, signals))
        return WorkerProcess(
            f"postgresql://{USER}@{place.host}:{sql.port}/{database}",
            f"redis://{place.host}:{signals.port}/0",
            tmp_path / f"{place.name}.log",
            processes=1,
            tuning={"REELFEEL_LOG_LEVEL": "DEBUG", "REELFEEL_LOG_FORMAT": "json", "REELFEEL_SWEEP_S": "0.3"},
            inside=place.inside,
        )

    doors: list[Door] = []
    workers: list[WorkerProcess] = []
    threads = ThreadPoolExecutor(2)  # kept to the end: a process is tied to the thread that started the process
    try:
        workers += threads.map(start, machines)
        job = accept_csv(db, ROWS, text=long_review, empty=(7,)).job_id
        wait_until(lambda: recount(db, job).state == "done", 90, what="the job")
        count = recount(db, job)
        assert (count.predictions, count.rejected, count.rollup) == (ROWS - 1, 1, ROWS - 1)
        parts = [chunks_of(worker, "score") for worker in workers]
        assert all(parts), "each scored a part"
        assert not parts[0] & parts[1]
        assert sum(len(chunks_of(worker, "ingest")) for worker in workers) == 1
        assert {beat.host for beat in beats(db, room="worker")} == {place.name for place in machines}
    finally:
        for worker in workers:
            worker.kill()
        for door in doors:
            door.close()
        threads.shutdown()
        db.dispose()
