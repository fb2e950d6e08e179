"""The bare scorer: lists of texts in memory, nothing stored; as many processes as there are workers."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bulk.reviews import numbered

CALL = 1_000
"""Texts of one call, about a chunk."""


def measure(texts: list[str], reviews: int, processes: int) -> tuple[float, float]:
    """Reviews a second of all processes together, and the share of one's time that goes into tokenizing."""
    with TemporaryDirectory(prefix="reelfeel-bulk-") as folder:
        path = Path(folder) / "texts.json"
        path.write_text(json.dumps(list(numbered(texts, reviews))), encoding="utf-8")
        command = [sys.executable, "-m", "tests.bulk.bare", str(path)]
        running = [
            subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            for _ in range(processes)
        ]
        for process in running:
            assert process.stdout is not None
            process.stdout.readline()  # it is warm
        for process in running:
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
        said = [json.loads(process.communicate()[0]) for process in running]
    return reviews * processes / max(one["seconds"] for one in said), said[0]["tokenize"]


def main(path: str) -> None:
    """Scores when told to, and tells how long that took."""
    from model import Scorer

    texts = json.loads(Path(path).read_text(encoding="utf-8"))
    scorer = Scorer()
    scorer.warm()
    scorer.score(texts[:CALL])
    sys.stdout.write("warm\n")
    sys.stdout.flush()
    sys.stdin.readline()
    began = time.perf_counter()
    for first in range(0, len(texts), CALL):
        scorer.score(texts[first : first + CALL])
    seconds = time.perf_counter() - began
    bulk = scorer._bulk
    share = 0.0
    if bulk is not None:
        some = texts[:CALL]
        began = time.thread_time()
        for first in range(0, len(some), 128):
            bulk.encoded(some[first : first + 128])
        encoding = time.thread_time() - began
        began = time.thread_time()
        scorer.score(some)
        share = encoding / (time.thread_time() - began)
    sys.stdout.write(json.dumps({"seconds": seconds, "tokenize": share}) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
