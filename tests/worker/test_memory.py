"""Memory that is given back: only machine code of the compiler, which works on after that."""

from __future__ import annotations

import subprocess
import sys

from worker.memory import code_ranges

MAPS = """7fc7f7a00000-7fc7f7d65000 r--p 00000000 fe:00 5490939    /v/llvmlite/binding/libllvmlite.so
7fc7f7d65000-7fc7fcd94000 r-xp 00365000 fe:00 5490939    /v/llvmlite/binding/libllvmlite.so
7fc801077000-7fc80123c000 r--p 09677000 fe:00 5490939    /v/llvmlite/binding/libllvmlite.so
7fc80123c000-7fc801265000 rw-p 0983c000 fe:00 5490939    /v/llvmlite/binding/libllvmlite.so
7fc802000000-7fc802100000 r-xp 00000000 fe:00 5490940    /v/libllvmlite/other.so
7fc803000000-7fc803100000 r-xp 00000000 00:00 0
7ffc11000000-7ffc11001000 r-xp 00000000 00:00 0          [vdso]"""
SCRIPT = """
import numpy as np, psutil
from numba import njit
from worker.memory import release_compiler_memory
@njit
def first(x): return x.sum() + 1
first(np.ones(3))
before = psutil.Process().memory_info().rss
assert release_compiler_memory() > 0
print(before - psutil.Process().memory_info().rss)
@njit
def second(x): return x.sum() * 2
assert second(np.ones(3)) == 6
"""


def test_only_code_of_the_library_is_found() -> None:
    assert list(code_ranges("libllvmlite", MAPS.splitlines())) == [(0x7FC7F7D65000, 0x7FC7FCD94000)]


def test_memory_goes_and_compiling_still_works() -> None:
    said = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)
    assert int(said.stdout) > 20 << 20
