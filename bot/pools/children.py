"""Children: processes that do for the bot what would hold its interpreter for seconds: drawing, pages, CSV, zips.

Python runs one thread at a time. A chart that is drawn in a thread of the bot stops the event loop again and again; in
another process, of lower priority, it takes only what processor time is left.
"""

from __future__ import annotations

import asyncio
import ctypes
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextvars import copy_context
from functools import partial
from typing import Any, Concatenate, Final, ParamSpec, TypeVar

from common.errors import Problem, UserError
from common.i18n import locale_tag, set_locale
from db.engine import Database

P = ParamSpec("P")
T = TypeVar("T")

NICENESS: Final = 10
LONGEST_S: Final = 120.0
"""A child that works on one thing for so long is ended, seconds."""
PR_SET_PDEATHSIG: Final = 1

_db: Database | None = None
"""In a child: its own connections."""


class ChildFailed(Exception):
    """The work failed in the child for a reason that no member can mend; names the type of the error."""


class Children:
    """Up to `processes` of them, started with the first work; with none, threads of this process do the same."""

    def __init__(self, processes: int, db: Database, *, url: str, text_keys: Sequence[str]) -> None:
        """`db`: for the threads; a child opens `url` with `text_keys` itself."""
        self._processes, self._db = processes, db
        self._start = (url, tuple(text_keys))
        self._pool: ProcessPoolExecutor | None = None
        self._threads = ThreadPoolExecutor(max(1, processes), thread_name_prefix="heavy")

    async def run(self, fn: Callable[Concatenate[Database, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """`fn(db, ...)` in a child, in the language of the running task; `fn` is found by its name, all is pickled.

        Raises what `fn` raised where that is meant for a user, else ChildFailed; TimeoutError after `LONGEST_S`.
        """
        if not self._processes:
            call = self._threads.submit(copy_context().run, partial(fn, self._db, *args, **kwargs))
            return await asyncio.wrap_future(call)
        outcome = await self._in_child(partial(_run, fn, locale_tag(), args, kwargs))
        if isinstance(outcome, _Raised):
            raise outcome.error
        return outcome  # type: ignore[no-any-return]

    async def _in_child(self, work: Callable[[], Any]) -> Any:
        for last in (False, True):
            pool = self._running()
            try:
                call: Future[Any] = pool.submit(work)
                async with asyncio.timeout(LONGEST_S):
                    return await asyncio.wrap_future(call)
            except BrokenProcessPool as error:  # killed, perhaps for the memory that somebody else's work took
                self._drop(pool)
                if last:
                    raise ChildFailed("BrokenProcessPool") from error
            except TimeoutError:
                self._drop(pool)
                raise
        raise AssertionError("returned or raised")  # pragma: no cover

    def close(self) -> None:
        """Ends the children at once; what they made is not needed any more."""
        if self._pool is not None:
            self._drop(self._pool)
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _running(self) -> ProcessPoolExecutor:
        if self._pool is None:
            self._pool = ProcessPoolExecutor(
                self._processes,
                mp_context=multiprocessing.get_context("spawn"),
                initializer=_begin,
                initargs=(os.getpid(), *self._start),
            )
        return self._pool

    def _drop(self, pool: ProcessPoolExecutor) -> None:
        if self._pool is pool:
            self._pool = None
        for child in list((pool._processes or {}).values()):
            child.kill()
        pool.shutdown(wait=False, cancel_futures=True)


class _Raised:
    """What the work raised; a result, because not every exception can be pickled."""

    def __init__(self, error: Exception) -> None:
        self.error = error


def _begin(parent: int, url: str, text_keys: tuple[str, ...]) -> None:
    """In a child, once."""
    global _db
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it died before we asked
            os._exit(1)
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
