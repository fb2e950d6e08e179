"""Child processes that are kept alive: started, watched, started again, stopped; nothing outlives its supervisor.

Children run in sessions of their own, so that a Ctrl-C in the terminal reaches only the supervisor and it decides the
order. They are tied to it (`common.process.parent_death`) and say that they are ready through an inherited pipe.
"""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from types import FrameType
from typing import Final

from common.process.parent_death import tied_to_parent
from common.process.readiness import READY_FD

log = logging.getLogger(__name__)

_TURN_S: Final = 0.2
_FIRST_PAUSE_S: Final = 0.5
_MOST_PAUSE_S: Final = 30.0
_SAFE_PATH: Final = {"PYTHONSAFEPATH": "1"}
"""No child, and no child of a child, imports a file because it lies in the folder where the user stands."""
_STEADY_S: Final = 60.0
"""A child that ran this long is started again at once: its death is no crash loop."""


class Child:
    """One supervised process. Not thread-safe: the supervisor's main thread owns it (Linux ties it to that thread)."""

    def __init__(
        self, name: str, command: Sequence[str], env: Mapping[str, str] | None = None, *, niceness: int = 0
    ) -> None:
        """`env`: variables added to ours. `niceness`: added to ours too; it and its children run after others."""
        self.name, self.ready, self._niceness = name, False, niceness
        self._command, self._env = list(command), dict(env or {})
        self._process: subprocess.Popen[bytes] | None = None
        self._ready_fd: int | None = None
        self._began = self._start_at = 0.0
        self._pause_s = _FIRST_PAUSE_S
        self.starts = 0
        self.useless_starts = 0
        """Starts one after the other after which it ended without having been ready."""

    @property
    def pid(self) -> int | None:
        """Of the process last started."""
        return None if self._process is None else self._process.pid

    def start(self) -> None:
        """Starts the process."""
        self._close_ready()
        read, write = os.pipe()
        os.set_blocking(read, False)
        env = os.environ | _SAFE_PATH | self._env | {READY_FD: str(write)}
        try:
            self._process = subprocess.Popen(
                tied_to_parent(self._command), env=env, start_new_session=True, pass_fds=[write]
            )
        finally:
            os.close(write)
        if self._niceness:
            # Before it has children of its own, which inherit it; not between fork and exec, where Python may not run.
            ours = os.getpriority(os.PRIO_PROCESS, 0)
            os.setpriority(os.PRIO_PROCESS, self._process.pid, ours + self._niceness)
        self._ready_fd, self.ready = read, False
        self._began = time.monotonic()
        self.starts += 1

    def check(self) -> int | None:
        """Polls the process: its exit code in the moment it is found ended; starts it again when that is due."""
        self._listen()
        if self._process is None:
            if time.monotonic() >= self._start_at:
                self.start()
            return None
        code = self._process.poll()
        if code is None:
            return None
        steady = time.monotonic() - self._began >= _STEADY_S
        self.useless_starts = 0 if self.ready else self.useless_starts + 1
        self._pause_s = _FIRST_PAUSE_S if steady else min(_MOST_PAUSE_S, self._pause_s * 2)
        self._start_at = time.monotonic() + self._pause_s
        self._process, self.ready = None, False
        return code

    def send(self, number: signal.Signals) -> None:
        """Sends a signal, if the process runs."""
        if self._process is not None and self.is_running():
            self._process.send_signal(number)

    def just_started(self, age_s: float) -> bool:
        """Whether its first start was the last one, and less than `age_s` seconds ago."""
        return self.starts == 1 and time.monotonic() - self._began < age_s

    def is_running(self) -> bool:
        """Whether the process is there now."""
        return self._process is not None and self._process.poll() is None

    def wait(self) -> None:
        """Returns when the process has ended."""
        if self._process is not None:
            self._process.wait()
        self._close_ready()

    def _listen(self) -> None:
        if self._ready_fd is None:
            return
        try:
            sign = os.read(self._ready_fd, 1)
        except BlockingIOError:
            return
        self.ready = self.ready or bool(sign)
        self._close_ready()

    def _close_ready(self) -> None:
        if self._ready_fd is not None:
            os.close(self._ready_fd)
            self._ready_fd = None


class StopSignals:
    """SIGTERM and SIGINT as something to wait for; SIGCHLD wakes the waiting, so a dead child is seen at once."""

    def __init__(self) -> None:
        self.stops = 0
        self._wake = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        signal.signal(signal.SIGCHLD, self._child)

    def wait(self, timeout_s: float) -> None:
        """Sleeps until a signal comes, at most `timeout_s`."""
        self._wake.wait(timeout_s)
        self._wake.clear()

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self.stops += 1
        self._wake.set()

    def _child(self, _number: int, _frame: FrameType | None) -> None:
        self._wake.set()


def supervise(
    children: Sequence[Child],
    signals: StopSignals,
    *,
    on_exit: Callable[[Child, int], int | None],
    each_turn: Callable[[], None],
) -> int:
    """Keeps children running until a stop signal comes (then 0) or `on_exit(child, its code)` returns an exit code."""
    while not signals.stops:
        for child in children:
            code = child.check()
            verdict = None if code is None or signals.stops else on_exit(child, code)
            if verdict is not None:
                return verdict
        each_turn()
        signals.wait(_TURN_S)
    return 0


def stop_all(children: Sequence[Child], signals: StopSignals, *, timeout_s: float) -> None:
    """SIGTERM to all, then waits; SIGKILL to what runs on after `timeout_s` seconds or a second stop signal."""
    for child in children:
        child.send(signal.SIGTERM)
    end = time.monotonic() + timeout_s
    while any(child.is_running() for child in children) and time.monotonic() < end and signals.stops < 2:
        signals.wait(_TURN_S)
    for child in children:
        if child.is_running():
            log.warning("%s did not stop in time and is killed", child.name)
            child.send(signal.SIGKILL)
        child.wait()
