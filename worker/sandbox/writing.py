"""The scored copy of a file, read and written by a process of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import IO, Final

from db.queue.finish import ASPECT_ROWS
from worker.files.limits import Limits
from worker.files.options import ReadOptions
from worker.files.writers.verdicts import Scored
from worker.sandbox import frames
from worker.sandbox.allowance import Allowance
from worker.sandbox.process import ReaderProcess

VERDICTS: Final = 2_000
"""Verdicts in one message. With aspects as many as are read at a time (`ASPECT_ROWS`): one process reads them out of
SQL while the other writes the last ones. Each may bring 20 kB of JSON: 2 MB, of the 64 MiB that a message may have."""


def write_guarded(
    reader: ReaderProcess,
    file: IO[bytes],
    filename: str,
    scratch: Path,
    scored: Iterable[Scored],
    out: IO[bytes],
    *,
    limits: Limits,
    format: str | None,
    options: ReadOptions,
    check: Callable[[], None],
    aspects: bool = False,
) -> str:
    """As `worker.files.writers.write.write_scored`, of a real file, in this process; returns the file's name.

    Raises as `worker.sandbox.reading.guarded_reviews` does.
    """
    allowance = Allowance.of(file.seek(0, 2), limits)
    request = {
        "task": "write",
        "filename": filename,
        "format": format,
        "options": options.as_json(),
        "aspects": aspects,
    }
    reader.begin(file, scratch, request | {"limits": asdict(limits)}, allowance, check)
    verdicts, most = iter(scored), ASPECT_ROWS if aspects else VERDICTS
    following = list(islice(verdicts, most))
    while True:
        kind, payload = reader.receive()
        if kind == frames.MORE:
            reader.send(frames.VERDICTS, following)
            following = list(islice(verdicts, most))  # read while the other process writes
        elif kind == frames.BYTES:
            out.write(payload)
        else:
            return str(frames.parsed(payload))
