"""The folder in which the processes of one `reelfeel worker` count (`worker.metrics`), and the sum over them.

It lies in the temporary folder, belongs to its supervisor while that holds the lock in it, and goes with it; what a
killed one left is swept away by the next.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from prometheus_client import CollectorRegistry
from prometheus_client.multiprocess import MultiProcessCollector

VARIABLE: Final = "PROMETHEUS_MULTIPROC_DIR"
"""What tells prometheus_client in a child where to count."""
_PREFIX: Final = "reelfeel-meters-"
_LOCK: Final = "lock"


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over all processes since the supervisor started; `in_work` is now."""

    reviews: float = 0.0
    chunks: float = 0.0
    errors: float = 0.0
    in_work: float = 0.0


@contextmanager
def metrics_folder() -> Iterator[MetricsFolder]:
    """A new folder of one's own, gone afterwards."""
    _remove_left_folders()
    path = Path(tempfile.mkdtemp(prefix=_PREFIX))
    try:
        with _locked(path):
            yield MetricsFolder(path)
    finally:
        shutil.rmtree(path, ignore_errors=True)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    # flock(2): the system drops it when its holder dies, however it dies.
    with (path / _LOCK).open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield


def _remove_left_folders() -> None:
    for path in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        # Not there yet, not ours, or held: somebody else's.
        with suppress(OSError), (path / _LOCK).open("r+") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(path, ignore_errors=True)


class MetricsFolder:
    """Reads what the children counted."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def register(self, registry: CollectorRegistry) -> None:
        """Adds the children's sums to what `registry` serves."""
        MultiProcessCollector(registry, path=str(self.path))  # type: ignore[no-untyped-call]

    def totals(self) -> Totals:
        """The sums that a heartbeat tells; dead processes' gauges are dropped first, their counters stay."""
        self.drop_dead()
        registry = CollectorRegistry()
        self.register(registry)
        sums = {family.name: sum(sample.value for sample in family.samples) for family in registry.collect()}
        return Totals(
            reviews=sums.get("reelfeel_reviews_scored", 0.0),
            chunks=sums.get("reelfeel_chunks", 0.0),
            errors=sums.get("reelfeel_errors", 0.0),
            in_work=sums.get("reelfeel_chunks_in_work", 0.0),
        )

    def drop_dead(self) -> None:
        """What a killed process was at is not at work any more."""
        for file in self.path.glob("gauge_live*.db"):
            pid = file.stem.rpartition("_")[2]
            if pid.isdigit() and not _alive(int(pid)):
                file.unlink(missing_ok=True)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
