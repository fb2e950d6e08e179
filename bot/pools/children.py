"""Children: processes that do for the bot what would hold its interpreter for seconds: drawing, pages, CSV, zips.

Python runs one thread at a time. A chart that is drawn in a thread of the bot stops the event loop again and again; in
another process, of lower priority, it takes only what processor time is left.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextvars import copy_context
from functools import partial
from typing import Any, Concatenate, Final, ParamSpec, TypeVar

from common.errors import Problem, UserError
from common.i18n import locale_tag, set_locale
from common.process.parent_death import die_with
from db.engine import Database

P = ParamSpec("P")
T = TypeVar("T")

NICENESS: Final = 10
LONGEST_S: Final = 120.0
"""A child that works on one thing for so long is ended, seconds."""
CLOSED: Final = "closed"
"""Why work fails that is in hand or asked for when the bot ends."""

_db: Database | None = None
"""In a child: its own connections."""


class ChildFailed(Exception):
    """The work failed in the child for a reason that no member can mend; names the type of the error."""


class Children:
    """Up to `processes` of them, each started with its first work; with none, threads of this process do the same.

    Each is a pool of its own: who has to be ended takes nobody else's work along.
    """

    def __init__(self, processes: int, db: Database, *, url: str, text_keys: Sequence[str]) -> None:
        """`db`: for the threads; a child opens `url` with `text_keys` itself."""
        self._db, self._closed = db, False
        self._all = [_Child(url, tuple(text_keys)) for _ in range(processes)]
        self._free = list(self._all)
        self._places = asyncio.Semaphore(max(1, processes))
        self._threads = ThreadPoolExecutor(max(1, processes), thread_name_prefix="heavy")

    async def run(self, fn: Callable[Concatenate[Database, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """`fn(db, ...)` in a child, in the language of the running task; `fn` is found by its name, all is pickled.

        When the child dies it is called once more: it replaces what its first call may have left. Raises what `fn`
        raised where that is meant for a user, else ChildFailed; TimeoutError `LONGEST_S` after a child began.
        """
        if self._closed:
            raise ChildFailed(CLOSED)
        if not self._all:
            call = self._threads.submit(copy_context().run, partial(fn, self._db, *args, **kwargs))
            return await asyncio.wrap_future(call)
        work = partial(_run, fn, locale_tag(), args, kwargs)
        async with self._places:  # waiting takes none of the work's time
            child = self._free.pop()  # the one that worked last, which is started and warm
            try:
                outcome = await child.run(work)
            finally:
                self._free.append(child)
        if isinstance(outcome, _Raised):
            raise outcome.error
        return outcome  # type: ignore[no-any-return]

    def close(self) -> None:
        """Ends the children at once, and starts none again; what they made is not needed any more."""
        self._closed = True
        for child in self._all:
            child.close()
        self._threads.shutdown(wait=False, cancel_futures=True)


class _Child:
    """One process, started with its first work and again with the next after it was ended."""

    def __init__(self, url: str, text_keys: tuple[str, ...]) -> None:
        self._start, self._closed = (url, text_keys), False
        self._pool: ProcessPoolExecutor | None = None

    async def run(self, work: Callable[[], Any]) -> Any:
        """What `work` returns; one at a time. Raises TimeoutError, ChildFailed."""
        for last in (False, True):
            if self._closed:
                raise ChildFailed(CLOSED)
            try:
                async with asyncio.timeout(LONGEST_S):
                    return await asyncio.wrap_future(self._started().submit(work))
            except BrokenProcessPool as error:  # killed, perhaps for the memory that somebody else's work took
                self._end()
                if last:
                    raise ChildFailed("BrokenProcessPool") from error
            except (TimeoutError, asyncio.CancelledError):  # it works for nobody
                self._end()
                raise
        raise AssertionError("returned or raised")  # pragma: no cover

    def close(self) -> None:
        """Ends the process for good; whoever waits for its work is told."""
        self._closed = True
        self._end()

    def _started(self) -> ProcessPoolExecutor:
        if self._pool is None:
            self._pool = ProcessPoolExecutor(
                1,
                mp_context=multiprocessing.get_context("spawn"),
                initializer=_begin,
                initargs=(os.getpid(), *self._start),
            )
        return self._pool

    def _end(self) -> None:
        if self._pool is not None:
            for process in list((self._pool._processes or {}).values()):
                process.kill()
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None


class _Raised:
    """What the work raised; a result, because not every exception can be pickled."""

    def __init__(self, error: Exception) -> None:
        self.error = error


def _begin(parent: int, url: str, text_keys: tuple[str, ...]) -> None:
    """In a child, once."""
    global _db
    die_with(parent)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group: the bot ends us
    os.nice(NICENESS)
    _db = Database(url, text_keys=text_keys)


def _run(fn: Callable[..., Any], locale: str, args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
    assert _db is not None
    set_locale(locale)
    try:
        return fn(_db, *args, **kwargs)
    except (UserError, Problem) as error:
        return _Raised(error)
    except Exception as error:
        return _Raised(ChildFailed(type(error).__name__))
