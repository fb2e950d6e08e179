"""What reading and writing a file costs, in a process bound as the worker's readers are.

python -m tests.worker.scenarios.costs     for each line `FILE TAB NAME` prints one of JSON
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import time
import traceback
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from worker.files.errors import FileError
from worker.files.limits import Limits
from worker.files.review_file import open_reviews
from worker.files.writers.write import write_scored
from worker.memory import ALLOCATOR_ENV, ONE_BLAS_THREAD
from worker.sandbox.allowance import Allowance

LIMITS: Final = Limits(max_rows=1_000_000, max_unpacked_bytes=2048 << 20, max_review_chars=100_000)
"""What a host gets who sets nothing."""


@dataclass(frozen=True)
class Cost:
    """code: of the refusal, None when it was read and written; mib: most memory resident."""

    code: str | None
    rows: int
    seconds: float
    mib: float


class Scales:
    """A process that has loaded the readers; each file is read in a fork of it, which is bound and then gone."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", __spec__.name],
            env=_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def cost_of(self, path: Path, name: str) -> Cost:
        """Raises SubprocessError when the fork dies."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{path}\t{name}\n")
        self._process.stdin.flush()
        return _read(self._process.stdout.readline())

    def close(self) -> None:
        self._process.communicate()


def cost_of(path: Path, name: str, *, timeout_s: float = 300) -> Cost:
    """Of one file alone. SubprocessError when the process dies or takes too long."""
    command = [sys.executable, "-m", __spec__.name]
    done = subprocess.run(
        command, env=_environment(), input=f"{path}\t{name}\n", stdout=subprocess.PIPE, text=True, check=True,
        timeout=timeout_s,
    )  # fmt: skip
    return _read(done.stdout)


def _read(answer: str) -> Cost:
    if not answer.startswith("{"):
        raise subprocess.SubprocessError(answer.strip() or "no answer")
    return Cost(**json.loads(answer))


def peak_mib() -> float:
    """Most memory that this process ever had resident (Linux)."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


def _environment() -> dict[str, str]:
    return os.environ | ALLOCATOR_ENV | ONE_BLAS_THREAD | {"ARROW_IO_THREADS": "1"}


class _Nowhere(io.RawIOBase):
    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        return memoryview(data).nbytes  # type: ignore[arg-type]


def _measure(path: Path, name: str) -> Cost:
    with path.open("rb") as file:
        Allowance.of(path.stat().st_size, LIMITS).apply()
        began = time.monotonic()
        rows = 0
        code = None
        try:
            with open_reviews(file, name, limits=LIMITS) as reviews:
                rows = sum(1 for _ in reviews)
            write_scored(file, name, iter(()), _Nowhere(), limits=LIMITS)  # type: ignore[arg-type]
        except FileError as error:
            code = error.code
        return Cost(code, rows, time.monotonic() - began, peak_mib())


def _serve() -> None:
    for line in sys.stdin:
        path, _, name = line.rstrip("\n").partition("\t")
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                print(json.dumps(asdict(_measure(Path(path), name))), flush=True)
                code = 0
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(code)
        _, status = os.waitpid(pid, 0)
        if status:
            print(f"died with {status}", flush=True)


if __name__ == "__main__":
    _serve()
