"""The process that reads one file, seen from the worker: started, watched, ended.

It is killed when nobody wants its work any more, when it stands still, and when it takes more than its allowance.
What the system limits (allowance.py) it dies of by itself. A spare one is kept ready, because Python and the readers
take a tenth of a second to start, and most files less to read.
"""

from __future__ import annotations

import math
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Final

from db.types import READER_DIED, READER_STUCK
from worker.files.errors import AmbiguousColumn, ArchiveMembers, FileError, TooCostly
from worker.files.limits import MAX_RESIDENT
from worker.memory import ALLOCATOR_ENV, ONE_BLAS_THREAD
from worker.sandbox import frames
from worker.sandbox.allowance import Allowance
from worker.sandbox.frames import BadFrame, Closed, Frames
from worker.sandbox.scratch import used_bytes

STUCK_S: Final = 60.0
"""Seconds without a byte read or written after which a reader is killed."""
_LOOK_S: Final = 0.25
_END_S: Final = 5.0
_KEPT_ENV: Final = ("PATH", "LANG", "LC_ALL", "TZ", "TMPDIR", "LD_LIBRARY_PATH", "VIRTUAL_ENV")
"""No token, key or address goes to the child."""
_ONE_THREAD: Final = {"ARROW_IO_THREADS": "1", **ONE_BLAS_THREAD}
"""Stacks of threads count as memory."""


class ReaderFailed(Exception):
    """The reader broke down: the attempt failed. `code` is what the queue keeps of it."""

    code = READER_DIED

    def __init__(self, how: str) -> None:
        """`how`: for the log, no word of the file."""
        super().__init__(how)
        self.how = how


class ReaderStuck(ReaderFailed):
    """The reader did nothing for a minute."""

    code = READER_STUCK


class ReaderProcess:
    """A child process for one file. Use it once, as a context manager; leaving it ends the process."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            command = [sys.executable, "-P", "-m", "worker.sandbox.child", str(theirs.fileno()), str(os.getpid())]
            self._process = subprocess.Popen(
                command,
                env=_environment(),
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        self._socket, self._frames = ours, Frames(ours)
        self._check: Callable[[], None] = lambda: None
        self._watch = _Watch(self, self._check)
        self._allowance: Allowance | None = None
        self._scratch = Path()

    @property
    def pid(self) -> int:
        return self._process.pid

    def is_running(self) -> bool:
        """Whether it is there now."""
        return self._process.poll() is None

    def begin(
        self, file: IO[bytes], scratch: Path, request: dict[str, Any], allowance: Allowance, check: Callable[[], None]
    ) -> None:
        """Hands it a file and what to do with it. `check`: called often; raises when nobody wants the work any more."""
        self._check, self._allowance, self._scratch = check, allowance, scratch
        self._watch = _Watch(self, check, allowance.wait_s)
        request = request | {"scratch": str(scratch), "allowance": allowance.as_json()}
        try:
            socket.send_fds(self._socket, [frames.REQUEST], [file.fileno()])
        except OSError as error:
            raise self._ended() from error
        self.send(frames.REQUEST, request)

    def send(self, kind: bytes, value: object) -> None:
        """Sends a message of JSON. Raises as `receive` does."""
        try:
            self._frames.send_json(kind, value, self._watch.writable)
        except Closed as error:
            self.receive()  # raises what it said before it went
            raise self._ended() from error

    def receive(self) -> tuple[bytes, bytes]:
        """(kind, payload) of its next message.

        Raises the FileError that it met, OSError for what the machine lacks, ReaderFailed, and what `check` raises.
        """
        try:
            kind, payload = self._frames.receive(self._watch.readable)
            if kind == frames.REFUSED:
                raise _refusal(frames.parsed(payload))
            if kind == frames.MACHINE:
                raise OSError(int(frames.parsed(payload)), "the reader met it")
            if kind == frames.CRASHED:
                raise ReaderFailed(str(frames.parsed(payload))[:100])
        except Closed as error:
            self._check()
            raise self._ended() from error
        except (BadFrame, KeyError, TypeError, ValueError) as error:
            raise ReaderFailed("no message") from error
        return kind, payload

    def is_readable(self, timeout_s: float) -> bool:
        """Whether it has sent something, or ended."""
        return bool(select.select([self._socket], [], [], timeout_s)[0])

    def is_writable(self, timeout_s: float) -> bool:
        """Whether it takes more, or has ended."""
        return bool(select.select([], [self._socket], [], timeout_s)[1])

    def progress(self) -> object:
        """Changes while it reads or writes; None where the system does not tell."""
        try:
            return Path(f"/proc/{self.pid}/io").read_text(encoding="ascii").split()[:4]
        except OSError:
            return None

    def check_scratch(self) -> None:
        """Raises TooCostly when it holds more on disk than it may."""
        if self._allowance is not None and used_bytes(self._scratch, self.pid) > self._allowance.scratch_bytes:
            raise TooCostly("scratch", self._allowance.scratch_bytes)

    def _ended(self) -> FileError | ReaderFailed:
        """Why it is gone."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_END_S)
        code = self._process.returncode
        if code == -signal.SIGXCPU:
            return TooCostly("time", 0 if self._allowance is None else self._allowance.cpu_s)
        return ReaderFailed(f"exit code {code}")

    def close(self) -> None:
        """Ends it, whatever it does."""
        self._socket.close()
        if self.is_running():
            self._process.kill()
        self._process.wait()

    def __enter__(self) -> ReaderProcess:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


