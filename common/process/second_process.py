"""Work in a copy of this process, on a processor that would be idle, while this process goes on.

The copy is made by fork(2): what is loaded is there at once, and nothing but the result is written and read. A copy of
a process with several threads may wait for ever for a lock that one of them held, so only a process of one thread makes
one. Whoever starts it opens connections and files afterwards: a copy has the same ones.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Final, TypeVar

from common.errors import Misconfigured, Problem, UserError
from common.process.cpus import usable_cpus
from common.process.parent_death import die_with

T = TypeVar("T")

THREADS: Final = Path("/proc/self/task")
"""One entry for each thread of this process, also those of libraries."""
_TOLD: Final = (Misconfigured, Problem, UserError, OSError)
"""Errors with a sentence for people; they come back as they are."""


class WorkFailed(Exception):
    """The work failed in the copy by a mistake of ours: the type of the error and where, on one line."""


@contextmanager
def beside(work: Callable[[], T]) -> Iterator[Callable[[], T]]:
    """Begins the work, and gives what waits for its result, to be called once; nothing is left of it after the block.

    Where there is no idle processor, or no copy can be made, and where the copy is killed, the work is done here when
    its result is asked for. What it returns is pickled. Asking raises what the work raised where that is an error with
    a sentence for people, else WorkFailed.
    """
    started = _started(work) if _may_copy() else None
    if started is None:
        yield work
        return
    process, result = started
    try:
        yield partial(_waited_for, result, work)
    finally:
        process.kill()
        process.join()
        result.close()


def _may_copy() -> bool:
    try:
        return sys.platform == "linux" and usable_cpus() > 1 and len(list(THREADS.iterdir())) == 1
    except OSError:  # no /proc, as in a bare chroot
        return False


def _started(work: Callable[[], T]) -> tuple[BaseProcess, Connection] | None:
    """The copy, and where its result comes from; None where the system makes none."""
    context = multiprocessing.get_context("fork")
    result, sent = context.Pipe(duplex=False)
    process = context.Process(target=_run, args=(work, sent, os.getpid()), daemon=True)
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        process.start()
    except OSError:  # no more processes, or no memory for one
        result.close()
        return None
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        sent.close()
    return process, result


def _waited_for(result: Connection, work: Callable[[], T]) -> T:
    try:
        done, value = result.recv()
    except (EOFError, OSError):  # killed, perhaps for the memory that something else took
        return work()
    if not done:
        raise value
    return value  # type: ignore[no-any-return]


def _run(work: Callable[[], Any], sent: Connection, parent: int) -> None:
    """In the copy. Ctrl-C reaches the whole group: the parent ends us."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    die_with(parent)
    try:
        outcome = (True, work())
    except Exception as error:
        outcome = (False, _portable(error))
    with suppress(BrokenPipeError):  # nobody waits any more
        sent.send(outcome)


def _portable(error: Exception) -> Exception:
    """The error, if people are told it and it can be pickled; else one that names it."""
    # Here, where something failed: it loads the library of log lines.
    from common.process.log_format import places_of

    if isinstance(error, _TOLD):
        with suppress(Exception):
            pickle.loads(pickle.dumps(error))  # noqa: S301  # our own, a moment old
            return error
    return WorkFailed(f"{type(error).__name__} at {places_of(error.__traceback__)[-1]}")
