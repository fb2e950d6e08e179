"""What runs in the process that reads one file: `python -m worker.sandbox.child SOCKET PARENT_PID`.

It waits for a file, does with it what it is told, and ends. It knows no database, no broker and no secret. Nothing of
the file is written to a log: what goes wrong leaves as a code, or as the type of the error.
"""

from __future__ import annotations

import errno
import os
import socket
import sys
import tempfile
from collections.abc import Callable, Iterator
from typing import IO, Any, Final

from common.process.parent_death import die_with
from worker.files.errors import MAX_CANDIDATES, AmbiguousColumn, ArchiveMembers, FileError, TooCostly
from worker.files.limits import Limits
from worker.files.options import ReadOptions
from worker.files.review_file import Row, open_reviews
from worker.files.writers.verdicts import Scored
from worker.files.writers.write import write_scored
from worker.sandbox import frames
from worker.sandbox.allowance import Allowance
from worker.sandbox.frames import Closed, Frames

ROWS: Final = 1_000
CHARS: Final = 1 << 20
"""Rows and characters of one message. So the worker stores while the next ones are read."""
_OUT_BYTES: Final = 256 << 10


def main() -> int:
    """0, whatever became of the file: the worker was told."""
    sock = socket.socket(fileno=int(sys.argv[1]))
    die_with(int(sys.argv[2]))
    link = Frames(sock)
    _, descriptors, _, _ = socket.recv_fds(sock, 1, 1)
    if not descriptors:  # nobody wants us any more
        return 0
    with os.fdopen(descriptors[0], "rb") as file:
        try:
            request = frames.parsed(link.receive()[1])
            allowance = Allowance.from_json(request["allowance"])
            tempfile.tempdir = request["scratch"]
            allowance.apply()
            _work(link, file, request, allowance)
        except Closed:
            return 0
    return 0


def _work(link: Frames, file: IO[bytes], request: dict[str, Any], allowance: Allowance) -> None:
    try:
        TASKS[request["task"]](link, file, request)
    except (AmbiguousColumn, ArchiveMembers) as question:
        link.send_json(
            frames.REFUSED, {"code": question.code, "candidates": question.candidates, "values": question.values}
        )
    except TooCostly as error:
        what = error.code.rpartition(".")[2]
        link.send_json(frames.REFUSED, {"code": what, "values": {"size": allowance.scratch_bytes}})
    except FileError as error:
        link.send_json(frames.REFUSED, {"code": error.code, "values": error.values})
    except MemoryError:
        link.send_json(frames.REFUSED, {"code": "memory", "values": {}})
    except OSError as error:
        if error.errno == errno.EFBIG:
            link.send_json(frames.REFUSED, {"code": "scratch", "values": {"size": allowance.scratch_bytes}})
        else:
            link.send_json(frames.MACHINE, error.errno or errno.EIO)
    except Closed:
        raise
    except Exception as error:
        link.send_json(frames.CRASHED, type(error).__name__)


def _read(link: Frames, file: IO[bytes], request: dict[str, Any]) -> None:
    """Sends columns, then rows."""
    limits = Limits(**request["limits"])
    options = ReadOptions.from_json(request["options"])
    with open_reviews(file, request["filename"], options=options, limits=limits) as reviews:
        reviews.read_stars()
        names = reviews.header[:MAX_CANDIDATES]
        link.send_json(frames.COLUMNS, {"columns": reviews.columns, "names": names, "notes": reviews.facts.told()})
        for batch in _batches(reviews):
            link.send_json(frames.ROWS, _packed(batch), escaped=_is_mostly_ascii(batch))
    link.send(frames.END)


def _batches(rows: Any) -> Iterator[list[Row]]:
    batch: list[Row] = []
    chars = 0
    for row in rows:
        batch.append(row)
        chars += len(row.text or "")
        if len(batch) >= ROWS or chars >= CHARS:
            yield batch
            batch, chars = [], 0
    if batch:
        yield batch


def _is_mostly_ascii(batch: list[Row]) -> bool:
    """Whether most characters stand in texts of ASCII alone."""
    texts = [row.text for row in batch if row.text is not None]
    return 2 * sum(len(text) for text in texts if text.isascii()) >= sum(map(len, texts))


def _packed(batch: list[Row]) -> dict[str, Any]:
    """Columns of a batch; those without a value are left out. Rows are numbered without a gap."""
    days = [None if row.day is None else row.day.toordinal() for row in batch]
    films = [row.film for row in batch]
    stars = [row.stars for row in batch]
    ratings = [row.rating for row in batch]
    return {
        "first": batch[0].number,
        "texts": [row.text for row in batch],
        "films": films if any(films) else None,
        "days": days if any(days) else None,
        "stars": stars if any(stars) else None,
        "ratings": ratings if any(one is not None for one in ratings) else None,
        "problems": [(place, *row.problem) for place, row in enumerate(batch) if row.problem is not None],
    }


def _write(link: Frames, file: IO[bytes], request: dict[str, Any]) -> None:
    """Asks for verdicts, sends the scored file, then its name."""
    out = _Sender(link)
    name = write_scored(
        file,
        request["filename"],
        _verdicts(link),
        out,  # type: ignore[arg-type]
        limits=Limits(**request["limits"]),
        format=request["format"],
        options=ReadOptions.from_json(request["options"]),
        aspects=request["aspects"],
    )
    out.flush()
    link.send_json(frames.END, name)


def _verdicts(link: Frames) -> Iterator[Scored]:
    while True:
        link.send(frames.MORE)
        batch = frames.parsed(link.receive()[1])
        if not batch:
            return
        yield from batch


class _Sender:
    """A file whose bytes go to the worker."""

    def __init__(self, link: Frames) -> None:
        self._link, self._buffer = link, bytearray()

    def write(self, data: Any) -> int:
        self._buffer += data
        if len(self._buffer) >= _OUT_BYTES:
            self.flush()
        return memoryview(data).nbytes

    def flush(self) -> None:
        for at in range(0, len(self._buffer), frames.MOST_BYTES):
            self._link.send(frames.BYTES, bytes(self._buffer[at : at + frames.MOST_BYTES]))
        self._buffer.clear()


TASKS: Final[dict[str, Callable[[Frames, IO[bytes], dict[str, Any]], None]]] = {"read": _read, "write": _write}

if __name__ == "__main__":
    sys.exit(main())