class _Watch:
    """Looks after the reader while messages come and go, every `_LOOK_S` however many there are."""

    def __init__(self, reader: ReaderProcess, check: Callable[[], None], most_wait_s: float = math.inf) -> None:
        self._reader, self._check = reader, check
        self._seen: object = None
        self._most_wait_s, self._waited_s = most_wait_s, 0.0
        self._since = self._looked_at = time.monotonic()

    def readable(self) -> None:
        """Returns when there is something to read."""
        self._wait(self._reader.is_readable)

    def writable(self) -> None:
        """Returns when the reader takes more."""
        self._wait(self._reader.is_writable)

    def _wait(self, is_ready: Callable[[float], bool]) -> None:
        while True:
            began = time.monotonic()
            ready = is_ready(_LOOK_S)
            self._waited_s += time.monotonic() - began
            if ready:  # it has worked, however long the worker was busy with what came before
                self._since = time.monotonic()
            if time.monotonic() - self._looked_at >= _LOOK_S:
                self._look()
            if ready:
                return

    def _look(self) -> None:
        self._looked_at = time.monotonic()
        self._check()
        self._reader.check_scratch()
        if self._waited_s > self._most_wait_s:  # it may say a word each minute and take no processor's time
            raise ReaderFailed(f"waited for {self._most_wait_s:g} s")
        seen = self._reader.progress()
        if seen != self._seen or seen is None:
            self._seen, self._since = seen, time.monotonic()
        elif time.monotonic() - self._since > STUCK_S:
            raise ReaderStuck(f"nothing read or written for {STUCK_S:g} s")


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name in _KEPT_ENV or name.startswith("PYTHON")}
    return kept | ALLOCATOR_ENV | _ONE_THREAD


def _refusal(told: dict[str, Any]) -> FileError:
    if told["code"] == AmbiguousColumn.code:
        return AmbiguousColumn([str(name) for name in told["candidates"]])
    if told["code"].startswith(f"{ArchiveMembers.code}.") and told.get("candidates"):
        return ArchiveMembers([str(name) for name in told["candidates"]])
    if told["code"] == "memory":
        return TooCostly("memory", MAX_RESIDENT)
    if told["code"] == "scratch":
        return TooCostly("scratch", int(told["values"]["size"]))
    return FileError(str(told["code"]), **told["values"])


class _Spare:
    """At most one reader that waits for a file."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: ReaderProcess | None = None
        self._wanted = False

    def keep(self) -> None:
        """From now on one is always ready. Call it from a thread that lives as long as the process."""
        self._wanted = True
        self.refill()

    def refill(self) -> None:
        """Starts another, where one is wanted."""
        with self._lock:
            if self._wanted and (self._waiting is None or not self._waiting.is_running()):
                self._waiting = ReaderProcess()

    def take(self) -> ReaderProcess:
        """The spare one, or a new one."""
        with self._lock:
            ready, self._waiting = self._waiting, None
        if ready is not None and ready.is_running():
            return ready
        if ready is not None:
            ready.close()
        return ReaderProcess()

    @contextmanager
    def lent(self) -> Iterator[ReaderProcess]:
        """The spare one, or a new one, for one file; afterwards, however that went, another is made ready."""
        try:
            with self.take() as reader:
                yield reader
        finally:
            with suppress(OSError):  # who needs the next one meets it
                self.refill()

    def drop(self) -> None:
        """Ends the spare one; none is kept any more."""
        self._wanted = False
        with self._lock:
            if self._waiting is not None:
                self._waiting.close()
                self._waiting = None


SPARE: Final = _Spare()
