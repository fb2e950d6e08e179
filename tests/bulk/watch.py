"""What the processes of a running worker cost: peaks of memory, and the stages they count."""

from __future__ import annotations

import threading
import urllib.error
import urllib.request
from collections import defaultdict

import psutil
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

EVERY_S = 0.5
STAGES = ("read", "insert", "fetch", "score", "store", "write")


class Watch:
    """Samples the resident memory of a family of processes until it is stopped."""

    def __init__(self, pid: int) -> None:
        self.peaks: dict[str, float] = defaultdict(float)
        """MiB by what the process is: the largest of its kind. Shared pages count in each."""
        self._root = psutil.Process(pid)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """The last sample."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while True:
            self._look()
            if self._stop.wait(EVERY_S):
                return

    def _look(self) -> None:
        try:
            family = [self._root, *self._root.children(recursive=True)]
        except psutil.Error:
            return
        for process in family:
            try:
                kind, size = _kind(process, self._root.pid), process.memory_info().rss / 2**20
            except psutil.Error:
                continue
            self.peaks[kind] = max(self.peaks[kind], size)


def _kind(process: psutil.Process, root: int) -> str:
    if process.pid == root:
        return "supervisor"
    line = " ".join(process.cmdline())
    if "spawn_main" in line:
        return "scoring process"
    return "Celery parent" if "celery" in line else "other"


def stages(port: int) -> dict[str, float]:
    """Seconds of each stage, summed over the worker's processes."""
    found = dict.fromkeys(STAGES, 0.0)
    for sample in _samples(port):
        if sample.name == "reelfeel_stage_seconds_total":
            found[sample.labels["stage"]] = sample.value
    return found


def started(port: int) -> int:
    """How many scoring processes have got ready."""
    return sum(int(sample.value) for sample in _samples(port) if sample.name == "reelfeel_pool_processes_started_total")


def _samples(port: int) -> list[Sample]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
            text = answer.read().decode()
    except urllib.error.HTTPError:  # a process that starts has not yet written all of its file
        return []
    return [sample for family in text_string_to_metric_families(text) for sample in family.samples]
