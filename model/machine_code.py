"""Functions on arrays as machine code, by Numba; import this only where Numba may be missing or slow to start."""

from collections.abc import Callable
from typing import Any

import numba


def compiled(function: Callable[..., Any]) -> Any:
    """`function` compiled without holding the GIL.

    Kept on disk between processes beside its file or, where that cannot be written, in the user's cache folder; never
    in a folder shared with other users, since what lies there is run.
    """
    try:
        return numba.njit(nogil=True, cache=True)(function)
    except RuntimeError:  # neither place can be written
        return numba.njit(nogil=True)(function)


def inlined(function: Callable[..., Any]) -> Any:
    """`function` compiled as a part of `compiled` ones of the same file, which keep it with them."""
    return numba.njit(nogil=True)(function)
