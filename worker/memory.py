"""Memory that a scoring process needs while it starts and not while it works.

What each part is worth: docs/internals/bulk.md.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

ALLOCATOR_ENV: Final = {"MALLOC_ARENA_MAX": "1", "ARROW_DEFAULT_MEMORY_POOL": "system"}
"""Environment of a scoring process: one heap for all threads, of which one at a time does the work. Fixed thresholds
(MALLOC_MMAP_THRESHOLD_ of 1 MiB) were tried as well: all stages took longer, and the peak was no lower."""
ONE_BLAS_THREAD: Final = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
"""Environment of whatever scores: BLAS would put every processor on matrices so small that its threads wait for each
other (5 times longer for 32 texts, measured), and hold a stack for each."""
COMPILER_LIBRARY: Final = "libllvmlite"
_DONTNEED: Final = 4
"""MADV_DONTNEED of Linux: pages of a file that nobody wrote to are read from it again when they are touched."""


def release_compiler_memory() -> int:
    """Gives back the pages of LLVM's machine code, 50 MiB after warming up; how many bytes were looked at.

    Whatever compiles later reads its pages again. Nothing happens on other systems than Linux.
    """
    with suppress(OSError, AttributeError):
        advise = ctypes.CDLL(None).madvise
        advise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
        ranges = list(code_ranges(COMPILER_LIBRARY, Path("/proc/self/maps").read_text(encoding="utf-8").splitlines()))
        return sum(end - begin for begin, end in ranges if advise(begin, end - begin, _DONTNEED) == 0)
    return 0


def code_ranges(library: str, maps: Iterable[str]) -> Iterator[tuple[int, int]]:
    """Where machine code of a library lies, from lines of /proc/PID/maps.

    Only what is executable: nobody writes there, while pages that the loader has changed would be lost for good.
    """
    for line in maps:
        place, rights, *_, name = line.split(maxsplit=5)
        if rights == "r-xp" and library in name.rpartition("/")[2]:
            begin, end = place.split("-")
            yield int(begin, 16), int(end, 16)
